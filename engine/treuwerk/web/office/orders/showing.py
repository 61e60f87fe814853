"""One order as a clerk needs it: who, where to, what of each line, who delivers it, and all that happened."""

from typing import Any

from starlette.responses import Response

from treuwerk.domain.reward_orders import LineState
from treuwerk.services.orders import desk, picking
from treuwerk.services.orders.desk import HandoverOfOrder
from treuwerk.services.orders.scope import WRITE
from treuwerk.services.orders.viewing_orders import OrderLine, PlacedOrder, order_of
from treuwerk.store.handovers import OPEN, UNKNOWN
from treuwerk.web.forms.showing import new_form_id
from treuwerk.web.office.frame import office_page, seen, settings_of
from treuwerk.web.office.orders.listing import HOME, path_of
from treuwerk.web.office.orders.money_pages import can_note
from treuwerk.web.office.orders.words import EVENTS, HANDOVERS, PARKED, PAYMENTS, STATES, called
from treuwerk.web.office.orders.works import possible
from treuwerk.web.shell.content import localised
from treuwerk.web.shell.state import Visit


def order_page(visit: Visit) -> Response:
    """The order with everything that belongs to it."""
    with visit.shell.installation.database.reading() as connection:
        order = order_of(visit.access, connection, visit.request.path_params["id"])
        company = desk.participants_of(connection, [order]).get(order.account_id)
        handovers, people = desk.handovers_of(connection, order), desk.people_of(connection, order)
        printed = picking.printed_of(connection, [order]).get((order.account_id, order.number), [])
        parked = desk.parked_of(connection, order)
    seen(visit, "order.read", order.account_id, order.public_id)
    return office_page(visit, "office/orders/order.html", section=HOME, order=order, company=company,
                       handovers=handovers, parked=parked, path=path_of(order.public_id), now=visit.now,
                       people=people, works=possible(visit, order), retry=_retry(visit, order, handovers),
                       printed=list(reversed(printed)), form_id=new_form_id(),
                       can_pick=visit.access.may(WRITE) and picking.can_be_picked(settings_of(visit), order, visit.now),
                       may_write=visit.access.may(WRITE), carriers=settings_of(visit).rewards.orders.carriers,
                       **words_of(visit, order))


def _retry(visit: Visit, order: PlacedOrder, handovers: list[HandoverOfOrder]) -> bool:
    """Whether there is anything that can be tried again."""
    failed = any(line.progress.state is LineState.FAILED for line in order.lines)
    return visit.access.may(WRITE) and (failed or any(one.state in (OPEN, UNKNOWN) for one in handovers))


def words_of(visit: Visit, order: PlacedOrder) -> dict[str, Any]:
    """What the templates of an order need to speak of it."""
    names = {line.number: called(visit, line) for line in order.lines}
    return {"states": STATES, "payment_words": PAYMENTS, "can_note_money": can_note(visit, order),
            "event_words": EVENTS, "handover_words": HANDOVERS, "parked_words": PARKED, "names": names,
            "late": desk.is_late(order, visit.now),
            "answers": {line.number: _answers(visit, line) for line in order.lines}}


def _answers(visit: Visit, line: OrderLine) -> list[tuple[str, str]]:
    """What a kind of reward asked for, with the labels that it gives them."""
    terms = {one.head.name: one.terms for one in settings_of(visit).reward_kinds}
    labels = {one.name: str(localised(one.label, visit.locale)) for one in terms[line.kind].asks} \
        if line.kind in terms else {}
    return [(labels.get(name, name), answer) for name, answer in line.details.items()]
