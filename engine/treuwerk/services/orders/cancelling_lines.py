"""Cancelling pieces of an order: points go back into the lots that they came from, and pieces can be ordered again.

Whoever ordered can do so for a while and before a supplier has the line; the service centre until the pieces leave.
"""

from collections.abc import Sequence

import attrs
from sqlalchemy import Connection

from treuwerk.domain.actors import stated_reason
from treuwerk.domain.ledger import moment
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import UNDECIDED, WITHDRAWABLE, LineState, OrderAct
from treuwerk.domain.rights import Access, Audience
from treuwerk.services.auditing import note_act
from treuwerk.services.installation import Installation
from treuwerk.services.orders.changing import Effect, OpenOrder, progress_of
from treuwerk.services.orders.scope import REDEEM, WRITE, order_named
from treuwerk.services.participants.own_company import refuse_own_company


@attrs.frozen
class Cut:
    """Pieces of a line that are to be cancelled; None: all that have not left."""

    line: int
    quantity: int | None = None


@attrs.frozen
class Cancelled:
    """What was cancelled: effects by line, points that came back, and what the order is now.

    `lapsed` are those of the points that had expired meanwhile: they came back, and are gone again. `money` are cents
    that are not owed any more.
    """

    public_id: str
    effects: tuple[Effect, ...]
    points: int
    state: LineState
    lapsed: int = 0
    money: int = 0


def cancel_lines(installation: Installation, access: Access, public_id: str, cuts: Sequence[Cut], now: int, *,
                 reason: str = "", version: int | None = None) -> Cancelled:
    """Cancel pieces of an order; no `cuts`: all that can be cancelled. With `version` it must be the one that was seen.

    The service centre says why.

    Raises:
        Refusal: `too_late` (until), `wrong_state`, `wrong_quantity` (there), `unknown_line`, `twice`, `no_reason`,
            `nothing_to_cancel`, `unpaid_whole`, `changed_meanwhile`, `own_account`: nobody in the service centre may
            for the own company; nothing was cancelled.
        NotAllowed, OutOfScope: whoever acts may not, or there is no such order.
    """
    office = access.audience is Audience.OFFICE
    access.require(WRITE if office else REDEEM)
    why = stated_reason(reason) if office else ""

    def work(connection: Connection) -> Cancelled:
        account_id, number = order_named(access, connection, public_id)
        order = OpenOrder(connection, installation.programme.settings, account_id, number, now, actor=access.actor,
                          version=version)
        if office:
            refuse_own_company(access, connection, [account_id])
        for cut in cuts or _all_of(order, office=office):
            if not office:
                _refuse_late(order, cut)
            order.apply(cut.line, OrderAct.CANCEL, cut.quantity, details={"reason": why} if why else {})
        if not order.effects:
            raise Refusal("nothing_to_cancel", f"found an order that is {order.state.value}, expected lines that "
                          "have not left", state=order.state.value)
        return _finished(order, access, why)

    return installation.database.run(work)


def _all_of(order: OpenOrder, *, office: bool) -> list[Cut]:
    """Lines that can be cancelled by whoever asks."""
    found = [(number, progress_of(row)) for number, row in order.lines.items()]
    return [Cut(number) for number, line in found
            if line.there_for(OrderAct.CANCEL) and (office or line.state in WITHDRAWABLE)]


def _refuse_late(order: OpenOrder, cut: Cut) -> None:
    state = progress_of(order.line(cut.line)).state
    if state not in WITHDRAWABLE:
        raise Refusal("wrong_state", f"found a line that is {state.value}, expected one that nobody works on yet; ask "
                      "the service centre", state=state.value)
    until = order.row.cancel_until
    if state not in UNDECIDED and order.now >= until:
        raise Refusal("too_late", f"the order could be cancelled until {moment(until).isoformat()}; ask the service "
                      "centre", until=until)


def _finished(order: OpenOrder, access: Access, why: str) -> Cancelled:
    state = order.finish()
    points, lapsed = sum(one.points for one in order.effects), order.lapsed
    note_act(order.connection, access, "order.cancel", order.row.account_id, order.public_id, now=order.now,
             after={"lines": [f"{one.line}: {one.pieces}" for one in order.effects], "points": points,
                    "state": state.value}, reason=why)
    money = sum(one.money for one in order.effects)
    return Cancelled(order.public_id, tuple(order.effects), points, state, lapsed, money)
