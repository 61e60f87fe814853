"""Which source a file is for, and its documents in batches that fit into one transaction each."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from treuwerk.domain.documents import Document
from treuwerk.domain.failures import message_of
from treuwerk.domain.file_signs import looks_like
from treuwerk.domain.packed import Limits, unpacked
from treuwerk.domain.tabular import UnreadableFile
from treuwerk.programme.settings import Source

_HEAD_BYTES = 1 << 16  # the terms of use in comments of an XML invoice fill the first kilobytes


class ReaderFailed(Exception):
    """A reader raised what it must not. The file is as it was, and is read again once the plugin is mended.

    `source` is its name in the programme, `error` and `said` type and message of what it raised.
    """

    def __init__(self, message: str, source: str, error: str, said: str) -> None:
        super().__init__(message, source, error, said)
        self.source, self.error, self.said = source, error, said


def documents_of(source: Source, stream: BinaryIO) -> Iterator[Document]:
    """What a source reads.

    Raises:
        UnreadableFile: the file as a whole is not what the source reads.
        ReaderFailed: the reader raised anything else.
    """
    try:
        yield from source.source.read(stream)
    except (UnreadableFile, KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # a plugin may fail in any way
        kind, said = type(error).__name__, message_of(error)
        raise ReaderFailed(f"the reader of source {source.head.name!r} failed: {kind}: {said}; nothing more of the "
                           "file is booked. Mend the plugin, then clear the file again",
                           source.head.name, kind, said) from error


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A file for reading; what is packed by gzip comes out unpacked, within limits.

    Raises:
        OSError: it cannot be opened.
        UnreadableFile: it unpacks to more than a table could.
    """
    with path.open("rb") as stream:
        yield unpacked(stream, Limits(), path.name)


def source_for(sources: Sequence[Source], name: str | None, file: str, stream: BinaryIO, *,
               others: Sequence[Source] = (), troubles: Sequence[str] = ()) -> Source:
    """The source with that name, or the only one that recognises the file.

    `others` are asked where no source recognises it; `troubles` say why some could not be asked.

    Raises:
        UnreadableFile: no source has the name, none recognises the file, or more than one does.
    """
    names = ", ".join(source.head.name for source in (*sources, *others)) or "none"
    if name is not None:
        with suppress(StopIteration):
            return next(source for source in (*sources, *others) if source.head.name == name)
        raise UnreadableFile(f"{file}: no source is called {name!r}; there are {names}")
    head = stream.read(_HEAD_BYTES)
    stream.seek(0)
    file = file.removesuffix(".gz")
    found = _recognising(sources, file, head) or _recognising(others, file, head)
    if len(found) == 1:
        return found[0]
    if found:
        raise UnreadableFile(f"{file}: recognised by {' and '.join(source.head.name for source in found)}; "
                             "name one with --source")
    raise UnreadableFile(f"{file}: no source recognises this file: found {looks_like(head)}, expected a file for one "
                         f"of {names}; name one with --source to see what it misses, or describe the file by a table "
                         f"[[sources]] in programme.toml{_not_asked(troubles)}")


def _recognising(sources: Sequence[Source], file: str, head: bytes) -> list[Source]:
    return [source for source in sources if source.source.recognises(file, head)]


def _not_asked(troubles: Sequence[str]) -> str:
    return "".join(f"\nnot asked: {trouble}" for trouble in troubles)


def fingerprint(stream: BinaryIO) -> str:
    """SHA-256 of the whole stream, which is rewound afterwards."""
    digest = sha256()
    for piece in iter(partial(stream.read, 1 << 20), b""):
        digest.update(piece)
    stream.seek(0)
    return digest.hexdigest()


def last_line(document: Document) -> int:
    """The last physical line that a document covers."""
    return max([line.at for line in document.lines[-1:]] + [fault.line or 0 for fault in document.faults], default=0)


def growing(first: int, most: int, percent: int) -> Iterator[int]:
    """Sizes of batches without end, each by so many percent larger than the one before, up to `most`.

    The next one is scored while this one is booked, which takes longer for each line, and a commit besides.
    """
    size = min(first, most)
    while True:
        yield size
        size = min(size + size * percent // 100, most)


def batches(documents: Iterable[Document], sizes: Iterator[int],
            behind: int = 0) -> Iterator[tuple[list[Document], bool]]:
    """Documents in batches of at least so many lines, without those that end at or before line `behind`.

    With each comes whether it is the last one.

    A batch ends where the next document reaches further into the file, since a run goes on behind a line: documents
    of one physical line, and what has no line at all, stay in one batch with what is before them.
    """
    batch: list[Document] = []
    size = reached = 0
    wanted = next(sizes)
    for document in documents:
        before, reached = reached, max(reached, last_line(document))
        if behind and reached <= behind:
            continue
        if size >= wanted and reached > before:
            yield batch, False
            batch, size, wanted = [], 0, next(sizes)
        batch.append(document)
        size += len(document.lines) + len(document.faults)
    if batch:
        yield batch, True


def count_documents(batch: Sequence[Document], before: str) -> tuple[int, str]:
    """How many documents begin in a batch, and the number of its last one; `before` is that of the batch before.

    A long document comes in parts, and one with a bad line inside is continued behind it: both count once.
    """
    found = 0
    for document in batch:
        if document.number and document.number != before:
            found, before = found + 1, document.number
    return found, before
