"""What clearing costs: manual touches per thousand lines, by channel and by reader, from the events."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import attrs
from sqlalchemy import Connection

from treuwerk.domain.ledger import moment
from treuwerk.store.readings import FieldShare, shares
from treuwerk.store.touches import Touched, touched

_HOUR = 3_600_000_000
_PLACES = Decimal("0.01")


@attrs.frozen
class Cost:
    """One row. A touch is an act of a person: beginning with a document, asking, entering, deciding, mapping a number.

    `zero_touch_lines` needed nobody; `hours_to_decision` is None where nothing was decided.
    """

    channel: str
    reader: str
    documents: int
    lines: int
    touches: int
    zero_touch_lines: int
    hours_to_decision: Decimal | None

    @property
    def per_thousand(self) -> Decimal | None:
        """Touches for each thousand lines; None where there are no lines."""
        return (Decimal(1_000 * self.touches) / self.lines).quantize(_PLACES) if self.lines else None

    @property
    def zero_touch_share(self) -> Decimal | None:
        """The part of the lines that needed nobody, from 0 to 1; None where there are none."""
        return (Decimal(self.zero_touch_lines) / self.lines).quantize(Decimal("0.0001")) if self.lines else None


class Typing(FieldShare):
    """What a page reader saved: values of one kind that it read on decided reports, and what people made of them.

    `prefilled` stood in the form at once: `kept`, `changed` or `dropped`. `offered` were less sure; `taken` of them.
    """

    __slots__ = ()

    @property
    def saved(self) -> int:
        """Values that nobody typed."""
        return self.kept + self.taken

    @property
    def kept_share(self) -> Decimal | None:
        """The part of the prefilled values that stayed as they were, from 0 to 1; None where there are none."""
        return (Decimal(self.kept) / self.prefilled).quantize(Decimal("0.0001")) if self.prefilled else None


@attrs.frozen
class ClearingReport:
    """The rows of a time, from an instant until before another (microseconds UTC), as of an instant, with their sum.

    `typing` has a row for each reader of pages and kind of value, `typed` their sum, None where no page was read.
    """

    since: int
    until: int
    as_of: int
    rows: Sequence[Cost]
    total: Cost
    typing: Sequence[Typing] = ()
    typed: Typing | None = None


TYPING_COLUMNS = ("reader", "field", "prefilled", "kept", "changed", "dropped", "kept_share", "offered", "taken",
                  "typing_saved")
_NOT_TYPED = frozenset({"order", "customer", "line.id"})
"""Kinds of values that the form shows and that nobody would type."""
COLUMNS = ("channel", "reader", "documents", "lines", "touches", "touches_per_1000_lines", "zero_touch_lines",
           "zero_touch_share", "hours_to_decision")


def clearing_report(connection: Connection, since: int, until: int, now: int) -> ClearingReport:
    """Touches of what was cleared and decided in a time."""
    found = touched(connection, since, until)
    total = Touched("total", "", *(sum(int(row[at]) for row in found) for at in range(2, 7)))
    reported = sum(row.documents for row in found if row.channel != "direct")
    typing = [Typing(*row) for row in shares(connection, since, until) if row.field not in _NOT_TYPED]
    typed = Typing("total", "", *(sum(int(row[at]) for row in typing) for at in range(2, 8)))
    return ClearingReport(since, until, now, [_cost(row, 0 if row.channel == "direct" else row.documents)
                                              for row in found], _cost(total, reported), typing,
                          typed if typing else None)


def _cost(row: Touched, decided: int) -> Cost:
    hours = (Decimal(row.took) / _HOUR / decided).quantize(_PLACES) if decided else None
    return Cost(row.channel, row.reader, row.documents, row.lines, row.touches, row.untouched, hours)


def cells(row: Cost) -> list[Any]:
    """A row in the order of `COLUMNS`; figures that are not there are None."""
    return [row.channel, row.reader, row.documents, row.lines, row.touches, row.per_thousand, row.zero_touch_lines,
            row.zero_touch_share, row.hours_to_decision]


def typing_cells(row: Typing) -> list[Any]:
    """A row in the order of `TYPING_COLUMNS`; a share that is not there is None."""
    return [row.reader, row.field, row.prefilled, row.kept, row.changed, row.dropped, row.kept_share, row.offered,
            row.taken, row.saved]


def as_json(report: ClearingReport) -> dict[str, Any]:
    """The shape that others rely on; decimals as texts, instants with zone."""
    def named(columns: Sequence[str], row: Sequence[Any]) -> dict[str, Any]:
        return {name: str(cell) if isinstance(cell, Decimal) else cell
                for name, cell in zip(columns, row, strict=True)}

    def told(row: Cost) -> dict[str, Any]:
        return named(COLUMNS, cells(row))

    return {"since": moment(report.since).isoformat(), "until": moment(report.until).isoformat(),
            "as_of": moment(report.as_of).isoformat(), "rows": [told(row) for row in report.rows],
            "total": told(report.total),
            "page_reading": [named(TYPING_COLUMNS, typing_cells(row)) for row in report.typing],
            "page_reading_total": named(TYPING_COLUMNS, typing_cells(report.typed)) if report.typed else None}
