"""Acts on many orders: approve, refuse, pick, note as sent, try suppliers again; a preview first, then what became."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import LineState, OrderAct
from treuwerk.domain.rights import OutOfScope
from treuwerk.services.orders import approving, desk, picking
from treuwerk.services.orders.moving_on import move_on
from treuwerk.services.orders.scope import APPROVE, WRITE
from treuwerk.services.orders.trying_again import try_again
from treuwerk.services.orders.viewing_orders import PlacedOrder, order_of
from treuwerk.services.participants.own_company import own_companies
from treuwerk.web.forms.pages import told
from treuwerk.web.lists import Act, Asked, RowReport, bulk_form
from treuwerk.web.office.frame import navigation, settings_of
from treuwerk.web.office.orders.listing import HOME, ORDERS, narrowed_by
from treuwerk.web.office.orders.pick_lists import list_path
from treuwerk.web.office.orders.words import order_refusal, summary
from treuwerk.web.office.orders.works import SHIP, WORKS, there
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit

_APPROVE, _REFUSE, _AGAIN, _SENT, _PICK = "approve", "refuse", "again", "sent", "pick"
Hindrances = Callable[[Visit, Connection, Sequence[PlacedOrder]], list[str]]
"""Why an act cannot be done to each order as it stands, as a message; empty where it can."""


def orders_bulk_form(visit: Visit) -> Response:
    """Do something to many orders."""
    def keys(connection: Connection, state: Asked, limit: int) -> list[str]:
        return desk.keys_of(visit.access, connection, settings_of(visit), narrowed_by(state), visit.now, limit)

    reason = visit.form.get("reason", "")
    return bulk_form(visit, ORDERS, acts_of(visit), keys, "office/orders/many.html", section=HOME,
                     navigation=navigation(visit), asks_reason=visit.form.get("act") == _REFUSE, reason=reason,
                     lacks_reason=bool(visit.form.get("sure")) and not _has_reason(visit))


def acts_of(visit: Visit) -> list[Act]:
    """What this visitor may do to many orders."""
    found = []
    if visit.access.may(APPROVE):
        found += [_act(_APPROVE, marked("Approve the orders"), marked("becomes approved"), _not_waiting, _approved),
                  _act(_REFUSE, marked("Refuse the orders"), marked("becomes refused"), _not_waiting, _refused)]
    if visit.access.may(WRITE):
        found += [Act(_PICK, marked("Pick list and labels"), marked("Make the pick list"), _pickable, make=_listed),
                  _act(_SENT, marked("Note as sent"), marked("becomes sent, in one parcel without a number"),
                       _nothing_to_send, _shipped),
                  _act(_AGAIN, marked("Hand over again"), marked("is handed over again"), _nothing_failed, _again)]
    return found


def _act(code: str, title: str, outcome: str, hindrances: Hindrances, do: Callable[[Visit, str], object]) -> Act:
    def look(visit: Visit, connection: Connection, keys: Sequence[str]) -> list[RowReport]:
        orders = desk.some(visit.access, connection, keys)
        return [_planned(visit, one, why, outcome)
                for one, why in zip(orders, hindrances(visit, connection, orders), strict=True)]

    return Act(code, title, title, look, each=lambda visit, key: _done(visit, key, do),
               ready=_has_reason if code == _REFUSE else None)


def _has_reason(visit: Visit) -> bool:
    return len(visit.form.get("reason", "").split()) > 1


def _planned(visit: Visit, order: PlacedOrder, refused: str, outcome: str) -> RowReport:
    return RowReport(order.public_id, _words(visit, order), gettext(visit, refused or outcome), willing=not refused)


def _words(visit: Visit, order: PlacedOrder) -> str:
    day = visit.shell.renderer.language(visit.locale).formats.day(order.placed_at)
    return f"{summary(visit, order)} ({day})"


def _done(visit: Visit, key: str, do: Callable[[Visit, str], object]) -> RowReport:
    """One order, in a transaction of its own; what it is called is read behind it."""
    refused = ""
    try:
        do(visit, key)
    except Refusal as refusal:
        refused = order_refusal(visit, refusal)
    except OutOfScope:
        return RowReport(key, key, gettext(visit, marked("no longer there")), willing=False)
    with visit.shell.installation.database.reading() as connection:
        order = order_of(visit.access, connection, key)
    return RowReport(key, _words(visit, order), refused or gettext(visit, marked("Done")), willing=not refused)


def _approved(visit: Visit, key: str) -> object:
    return approving.approve(visit.shell.installation, visit.access, key, visit.now)


def _refused(visit: Visit, key: str) -> object:
    return approving.refuse(visit.shell.installation, visit.access, key, visit.now,
                            reason=visit.form.get("reason", ""))


def _shipped(visit: Visit, key: str) -> object:
    return move_on(visit.shell.installation, visit.access, key, OrderAct.SHIP, (), visit.now)


def _again(visit: Visit, key: str) -> object:
    return try_again(visit.shell.installation, visit.access, key, visit.now)


def _pickable(visit: Visit, connection: Connection, keys: Sequence[str]) -> list[RowReport]:
    """The oldest orders go on the list first; what it has no room for stays for the next one."""
    orders, room = desk.some(visit.access, connection, keys), picking.MOST_ORDERS
    printed, found = picking.printed_of(connection, orders), []
    for one in orders:
        refused = "" if picking.can_be_picked(settings_of(visit), one, visit.now) else marked(
            "has nothing that may leave now; stays as it is")
        if not refused and room == 0:
            refused = marked("has no room on this list; stays for the next one")
        room -= not refused
        before = printed.get((one.account_id, one.number))
        found.append(_planned(visit, one, refused, marked("is on a list already, and on this one again") if before
                              else marked("comes on the list")))
    return found


def _listed(visit: Visit, connection: Connection, keys: Sequence[str]) -> str:
    settings = settings_of(visit)
    orders = desk.some(visit.access, connection, keys)
    wanted = [one.public_id for one in orders if picking.can_be_picked(settings, one, visit.now)]
    try:
        made = picking.make_list(visit.access, connection, settings, wanted[:picking.MOST_ORDERS], visit.now)
    except Refusal as refusal:
        told(visit, connection, order_refusal(visit, refusal), tone="bad")
        return HOME
    return list_path(made)


def _not_waiting(visit: Visit, connection: Connection, orders: Sequence[PlacedOrder]) -> list[str]:
    waiting = {one.account_id for one in orders if one.state is LineState.WAITING}
    own = own_companies(visit.access, connection, waiting)
    return [marked("waits for nobody; stays as it is") if one.state is not LineState.WAITING
            else marked("is of your own company; stays as it is") if one.account_id in own else "" for one in orders]


def _nothing_to_send(visit: Visit, _: Connection, orders: Sequence[PlacedOrder]) -> list[str]:
    return ["" if any(there(visit, line, WORKS[SHIP]) for line in one.lines)
            else marked("has nothing to send; stays as it is") for one in orders]


def _nothing_failed(_: Visit, connection: Connection, orders: Sequence[PlacedOrder]) -> list[str]:
    unanswered = desk.unanswered(connection, orders)
    return ["" if any(line.progress.state is LineState.FAILED or line.handover_key in unanswered for line in one.lines)
            else marked("nothing of it failed; stays as it is") for one in orders]
