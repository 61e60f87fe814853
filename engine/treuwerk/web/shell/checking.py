"""Mistakes in what a programme brings for its pages: theme, templates, translations. Found at start, not on use."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages import Message
from babel.messages.pofile import PoFileError, read_po
from jinja2 import Environment, TemplateSyntaxError

from treuwerk.programme.errors import Mistake, ProgrammeError
from treuwerk.programme.languages import cldr, fallbacks
from treuwerk.programme.reading import LoadedProgramme
from treuwerk.web.shell.htmx import forbidden
from treuwerk.web.shell.parts import mistakes, parts_of
from treuwerk.web.shell.theming import theme_sheet
from treuwerk.web.shell.translations import FOLDER

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def presentation_mistakes(programme: LoadedProgramme) -> list[Mistake]:
    """All of them, each with file and line or message."""
    parts = parts_of(programme.registry)
    templates = {"templates": programme.folder / "templates", **parts.folders("templates")}
    return [*_theme(programme), *(one for name, folder in templates.items() for one in _templates(name, folder)),
            *_languages(programme, parts.folders("translations").values()), *_translations(programme), *mistakes(parts)]


def _theme(programme: LoadedProgramme) -> list[Mistake]:
    try:
        theme_sheet(programme.settings.theme, programme.folder)
    except ProgrammeError as error:
        return error.mistakes
    return []


def _templates(shown: str, folder: Path) -> Iterator[Mistake]:
    environment = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
    for path in sorted(folder.rglob("*.html")):
        name = f"{shown}/{path.relative_to(folder).as_posix()}"
        try:
            text = path.read_text("utf-8")
            environment.parse(text)
            for line, found in forbidden(text):
                yield Mistake(f"{name}:{line}", found, "nothing that the content security policy stops: no code and no "
                              "style in attributes", "put it into a file of static/, or leave it to a link or a form")
        except TemplateSyntaxError as error:
            yield Mistake(f"{name}:{error.lineno}", error.message or "", "a Jinja2 template that can be read")
        except UnicodeDecodeError as error:
            yield Mistake(name, f"byte 0x{error.object[error.start]:02x} at {error.start}", "UTF-8 text")


def _translations(programme: LoadedProgramme) -> Iterator[Mistake]:
    locales = programme.settings.programme.locales
    for path in sorted((programme.folder / "translations").glob("*.po")):
        name = path.relative_to(programme.folder).as_posix()
        if not any(path.stem in fallbacks(locale) for locale in locales):
            yield Mistake(name, f"language {path.stem!r}", f"one of the programme's locales: {', '.join(locales)}",
                          "rename the file or add the language to programme.locales")
            continue
        try:
            with path.open("rb") as file:
                messages = list(read_po(file, locale=cldr(path.stem), abort_invalid=True))
        except (PoFileError, UnicodeDecodeError, ValueError) as error:
            yield Mistake(name, str(error), "a .po file that can be read")
            continue
        for message in messages:
            yield from _message(name, message)


def _languages(programme: LoadedProgramme, plugins: Iterable[Path]) -> Iterator[Mistake]:
    """A language that nobody has texts for would show English under its name."""
    folders = [FOLDER, programme.folder / "translations", *plugins]
    for number, locale in enumerate(programme.settings.programme.locales):
        if not any((folder / f"{code}.po").is_file() for folder in folders for code in fallbacks(locale)):
            yield Mistake(f"programme.toml: programme.locales[{number}]", f"{locale!r}, of which nobody has texts",
                          f"a file translations/{locale}.po", "translate the messages of the engine's en.po in it")


def _message(file: str, message: Message) -> Iterator[Mistake]:
    if not message.id:
        return
    place = f"{file}:{message.lineno or 0}: {_texts(message.id)[0]!r}"
    if message.fuzzy:
        yield Mistake(place, "marked fuzzy", "a text that someone has approved", "check it and remove the mark")
    allowed = {name for text in _texts(message.id) for name in _PLACEHOLDER.findall(text)}
    for text in _texts(message.string):
        for unknown in sorted(set(_PLACEHOLDER.findall(text)) - allowed):
            known = ", ".join(sorted(allowed)) or "none"
            yield Mistake(place, f"placeholder {unknown!r}", f"only those of the original: {known}")
        if "%" in _PLACEHOLDER.sub("", text).replace("%%", ""):
            yield Mistake(place, "a single %", "%% where a per cent sign is meant, or %(name)s")


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, list | tuple):
        return tuple(str(text) for text in value)
    return (str(value or ""),)
