"""The list of orders: by state with counts, filtered, searched, and as a file of exactly what is shown."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.domain.ledger import moment
from treuwerk.domain.reward_orders import LineState
from treuwerk.services.auditing import note_act
from treuwerk.services.orders import desk
from treuwerk.services.orders.desk import DeskPage, Narrowed
from treuwerk.services.orders.scope import READ, WRITE
from treuwerk.services.orders.viewing_orders import PlacedOrder
from treuwerk.services.participants.saved_views import views_of
from treuwerk.web.lists import (
    COUNTED_AT_MOST,
    Act,
    Asked,
    Cell,
    Column,
    Filter,
    ListKind,
    asked,
    csv_answer,
    list_page,
    list_view,
    views_form,
)
from treuwerk.web.office.frame import navigation, settings_of
from treuwerk.web.office.orders.words import STATES, called, kind_names, summary
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit

HOME = "/office/orders"
STATE, LATE, PARTICIPANT = "state", "late", "participant"
_ROWS_AT_ONCE = 500
_TABS = (LineState.WAITING, LineState.FAILED, LineState.ORDERED, LineState.HANDED_OVER, LineState.PARTLY_SHIPPED,
         LineState.SHIPPED)
_CLOSED = (LineState.DELIVERED, LineState.RETURNED, LineState.CANCELLED)


Acts = Callable[[Visit], Sequence[Act]]


def path_of(public_id: str) -> str:
    """The page of an order."""
    return f"{HOME}/{public_id}"


def _suppliers(visit: Visit) -> list[tuple[str, str]]:
    with visit.shell.installation.database.reading() as connection:
        return [(name, name) for name in desk.suppliers(visit.access, connection, settings_of(visit))]


def _state_words(visit: Visit, value: str) -> str:
    return gettext(visit, STATES[LineState(value)][0]) if value in set(LineState) else value


def _participant_words(visit: Visit, value: str) -> str:
    if not (value.isascii() and value.isdigit() and len(value) < 20):
        return value
    with visit.shell.installation.database.reading() as connection:
        found = desk.names_of(visit.access, connection, [int(value)])
    return found[int(value)].name if int(value) in found else value


ORDERS = ListKind(
    "orders", HOME, marked("Orders"),
    (Column("what", marked("What was ordered"), always=True), Column("participant", marked("Participant")),
     Column("state", marked("State")), Column("placed", marked("Ordered on"), "placed"),
     Column("pieces", marked("Pieces"), amount=True, shown=False),
     Column("points", marked("Points"), amount=True), Column("supplier", marked("Supplier"), shown=False),
     Column("number", marked("Number of the order"), shown=False)),
    (Filter("q", marked("Number of the order or participant"), "words"),
     Filter("supplier", marked("Supplier"), options=_suppliers), Filter("kind", marked("Kind"), options=kind_names),
     Filter("from", marked("Ordered from"), "day", more=True),
     Filter("until", marked("Ordered until"), "day", more=True),
     Filter(STATE, marked("State"), "link", words=_state_words),
     Filter(LATE, marked("Late"), "flag", more=True),
     Filter(PARTICIPANT, marked("Participant"), "link", words=_participant_words)),
    sort="-placed", rows=50, csv_path=f"{HOME}.csv", views_path=f"{HOME}-views",
    bulk_path=f"{HOME}-bulk")
_HEADS = (marked("Number of the order"), marked("State"), marked("Ordered on"), marked("Customer number"),
          marked("Participant"), marked("What was ordered"), marked("Pieces"), marked("Points"), marked("Supplier"),
          marked("Late"))


def orders_page(visit: Visit, acts: Acts = lambda visit: []) -> Response:
    """One page of the list, with how much stands in each state; `acts` are those on many rows."""
    state, access, settings = asked(visit, ORDERS), visit.access, settings_of(visit)
    narrowed = narrowed_by(state)
    with visit.shell.installation.database.reading() as connection:
        found = desk.desk_page(access, connection, settings, narrowed, visit.now, falling=state.descending,
                               after=state.after, before=state.before, limit=ORDERS.rows)
        tabs = _tabs(visit, state)
        counts = _counts(visit, connection, {"": state} | {url: one for url, _, one in tabs if one})
        view = list_view(visit, state, count=counts[""], following=found.next, preceding=found.previous,
                         views=views_of(connection, ORDERS.name, access.user_id), counts=_counter(visit, connection),
                         may_share=access.may(WRITE),
                         acts=[(one.code, gettext(visit, one.verb)) for one in acts(visit)])
    return list_page(visit, "office/orders/orders.html", view, rows=rows_of(visit, found), section=HOME,
                     navigation=navigation(visit), states=STATES, tab=_tab(state),
                     tabs=[(url, words, counts.get(url)) for url, words, _ in tabs])


def rows_of(visit: Visit, found: DeskPage) -> list[dict[str, Any]]:
    """What the template needs of each order."""
    return [_row(visit, one, found) for one in found.rows]


def _row(visit: Visit, order: PlacedOrder, found: DeskPage) -> dict[str, Any]:
    company = found.participants.get(order.account_id)
    return {"id": order.public_id, "path": path_of(order.public_id), "title": summary(visit, order),
            "first": called(visit, order.lines[0]) if order.lines else "", "lines": order.lines,
            "more": len(order.lines) - 1, "participant": company.name if company else "",
            "customer": company.number if company else "", "account_id": order.account_id, "state": order.state.value,
            "placed": order.placed_at, "late": desk.is_late(order, visit.now), "points": order.charged,
            "unit": order.unit, "pieces": sum(line.progress.quantity for line in order.lines),
            "suppliers": sorted({line.supplier for line in order.lines if line.supplier})}


def _tabs(visit: Visit, state: Asked) -> list[tuple[str, str, Asked | None]]:
    """Addresses and words of the views by state; with its state of the list where it is counted.

    What is done is not counted: there is ever more of it, and nobody has to do anything about it.
    """
    words = gettext(visit, marked("Everything"))
    found: list[tuple[str, str, Asked | None]] = [(_url(state, "", late=False), words, None)]
    money = settings_of(visit).rewards.money is not None
    for one in (*((LineState.UNPAID,) if money else ()), *_TABS, *_CLOSED):
        url = _url(state, one.value, late=False)
        found.append((url, gettext(visit, STATES[one][0]), None if one in _CLOSED else _with(state, one.value)))
    late = _url(state, "", late=True)
    found.insert(3, (late, gettext(visit, marked("Late")), _with(state, "", late=True)))
    return found


def _url(state: Asked, value: str, *, late: bool) -> str:
    return state.url(changed={STATE: value, LATE: "1" if late else ""})


def _with(state: Asked, value: str, *, late: bool = False) -> Asked:
    left = {name: text for name, text in state.filters.items() if name not in (STATE, LATE)}
    more = ({STATE: value} if value else {}) | ({LATE: "1"} if late else {})
    return Asked(state.kind, left | more)


def _tab(state: Asked) -> str:
    return _url(state, state.filters.get(STATE, ""), late=LATE in state.filters)


def _counts(visit: Visit, connection: Connection, states: Mapping[str, Asked]) -> dict[str, int]:
    return desk.counted(visit.access, connection, settings_of(visit),
                        {name: narrowed_by(one) for name, one in states.items()}, visit.now, COUNTED_AT_MOST + 1)


def _counter(visit: Visit, connection: Connection) -> Any:
    def count(states: Sequence[Asked]) -> Sequence[int]:
        return list(_counts(visit, connection, {str(at): one for at, one in enumerate(states)}).values())

    return count


def orders_csv(visit: Visit) -> Response:
    """Exactly what is filtered, as a file; that it was taken is noted."""
    state = asked(visit, ORDERS)
    narrowed_by(state)
    visit.access.require(READ)
    visit.shell.installation.database.run(lambda connection: note_act(
        connection, visit.access, "order.export", 0, "", now=visit.now, after={"filters": state.query}))
    return csv_answer(visit, "orders.csv", _lines(visit, state))


def _lines(visit: Visit, state: Asked) -> Iterator[list[Cell]]:
    yield [gettext(visit, head) for head in _HEADS]
    narrowed, after = narrowed_by(state), None
    while True:
        with visit.shell.installation.database.reading() as connection:  # short looks: who downloads keeps nobody
            found = desk.desk_page(visit.access, connection, settings_of(visit), narrowed, visit.now,
                                   falling=state.descending, after=after, limit=_ROWS_AT_ONCE)
        yield from (_cells(visit, row) for row in rows_of(visit, found))
        if (after := found.next) is None:
            return


def _cells(visit: Visit, row: Mapping[str, Any]) -> list[Cell]:
    zone = settings_of(visit).programme.time_zone
    late, words = gettext(visit, marked("Late")) if row["late"] else "", STATES[row["state"]][0]
    return [row["id"], gettext(visit, words), moment(row["placed"]).astimezone(zone),
            row["customer"], row["participant"], row["title"], row["pieces"], row["points"],
            ", ".join(row["suppliers"]), late]


def orders_views_form(visit: Visit) -> Response:
    """Keep a view of the list, or take one away."""
    return views_form(visit, ORDERS, visit.access.user_id, may_share=visit.access.may(WRITE))


def narrowed_by(state: Asked) -> Narrowed:
    """What the address narrows the list to.

    Raises:
        HTTPException: 400, a state that orders do not have.
    """
    value = state.filters.get(STATE, "")
    if value and value not in set(LineState):
        raise HTTPException(400)
    return Narrowed(state.filters.get("q", ""), (LineState(value),) if value else (), state.filters.get("supplier", ""),
                    state.filters.get("kind", ""), state.row_id(PARTICIPANT), state.day("from"), state.day("until"),
                    LATE in state.filters)
