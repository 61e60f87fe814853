"""Texts in the reader's language, read from ``.po`` files and compiled in memory at start.

English is the language of the source. A programme's ``translations/<locale>.po`` is merged over ours, so that a client
can say "Mitglied" instead of "Teilnehmer" by naming one message.
"""

from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from treuwerk.web.shell.assets import WEB

FOLDER = WEB / "translations"
SOURCE_LOCALE = "en"


def catalogue(path: Path, locale: str) -> Catalog:
    """The messages of one ``.po`` file."""
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def translations(locale: str, programme_folder: Path) -> NullTranslations:
    """The engine's texts with those of the programme over them; empty for a language that neither has."""
    merged = Catalog(locale=locale)
    for path in (FOLDER / f"{locale}.po", programme_folder / "translations" / f"{locale}.po"):
        if path.is_file():
            _merge(merged, catalogue(path, locale))
    compiled = BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return GNUTranslations(compiled)


def _merge(into: Catalog, other: Catalog) -> None:
    for message in other:
        if message.id and message.string and not message.fuzzy:
            into.delete(message.id, message.context)
            into.add(message.id, message.string, context=message.context)
