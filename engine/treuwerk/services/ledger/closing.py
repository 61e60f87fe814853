"""The end of a past day, for ever: which transactions an answer "as of" that day rests on.

The first question seals everything and notes how far the journal went. From then on the day consists of the
transactions up to that place which were booked before its end. Whatever is booked later, also with an earlier clock,
changes no answer about it.
"""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import attrs
from sqlalchemy import Row
from sqlalchemy.exc import DBAPIError

from treuwerk.domain.ledger import moment, start_of_day
from treuwerk.store.closings import closing_at, note_closing
from treuwerk.store.database import Database
from treuwerk.store.faults import DatabaseReadOnly
from treuwerk.store.sealing import seal_pending

_REFUSALS = ("readonly", "read-only", "read-write mode during recovery", "permission denied")


class DayNotOver(ValueError):
    """The day has not ended yet in the programme's zone."""


class NeverClosed(Exception):
    """Nobody asked for the end of this day before, and the database cannot be written to note it now."""


@attrs.frozen
class Closing:
    """The end of a day: the instant at which the next one begins, and the place in the journal that it rests on.

    `as_of` in microseconds UTC; `last_sequence` 0 and `head` all zeros for an empty journal.
    """

    as_of: int
    last_sequence: int
    head: str

    @property
    def last_moment(self) -> int:
        """The last microsecond of the day: terms of points are judged by it."""
        return self.as_of - 1


def end_of_day(day: date, zone: ZoneInfo, now: int) -> int:
    """The instant at which a civil day of the zone is over.

    Raises:
        DayNotOver: it is still running, or has not begun.
    """
    end = start_of_day(day + timedelta(days=1), zone) if day < date.max else now + 1
    if end > now:
        today = moment(now).astimezone(zone).date()
        raise DayNotOver(f"found {day}, expected a day before {today}: a day must be over in {zone.key} "
                         "before it can be told as of its end")
    return end


def last_day(zone: ZoneInfo, now: int) -> date:
    """The last civil day that is over."""
    return moment(now).astimezone(zone).date() - timedelta(days=1)


def closed(database: Database, as_of: int, now: int) -> Closing:
    """The closing of an instant that lies in the past, noted now if nobody asked before.

    Questions that come together agree. Needs a database that can be written only for the first of them.

    Raises:
        DayNotOver: `as_of` lies ahead.
        NeverClosed: the database is read-only and does not know this instant.
    """
    if as_of > now:
        raise DayNotOver(f"found {moment(as_of).isoformat()}, expected an instant that has passed")
    with database.reading() as connection:
        known = closing_at(connection, as_of)
    return _closing(known or _note(database, as_of, now))


def _note(database: Database, as_of: int, now: int) -> Row[tuple[int, int, str, int]]:
    try:
        with database.writing() as connection:
            seal_pending(connection, now)
            return note_closing(connection, as_of, now)
    except (DatabaseReadOnly, DBAPIError) as error:
        if isinstance(error, DBAPIError) and not any(word in str(error.orig) for word in _REFUSALS):
            raise
        raise NeverClosed(
            f"nobody has asked for the end of the day at {moment(as_of).isoformat()} before, and this database is "
            "read-only; ask once with an address that may write, then it can be read here as well") from error


def _closing(row: Row[tuple[int, int, str, int]]) -> Closing:
    return Closing(row.as_of, row.last_sequence, row.head)
