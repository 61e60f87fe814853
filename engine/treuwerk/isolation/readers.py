"""Readers of files whose plugin works in a process of its own: they look like any other reader."""

from collections.abc import Iterator
from contextlib import closing
from functools import cached_property
from shutil import copyfileobj
from tempfile import NamedTemporaryFile
from typing import BinaryIO

import attrs

from treuwerk.domain.documents import Document
from treuwerk.hookspecs import ClearingSource, OneSeller
from treuwerk.isolation.frames import Garbage
from treuwerk.isolation.workers import RaisedThere, Worker


@attrs.frozen(slots=False)
class IsolatedReader:
    """Stands in the place of a reader. It cannot count without reading: that would be the plugin's word alone."""

    reader: ClearingSource
    worker: Worker = attrs.field(eq=False, repr=False)

    @cached_property
    def _number(self) -> int:
        return self.worker.register(self.reader)

    def recognises(self, name: str, head: bytes) -> bool:
        """Whether the reader says that a file is meant for it; one that fails at that says no."""
        try:
            return bool(self.worker.ask(self._number, "recognises", name, head))
        except (RaisedThere, Garbage):
            return False

    def read(self, stream: BinaryIO) -> Iterator[Document]:
        """Documents one after the other, some hundred at a time.

        Raises:
            UnreadableFile: the file as a whole is not of this kind.
            PluginStopped, RaisedThere, Garbage: the reader failed.
        """
        with NamedTemporaryFile(prefix="treuwerk-") as file:  # as it is unpacked, and where the process may open it
            copyfileobj(stream, file, 1 << 20)
            file.flush()
            with closing(Worker(self.worker.plugin, self.worker.limits)) as worker:
                for some in worker.stream(worker.register(self.reader), "read", file.name):
                    if not isinstance(some, list) or not all(type(one) is Document for one in some):
                        raise Garbage("answered with something else than documents")
                    yield from some


@attrs.frozen(slots=False)
class IsolatedReaderOfOneSeller(IsolatedReader):
    """The same for a reader that says who numbers all its documents."""

    seller: str


def isolated_reader(reader: ClearingSource, worker: Worker) -> IsolatedReader:
    """What stands in the place of a reader."""
    if isinstance(reader, OneSeller):
        return IsolatedReaderOfOneSeller(reader, worker, reader.seller)
    return IsolatedReader(reader, worker)
