"""The first row that fits decides; a line that fits to none earns nothing, or is set aside where that is asked for."""

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal

import attrs
from attrs.validators import ge, min_len

from treuwerk.domain.conditions import Fact, Instead, Judged, filtered, remedy, within
from treuwerk.domain.earning import Award, Doubt, Operation, Step
from treuwerk.domain.eligibility import ArticleFilter, Audience, Range
from treuwerk.domain.purchases import Article, EarningEvent


@attrs.frozen
class Row:
    """A row: what must hold, and the points. What it does not name holds always."""

    name: str = attrs.field(validator=min_len(1))
    """What the explanation says of it, such as ``complete systems``; translated by the context ``step``."""
    points: int = attrs.field(validator=ge(0))
    """Points for each base unit, or for the line where `per_line` is true; 0: such lines earn nothing."""
    lines: ArticleFilter | None = None
    """For which lines, with the keys of a filter of articles, such as ``{ kinds = ["module"] }``."""
    audience: Audience | None = None
    """For whom."""
    quantity: Range | None = None
    """How many base units the line must have, such as ``{ at_least = 10, at_most = 49 }``."""
    amount: Range | None = None
    """Net amount that the line must have; a line without amount does not fit."""
    per_line: bool = False
    """Whether the points are for the line as a whole."""

    def fits(self, event: EarningEvent, article: Article) -> bool:
        """Whether this row is about such a line."""
        return ((self.lines is None or self.lines.takes(article, event.features))
                and (self.audience is None or self.audience.includes(event.participant, event.occurred_on))
                and (self.quantity is None or self.quantity.holds(event.quantity))
                and (self.amount is None or self.amount.holds(event.amount)))

    def short_of(self, event: EarningEvent, article: Article) -> Iterator[Judged]:
        """What of the line does not hold."""
        asked = [] if self.lines is None else list(filtered(self.lines, article, event.features))
        if self.quantity is not None:
            asked.append(within(Fact.QUANTITY, self.quantity, event.quantity))
        if self.amount is not None:
            asked.append(within(Fact.AMOUNT, self.amount, event.amount))
        return (one for one in asked if not one.holds)


@attrs.frozen
class DecisionTableSettings:
    """Keys of an ``[[earning]]`` table with ``rule = "decision_table"``."""

    unit: str
    """Unit of the points."""
    rows: list[Row] = attrs.field(validator=min_len(1))
    """Rows in the order in which they are asked."""
    complete: bool = False
    """Whether every line must fit to a row: one that does not is set aside for a person (``no_row``)."""

    def __attrs_post_init__(self) -> None:
        """A row behind one that is for everything is never asked."""
        for number, row in enumerate(self.rows[:-1]):
            if row == Row(row.name, row.points, per_line=row.per_line):
                raise ValueError(f"'rows[{number}]' holds for every line, so the rows behind it are never asked; "
                                 "move it to the end")


class DecisionTable:
    """The rule with its settings."""

    def __init__(self, settings: DecisionTableSettings) -> None:
        self._settings = settings

    @property
    def units(self) -> Collection[str]:
        """The one unit of the settings."""
        return {self._settings.unit}

    def awards(self, events: Sequence[EarningEvent]) -> Iterator[Award | Doubt]:
        """One award for each purchase line whose row gives points."""
        for index, event in enumerate(events):
            if event.article is None:
                continue
            row = self._deciding(event, event.article)
            if row is None:
                if self._settings.complete:
                    yield self._doubt(index, event.article)
            elif steps := _steps(row, event.quantity):
                yield Award(index, self._settings.unit, _points(row, event.quantity), steps)

    def missing(self, event: EarningEvent) -> Iterator[tuple[Instead, ...]]:
        """What is short of each other row, those with the fewest facts first."""
        if event.article is None:
            return
        ways = (self._way_to(row, event, event.article) for row in self._settings.rows)
        yield from sorted(filter(None, ways), key=len)

    @staticmethod
    def _way_to(row: Row, event: EarningEvent, article: Article) -> tuple[Instead, ...]:
        """The facts by which a row would fit; empty where it does, or where no participant could help it."""
        if row.audience is not None and not row.audience.includes(event.participant, event.occurred_on):
            return ()
        facts = [remedy(one, event.occurred_on) for one in row.short_of(event, article)]
        return () if None in facts else tuple(fact for fact in facts if fact is not None)

    def _deciding(self, event: EarningEvent, article: Article) -> Row | None:
        return next((row for row in self._settings.rows if row.fits(event, article)), None)

    def _doubt(self, index: int, article: Article) -> Doubt:
        return Doubt(index, "no_row", f"no row of the table is for this line of article {article.number}; add one, or "
                     "ask the sender to correct the line")


def _points(row: Row, quantity: Decimal) -> int:
    return row.points if row.per_line else int(row.points * quantity)


def _steps(row: Row, quantity: Decimal) -> tuple[Step, ...]:
    """The tape, which names the row that decided; empty: no points."""
    if _points(row, quantity) < 1:
        return ()
    if row.per_line:
        return (Step(Operation.START, row.name, str(row.points)),)
    start, times = Step(Operation.START, "quantity", f"{quantity:f}"), Step(Operation.TIMES, row.name, str(row.points))
    whole = quantity == quantity.to_integral_value()
    return (start, times) if whole else (start, times, Step(Operation.ROUND_DOWN, "points"))
