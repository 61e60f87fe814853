"""What will expire soon: per participant, unit and instant, so that people can be told in time."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection

from treuwerk.store.due import points_due_between


class Expiring(NamedTuple):
    """Points of a participant that are gone at an instant, unless they are spent or kept alive before."""

    customer_number: str
    name: str
    unit: str
    expires_at: int
    points: int


def expiring_within(connection: Connection, now: int, until: int) -> Iterator[Expiring]:
    """What is gone behind `now` and no later than `until`, soonest first, in flat memory."""
    yield from (Expiring._make(row) for row in points_due_between(connection, now, until))
