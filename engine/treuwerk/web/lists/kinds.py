"""What a list is: its columns, its filters, how it can be sorted. Declared once beside its page."""

from collections.abc import Callable

import attrs
from attrs.validators import in_, not_

from treuwerk.web.shell.state import Visit

Words = Callable[[Visit, str], str]
"""What the chip of a filter says for a value."""
Options = Callable[[Visit], list[tuple[str, str]]]
"""Codes and words of a filter for one visitor, without the empty one."""
CHOICE, WORDS, DAY, FLAG, WHOLE, LINK = FILTER_KINDS = ("choice", "words", "day", "flag", "whole", "link")
CURSOR, BACK, SORT, COLUMN, DENSE, VIEW, FORM = "after", "before", "sort", "column", "dense", "view", "form"
RESERVED = frozenset({CURSOR, BACK, SORT, COLUMN, DENSE, VIEW, FORM})


@attrs.frozen
class Column:
    """One column; `title` is a marked message. `sorted_by` is what a click on the head sorts by, empty for nothing."""

    name: str
    title: str
    sorted_by: str = ""
    amount: bool = False
    """Whether it holds figures, which stand to the right."""
    always: bool = False
    """Whether the reader cannot hide it; the first column says what a row is and should be so."""
    shown: bool = True
    """Whether it is there until the reader chooses."""


@attrs.frozen
class Filter:
    """One filter; `title` is a marked message.

    ``choice`` takes one of its options, ``words`` any text, ``day`` a day and ``whole`` a whole number as the language
    writes them (or ISO, or bare digits), ``flag`` is there or not. ``link`` is set by links on other pages and
    has no field, only a chip.
    """

    name: str = attrs.field(validator=not_(in_(RESERVED)))
    title: str
    kind: str = attrs.field(default="choice", validator=in_(FILTER_KINDS))
    options: Options | None = None
    example: str = ""
    """A marked message that shows what may be typed."""
    more: bool = False
    """Whether it stands behind "more filters", since it is rarely wanted."""
    words: Words | None = None
    """What the chip says for the value of a ``link``; without it, the value."""


@attrs.frozen
class ListKind:
    """A list: `name` is its key among saved views and in ids of the page, `path` where it is shown.

    `sort` is the order to begin with: a name that a column is sorted by, with ``-`` before it for downwards.
    """

    name: str
    path: str
    title: str
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...] = ()
    sort: str = ""
    rows: int = 25
    csv_path: str = ""
    """Where it is downloaded; empty: nowhere."""
    views_path: str = ""
    """Where its state is kept as a view; empty: nowhere."""
    bulk_path: str = ""
    """Where acts on chosen rows are posted; empty: rows cannot be chosen."""

    @property
    def sorts(self) -> frozenset[str]:
        """Everything that it can be sorted by."""
        return frozenset(column.sorted_by for column in self.columns if column.sorted_by) | {self.sort.lstrip("-")}

    @property
    def region(self) -> str:
        """The id of the part of the page that is exchanged when the state changes."""
        return f"list-{self.name}"
