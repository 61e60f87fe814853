"""Texts in the reader's language, read from ``.po`` files and compiled in memory at start.

English is the language of the source. Catalogues are merged by package: those of plugins first, ours over them, the
programme's ``translations/<locale>.po`` over both, so that a client can say "Mitglied" instead of "Teilnehmer" by
naming one message. A language that stands on another one (``de_Informal`` on ``de``)
names only what it says differently.
"""

from collections.abc import Iterable, Sequence
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from treuwerk.programme.languages import PSEUDO, cldr, fallbacks
from treuwerk.web.shell.assets import WEB
from treuwerk.web.shell.pseudo import PseudoTranslations

FOLDER = WEB / "translations"
SOURCE_LOCALE = "en"


def catalogue(path: Path, locale: str) -> Catalog:
    """The messages of one ``.po`` file."""
    with path.open("rb") as file:
        return read_po(file, locale=cldr(locale))


def translations(locale: str, programme_folder: Path, plugins: Iterable[Path] = ()) -> NullTranslations:
    """The texts of a language; empty where nobody has any. `plugins` are folders with ``<locale>.po`` files."""
    folders = [*plugins, FOLDER, programme_folder / "translations"]
    if locale == PSEUDO:
        return PseudoTranslations(_compiled(SOURCE_LOCALE, folders))
    return _compiled(locale, folders)


def _compiled(locale: str, folders: Sequence[Path]) -> NullTranslations:
    merged = Catalog(locale=cldr(locale))
    for code in reversed(fallbacks(locale)):
        for path in (folder / f"{code}.po" for folder in folders):
            if path.is_file():
                _merge(merged, catalogue(path, code))
    compiled = BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return GNUTranslations(compiled)


def _merge(into: Catalog, other: Catalog) -> None:
    for message in other:
        words = message.string if isinstance(message.string, list | tuple) else (message.string,)
        if message.id and all(words) and not message.fuzzy:
            into.delete(message.id, message.context)
            into.add(message.id, message.string, context=message.context)
