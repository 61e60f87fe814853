"""Bookings by hand: what was asked for, who decided, and what a person booked alone on a day."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, insert, select, text, update

from treuwerk.store.tables import manual_allowance, manual_booking, participant

_USE = text(
    "INSERT INTO manual_allowance (person, day, unit, used) VALUES (:person, :day, :unit, :points) "
    "ON CONFLICT (person, day, unit) DO UPDATE SET used = manual_allowance.used + excluded.used "
    "WHERE manual_allowance.used + excluded.used <= :most")
_AT_ONCE = 1_000


def use_allowance(connection: Connection, person: str, day: str, unit: str, points: int, most: int) -> bool:
    """Whether `points` more stay within what a person may book alone on a day; if so, they are noted.

    One conditional write decides, so that small slices in parallel cannot pass the limit together.
    """
    if points > most:
        return False
    values = {"person": person, "day": day, "unit": unit, "points": points, "most": most}
    return connection.execute(_USE, values).rowcount == 1


def used_allowances(connection: Connection, person: str, day: str) -> dict[str, int]:
    """By unit: what a person booked alone on a day."""
    rows = connection.execute(select(manual_allowance.c.unit, manual_allowance.c.used).where(
        manual_allowance.c.person == person, manual_allowance.c.day == day))
    return {row.unit: row.used for row in rows}


def note(connection: Connection, values: dict[str, Any]) -> None:
    """Keep a booking by hand, whether it is booked or waits."""
    connection.execute(insert(manual_booking).values(**values))


def by_key(connection: Connection, account_id: int, key: str) -> Row[Any] | None:
    """What was asked for under a key."""
    return connection.execute(select(manual_booking).where(
        manual_booking.c.account_id == account_id, manual_booking.c.business_key == key)).one_or_none()


def by_id(connection: Connection, account_id: int, number: int) -> Row[Any] | None:
    """One booking by hand."""
    return connection.execute(select(manual_booking).where(
        manual_booking.c.account_id == account_id, manual_booking.c.id == number)).one_or_none()


def about(connection: Connection, account_id: int, transaction_id: int) -> list[Row[Any]]:
    """What was asked for about a booking, oldest first: that it be taken back."""
    return list(connection.execute(select(manual_booking).where(
        manual_booking.c.account_id == account_id, manual_booking.c.refers_to.is_not(None),
        manual_booking.c.refers_to == transaction_id).order_by(manual_booking.c.id)))


def decide(connection: Connection, account_id: int, number: int, values: dict[str, Any]) -> bool:
    """Note what became of one that waits; False where it waits no longer."""
    waits = (manual_booking.c.account_id == account_id, manual_booking.c.id == number,
             manual_booking.c.state == "waiting")
    return connection.execute(update(manual_booking).where(*waits).values(**values)).rowcount == 1


def booked_as(connection: Connection, account_id: int, number: int, transaction_id: int) -> None:
    """Note the transaction of one that was decided."""
    connection.execute(update(manual_booking).where(
        manual_booking.c.account_id == account_id, manual_booking.c.id == number).values(transaction_id=transaction_id))


def waiting_of(connection: Connection, account_id: int) -> list[int]:
    """Those of an account that wait for a second person."""
    return list(connection.execute(select(manual_booking.c.id).where(
        manual_booking.c.account_id == account_id, manual_booking.c.state == "waiting").order_by(
        manual_booking.c.id)).scalars())


def all_in(connection: Connection, state: str | None) -> Iterator[Row[Any]]:
    """Bookings by hand in a state, or all of them, oldest first, each with the participant's name."""
    query = select(manual_booking, participant.c.name).join(
        participant, participant.c.account_id == manual_booking.c.account_id)
    if state == "waiting":
        query = query.where(text("manual_booking.state = 'waiting'"))  # as the partial index has it
    elif state:
        query = query.where(manual_booking.c.state == state)
    query = query.order_by(manual_booking.c.requested_at, manual_booking.c.id)
    with connection.execute(query, execution_options={"yield_per": _AT_ONCE}) as result:
        yield from result
