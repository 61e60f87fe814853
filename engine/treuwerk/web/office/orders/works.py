"""What a clerk can do to an order, in words: each with its right, what it asks for, and the lines it can be about."""

from collections.abc import Mapping

import attrs

from treuwerk.domain.reward_orders import LineState, OrderAct
from treuwerk.services.orders.fulfilling import fulfilled_as, sent_as
from treuwerk.services.orders.scope import APPROVE, WRITE
from treuwerk.services.orders.viewing_orders import OrderLine, PlacedOrder
from treuwerk.web.office.frame import settings_of
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.state import Visit

SHIP, DELIVER, CANCEL, RETURN, FAIL, ACCEPT, REFUSE = (
    "ship", "deliver", "cancel", "return", "fail", "approve", "refuse")


@attrs.frozen
class Work:
    """One of them. `act` is what happens to the pieces; without pieces to choose it is about the whole order."""

    name: str
    act: OrderAct
    right: str
    title: str
    verb: str
    """The button that does it."""
    symbol: str
    done: str
    """What is told once it is done."""
    chosen: bool = True
    """Whether lines are chosen, with how many of their pieces."""
    whole_lines: bool = False
    """Whether all pieces of a line go together."""
    reason: bool = False
    parcel: bool = False
    points_back: bool = False
    hint: str = ""


WORKS: Mapping[str, Work] = {one.name: one for one in (
    Work(SHIP, OrderAct.SHIP, WRITE, marked("Note a parcel"), marked("Note the parcel"), "truck",
         marked("The parcel is noted."), parcel=True,
         hint=marked("What leaves together is one parcel. Note another one for the rest.")),
    Work(ACCEPT, OrderAct.APPROVE, APPROVE, marked("Approve the order"), marked("Approve the order"), "circle-check",
         marked("The order is approved. Its points are spent."), chosen=False,
         hint=marked("The points that are reserved for it are spent, and it can be handed over.")),
    Work(REFUSE, OrderAct.CANCEL, APPROVE, marked("Refuse the order"), marked("Refuse the order"), "circle-x",
         marked("The order is refused. Its points are free again."), chosen=False, reason=True, points_back=True,
         hint=marked("Its points and pieces are free again.")),
    Work(DELIVER, OrderAct.DELIVER, WRITE, marked("Delivered without a parcel"), marked("Note that it is there"),
         "circle-check", marked("It is noted as delivered."),
         hint=marked("For what was handed over in person. What was sent arrives with its parcel.")),
    Work(RETURN, OrderAct.RETURN, WRITE, marked("Pieces came back"), marked("Note that they came back"), "undo-2",
         marked("It is noted that they came back. Their points are there again."), reason=True, points_back=True,
         hint=marked("Their points go back into the lots that they came from.")),
    Work(FAIL, OrderAct.FAIL, WRITE, marked("Not to be had"), marked("Note that it cannot be had"), "triangle-alert",
         marked("It is noted that it cannot be had."), whole_lines=True, reason=True,
         hint=marked("It keeps its points until it is cancelled, or sent after all.")),
    Work(CANCEL, OrderAct.CANCEL, WRITE, marked("Cancel pieces"), marked("Cancel the pieces"), "circle-x",
         marked("The pieces are cancelled. Their points are there again."), reason=True, points_back=True,
         hint=marked("Their points go back into the lots that they came from.")),
)}
"""All of them, in the order of their buttons."""
_SENT = (OrderAct.SHIP, OrderAct.DELIVER, OrderAct.RETURN, OrderAct.FAIL)


def possible(visit: Visit, order: PlacedOrder) -> list[Work]:
    """What this visitor can do to an order as it stands."""
    return [one for one in WORKS.values() if visit.access.may(one.right) and _is_possible(visit, order, one)]


def _is_possible(visit: Visit, order: PlacedOrder, work: Work) -> bool:
    waits = order.state is LineState.WAITING
    if not work.chosen:
        return waits
    return not (waits and work.name == CANCEL) and any(there(visit, line, work) for line in order.lines)


def there(visit: Visit, line: OrderLine, work: Work) -> int:
    """How many pieces of a line it can be about."""
    if work.act in _SENT and not _is_sent(visit, line):
        return 0
    if work.name == DELIVER:
        return line.progress.there_for(OrderAct.SHIP)
    return line.progress.there_for(work.act)


def _is_sent(visit: Visit, line: OrderLine) -> bool:
    """Whether somebody sends what a line is about; of an old one whose kind the programme lost, somebody did."""
    return sent_as(fulfilled_as(settings_of(visit), line.kind, line.fulfilment))
