"""Who can read a file: the sources of a programme, and beside them all installed kinds that describe themselves."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import attrs

from treuwerk.plugins import PluginError, installed, load
from treuwerk.programme.reading import read_programme
from treuwerk.programme.settings import Source, SourceHead
from treuwerk.services.clearing.intake import source_for


@attrs.frozen
class Readers:
    """Sources of the programme, the others by the name of their kind, and why some plugins could not be asked."""

    of_programme: tuple[Source, ...] = ()
    others: tuple[Source, ...] = ()
    troubles: tuple[str, ...] = ()

    def source(self, name: str | None, file: str, stream: BinaryIO) -> Source:
        """The one with that name, or the one that recognises the file; what the programme says goes first.

        Raises:
            UnreadableFile: none has the name, none recognises the file, or several do.
        """
        return source_for(self.of_programme, name, file, stream, others=self.others, troubles=self.troubles)


def readers_of(folder: Path | None) -> Readers:
    """All that can read on this machine; `folder` is that of a programme, None without one.

    Raises:
        ProgrammeError: the programme has mistakes.
    """
    own = tuple(read_programme(folder).settings.sources) if folder else ()
    found, troubles = describing()
    names = {source.head.name for source in own}
    return Readers(own, tuple(source for source in found if source.head.name not in names), tuple(troubles))


def describing() -> tuple[list[Source], list[str]]:
    """All installed kinds that describe themselves, and why some plugins could not be asked."""
    found, troubles = list[Source](), list[str]()
    for plugin in sorted(installed()):
        try:
            found += _describing(plugin)
        except PluginError as error:  # a plugin that nobody named must not stand in the way of the others
            troubles.append(str(error))
    return found, troubles


def _describing(plugin: str) -> Iterator[Source]:
    """The kinds of one plugin that describe themselves, each with its default settings."""
    registry, errors = load([plugin])
    for error in errors.values():
        raise error
    for kind in registry.clearing_sources().values():
        if kind.describes_itself:
            try:
                settings = kind.settings()
                yield Source(SourceHead(kind.name, kind.name), settings, kind.build(kind.name, settings))
            except Exception as error:
                raise PluginError(f"plugin {plugin!r} says that its reader {kind.name!r} describes itself, but it "
                                  f"cannot be built without settings: {type(error).__name__}: {error}") from error
