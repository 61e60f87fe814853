"""The routes of worlds, promotions and the preview of the shop, each with its right."""

from starlette.routing import BaseRoute

from treuwerk.domain.rights import Audience
from treuwerk.programme.settings import Settings
from treuwerk.services.rewards.arranging import READ, WRITE
from treuwerk.web.office import arrangement_pages as pages
from treuwerk.web.office.cover_pages import cover_page, cover_sent
from treuwerk.web.office.preview_pages import preview_page
from treuwerk.web.shell.routing import DeclaredRoute, Handler

_FIELDS, _BYTES = 1_000, 200_000


def arrangement_routes(settings: Settings) -> list[BaseRoute]:
    """All of them; what file may be sent as a cover depends on the programme."""
    world, promotion = "/office/worlds/{world}", "/office/promotions/{promotion}"
    return [
        _get("/office/worlds", pages.worlds_page, READ, "office_worlds"),
        _get("/office/add-world", pages.new_world_page, WRITE, "office_new_world"),
        _post("/office/add-world", pages.new_world_form, "office_new_world_form"),
        _get(world, pages.world_page, READ, "office_world"),
        _post(world, pages.world_form_sent, "office_world_form"),
        _post(f"{world}/restore", pages.restore_world_form, "office_world_restore"),
        _get(f"{world}/cover", cover_page, WRITE, "office_world_cover"),
        DeclaredRoute(f"{world}/cover", cover_sent, permission=WRITE, name="office_world_cover_form", methods=("POST",),
                      audience=Audience.OFFICE, body_bytes=(settings.uploads.file_megabytes + 1) << 20, fields=(20, 1)),
        _get("/office/promotions", pages.promotions_page, READ, "office_promotions"),
        _get("/office/add-promotion", pages.new_promotion_page, WRITE, "office_new_promotion"),
        _post("/office/add-promotion", pages.new_promotion_form, "office_new_promotion_form"),
        _get(promotion, pages.promotion_page, READ, "office_promotion"),
        _post(promotion, pages.promotion_form_sent, "office_promotion_form"),
        _post(f"{promotion}/restore", pages.restore_promotion_form, "office_promotion_restore"),
        _get("/office/shop-preview", preview_page, READ, "office_shop_preview"),
    ]


def _get(path: str, handler: Handler, permission: str, name: str) -> DeclaredRoute:
    return DeclaredRoute(path, handler, permission=permission, name=name, audience=Audience.OFFICE)


def _post(path: str, handler: Handler, name: str) -> DeclaredRoute:
    """A form with many rewards and boxes."""
    return DeclaredRoute(path, handler, permission=WRITE, name=name, methods=("POST",), audience=Audience.OFFICE,
                         body_bytes=_BYTES, fields=_FIELDS)
