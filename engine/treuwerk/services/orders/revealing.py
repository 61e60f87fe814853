"""Voucher codes shown to whoever ordered them: from then on they count as used, and cannot be given back.

Until then they are kept for the order and nobody has seen them, so that an order can be cancelled. One that ended while
nobody looked is exchanged for one that is good, where there is one.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain.ledger import moment
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import LineState, OrderAct
from treuwerk.domain.rights import Access
from treuwerk.domain.voucher_codes import CodeState
from treuwerk.services.auditing import note_act
from treuwerk.services.identity.keyring import Keyring
from treuwerk.services.installation import Installation
from treuwerk.services.orders.changing import OpenOrder
from treuwerk.services.orders.scope import REDEEM, order_named
from treuwerk.services.rewards.code_vault import Vault, open_vault
from treuwerk.services.rewards.pools import recount
from treuwerk.store import rewards
from treuwerk.store import voucher_codes as codes


@attrs.frozen
class Shown:
    """A code as it is shown; `valid_until` is None where it does not end, `ended`: its day is over."""

    code: str = attrs.field(repr=False)
    pin: str = attrs.field(repr=False)
    valid_until: date | None
    ended: bool


@attrs.frozen
class CodesOfLine:
    """What is known of the codes of a line without showing them."""

    pieces: int
    revealed: int
    valid_until: date | None


def codes_of(connection: Connection, account_id: int, number: int, line: int) -> CodesOfLine | None:
    """What there is to be shown for a line; None where it has no codes."""
    rows = codes.of_line(connection, (account_id, number, line))
    if not rows:
        return None
    return CodesOfLine(len(rows), sum(row.state == CodeState.REVEALED for row in rows), _end(rows[0]))


def reveal(installation: Installation, access: Access, public_id: str, line: int, keys: Keyring,
           now: int) -> list[Shown]:
    """Show all codes of a line of an own order; the first time makes the line delivered, each time is in the audit.

    Raises:
        Refusal: `unknown_line`, `no_codes`, or `wrong_state`: nobody approved the order yet, or it is cancelled.
        UnknownKey: codes are sealed by a key that is not there.
        NotAllowed, OutOfScope: whoever acts may not see them, or there is no such order.
    """
    access.require(REDEEM)

    def work(connection: Connection) -> list[Shown]:
        account_id, number = order_named(access, connection, public_id)
        order = OpenOrder(connection, installation.programme.settings, account_id, number, now, actor=access.actor)
        rows, first = _seen(order, line)
        note_act(connection, access, "codes.show", account_id, public_id, now=now,
                 after={"line": line, "pieces": len(rows), "first": first})
        vault, day = open_vault(connection, keys, now), _day(order)
        return [_told(vault, row, day) for row in rows]

    return installation.database.run(work)


def _seen(order: OpenOrder, line: int) -> tuple[Sequence[Row[Any]], bool]:
    """The codes of a line, used from now on, and whether some of them were not used before."""
    row = order.line(line)
    owner = (row.account_id, row.order_id, line)
    rows = codes.of_line(order.connection, owner, locked=True)
    fresh = [one for one in rows if one.state == CodeState.TAKEN]
    if not rows:
        raise Refusal("no_codes", f"found no codes of line {line}, expected a line of this order that has some")
    if not fresh:
        return rows, False
    if row.state != LineState.DELIVERED:  # else somebody in the service centre said so before
        order.apply(line, OrderAct.DELIVER, len(fresh), details={"codes": len(fresh)})
        order.finish()
    rewards.stocks(order.connection, [row.variant])  # locked, where it is counted
    _exchange(order, row.variant, owner, fresh)
    kept = [one.fingerprint for one in codes.of_line(order.connection, owner) if one.state == CodeState.TAKEN]
    codes.change_state(order.connection, kept, CodeState.TAKEN, CodeState.REVEALED, order.now)
    recount(order.connection, order.settings, [row.variant], order.now)
    return codes.of_line(order.connection, owner), True


def _exchange(order: OpenOrder, variant: str, owner: tuple[int, int, int], fresh: Sequence[Row[Any]]) -> None:
    """Codes that ended are exchanged while there are others that are good today."""
    day = _day(order)
    if ended := [one.fingerprint for one in fresh if one.valid_until < day.isoformat()]:
        there = codes.take(order.connection, variant, len(ended), day, owner, order.now)
        codes.let_lapse(order.connection, ended[:there])


def _day(order: OpenOrder) -> date:
    day: date = moment(order.now).astimezone(order.settings.programme.time_zone).date()
    return day


def _told(vault: Vault, row: Row[Any], day: date) -> Shown:
    code = vault.open(row.fingerprint, row.sealed)
    return Shown(code.code, code.pin, _end(row), row.valid_until < day.isoformat())


def _end(row: Row[Any]) -> date | None:
    day = date.fromisoformat(row.valid_until)
    return None if day == date.max else day
