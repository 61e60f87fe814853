"""What plugins offer to look into uploaded files: for viruses, and for words."""

from collections.abc import Callable, Sequence
from typing import BinaryIO, Generic, Protocol, TypeVar

import attrs

from treuwerk.domain.page_words import DrawnPage, Word

S = TypeVar("S")


class UploadScanner(Protocol):
    """A scanner of uploaded files with its settings bound."""

    def scan(self, stream: BinaryIO) -> str:
        """The name of what was found, empty where the file is clean.

        Raises:
            treuwerk.domain.uploads.ScannerUnavailable: it cannot tell now; the file waits and is scanned later.
        """
        ...

    def answers(self) -> str:
        """What the scanner says of itself, such as its version, for who looks after it.

        Raises:
            treuwerk.domain.uploads.ScannerUnavailable: it does not answer.
        """
        ...


@attrs.frozen
class UploadScannerKind(Generic[S]):
    """A kind of scanner that an integrator can name in the programme file under ``scanner``.

    `settings` as for rules; `build` gets the checked settings. It opens no connection.
    """

    name: str
    settings: type[S]
    build: Callable[[S], UploadScanner]


class PageReader(Protocol):
    """A reader of drawn pages with its settings bound: it recognises words, and says nothing of what they mean.

    It is pickled and sent to a process of its own, which has limits on memory and time, and of the environment only the
    ``PATH``; it and the processes that it starts end with that process. So it keeps neither handles nor threads, and
    what it needs to read, such as a model, is loaded in `read`.
    """

    def read(self, page: DrawnPage) -> Sequence[Word]:
        """The words of a page with their places and confidences, in any order; none where it is blank.

        Called once in a process, which ends then. It neither asks a network nor writes files that stay.

        Raises:
            treuwerk.domain.page_words.PageReaderUnavailable: it cannot read any page now; the message says what to do.
        """
        ...

    def answers(self) -> str:
        """What the reader says of itself, such as version and languages, for who looks after it.

        Raises:
            treuwerk.domain.page_words.PageReaderUnavailable: something is missing; the message says what to install.
        """
        ...


@attrs.frozen
class PageReaderKind(Generic[S]):
    """A kind of page reader that an integrator can name in the programme file under ``[page_reader]``.

    `settings` as for rules; `build` gets the checked settings. It starts no program and loads no model.
    """

    name: str
    settings: type[S]
    build: Callable[[S], PageReader]
