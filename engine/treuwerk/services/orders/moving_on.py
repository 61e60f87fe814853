"""What becomes of pieces after they were ordered: they leave, arrive, come back, or will not come.

The service centre notes it, piece by piece and in as many parcels as there are. What came back gives its points back
into the lots that they came from; what cannot be delivered keeps them until somebody cancels it or sends it after all.
"""

from collections.abc import Sequence

import attrs
from sqlalchemy import Connection

from treuwerk.domain.actors import stated_reason
from treuwerk.domain.parcels import NO_PARCEL, Parcel, tidy
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import OrderAct
from treuwerk.domain.rights import Access
from treuwerk.services.auditing import note_act
from treuwerk.services.installation import Installation
from treuwerk.services.orders.cancelling_lines import Cut
from treuwerk.services.orders.changing import Effect, OpenOrder, progress_of
from treuwerk.services.orders.fulfilling import is_sent
from treuwerk.services.orders.parcels import note_arrivals
from treuwerk.services.orders.scope import WRITE, order_named
from treuwerk.services.participants.own_company import refuse_own_company
from treuwerk.store import reward_orders

ACTS = (OrderAct.SHIP, OrderAct.DELIVER, OrderAct.RETURN, OrderAct.FAIL)
"""What can be noted here; the rest of an order's life has ways of its own."""
_LEAVING = (OrderAct.SHIP, OrderAct.DELIVER)
_EXPLAINED = (OrderAct.RETURN, OrderAct.FAIL)


def move_on(installation: Installation, access: Access, public_id: str, act: OrderAct, cuts: Sequence[Cut], now: int,
            *, parcel: Parcel = NO_PARCEL, reason: str = "", version: int | None = None) -> tuple[Effect, ...]:
    """Note one of `ACTS` for pieces of an order; no `cuts`: for all that it can be about. Only what suppliers send.

    The points of what came back are the participant's again, so nobody notes that for the own company. A reason is
    needed for what came back or will not come. With `version` the order must be as it was seen.

    Raises:
        Refusal: `wrong_state`, `wrong_quantity` (there), `wrong_kind` (kind), `unknown_line`, `twice`, `no_reason`,
            `too_long`, `nothing_there`, `own_account`, `changed_meanwhile`; nothing was noted.
        NotAllowed, OutOfScope: whoever acts may not, or there is no such order.
    """
    access.require(WRITE)
    sent = tidy(parcel)
    told = _told(sent) | ({"reason": stated_reason(reason)} if act in _EXPLAINED else {})

    def work(connection: Connection) -> tuple[Effect, ...]:
        account_id, number = order_named(access, connection, public_id)
        order = OpenOrder(connection, installation.programme.settings, account_id, number, now, actor=access.actor,
                          version=version)
        if act is OrderAct.RETURN:
            refuse_own_company(access, connection, [account_id])
        for cut in cuts or _all_of(order, act):
            refuse_unsent(order, cut.line)
            order.apply(cut.line, act, cut.quantity, details=told, parcel=sent if act in _LEAVING else None)
        if not order.effects:
            raise Refusal("nothing_there", f"found an order that is {order.state.value}, expected pieces for which "
                          f"{act.value!r} can be noted", state=order.state.value)
        state = order.finish()
        if act is OrderAct.DELIVER:
            note_arrivals(order, _arrived(order))
        note_act(connection, access, f"order.{act.value}", account_id, order.public_id, now=now, after={
            "lines": [f"{one.line}: {one.pieces}" for one in order.effects], "state": state.value, **_told(sent)},
            reason=told.get("reason", ""))
        return tuple(order.effects)

    return installation.database.run(work)


def _told(parcel: Parcel) -> dict[str, str]:
    return {name: text for name, text in attrs.asdict(parcel).items() if text}


def _arrived(order: OpenOrder) -> dict[int, bool]:
    """Of each line, whether everything that left is there or came back."""
    rows = reward_orders.lines_of(order.connection, order.row.account_id, order.row.id)
    return {row.line: row.delivered + row.returned == row.shipped for row in rows}


def _all_of(order: OpenOrder, act: OrderAct) -> list[Cut]:
    """Every line of a supplier that has pieces for it."""
    return [Cut(number) for number, row in order.lines.items()
            if progress_of(row).there_for(act) and is_sent(order.settings, row)]


def refuse_unsent(order: OpenOrder, line: int) -> None:
    """Go on only with a line of rewards that somebody sends.

    Raises:
        Refusal: `wrong_kind` (kind), `unknown_line`.
    """
    row = order.line(line)
    if not is_sent(order.settings, row):
        raise Refusal("wrong_kind", f"found line {line} with a reward of the kind {row.kind!r}, which nobody sends; "
                      "expected one that a supplier delivers", kind=row.kind)
