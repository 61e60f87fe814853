"""What is asked of the shelf: read strictly from the address, and written into addresses again."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import attrs
from starlette.exceptions import HTTPException

from treuwerk.services.shop.searching import Query, Sort
from treuwerk.web.portal.filtering import words_of
from treuwerk.web.shell.state import Visit

HERE = "/rewards"
_LISTS = {"world": "worlds", "promotion": "promotions", "category": "categories", "label": "labels"}
_FLAGS = {"within": "affordable", "there": "available", "new": "new"}
_ON = "1"
_MOST = 50
_LARGEST = 1_000_000_000


@attrs.frozen
class Asked:
    """A query, and its parameters as an address has them."""

    query: Query

    @property
    def narrowed(self) -> bool:
        """Whether it is about less than everything."""
        return self.query != attrs.evolve(Query(), sort=self.query.sort, page=self.query.page, size=self.query.size)

    @property
    def chosen_beside(self) -> bool:
        """Whether one of the filters beside the shelf is used; worlds, promotions and words are chosen elsewhere."""
        query = self.query
        return bool(query.categories or query.labels or query.points_from or query.points_until or query.affordable
                    or query.available or query.new)

    def url(self, **changes: Any) -> str:
        """The address of the same with some fields otherwise; of another page only where that is said."""
        return address(attrs.evolve(self.query, **{"page": 1, **changes}))

    def pairs(self, *without: str) -> list[tuple[str, str]]:
        """Names and values that a form carries along, but for some names."""
        return [pair for pair in _pairs(attrs.evolve(self.query, page=1)) if pair[0] not in without]


def asked(visit: Visit, known: Mapping[str, frozenset[str]]) -> Asked:
    """What this request asks for; `known` are the values that world, promotion, category and label may have.

    Raises:
        HTTPException: 400, a parameter cannot be read. A code that is gone is left out, so that old links still lead.
    """
    given = visit.request.query_params
    said: dict[str, Any] = {
        field: tuple(code for code in dict.fromkeys(given.getlist(name)[:_MOST]) if code in known[name])
        for name, field in _LISTS.items()}
    said |= {field: _flag(given.get(name, "")) for name, field in _FLAGS.items()}
    first, last = (_points(given.get(name, "")) for name in ("from", "to"))
    return Asked(Query(words_of(given.get("q", "")), points_from=first, points_until=last, **said,
                       sort=_sort(given.get("sort", "")), page=max(_points(given.get("page", "")), 1)))


def address(query: Query) -> str:
    """Where the answer to a query stands."""
    pairs = list(_pairs(query))
    return f"{HERE}?{urlencode(pairs)}" if pairs else HERE


def _pairs(query: Query) -> Iterator[tuple[str, str]]:
    if query.text:
        yield "q", query.text
    for name, field in _LISTS.items():
        yield from ((name, code) for code in getattr(query, field))
    for name, value in (("from", query.points_from), ("to", query.points_until)):
        if value:
            yield name, str(value)
    yield from ((name, _ON) for name, field in _FLAGS.items() if getattr(query, field))
    if query.sort is not Sort.BEST:
        yield "sort", query.sort.value
    if query.page > 1:
        yield "page", str(query.page)


def _flag(text: str) -> bool:
    if text not in ("", _ON):
        raise HTTPException(400)
    return text == _ON


def _points(text: str) -> int:
    """A whole number, 0 for an empty text; separators of thousands are how people type."""
    plain = "".join(sign for sign in text.strip() if sign not in ".,'’  \u202f")
    if not plain:
        return 0
    if not (plain.isascii() and plain.isdigit() and len(plain) <= len(str(_LARGEST)) and int(plain) <= _LARGEST):
        raise HTTPException(400)
    return int(plain)


def _sort(text: str) -> Sort:
    try:
        return Sort(text or Sort.BEST)
    except ValueError:
        raise HTTPException(400) from None
