"""What an element of a document holds, by plain paths such as ``Item/Name``, whatever its prefixes and their order.

The lines of a file look alike: elements of the same shape are taken apart by the same plan, which is made once. That
makes reading a line as cheap as a few calls into C.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from operator import attrgetter, itemgetter
from typing import NamedTuple
from xml.etree.ElementTree import Element

from treuwerk.domain.xml_reading import plain_name

_tag, _text = attrgetter("tag"), attrgetter("text")
_MOST_PLANS = 512  # shapes of elements that are remembered; a file has a handful
_NOTHING = Element("nothing")
_Path = tuple[str, ...]
_Key = tuple[tuple[str, ...], tuple[int, ...]]


class Fields:
    """The elements that were found in one element, by the name of their field."""

    __slots__ = ("_found",)

    def __init__(self, found: Mapping[str, Sequence[Element]]) -> None:
        self._found = found

    def text(self, name: str) -> str:
        """The first text of a field that is not empty, trimmed; else an empty one."""
        for element in self._found.get(name, ()):
            if text := (element.text or "").strip():
                return text
        return ""

    def texts(self, name: str) -> tuple[str, ...]:
        """All different texts of a field, trimmed, in their order."""
        found = self._found.get(name, ())
        if not found:
            return ()
        texts = [(element.text or "").strip() for element in found]
        if len(texts) == 1:
            return (texts[0],) if texts[0] else ()
        return tuple(dict.fromkeys(text for text in texts if text))

    def has_any(self, names: Collection[str]) -> bool:
        """Whether one of the fields was found."""
        return bool(self._found) and not self._found.keys().isdisjoint(names)

    def all(self, name: str) -> Sequence[Element]:
        """All elements of a field, in their order."""
        return self._found.get(name, ())

    def attribute(self, name: str, attribute: str) -> str:
        """An attribute of the first element of a field that has it, trimmed; else an empty text."""
        texts = (element.get(attribute, "").strip() for element in self._found.get(name, ()))
        return next((text for text in texts if text), "")


NO_FIELDS = Fields({})


class _Plan(NamedTuple):
    """How elements of one shape are taken apart: places count elements in document order."""

    row: Callable[[list[Element]], Sequence[Element]]
    more: Mapping[str, tuple[int, ...]]


class Shape:
    """Which paths below an element hold which field: ``Shape({"Item/Name": "name", "ID": "id"})``.

    Several paths may lead to one field; its elements stand in the order of the document. `row` names the paths whose
    first text is wanted for nearly every element, in the order in which `take` hands them out; an attribute is written
    ``Quantity@unitCode``. A path of the row that also leads to a field stands there only where it comes more than once.
    """

    def __init__(self, fields: Mapping[str, str], row: Sequence[str] = ()) -> None:
        self._fields = {_path(path): field for path, field in fields.items()}
        self._row = [_path(path.partition("@")[0]) for path in row]
        self._attributes = [(place, path.partition("@")[2]) for place, path in enumerate(row) if "@" in path]
        self._plans: dict[_Key, _Plan] = {}

    def fields(self, element: Element) -> Fields:
        """The fields of one element."""
        return self.take(element)[1]

    def take(self, element: Element) -> tuple[list[str], Fields]:
        """The texts of the row, trimmed, and the other fields of one element."""
        nodes = list(element.iter())
        # Names in document order with the number of their children describe a tree exactly.
        key = (tuple(map(_tag, nodes)), tuple(map(len, nodes)))
        plan = self._plans.get(key) or self._new_plan(element, key)
        row, more = plan
        nodes.append(_NOTHING)
        picked = row(nodes)
        texts = [text.strip() if text else "" for text in map(_text, picked)]
        for place, attribute in self._attributes:
            if texts[place]:
                texts[place] = picked[place].get(attribute, "").strip()
        if not more:
            return texts, NO_FIELDS
        return texts, Fields({field: [nodes[place] for place in places] for field, places in more.items()})

    def _new_plan(self, element: Element, key: _Key) -> _Plan:
        found: dict[str, list[int]] = {}
        firsts: dict[_Path, int] = {}
        for place, path in _paths(element):
            firsts.setdefault(path, place)
            if (field := self._fields.get(path)) is not None:
                found.setdefault(field, []).append(place)
        in_row = {self._fields[path] for path in self._row if path in self._fields}
        more = {field: tuple(places) for field, places in found.items() if field not in in_row or len(places) > 1}
        plan = _Plan(_picker([firsts.get(path, -1) for path in self._row]), more)
        if len(self._plans) >= _MOST_PLANS:
            self._plans.clear()
        self._plans[key] = plan
        return plan


def _path(text: str) -> _Path:
    return tuple(text.split("/"))


def _picker(places: list[int]) -> Callable[[list[Element]], Sequence[Element]]:
    if len(places) > 1:
        return itemgetter(*places)
    return lambda nodes: [nodes[place] for place in places]


def _paths(element: Element) -> Iterator[tuple[int, _Path]]:
    """Each element below one with its place in document order and its path; walks without recursion."""
    stack: list[tuple[Element, _Path]] = [(child, ()) for child in reversed(element)]
    place = 0
    while stack:
        child, above = stack.pop()
        place += 1
        path = (*above, plain_name(child.tag))
        yield place, path
        stack.extend((below, path) for below in reversed(child))
