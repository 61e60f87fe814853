"""What every page of the service centre stands in: the navigation by rights, with what is waiting."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.domain.ledger import moment
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, Audience
from treuwerk.programme.reading import LoadedProgramme
from treuwerk.programme.settings import Settings
from treuwerk.services.auditing import note_reading
from treuwerk.services.orders import desk
from treuwerk.services.orders.scope import READ as READ_ORDERS
from treuwerk.services.submissions import queue
from treuwerk.web.forms.pages import done, told
from treuwerk.web.office.words import STATED, refusal_words
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.navigation import Entry, Group
from treuwerk.web.shell.pages import page, see_other
from treuwerk.web.shell.state import Visit

_COUNTED_AT_MOST = 1_000
_ADMINISTRATION, _CATALOGUE = marked("Administration"), marked("Catalogue")
ENTRIES = (
    Entry("/office", marked("Overview"), "house", "queue.read", Audience.OFFICE, 100),
    Entry("/office/queue", marked("Work queue"), "list-checks", "queue.read", Audience.OFFICE, 200),
    Entry("/office/conflicts", marked("Conflicts"), "copy", "submissions.read", Audience.OFFICE, 250),
    Entry("/office/participants", marked("Participants"), "building-2", "participants.read", Audience.OFFICE, 300),
    Entry("/office/mapping", marked("Unknown numbers"), "merge", "queue.read", Audience.OFFICE, 350),
    Entry("/office/sellers", marked("Sellers"), "bookmark", "submissions.read", Audience.OFFICE, 375),
    Entry("/office/adjustments", marked("Points by hand"), "scale", "participants.read", Audience.OFFICE, 400),
    Entry("/office/deliveries", marked("Deliveries"), "package", "deliveries.read", Audience.OFFICE, 450),
    Entry("/office/orders", marked("Orders"), "shopping-bag", "orders.read", Audience.OFFICE, 500),
    Entry("/office/rewards", marked("Rewards"), "award", "catalogue.read", Audience.OFFICE, 600, _CATALOGUE),
    Entry("/office/worlds", marked("Worlds"), "sparkles", "catalogue.read", Audience.OFFICE, 620, _CATALOGUE),
    Entry("/office/promotions", marked("Promotions"), "badge-percent", "catalogue.read", Audience.OFFICE, 640,
          _CATALOGUE),
    Entry("/office/shop-preview", marked("Preview of the shop"), "eye", "catalogue.read", Audience.OFFICE, 660,
          _CATALOGUE),
    Entry("/office/users", marked("Users"), "users-round", "users.manage", Audience.OFFICE, 900, _ADMINISTRATION),
    Entry("/office/roles", marked("Roles"), "key-round", "users.manage", Audience.OFFICE, 910, _ADMINISTRATION),
    Entry("/office/programme", marked("Programme changes"), "sliders-horizontal", "programme.read", Audience.OFFICE,
          915, _ADMINISTRATION),
    Entry("/office/audit", marked("Audit"), "scroll-text", "audit.read", Audience.OFFICE, 920, _ADMINISTRATION),
    Entry("/office/plugins", marked("Plugins"), "plug", "plugins.read", Audience.OFFICE, 930, _ADMINISTRATION),
)
"""The service centre's own entries of the main navigation."""


def settings_of(visit: Visit) -> Settings:
    """The programme."""
    return visit.shell.installation.programme.settings


def programme_of(visit: Visit) -> LoadedProgramme:
    """The programme with its plugins."""
    return visit.shell.installation.programme


def today_of(visit: Visit) -> str:
    """The day in the programme's zone, as ISO text."""
    return moment(visit.now).astimezone(settings_of(visit).programme.time_zone).date().isoformat()


def office_page(visit: Visit, template: str, status: int = 200, **context: Any) -> Response:
    """A page of the service centre."""
    return page(visit, template, status, navigation=navigation(visit), reason_words=STATED, **context)


def navigation(visit: Visit) -> Sequence[Group]:
    """The links that this visitor may follow, with how much is waiting behind them."""
    return visit.shell.navigation.groups(visit.access, visit.locale, _waiting(visit))


def _waiting(visit: Visit) -> Mapping[str, int]:
    access, found = visit.access, dict[str, int]()
    with visit.shell.installation.database.reading() as connection:
        if access.may(queue.READ):
            found["/office/queue"] = queue.waiting(access, connection, visit.now, today_of(visit))
        if access.may(READ_ORDERS):
            found["/office/orders"] = desk.waiting(access, connection, _COUNTED_AT_MOST)
    return found


def account_of(visit: Visit) -> int:
    """The account in the path.

    Raises:
        HTTPException: 404, it is no number of an account.
    """
    return number_in(visit, "account")


def number_in(visit: Visit, name: str) -> int:
    """A number in the path.

    Raises:
        HTTPException: 404, it is none that a row can have.
    """
    text = visit.request.path_params[name]
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and int(text) < 2**63):
        raise HTTPException(404)
    return int(text)


def seen(visit: Visit, action: str, account_id: int, object_id: str = "") -> None:
    """Note that data of a participant is about to be seen."""
    note_reading(visit.shell.installation.database, visit.access, action, account_id, visit.now, object_id)


def acted(visit: Visit, act: Callable[[Connection, Access], str], back: str) -> Response:
    """Do what a button asks for, once; where it is refused, lead back and say why."""
    try:
        return done(visit, lambda connection: act(connection, visit.access))
    except Refusal as refusal:
        return sent_back(visit, refusal, back)


def sent_back(visit: Visit, refusal: Refusal, back: str) -> Response:
    """To a page that says why something was refused."""
    with visit.shell.installation.database.writing() as connection:
        told(visit, connection, refusal_words(visit, refusal), tone="bad")
    return see_other(back)
