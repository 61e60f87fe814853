"""The routes of the catalogue in the service centre."""

from starlette.routing import BaseRoute

from treuwerk.domain.rights import Audience
from treuwerk.programme.settings import Settings
from treuwerk.services.rewards.editing import READ, WRITE
from treuwerk.services.rewards.publishing import PUBLISH
from treuwerk.web.lists import BULK_BYTES, BULK_FIELDS
from treuwerk.web.office.catalogue import codes, dates, facts, grids, importing, listing, pictures, showing, texts
from treuwerk.web.shell.reward_pictures import reward_picture
from treuwerk.web.shell.routing import DeclaredRoute, Handler

_ONE = "/office/rewards/{number}"
_IMPORT = f"{importing.IMPORTS}/{{import}}"
_FORM_BYTES = 512 * 1024
"""Texts of a reward in many languages."""


def catalogue_routes(settings: Settings) -> list[BaseRoute]:
    """All of them; what files may be sent to them depends on the programme."""
    acts = {"hand-in": (showing.hand_in_form, WRITE), "give-back": (showing.give_back_form, WRITE),
            "publish": (showing.publish_form, PUBLISH), "withdraw": (showing.withdraw_form, PUBLISH),
            "discard": (showing.discard_form, WRITE), "restore": (showing.restore_form, WRITE),
            "keep": (showing.keep_form, WRITE), "versions/{past}": (showing.take_version_form, WRITE)}
    return [
        _get("/office/rewards", listing.rewards_page, "office_rewards"),
        _post("/office/rewards-views", listing.rewards_views_form, READ, "office_rewards_views"),
        _get("/office/rewards.csv", importing.rewards_csv, "office_rewards_csv"),
        _get(importing.IMPORTS, importing.imports_page, "office_reward_imports"),
        _upload(importing.IMPORTS, importing.look_form, "office_reward_look", settings, 1),
        _get(_IMPORT, importing.import_page, "office_reward_import"),
        _post(f"{_IMPORT}/bring", importing.bring_form, PUBLISH, "office_reward_bring"),
        _post(f"{_IMPORT}/leave", importing.leave_form, WRITE, "office_reward_leave"),
        _post(f"{_IMPORT}/undo", importing.undo_form, PUBLISH, "office_reward_undo_import"),
        _get("/office/add-reward", facts.new_reward_page, "office_new_reward", WRITE),
        _post("/office/add-reward", facts.new_reward_form, WRITE, "office_new_reward_form"),
        _get("/office/rewards/pictures/{picture}.webp", reward_picture, "office_reward_picture"),
        _get(_ONE, showing.reward_page, "office_reward"),
        _get(f"{_ONE}/history", showing.history_page, "office_reward_history"),
        *_part("facts", facts.facts_page, facts.facts_form),
        *_part("texts", texts.texts_page, texts.texts_form),
        *_part("variants", grids.VARIANTS.page, grids.VARIANTS.saved),
        *_part("evidence", grids.EVIDENCE.page, grids.EVIDENCE.saved),
        *_part("prices", grids.PRICES.page, grids.PRICES.saved),
        *_part("dates", dates.dates_page, dates.dates_form),
        _get(f"{_ONE}/codes", codes.codes_page, "office_reward_codes_page", WRITE),
        _upload(f"{_ONE}/codes", codes.codes_form, "office_reward_codes_form", settings, 1),
        *_part("pictures", pictures.pictures_page, pictures.pictures_form),
        _upload(f"{_ONE}/pictures/add", pictures.add_pictures_form, "office_reward_add_pictures", settings,
                pictures.MOST_AT_ONCE),
        _upload(f"{_ONE}/evidence/{{at}}/paper", pictures.paper_form, "office_reward_add_paper", settings, 1),
        _get(f"{_ONE}/papers/{{digest}}/file", pictures.paper_file, "office_reward_paper"),
        *(_post(f"{_ONE}/{name}", handler, right, f"office_reward_{name.partition('/')[0].replace('-', '_')}")
          for name, (handler, right) in acts.items()),
    ]


def _part(name: str, page: Handler, form: Handler) -> list[BaseRoute]:
    """A part of a reward: its form, and where it is sent to."""
    path = f"{_ONE}/{name}"
    return [_get(path, page, f"office_reward_{name}_page", WRITE),
            DeclaredRoute(path, form, permission=WRITE, name=f"office_reward_{name}_form", methods=("POST",),
                          audience=Audience.OFFICE, body_bytes=max(_FORM_BYTES, BULK_BYTES), fields=BULK_FIELDS)]


def _upload(path: str, handler: Handler, name: str, settings: Settings, files: int) -> DeclaredRoute:
    return DeclaredRoute(path, handler, permission=WRITE, name=name, methods=("POST",), audience=Audience.OFFICE,
                         body_bytes=(settings.uploads.file_megabytes * files + 1) << 20, fields=(20, files))


def _get(path: str, handler: Handler, name: str, right: str = READ) -> DeclaredRoute:
    return DeclaredRoute(path, handler, permission=right, name=name, audience=Audience.OFFICE)


def _post(path: str, handler: Handler, right: str, name: str) -> DeclaredRoute:
    return DeclaredRoute(path, handler, permission=right, name=name, methods=("POST",), audience=Audience.OFFICE)
