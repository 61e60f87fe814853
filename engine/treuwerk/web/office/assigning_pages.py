"""A withdrawal of which nobody knows the order: the order is found and checked, or the person gets an answer."""

from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.services.orders import desk, withdrawn
from treuwerk.services.orders.assigning_withdrawals import assign, foreseen, set_aside
from treuwerk.services.orders.viewing_orders import PlacedOrder, order_of
from treuwerk.services.participants.own_company import is_own_company
from treuwerk.web.forms.pages import CONFLICT, done, empty, read, refused, told, version_of
from treuwerk.web.forms.showing import new_form_id
from treuwerk.web.office.frame import office_page, seen, sent_back, settings_of
from treuwerk.web.office.orders.words import STATES, called
from treuwerk.web.office.withdrawal_pages import HOME, Answered, Settled, withdrawal_shown
from treuwerk.web.office.words import marked_refusal
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext, see_other
from treuwerk.web.shell.state import Visit


def assign_page(visit: Visit) -> Response:
    """What the person wrote beside an order that it may be, and what would follow."""
    return _check(visit, _order(visit))


def assign_form(visit: Visit) -> Response:
    """Assign it; where the order was changed meanwhile, show it as it is now."""
    here = _here(visit)

    def act(connection: Connection) -> str:
        assign(visit.access, connection, settings_of(visit), visit.request.path_params["id"],
               visit.request.path_params["order"], version_of(visit), visit.now)
        told(visit, connection, gettext(visit, marked("The withdrawal belongs to this order now.")))
        return here

    try:
        return done(visit, act)
    except Refusal as refusal:
        if refusal.code == "changed_meanwhile":
            return _check(visit, _order(visit), CONFLICT, stale=True)
        return sent_back(visit, refusal, here)


def answer_form(visit: Visit) -> Response:
    """Set it aside with an answer."""
    result, here = read(visit, Answered), _here(visit)
    if result.ok:
        try:
            return done(visit, lambda connection: _answered(visit, connection, result.value.answer, here))
        except Refusal as refusal:
            if refusal.code != "no_reason":
                return sent_back(visit, refusal, here)
            result = result.refused("answer", marked_refusal(refusal))
    return withdrawal_shown(visit, empty(visit, Settled), refused(visit, result), 422)


def _answered(visit: Visit, connection: Connection, answer: str, here: str) -> str:
    set_aside(visit.access, connection, visit.request.path_params["id"], answer, visit.now)
    told(visit, connection, gettext(visit, marked("The withdrawal is set aside, and the person gets your answer.")))
    return here


def _check(visit: Visit, order: PlacedOrder, status: int = 200, *, stale: bool = False) -> Response:
    with visit.shell.installation.database.reading() as connection:
        found, is_open = withdrawn.withdrawal(visit.access, connection, visit.request.path_params["id"])
        company = desk.participants_of(connection, [order]).get(order.account_id)
        people, own = desk.people_of(connection, order), is_own_company(visit.access, connection, [order.account_id])
    if found.order_id or not is_open:
        return see_other(_here(visit))
    seen(visit, "order.read", order.account_id, order.public_id)
    cancelled, left = foreseen(found, order)
    return office_page(
        visit, "office/withdrawal_assign.html", status, section="/office/queue", one=found, order=order, own=own,
        company=company, by=people.get(order.actor, ""), cancelled=cancelled, left=left, stale=stale, states=STATES,
        called=lambda line: called(visit, line), here=_here(visit), form_id=new_form_id())


def _order(visit: Visit) -> PlacedOrder:
    with visit.shell.installation.database.reading() as connection:
        return order_of(visit.access, connection, visit.request.path_params["order"])


def _here(visit: Visit) -> str:
    return HOME.format(id=visit.request.path_params["id"])
