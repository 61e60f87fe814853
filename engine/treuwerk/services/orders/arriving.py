"""What becomes of one parcel: it arrived, or it did not after all."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Row

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import OrderAct
from treuwerk.domain.rights import Access
from treuwerk.services.auditing import note_act
from treuwerk.services.installation import Installation
from treuwerk.services.orders.changing import Effect, OpenOrder
from treuwerk.services.orders.parcels import OrderParcel, parcels_of
from treuwerk.services.orders.scope import WRITE, order_named
from treuwerk.store import parcels as store

_There = Callable[[Row[Any]], int]
"""How many pieces of a line something can be noted of."""


def parcel_arrived(installation: Installation, access: Access, public_id: str, parcel: int, now: int, *,
                   version: int | None = None) -> tuple[Effect, ...]:
    """Note that a parcel is there, with everything in it that did not come back.

    Raises:
        Refusal: `unknown_parcel`, `arrived_already`, `nothing_there`, `changed_meanwhile`; nothing was noted.
        NotAllowed, OutOfScope: whoever acts may not, or there is no such order.
    """
    return _noted(installation, access, public_id, parcel, now, version, OrderAct.DELIVER,
                  lambda row: int(row.shipped - row.delivered - row.returned))


def parcel_not_arrived(installation: Installation, access: Access, public_id: str, parcel: int, now: int, *,
                       version: int | None = None) -> tuple[Effect, ...]:
    """Take that back.

    Raises:
        Refusal: `unknown_parcel`, `not_arrived`, `nothing_there`, `changed_meanwhile`; nothing was noted.
        NotAllowed, OutOfScope: whoever acts may not, or there is no such order.
    """
    return _noted(installation, access, public_id, parcel, now, version, OrderAct.NOT_DELIVERED,
                  lambda row: int(row.delivered))


def _noted(installation: Installation, access: Access, public_id: str, number: int, now: int, version: int | None,
           act: OrderAct, most: _There) -> tuple[Effect, ...]:
    access.require(WRITE)

    def work(connection: Connection) -> tuple[Effect, ...]:
        account_id, order_id = order_named(access, connection, public_id)
        order = OpenOrder(connection, installation.programme.settings, account_id, order_id, now, actor=access.actor,
                          version=version)
        parcel = _found(parcels_of(connection, account_id, order_id), number, act)
        pieces = {line: min(count, most(order.lines[line])) for line, count in parcel.pieces.items()}
        _apply(order, act, number, pieces)
        store.set_delivered(connection, account_id, order_id, [number], now if act is OrderAct.DELIVER else 0)
        state = order.finish()
        note_act(connection, access, f"order.{act.value}", account_id, order.public_id, now=now, after={
            "parcel": number, "lines": [f"{one.line}: {one.pieces}" for one in order.effects], "state": state.value})
        return tuple(order.effects)

    return installation.database.run(work)


def _found(parcels: tuple[OrderParcel, ...], number: int, act: OrderAct) -> OrderParcel:
    parcel = next((one for one in parcels if one.number == number), None)
    if parcel is None:
        raise Refusal("unknown_parcel", f"found parcel {number}, expected one from 1 to {len(parcels)}")
    if bool(parcel.delivered_at) is (act is OrderAct.DELIVER):
        if parcel.delivered_at:
            raise Refusal("arrived_already", f"found that parcel {number} is there already")
        raise Refusal("not_arrived", f"found that parcel {number} is not there, expected one that is")
    return parcel


def _apply(order: OpenOrder, act: OrderAct, number: int, pieces: Mapping[int, int]) -> None:
    for line, count in pieces.items():
        if count:
            order.apply(line, act, count, details={"parcel": number})
    if not order.effects:
        raise Refusal("nothing_there", f"found nothing in parcel {number} of which {act.value!r} could be noted: all "
                      "of it came back", state=order.state.value)
