"""Days that stand on a page. The order of day and month is that of the programme; nothing is guessed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from treuwerk.domain.page_tokens import FoundField, Role, Row, Token, found
from treuwerk.domain.page_words import Word

_FIGURES = re.compile(r"([0-9]{1,4})([./-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
_WHOLE = re.compile(r"[0-9]{1,4}")
_LOOKED_BACK = 5
_LABELLED, _TITLE, _BARE, _STRANGE = 1.0, 0.95, 0.6, 0.85
_SHORT_YEAR = 0.9
_EARLIEST = date(2000, 1, 1)


class _Candidate(NamedTuple):
    place: str
    day: date
    weight: float
    row: Row
    words: tuple[Word, ...]


def find_days(rows: Sequence[Row], order: str, months: Mapping[str, int], today: date) -> list[FoundField]:
    """The day of the document and that of the delivery, as far as they are there.

    `order` is that of figures such as 03/04/2025: ``dmy``, ``mdy`` or ``ymd``. `months` are folded names.
    """
    candidates = list(_candidates(rows, order, months, today))
    fields = []
    for place in ("issued_on", "delivered_on"):
        those = [one for one in candidates if one.place == place]
        if not those:
            continue
        best = max(those, key=lambda one: one.weight)
        rivals = {one.day for one in those if one.weight == best.weight}
        weight = best.weight * (1.0 if len(rivals) == 1 else 0.7)
        fields.append(found(place, best.day.isoformat(), best.row.page, best.words, weight))
    return fields


def _candidates(rows: Sequence[Row], order: str, months: Mapping[str, int], today: date) -> Iterator[_Candidate]:
    for number, row in enumerate(rows):
        before = rows[number - 1].tokens if number else ()
        for at in range(len(row.tokens)):
            read = _read(row.tokens, at, order, months)
            if read is None or not _EARLIEST <= read[0] <= today:
                continue
            day, words, certain = read
            place, weight = _meant(row.tokens[:at] if at else before[-_LOOKED_BACK:], own_row=bool(at))
            if place:
                yield _Candidate(place, day, weight * certain, row, words)


def _meant(before: Sequence[Token], *, own_row: bool) -> tuple[str, float]:
    """What a day is, by the words before it; an empty place where it is something else, such as a deadline."""
    labels = [token.label for token in before[-_LOOKED_BACK:] if token.label is not None]
    if any(label.role in (Role.ORDER, Role.OTHER) for label in labels):
        return "", 0.0
    dated = [label for label in labels if label.dated]
    if not own_row or not labels:
        return "issued_on", _BARE
    last = dated[-1] if dated else labels[-1]
    delivered = any(label.role is Role.DELIVERY for label in labels) \
        and not any(label.role is Role.DELIVERY and label.numbered for label in labels)
    if last.role is Role.STRANGE:
        return "issued_on", _STRANGE
    if delivered and (dated or last.role is Role.DELIVERY):
        return "delivered_on", _LABELLED
    return "issued_on", _LABELLED if dated else _TITLE


def _read(tokens: Sequence[Token], at: int, order: str,
          months: Mapping[str, int]) -> tuple[date, tuple[Word, ...], float] | None:
    """A day that begins with a token: its words, and how sure its year is."""
    for count in (1, 3):
        part = tokens[at:at + count]
        text = "".join(token.text for token in part).strip(".,;:")
        if len(part) == count and (figures := _FIGURES.fullmatch(text)) and (day := _of_figures(figures, order)):
            return day, tuple(token.word for token in part), _SHORT_YEAR if len(text) <= 8 else 1.0
    part = tokens[at:at + 3]
    day = _in_words([token.text.strip(".,;:") for token in part], [token.letters for token in part], months)
    return (day, tuple(token.word for token in part), 1.0) if day else None


def _of_figures(figures: re.Match[str], order: str) -> date | None:
    first, _, second, third = figures.groups()
    if len(first) == 4:
        return _day(first, second, third) if len(third) == 2 else None
    if len(first) > 2:
        return None
    year, month, day = {"dmy": (third, second, first), "mdy": (third, first, second),
                        "ymd": (first, second, third)}[order]
    return _day(year if len(year) == 4 else f"20{year:0>2}", month, day) if len(third) == 2 or order != "ymd" else None


def _in_words(texts: Sequence[str], letters: Sequence[str], months: Mapping[str, int]) -> date | None:
    """``19 April 2014`` and ``Jan 1, 2022``."""
    if len(texts) < 3 or not _WHOLE.fullmatch(texts[2]) or len(texts[2]) != 4:
        return None
    if letters[1] in months and not letters[0] and _WHOLE.fullmatch(texts[0]):
        return _day(texts[2], str(months[letters[1]]), texts[0])
    if letters[0] in months and not letters[1] and _WHOLE.fullmatch(texts[1]):
        return _day(texts[2], str(months[letters[0]]), texts[1])
    return None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
