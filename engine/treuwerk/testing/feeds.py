"""A programme's own sources in tests: does a file read as its column map promises?"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from treuwerk.domain.documents import Document
from treuwerk.programme.reading import read_programme
from treuwerk.services.clearing.intake import source_for


def read_feeds(folder: Path, files: Iterable[Path], source: str | None = None,
               given: Mapping[str, object] | None = None) -> dict[Path, list[Document]]:
    """The documents of each file, read by the source of that name, or by the only one that recognises the file.

    `folder` is the programme folder; `given` are plugin objects that need no installation.

    Raises:
        ProgrammeError: mistakes in the programme.
        UnreadableFile: no source is right for a file, or it has no header.
    """
    sources = read_programme(folder, given).settings.sources
    read = {}
    for file in files:
        with file.open("rb") as stream:
            read[file] = list(source_for(sources, source, file.name, stream).source.read(stream))
    return read
