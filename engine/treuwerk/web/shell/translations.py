"""Texts in the reader's language, read from ``.po`` files and compiled in memory at start.

English is the language of the source. Catalogues are merged by package: those of plugins first, ours over them, the
programme's ``translations/<locale>.po`` over both, so that a client can say "Mitglied" instead of "Teilnehmer" by
naming one message. A language that stands on another one (``de_Informal`` on ``de``)
names only what it says differently.

A file that did not change is read once in a process, however many applications it has.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from babel.messages import Catalog, Message
from babel.messages.pofile import read_po

from treuwerk.programme.languages import PSEUDO, cldr, fallbacks
from treuwerk.web.shell.assets import WEB
from treuwerk.web.shell.compiled_texts import compiled_texts
from treuwerk.web.shell.pseudo import PseudoTranslations

FOLDER = WEB / "translations"
SOURCE_LOCALE = "en"


class _File(NamedTuple):
    """A ``.po`` file as it is now."""

    path: Path
    locale: str
    changed_at: int
    size: int


def catalogue(path: Path, locale: str) -> Catalog:
    """The messages of one ``.po`` file."""
    with path.open("rb") as file:
        return read_po(file, locale=cldr(locale))


def translations(locale: str, programme_folder: Path, plugins: Iterable[Path] = ()) -> NullTranslations:
    """The texts of a language; empty where nobody has any. `plugins` are folders with ``<locale>.po`` files."""
    folders = [*plugins, FOLDER, programme_folder / "translations"]
    if locale == PSEUDO:
        return PseudoTranslations(_compiled(SOURCE_LOCALE, _files(SOURCE_LOCALE, folders)))
    return _compiled(locale, _files(locale, folders))


def _files(locale: str, folders: Sequence[Path]) -> tuple[_File, ...]:
    """Those that are there, dearest last."""
    found = [(folder / f"{code}.po", code) for code in reversed(fallbacks(locale)) for folder in folders]
    return tuple(_seen(path, code) for path, code in found if path.is_file())


def _seen(path: Path, code: str) -> _File:
    now = path.stat()
    return _File(path, code, now.st_mtime_ns, now.st_size)


@lru_cache(maxsize=32)
def _compiled(locale: str, files: tuple[_File, ...]) -> NullTranslations:
    merged: dict[str, str] = {}
    for file in files:
        merged |= _messages(file)
    return GNUTranslations(BytesIO(compiled_texts({"": _header(locale), **merged})))


@lru_cache(maxsize=32)
def _messages(file: _File) -> Mapping[str, str]:
    """The messages that have words in this language, as gettext keeps them."""
    return {_key(message): "\0".join(words) for message in catalogue(file.path, file.locale)
            if message.id and all(words := _words(message)) and not message.fuzzy}


def _words(message: Message) -> tuple[str, ...]:
    words = message.string if isinstance(message.string, list | tuple) else (message.string,)
    return tuple(word or "" for word in words)


def _key(message: Message) -> str:
    text = "\0".join(message.id) if isinstance(message.id, list | tuple) else message.id
    return f"{message.context}\4{text}" if message.context else text


def _header(locale: str) -> str:
    """How many plurals a language has, and when which is used."""
    return "\n".join(f"{name}: {value}" for name, value in Catalog(locale=cldr(locale)).mime_headers)
