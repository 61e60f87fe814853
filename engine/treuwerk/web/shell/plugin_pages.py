"""Pages and panels of plugins: asked with domain types, answered by their templates inside our frame."""

import logging
from collections.abc import Iterator, Mapping, Sequence

import attrs
from markupsafe import Markup
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute

from treuwerk.domain.ledger import moment
from treuwerk.domain.pages import Holding, Page, PageRequest, WebPart
from treuwerk.domain.rights import Audience, NotAllowed, OutOfScope
from treuwerk.programme.errors import Mistake
from treuwerk.services.ledger.balances import UnitBalance, balances
from treuwerk.web.shell.pages import page_with, see_other
from treuwerk.web.shell.parts import Parts, path_of
from treuwerk.web.shell.routing import DeclaredRoute, own_path
from treuwerk.web.shell.state import Visit

_log = logging.getLogger("treuwerk.web")


@attrs.frozen
class ShownPanel:
    """A panel ready to stand on a page; without `html` it could not be made, and `name` says which one."""

    name: str
    html: Markup | None


def routes(parts: Parts) -> list[DeclaredRoute]:
    """A route for each page, with the permission that it names."""
    return [DeclaredRoute(path_of(page), _Handler(part, page), permission=page.permission, audience=page.audience,
                          name=f"{part.name}.{page.name}", methods=page.methods) for part, page in parts.pages()]


def taken(parts: Parts, own: Sequence[BaseRoute]) -> Iterator[Mistake]:
    """Pages of plugins that nobody could reach, since a page of ours answers there."""
    for part, page in parts.pages():
        path = path_of(page)
        for route in own:
            if isinstance(route, DeclaredRoute) and route.path_regex.match(path) and {*page.methods} & {
                    *(route.methods or ())}:
                yield Mistake(f"web_parts {part.name!r}: page {page.name!r}", f"path {path!r}", "a path that is free",
                              f"the engine has {route.path} itself")


@attrs.frozen
class _Handler:
    """Answers one page of a plugin."""

    part: WebPart
    page: Page

    def __call__(self, visit: Visit) -> Response:
        with visit.shell.installation.database.reading() as connection:
            request = request_of(visit, _held(visit, connection, visit.access.account_id), visit.access.account_id)
        answer = self.page.answer(request)
        if answer.go_to:
            return see_other(own_path(answer.go_to))
        if not answer.template:
            raise HTTPException(answer.status if answer.status >= 400 else 500)
        return page_with(visit, f"{self.part.name}/{answer.template}", answer.status,
                         {"section": path_of(self.page), **answer.values})


def request_of(visit: Visit, held: Mapping[str, UnitBalance], account_id: int) -> PageRequest:
    """What a page or a panel of a plugin is told about a visit."""
    zone = visit.shell.installation.programme.settings.programme.time_zone
    holdings = {unit: Holding(unit, one.available, one.pending, one.held) for unit, one in held.items()}
    return PageRequest(visit.locale, moment(visit.now).astimezone(zone), visit.access, account_id, holdings,
                       dict(visit.request.path_params), dict(visit.request.query_params), dict(visit.form))


def _held(visit: Visit, connection: Connection, account_id: int) -> Mapping[str, UnitBalance]:
    """Balances of the account; none in the service centre, and none for who may not see them."""
    if not account_id or not visit.access.may("own.account.read"):
        return {}
    units = visit.shell.installation.programme.settings.units
    return balances(connection, units, account_id, visit.now, with_expiry=False)


def panels(visit: Visit, audience: Audience, account_id: int, held: Mapping[str, UnitBalance]) -> Sequence[ShownPanel]:
    """The panels of plugins for a page of ours about an account, for whom their permissions allow them.

    A panel that fails is named in the log and told as not loaded; the page around it stays.
    """
    allowed = [(part, panel) for part, panel in visit.shell.parts.panels(audience)
               if visit.access.may(panel.permission)]
    if not allowed:
        return ()
    request, shown = request_of(visit, held, account_id), []
    for part, panel in allowed:
        try:
            values = panel.values(request)
            html = None if values is None else Markup(visit.shell.renderer.render(  # noqa: S704  # escaped by Jinja
                visit.locale, f"{part.name}/{panel.template}", values))
        except (NotAllowed, OutOfScope):
            continue
        except Exception as error:
            visit.shell.faults.note(part.name, f"panel {panel.name}", error, visit.now)
            _log.exception("panel %s of plugin %s failed, reference %s", panel.name, part.name, visit.state.request_id)
            shown.append(ShownPanel(panel.name, None))
            continue
        if html is not None:
            shown.append(ShownPanel(panel.name, html))
    return shown
