"""The state of a list as its address says it, read strictly: what is not understood is refused, not passed over."""

from collections.abc import Iterable, Mapping
from datetime import date
from urllib.parse import parse_qsl, urlencode

import attrs
from starlette.exceptions import HTTPException

from treuwerk.store.keyset import Key
from treuwerk.web.lists.cursors import cursor_of, cursor_text
from treuwerk.web.lists.kinds import COLUMN, CURSOR, DENSE, FORM, SORT, VIEW, Column, Filter, ListKind
from treuwerk.web.shell.state import Visit

_LONGEST_WORDS = 80
_ON = "1"


@attrs.frozen
class Asked:
    """What a reader wants to see of a list. `filters` has only those that are set; days stand in it as ISO texts."""

    kind: ListKind
    filters: dict[str, str] = attrs.field(factory=dict)
    sort: str = ""
    columns: tuple[str, ...] = ()
    dense: bool = False
    view: str = ""
    after: Key | None = None
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
            after: Key | None = None) -> str:
        """The same list with something changed, from its first row on. An empty text takes a parameter away."""
        new = changed or {}
        left = {*drop, *new, *([VIEW] if new or drop else [])}
        pairs = [pair for pair in self.pairs() if pair[0] not in left]
        pairs += [(name, value) for name, value in new.items() if value]
        if after is not None:
            pairs.append((CURSOR, cursor_text(after, self._about, self.session)))
        return (path or self.kind.path) + (f"?{urlencode(pairs)}" if pairs else "")

    @property
    def _about(self) -> str:
        return f"{self.kind.name} {self.sort}"


def asked(visit: Visit, kind: ListKind, query: str | None = None) -> Asked:
    """The state that this request asks for, or the one of a `query` such as a saved view keeps.

    Raises:
        HTTPException: 400, a parameter that the list does not have, or a value that it does not take.
    """
    session = visit.state.session.id_hash if visit.state.session else ""
    pairs = list(visit.request.query_params.multi_items()) if query is None else parse_qsl(query)
    values: dict[str, str] = {}
    columns = [value for name, value in pairs if name == COLUMN]
    known = {one.name: one for one in kind.filters}
    taken = {*known, CURSOR, SORT, DENSE, VIEW, *([FORM] if visit.request.url.path == kind.csv_path else [])}
    for name, value in pairs:
        _refuse(name != COLUMN and (name in values or name not in taken))
        values[name] = value
    filters = {name: read for name, one in known.items() if (read := _filter(visit, one, values.get(name, "")))}
    sort = values.get(SORT) or kind.sort
    _refuse(sort.removeprefix("-") not in kind.sorts or not set(columns) <= {one.name for one in kind.columns}
            or len(set(columns)) != len(columns) or values.get(DENSE, "") not in ("", _ON))
    bare = Asked(kind, filters, sort, tuple(columns), bool(values.get(DENSE)), words_of(values.get(VIEW, "")),
                 session=session)
    return attrs.evolve(bare, after=cursor_of(values.get(CURSOR, ""), bare._about, session))  # noqa: SLF001


def _refuse(wrong: bool) -> None:
    if wrong:
        raise HTTPException(400)


def _filter(visit: Visit, one: Filter, text: str) -> str:
    """The value of a filter, empty where it is not set."""
    if one.kind in ("words", "link"):
        return words_of(text)
    if not text.strip():
        return ""
    if one.kind == "day":
        found = visit.shell.renderer.language(visit.locale).notation.day(text)
        _refuse(found is None)
        return found.isoformat() if found else ""
    if one.kind == "flag":
        _refuse(text != _ON)
        return text
    _refuse(text not in {code for code, _ in (one.options(visit) if one.options else [])})
    return text


def words_of(text: str) -> str:
    """Words to search for: trimmed, printable, of bounded length."""
    return "".join(character for character in text if character.isprintable()).strip()[:_LONGEST_WORDS]
