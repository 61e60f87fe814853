"""What a participant has now, or had at the end of a past day: balances, open lots, expiry calendar. Read-only."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain.ledger import FOREVER, Book
from treuwerk.services.ledger.closing import Closing
from treuwerk.services.ledger.kept_calendars import Calendars, Versions
from treuwerk.services.ledger.tracing import Origin, origins
from treuwerk.store import open_lots as present
from treuwerk.store import past


@attrs.frozen
class ExpiringAmount:
    """Points of one unit that are gone from `expires_at` on; None: they stay."""

    unit: str
    amount: int
    expires_at: int | None


@attrs.frozen
class UnitBalance:
    """One unit of an account: what can be spent, what is still to come, what is reserved, what goes next.

    `deficit` is what was to be taken back and was no longer there; `available` is below zero by it until the next
    credits settle it.
    """

    unit: str
    available: int
    pending: int
    held: int
    deficit: int
    next_expiry: ExpiringAmount | None

    @property
    def spendable(self) -> int:
        """Points in lots that are active and not over, whatever is owed."""
        return self.available + self.deficit


@attrs.frozen
class Holdings:
    """What an account has at one instant: balances by unit, and the expiry calendar that they are made of."""

    balances: Mapping[str, UnitBalance]
    calendar: tuple[ExpiringAmount, ...]
    booked: Mapping[str, int] = attrs.field(factory=dict)
    """By unit what the newest booking left: points less what is owed, as statements tell it."""
    versions: Versions = ()
    """Every booking changes them."""


@attrs.frozen
class OpenLot:
    """Points of one credit of which something is left.

    `state` is spendable or pending, and lapsed for what was over at the end of a past day but not swept yet;
    `active_from` None: not before an act; `expires_at` None: never. Instants in microseconds UTC.
    """

    unit: str
    state: str
    amount: int
    remaining: int
    active_from: int | None
    expires_at: int | None
    origin: Origin


def balances(connection: Connection, units: Iterable[str], account_id: int, now: int, *,
             with_expiry: bool = True) -> Mapping[str, UnitBalance]:
    """Balances by unit in the order of `units`, at `now`. Units without a booking are there with zeros.

    Without `with_expiry` nothing is said of what goes next, and the cost is the same whatever the number of open lots.
    """
    rows = {row.unit: row for row in present.balance_parts(connection, account_id, now, with_expiry)}
    return {unit: _present(unit, rows[unit], now) if unit in rows else nothing(unit) for unit in units}


def nothing(unit: str) -> UnitBalance:
    """The balance of a unit without bookings."""
    return UnitBalance(unit, 0, 0, 0, 0, None)


def _present(unit: str, row: Row[Any], now: int) -> UnitBalance:
    kept = FOREVER if row.keeps_until is None else row.keeps_until
    if kept <= now:  # nothing was done for too long: all lots are over, whatever they say themselves
        return UnitBalance(unit, -row.deficit, 0, row.held, row.deficit, None)
    waiting = int(row.waiting)
    spendable = int(row.posted - row.lapsed) - waiting
    expiry = ExpiringAmount(unit, int(row.going), row.next) if row.next is not None else None
    if row.keeps_until is not None and kept <= (row.next or FOREVER) and spendable:
        expiry = ExpiringAmount(unit, spendable, kept)
    return UnitBalance(unit, spendable - row.deficit, int(row.pending - row.pending_lapsed) + waiting, row.held,
                       row.deficit, expiry)


def expiry_calendar(connection: Connection, account_id: int, now: int) -> tuple[ExpiringAmount, ...]:
    """What is active now, by unit and by the instant at which it goes; what stays for ever comes last."""
    return _calendar(present.lot_sums(connection, account_id, now))


def holdings(connection: Connection, units: Iterable[str], account_id: int, now: int,
             kept: Calendars | None = None) -> Holdings:
    """Balances and expiry calendar together; the calendar passes over all open lots, unless it is `kept` from before.

    Calendars may be kept for connections that only read: what a transaction has not committed must not be remembered.
    """
    rows = {row.unit: row for row in present.balance_parts(connection, account_id, now, with_expiry=False)}
    figures = {unit: _present(unit, rows[unit], now) if unit in rows else nothing(unit) for unit in units}

    def read() -> Sequence[Row[Any]]:
        return present.lot_sums(connection, account_id, now)

    versions = tuple(sorted((unit, row.version) for unit, row in rows.items()))
    calendar = _calendar(read() if kept is None else kept.of(account_id, versions, now, read))
    return Holdings({unit: attrs.evolve(one, next_expiry=_next(unit, calendar)) for unit, one in figures.items()},
                    calendar, {unit: int(row.posted - row.deficit) for unit, row in rows.items()}, versions)


def holdings_as_of(connection: Connection, units: Iterable[str], account_id: int, closing: Closing) -> Holdings:
    """Balances and expiry calendar at the end of a past day; the same for ever, whatever is booked later.

    Units that have bookings and are not among `units` come behind them by their code.
    """
    rows = past.lot_sums(connection, closing.as_of, closing.last_sequence, account_id)
    calendar = _calendar(rows)
    named = list(units)
    named += sorted({row.unit for row in rows} - set(named))
    return Holdings({unit: _past(unit, rows, calendar) for unit in named}, calendar)


def _past(unit: str, rows: Sequence[Row[Any]], calendar: Sequence[ExpiringAmount]) -> UnitBalance:
    sums: dict[str, int] = {}
    for row in rows:
        if row.unit == unit:
            sums[row.state] = sums.get(row.state, 0) + int(row.points)
    deficit = sums.get(past.DEFICIT, 0)
    return UnitBalance(unit, sums.get(past.SPENDABLE, 0) - deficit, sums.get(past.PENDING, 0),
                       sums.get(past.HELD, 0), deficit, _next(unit, calendar))


def _next(unit: str, calendar: Sequence[ExpiringAmount]) -> ExpiringAmount | None:
    return next((one for one in calendar if one.unit == unit and one.expires_at is not None), None)


def _calendar(rows: Sequence[Row[Any]]) -> tuple[ExpiringAmount, ...]:
    active = sorted((row for row in rows if row.state == past.SPENDABLE), key=lambda row: (row.ends, row.unit))
    return tuple(ExpiringAmount(row.unit, int(row.points), _end(row.ends)) for row in active)


def open_lots(connection: Connection, account_id: int, now: int) -> list[OpenLot]:
    """The lots behind the balances of now, by unit and in the order in which they would be spent."""
    return _lots(connection, account_id, present.open_lots(connection, account_id, now))


def open_lots_as_of(connection: Connection, account_id: int, closing: Closing) -> list[OpenLot]:
    """The lots behind the balances at the end of a past day, with what was left of each then."""
    return _lots(connection, account_id,
                 past.open_lots(connection, closing.as_of, closing.last_sequence, account_id))


def _lots(connection: Connection, account_id: int, rows: Sequence[Row[Any]]) -> list[OpenLot]:
    made_by = origins(connection, account_id, {row.transaction_id for row in rows})
    return [OpenLot(row.unit, row.state, row.amount, int(row.remaining),
                    None if row.book == Book.PENDING else row.active_from, _end(row.ends),
                    made_by[row.transaction_id]) for row in rows]


def _end(instant: int) -> int | None:
    return None if instant == FOREVER else instant
