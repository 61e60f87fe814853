"""What a form was submitted with: names with one or several texts."""

from collections.abc import Iterable, Iterator, Mapping

from starlette.datastructures import ImmutableMultiDict


class Submitted(Mapping[str, str]):
    """Texts by name, in the order of the page; a name read singly gives its last text."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._texts: ImmutableMultiDict[str, str] = ImmutableMultiDict(list(pairs))

    def __getitem__(self, name: str) -> str:
        """The last text of a name."""
        return self._texts[name]

    def __iter__(self) -> Iterator[str]:
        """Each name once."""
        return iter(self._texts)

    def __len__(self) -> int:
        """How many names there are."""
        return len(self._texts)

    def getlist(self, name: str) -> list[str]:
        """All texts of a name, none where it did not come."""
        return self._texts.getlist(name)

    def pairs(self) -> list[tuple[str, str]]:
        """Every name with every text."""
        return self._texts.multi_items()
