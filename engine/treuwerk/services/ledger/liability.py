"""What the programme owes its participants at the end of a past day, and what came in and went out before."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain.ledger import FOREVER, moment, start_of_day
from treuwerk.services.ledger.closing import Closing
from treuwerk.store import past
from treuwerk.store.past import DEFICIT, HELD, LAPSED, PENDING, SPENDABLE

STATES = (SPENDABLE, PENDING, HELD, LAPSED, DEFICIT)


@attrs.frozen
class Outstanding:
    """Points of one unit in one state that go in one month of the programme's zone (``2029-12``); None: never.

    A deficit stands with points above zero: it is what participants owe.
    """

    unit: str
    state: str
    expires: str | None
    points: int


@attrs.frozen
class Flow:
    """What transactions of one kind brought from a book of the system to participants, and took from them to it."""

    unit: str
    kind: str
    book: str
    came_in: int
    went_out: int


@attrs.frozen
class UnitLiability:
    """One unit: points by state, and how the books came there.

    ``opening + came_in - went_out = closing = spendable + pending + held + lapsed - deficit``. What is `lapsed` was
    over by its terms, but not swept yet: it stands in the books and is owed to nobody, so that `outstanding` is
    spendable + pending + held.
    """

    unit: str
    spendable: int
    pending: int
    held: int
    lapsed: int
    deficit: int
    opening: int
    came_in: int
    went_out: int

    @property
    def outstanding(self) -> int:
        """What participants may still spend, now or later."""
        return self.spendable + self.pending + self.held

    @property
    def closing(self) -> int:
        """What the books hold, less what is owed."""
        return self.outstanding + self.lapsed - self.deficit


@attrs.frozen
class Liability:
    """The whole report: it rests on the journal up to the sequence and head of its closing."""

    day: date
    since: date | None
    closing: Closing
    units: tuple[UnitLiability, ...]
    outstanding: tuple[Outstanding, ...]
    flows: tuple[Flow, ...]


def liability(connection: Connection, day: date, closing: Closing, zone: ZoneInfo,
              since: date | None = None) -> Liability:
    """The report as of the end of `day`, whose `closing` it is; flows from the beginning of `since`, else of all time.

    Raises:
        ValueError: `since` lies behind `day`.
    """
    if since is not None and since > day:
        raise ValueError(f"found {since}, expected a day that is not behind {day}")
    begin = start_of_day(since, zone) if since else -FOREVER
    sums = past.lot_sums(connection, closing.as_of, closing.last_sequence)
    moved = past.flows(connection, closing.as_of, closing.last_sequence, begin)
    flows = tuple(Flow(row.unit, row.kind, row.book, int(row.came), int(row.went))
                  for row in moved if not row.earlier)
    codes = sorted({row.unit for row in sums} | {row.unit for row in moved})
    units = tuple(_unit(code, sums, moved) for code in codes)
    return Liability(day, since, closing, units, _by_month(sums, zone), flows)


def _unit(code: str, sums: Sequence[Row[Any]], moved: Sequence[Row[Any]]) -> UnitLiability:
    def points(state: str) -> int:
        return sum(int(row.points) for row in sums if row.unit == code and row.state == state)

    own = [row for row in moved if row.unit == code]
    return UnitLiability(
        code, points(SPENDABLE), points(PENDING), points(HELD), points(LAPSED), points(DEFICIT),
        opening=sum(int(row.came - row.went) for row in own if row.earlier),
        came_in=sum(int(row.came) for row in own if not row.earlier),
        went_out=sum(int(row.went) for row in own if not row.earlier))


def _by_month(sums: Sequence[Row[Any]], zone: ZoneInfo) -> tuple[Outstanding, ...]:
    """The month in which the last moment lies: what is gone on 1 January at midnight goes in December."""
    months: dict[tuple[str, str, str], int] = {}
    for row in sums:
        month = "" if row.ends == FOREVER else f"{moment(row.ends - 1).astimezone(zone):%Y-%m}"
        months[row.unit, row.state, month] = months.get((row.unit, row.state, month), 0) + int(row.points)
    ordered = sorted(months, key=lambda at: (at[0], STATES.index(at[1]), at[2] or "~"))
    return tuple(Outstanding(unit, state, month or None, months[unit, state, month]) for unit, state, month in ordered)


def as_json(report: Liability) -> dict[str, Any]:
    """The report with plain values; the same report gives the same bytes."""
    return {
        "report": "liability", "as_of": report.day.isoformat(), "until": moment(report.closing.as_of).isoformat(),
        "since": report.since.isoformat() if report.since else None,
        "sequence": report.closing.last_sequence, "head": report.closing.head,
        "units": {unit.unit: _figures(unit) for unit in report.units},
        "rows": [attrs.asdict(one) for one in report.outstanding],
        "flows": [attrs.asdict(one) for one in report.flows],
    }


def _figures(unit: UnitLiability) -> dict[str, int]:
    names = ("outstanding", "spendable", "pending", "held", "lapsed", "deficit", "opening", "came_in", "went_out",
             "closing")
    return {name: getattr(unit, name) for name in names}
