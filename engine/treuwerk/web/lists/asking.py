"""The state of a list as its address says it, read strictly: what is not understood is refused, not passed over."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from urllib.parse import parse_qsl, urlencode

import attrs
from starlette.exceptions import HTTPException

from treuwerk.store.keyset import Key
from treuwerk.web.lists.cursors import cursor_of, cursor_text
from treuwerk.web.lists.kinds import (
    BACK,
    COLUMN,
    CURSOR,
    DAY,
    DENSE,
    FLAG,
    FORM,
    LINK,
    SORT,
    VIEW,
    WHOLE,
    WORDS,
    Column,
    Filter,
    ListKind,
)
from treuwerk.web.shell.notation import Notation
from treuwerk.web.shell.state import Visit

_LONGEST_WORDS, _LARGEST_ID, _LARGEST = 80, 2**63 - 1, 10**15
_ON = "1"
_TYPED = (DAY, WHOLE)
"""Kinds of filters whose values people type, and may mistype."""


@attrs.frozen
class Asked:
    """What a reader wants to see of a list.

    `filters` has only those that are set; days stand in it as ISO texts, numbers as digits. `mistyped` are those that
    cannot be read, as they were typed: no row is shown until they are mended. The page begins behind `after`, or ends
    before `before`.
    """

    kind: ListKind
    filters: dict[str, str] = attrs.field(factory=dict)
    sort: str = ""
    columns: tuple[str, ...] = ()
    dense: bool = False
    view: str = ""
    after: Key | None = None
    before: Key | None = None
    mistyped: dict[str, str] = attrs.field(factory=dict)
    session: str = attrs.field(default="", repr=False)

    @property
    def sorted_by(self) -> str:
        """What it is sorted by."""
        return self.sort.lstrip("-")

    @property
    def descending(self) -> bool:
        """Whether the largest comes first."""
        return self.sort.startswith("-")

    @property
    def narrow(self) -> bool:
        """Whether a filter is set."""
        return bool(self.filters)

    def day(self, name: str) -> date | None:
        """The day of a filter, if one is set."""
        return date.fromisoformat(self.filters[name]) if name in self.filters else None

    def number(self, name: str) -> int | None:
        """The number of a filter, if one is set."""
        return int(self.filters[name]) if name in self.filters else None

    def row_id(self, name: str) -> int:
        """The id of a row that a filter names, 0 where it is not set.

        Raises:
            HTTPException: 400, this is no id.
        """
        text = self.filters.get(name, "0")
        _refuse(not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= _LARGEST_ID))
        return int(text)

    @property
    def shown(self) -> tuple[Column, ...]:
        """The columns in their order."""
        wanted = set(self.columns)
        return tuple(column for column in self.kind.columns
                     if column.always or (column.name in wanted if wanted else column.shown))

    def pairs(self) -> list[tuple[str, str]]:
        """The state as parameters, without the place in the list."""
        return [*self.filters.items(), *([(SORT, self.sort)] if self.sort != self.kind.sort else []),
                *((COLUMN, name) for name in self.columns), *([(DENSE, _ON)] if self.dense else []),
                *([(VIEW, self.view)] if self.view else [])]

    @property
    def query(self) -> str:
        """The state as the part of an address behind the question mark; what a saved view keeps."""
        return urlencode([pair for pair in self.pairs() if pair[0] != VIEW])

    def url(self, path: str = "", changed: Mapping[str, str] | None = None, *, drop: Iterable[str] = (),
            after: Key | None = None, before: Key | None = None) -> str:
        """The same list with something changed, from its first row on. An empty text takes a parameter away."""
        new = changed or {}
        left = {*drop, *new, *([VIEW] if new or drop else [])}
        pairs = [pair for pair in self.pairs() if pair[0] not in left]
        pairs += [(name, value) for name, value in new.items() if value]
        pairs += [(name, cursor_text(key, self._about, self.session)) for name, key in ((CURSOR, after), (BACK, before))
                  if key is not None]
        return (path or self.kind.path) + (f"?{urlencode(pairs)}" if pairs else "")

    @property
    def _about(self) -> str:
        return f"{self.kind.name} {self.sort}"


def asked(visit: Visit, kind: ListKind, query: str | None = None) -> Asked:
    """The state that this request asks for, or the one of a `query` such as a saved view keeps.

    Raises:
        HTTPException: 400, a parameter that the list does not have, or a value that it does not take. What people type
            is not refused but kept as `mistyped`, unless there is no page to mend it on: in a file, or in a `query`.
    """
    session = visit.state.session.id_hash if visit.state.session else ""
    is_file = visit.request.url.path == kind.csv_path
    pairs = list(visit.request.query_params.multi_items()) if query is None else parse_qsl(query)
    values = _values(kind, pairs, {FORM} if is_file else set())
    columns = [value for name, value in pairs if name == COLUMN]
    read = {one.name: _filter(visit, one, values[one.name]) for one in kind.filters if one.name in values}
    filters = {name: value for name, value in read.items() if value}
    mistyped = {name: words_of(values[name]) for name, value in read.items() if value is None}
    _refuse(bool(mistyped) and (is_file or query is not None))
    sort = values.get(SORT) or kind.sort
    _refuse(sort.removeprefix("-") not in kind.sorts or not set(columns) <= {one.name for one in kind.columns}
            or len(set(columns)) != len(columns) or values.get(DENSE, "") not in ("", _ON)
            or bool(values.get(CURSOR) and values.get(BACK)))
    bare = Asked(kind, filters, sort, tuple(columns), bool(values.get(DENSE)), words_of(values.get(VIEW, "")),
                 mistyped=mistyped, session=session)
    after, before = (cursor_of(values.get(name, ""), bare._about, session) for name in (CURSOR, BACK))  # noqa: SLF001
    return attrs.evolve(bare, after=after, before=before)


def _values(kind: ListKind, pairs: Iterable[tuple[str, str]], beside: Collection[str]) -> dict[str, str]:
    """Parameters by name, each once and each one that the list has."""
    taken = {*(one.name for one in kind.filters), CURSOR, BACK, SORT, DENSE, VIEW, *beside}
    values: dict[str, str] = {}
    for name, value in pairs:
        _refuse(name != COLUMN and (name in values or name not in taken))
        values[name] = value
    return values


def _refuse(wrong: bool) -> None:
    if wrong:
        raise HTTPException(400)


def _filter(visit: Visit, one: Filter, text: str) -> str | None:
    """The value of a filter, empty where it is not set; None where it cannot be read."""
    if one.kind in (WORDS, LINK):
        return words_of(text)
    if not text.strip():
        return ""
    if one.kind in _TYPED:
        return _typed(visit.shell.renderer.language(visit.locale).notation, one.kind, text)
    if one.kind == FLAG:
        _refuse(text != _ON)
    else:
        _refuse(text not in {code for code, _ in (one.options(visit) if one.options else [])})
    return text


def _typed(notation: Notation, kind: str, text: str) -> str | None:
    if kind == DAY:
        day = notation.day(text)
        return day.isoformat() if day else None
    number = notation.number(text)
    return None if number is None or number != int(number) or abs(number) > _LARGEST else str(int(number))


def words_of(text: str) -> str:
    """Words to search for: trimmed, printable, of bounded length."""
    return "".join(character for character in text if character.isprintable()).strip()[:_LONGEST_WORDS]
