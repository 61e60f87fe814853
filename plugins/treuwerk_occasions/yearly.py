"""A day that comes back every year: an anniversary of joining, or of a date that a participant has."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date

import attrs
from attrs.validators import deep_iterable, ge, min_len

from treuwerk.domain.occasions import Member, Occasion
from treuwerk.domain.participants import Participant

JOINED = "joined_on"


@attrs.frozen
class YearlySettings:
    """Keys of an ``[[occasions]]`` table with ``kind = "yearly"``."""

    date: str = attrs.field(default=JOINED, validator=min_len(1))
    """What day comes back: ``joined_on``, or the name of an attribute of the participant that holds a day such as
    2019-05-14, or ``--05-14`` where nobody knows the year."""
    years: list[int] = attrs.field(factory=list, validator=deep_iterable(ge(1)))
    """Which anniversaries count, such as ``[1, 5, 10]``; left out: every year. A day without year has no such."""


@attrs.frozen
class Yearly:
    """The occasion with its settings."""

    settings: YearlySettings

    once = False
    needs_purchases = False

    def concerns(self, participant: Participant) -> bool:
        """Whoever has such a day."""
        return bool(self._text(participant))

    def occasions(self, members: Sequence[Member], since: date, until: date) -> Iterator[Occasion]:
        """One for each year, behind `since`. Who was born on 29 February has the 28th in other years."""
        for at, member in enumerate(members):
            first, month, day = _parts(self._text(member.participant))
            for year in range(max(since.year, first + 1), until.year + 1 if month else 0):
                falls_on = _day(year, month, day)
                if since < falls_on <= until and self._counts(first, year):
                    yield Occasion(at, falls_on, str(year))

    def _text(self, participant: Participant) -> str:
        if self.settings.date == JOINED:
            return participant.joined_on
        return participant.attributes.get(self.settings.date, "").strip()

    def _counts(self, first: int, year: int) -> bool:
        return not self.settings.years or (first > 0 and year - first in self.settings.years)


def _parts(text: str) -> tuple[int, int, int]:
    """Year (0: unknown), month and day of a date; month 0 where it is none."""
    if text.startswith("--"):
        with suppress(ValueError):
            known = date.fromisoformat(f"2000-{text[2:]}")  # a leap year
            return 0, known.month, known.day
    elif len(text) == len("2019-05-14"):
        with suppress(ValueError):
            known = date.fromisoformat(text)
            return known.year, known.month, known.day
    return 0, 0, 0


def _day(year: int, month: int, day: int) -> date:
    with suppress(ValueError):
        return date(year, month, day)
    return date(year, month, 28)
