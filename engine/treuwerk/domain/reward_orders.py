"""Orders of rewards: what somebody wants, what a line of an order goes through, and what an order is by its lines.

A line has pieces: of those that were ordered some may be cancelled, shipped, delivered or returned. Its state says how
far the rest has come. What may be done to it stands in one table, and everybody who does something asks `after`.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

import attrs

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rewards import Objection


class LineState(StrEnum):
    """How far the pieces of a line have come that were not cancelled."""

    UNPAID = "unpaid"  # for money; its points are reserved
    WAITING = "waiting"  # for somebody who approves it; its points are reserved
    ORDERED = "ordered"
    HANDED_OVER = "handed_over"  # the supplier has it
    FAILED = "failed"  # the supplier will not deliver it; somebody decides
    PARTLY_SHIPPED = "partly_shipped"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class OrderAct(StrEnum):
    """What can be done to a line."""

    PAY = "pay"
    PAY_FIRST = "pay_first"  # somebody approves it then
    APPROVE = "approve"
    HAND_OVER = "hand_over"
    FAIL = "fail"
    SHIP = "ship"
    DELIVER = "deliver"
    NOT_DELIVERED = "not_delivered"  # takes back that it arrived
    RETRY = "retry"  # works on it again after it failed
    CANCEL = "cancel"
    RETURN = "return"
    REPLACE = "replace"  # pieces that left are sent once more, as a line of another order
    UNREPLACE = "unreplace"  # what was sent for them did not leave, or came back


_S, _A = LineState, OrderAct
_LEFT = frozenset({_S.PARTLY_SHIPPED, _S.FAILED, _S.SHIPPED, _S.DELIVERED})
TRANSITIONS: Mapping[OrderAct, frozenset[LineState]] = {
    _A.PAY: frozenset({_S.UNPAID}),
    _A.PAY_FIRST: frozenset({_S.UNPAID}),
    _A.APPROVE: frozenset({_S.WAITING}),
    _A.HAND_OVER: frozenset({_S.ORDERED, _S.FAILED}),
    _A.FAIL: frozenset({_S.ORDERED, _S.HANDED_OVER, _S.PARTLY_SHIPPED}),
    _A.SHIP: frozenset({_S.ORDERED, _S.HANDED_OVER, _S.FAILED, _S.PARTLY_SHIPPED}),
    _A.DELIVER: frozenset({_S.ORDERED, _S.HANDED_OVER, _S.FAILED, _S.PARTLY_SHIPPED, _S.SHIPPED}),
    _A.NOT_DELIVERED: frozenset({_S.FAILED, _S.PARTLY_SHIPPED, _S.SHIPPED, _S.DELIVERED}),
    _A.RETRY: frozenset({_S.FAILED}),
    _A.CANCEL: frozenset({_S.UNPAID, _S.WAITING, _S.ORDERED, _S.HANDED_OVER, _S.FAILED, _S.PARTLY_SHIPPED}),
    _A.RETURN: _LEFT,
    _A.REPLACE: _LEFT,
    _A.UNREPLACE: _LEFT,
}
"""In which states each act is possible."""
OPEN = frozenset({_S.UNPAID, _S.WAITING, _S.ORDERED, _S.HANDED_OVER, _S.FAILED, _S.PARTLY_SHIPPED})
"""States in which some pieces have not left yet."""
WITHDRAWABLE = frozenset({_S.UNPAID, _S.WAITING, _S.ORDERED})
"""States in which whoever ordered can still cancel."""
UNDECIDED = frozenset({_S.UNPAID, _S.WAITING})
"""States in which points are only reserved."""


@attrs.frozen
class Progress:
    """The pieces of a line. `shipped` are all that have left; of these `delivered` are there, `returned` came back.

    `replaced` left, too, and were sent once more: they stay paid for, and so do not come back for points.
    """

    state: LineState
    quantity: int
    cancelled: int = 0
    shipped: int = 0
    delivered: int = 0
    returned: int = 0
    replaced: int = 0

    @property
    def to_ship(self) -> int:
        """Pieces that have not left and are not cancelled."""
        return self.quantity - self.cancelled - self.shipped

    @property
    def charged(self) -> int:
        """Pieces that are paid for: neither cancelled nor returned."""
        return self.quantity - self.cancelled - self.returned

    def there_for(self, act: OrderAct) -> int:
        """How many pieces an act can be about."""
        if act not in TRANSITIONS or self.state not in TRANSITIONS[act]:
            return 0
        if act is OrderAct.NOT_DELIVERED:
            return self.delivered
        if act in (OrderAct.RETURN, OrderAct.REPLACE):
            return self.shipped - self.returned - self.replaced
        if act is OrderAct.UNREPLACE:
            return self.replaced
        if act is OrderAct.DELIVER:  # what is delivered without a parcel leaves and arrives at once
            return self.shipped - self.delivered - self.returned + self.to_ship
        return self.to_ship


def after(before: Progress, act: OrderAct, quantity: int | None = None) -> Progress:
    """A line behind an act on `quantity` pieces; None: on all that it can be about.

    Paying, approving, handing over, failing and trying again are always about all.

    Raises:
        Refusal: `wrong_state`, or `wrong_quantity`: there are not so many.
    """
    if before.state not in TRANSITIONS[act]:
        raise Refusal("wrong_state", f"found a line that is {before.state.value}, expected one that is "
                      f"{' or '.join(sorted(one.value for one in TRANSITIONS[act]))}", state=before.state.value)
    there = before.there_for(act)
    pieces = there if quantity is None else quantity
    if type(pieces) is not int or not 0 < pieces <= there:
        raise Refusal("wrong_quantity", f"found {pieces!r:.20} pieces, expected a whole number from 1 to {there}",
                      there=there)
    return _settled(_moved(before, act, pieces), act)


_COUNTED: Mapping[OrderAct, tuple[str, int]] = {
    _A.CANCEL: ("cancelled", 1), _A.SHIP: ("shipped", 1), _A.NOT_DELIVERED: ("delivered", -1),
    _A.REPLACE: ("replaced", 1), _A.UNREPLACE: ("replaced", -1)}
"""Acts that count pieces up or down, and nothing else."""


def _moved(before: Progress, act: OrderAct, pieces: int) -> Progress:
    if act in _COUNTED:
        name, sign = _COUNTED[act]
        return attrs.evolve(before, **{name: getattr(before, name) + sign * pieces})
    if act is OrderAct.RETURN:
        delivered = before.delivered - min(pieces, before.delivered)  # what arrived comes back rather than what is away
        return attrs.evolve(before, returned=before.returned + pieces, delivered=delivered)
    if act is OrderAct.DELIVER:
        delivered = before.delivered + pieces
        shipped = max(before.shipped, delivered + before.returned)
        return attrs.evolve(before, delivered=delivered, shipped=shipped)
    return before


_STAGES = {_A.PAY: _S.ORDERED, _A.PAY_FIRST: _S.WAITING, _A.APPROVE: _S.ORDERED, _A.HAND_OVER: _S.HANDED_OVER,
           _A.FAIL: _S.FAILED, _A.RETRY: _S.ORDERED}


def _settled(line: Progress, act: OrderAct) -> Progress:
    """The line with the state that its pieces make."""
    if act in _STAGES:
        return attrs.evolve(line, state=_STAGES[act])
    if line.cancelled == line.quantity:
        return attrs.evolve(line, state=_S.CANCELLED)
    if line.to_ship:
        part = line.shipped and line.state is not _S.FAILED
        return attrs.evolve(line, state=_S.PARTLY_SHIPPED if part else line.state)
    if line.returned == line.shipped:
        return attrs.evolve(line, state=_S.RETURNED)
    arrived = line.delivered + line.returned == line.shipped
    return attrs.evolve(line, state=_S.DELIVERED if arrived else _S.SHIPPED)


_FIRST = (_S.UNPAID, _S.WAITING, _S.FAILED)
_GONE = frozenset({_S.SHIPPED, _S.DELIVERED, _S.RETURNED})


def state_of(lines: Iterable[LineState]) -> LineState:
    """What an order is by its lines; cancelled ones count only where there are no others.

    >>> state_of([LineState.SHIPPED, LineState.ORDERED, LineState.CANCELLED]).value
    'partly_shipped'
    """
    states = {state for state in lines if state is not _S.CANCELLED}
    if not states:
        return _S.CANCELLED
    for state in _FIRST:
        if state in states:
            return state
    if states <= _GONE:
        return next(state for state in (_S.SHIPPED, _S.DELIVERED, _S.RETURNED) if state in states)
    if states & (_GONE | {_S.PARTLY_SHIPPED}):
        return _S.PARTLY_SHIPPED
    return _S.ORDERED if _S.ORDERED in states else _S.HANDED_OVER


class AddressKind(StrEnum):
    """Where an order goes; a parcel station has its own rules in each country."""

    PRIVATE = "private"
    COMPANY = "company"
    PARCEL_STATION = "parcel_station"


@attrs.frozen
class Destination:
    """Where an order goes, as it was when it was placed. `country` is a code of two letters.

    Of a parcel station `street` is its name and number, and `extra` the number by which the post knows the customer.
    """

    name: str
    street: str
    postcode: str
    city: str
    country: str
    company: str = ""
    extra: str = ""
    kind: AddressKind = AddressKind.PRIVATE


@attrs.frozen
class WantedLine:
    """Pieces of a variant that somebody wants, at the price in points that was shown for one of them.

    `details` are answers to what the kind of reward asks, such as a day.
    """

    variant: str
    quantity: int
    points: int
    details: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen
class OrderRequest:
    """An order as somebody sends it. `key` names it, once and for good: the id of the form, say.

    `account_id` is for whom the service centre orders; 0: for whoever acts. `points` are those that it is paid with,
    the rest with money; None: all of it with points.
    """

    key: str
    lines: tuple[WantedLine, ...]
    destination: Destination | None = None
    note: str = ""
    account_id: int = 0
    points: int | None = None


@attrs.frozen
class LineProblem:
    """Why a line cannot be ordered: its place from 1 on, and what to say about it.

    `code` is ``price_changed`` (details: seen, now), ``sold_out`` (there), ``not_offered`` (its `objections`),
    ``country_not_served`` (country), ``no_address``, ``wrong_quantity`` (most), ``promotion_over`` (promotion, left:
    points that it may still give away), or of an answer ``missing_detail``, ``unknown_detail``, ``no_choice`` (detail)
    and ``long_detail`` (detail, longest).
    """

    line: int
    variant: str
    code: str
    details: Mapping[str, str | int] = attrs.field(factory=dict)
    objections: tuple[Objection, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The shape that others rely on."""
        return {"line": self.line, "variant": self.variant, "code": self.code, **self.details,
                "objections": [one.reason for one in self.objections]}


class OrderRefused(Refusal):
    """An order that cannot be placed as it is; `problems` name each line and why. Nothing was booked."""

    def __init__(self, problems: Iterable[LineProblem]) -> None:
        self.problems = tuple(problems)
        told = "; ".join(f"line {one.line} ({one.variant}): {one.code}" for one in self.problems)
        super().__init__(self.problems[0].code, f"found lines that cannot be ordered: {told}; change them and order "
                         "again", problems=[one.as_json() for one in self.problems])
