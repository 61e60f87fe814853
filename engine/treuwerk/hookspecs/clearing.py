"""What plugins offer to read what was bought, and to say what it earns."""

from collections.abc import Callable, Iterator
from typing import BinaryIO, Generic, Protocol, TypeVar, runtime_checkable

import attrs

from treuwerk.domain.census import Census
from treuwerk.domain.documents import Document
from treuwerk.domain.earning import AwardRule, EarningRule
from treuwerk.domain.occasions import OccasionSource
from treuwerk.domain.totals import TotalRule

S = TypeVar("S")


class ClearingSource(Protocol):
    """A reader of one kind of file with its settings bound. It knows nothing of points."""

    def recognises(self, name: str, head: bytes) -> bool:
        """Whether this file is meant for this source, by its name and its first 65,536 bytes. Never raises."""
        ...

    def read(self, stream: BinaryIO) -> Iterator[Document]:
        """Documents one after the other, in flat memory; what cannot be read stands in their faults.

        Raises:
            treuwerk.domain.tabular.UnreadableFile: the file as a whole is not of this kind.
        """
        ...


@runtime_checkable
class OneSeller(Protocol):
    """A clearing source that can say who numbers all its documents.

    Where a line is so broken that nothing could be read of it, whoever corrects it need not know how that is written.
    """

    @property
    def seller(self) -> str:
        """The name of the seller as its documents have it; empty where each document names its own."""
        ...


@runtime_checkable
class CountingSource(Protocol):
    """A clearing source that can also count, for formats of large files.

    Whether a file is held as a whole is decided before any of it is booked. A source that cannot count is read twice.
    """

    def census(self, stream: BinaryIO) -> Census | None:
        """How many lines a file has, and how many of them may be unreadable, in a fraction of the time of reading.

        None where only reading can tell, such as when a count that the file names is wrong. Never raises for what is
        wrong with the file.
        """
        ...


@attrs.frozen
class EarningRuleKind(Generic[S]):
    """A kind of earning rule that an integrator can name in the programme file under ``rule``.

    `settings` is an attrs class: each of its fields is a key of the ``[[earning]]`` table, structured strictly.
    `build` binds checked settings and returns the rule; it is called once per table at start-up. A rule that has
    `awards_on` works on what other rules earned; a `TotalRule` looks at what counts in a period together; any other one
    at single events.
    """

    name: str
    settings: type[S]
    build: Callable[[S], EarningRule | AwardRule | TotalRule]


@attrs.frozen
class OccasionKind(Generic[S]):
    """A kind of occasion that an integrator can name in the programme file under ``kind`` of ``[[occasions]]``.

    `settings` and `build` as for rules.
    """

    name: str
    settings: type[S]
    build: Callable[[S], OccasionSource]


@attrs.frozen
class ClearingSourceKind(Generic[S]):
    """A kind of reader that an integrator can name in the programme file under ``reader``.

    `settings` as for rules; `build` gets the source's name in the programme and the checked settings. A kind whose
    files say by themselves what they hold has settings with defaults only and sets `describes_itself`: ``treuwerk
    read`` then uses it also where the programme does not name it, and where there is no programme.
    """

    name: str
    settings: type[S]
    build: Callable[[str, S], ClearingSource]
    describes_itself: bool = False
