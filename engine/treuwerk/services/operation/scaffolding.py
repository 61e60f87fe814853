"""New folders for integrators and developers: a programme or a plugin that passes its own tests at once.

Templates are Jinja2 texts shipped with the engine, below ``scaffold/``; their names end in ``.jinja``, and
``__package__`` in a path stands for the plugin's import name.
"""

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from keyword import iskeyword
from pathlib import Path

import attrs
from jinja2 import Environment, StrictUndefined

from treuwerk.plugins import installed
from treuwerk.programme.errors import Mistake, ProgrammeError

_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*", re.ASCII)
_LONGEST = 40
_ENDING = ".jinja"
_PACKAGE = "__package__"


@attrs.frozen
class Scaffold:
    """What was made: the folder and its files, relative to it."""

    folder: Path
    written: tuple[str, ...]


def new_programme(folder: Path, name: str) -> Scaffold:
    """Make a programme folder with rules, feed, article master, earning cases and a small demo.

    Args:
        folder: a folder that does not exist yet, or is empty.
        name: the code of the programme, such as ``green_roofs``.

    Raises:
        ProgrammeError: the name cannot be a code, or the folder is not free.
    """
    _check(folder, list(_wrong_names("programme", name)))
    return _written(folder, "programme", {"code": name, "title": _title(name)})


def new_plugin(folder: Path, name: str) -> Scaffold:
    """Make a distribution with one earning rule, its entry point, and tests that pass as soon as it is installed.

    Args:
        folder: a folder that does not exist yet, or is empty.
        name: the name of the plugin in programme files, such as ``bulk_points``.

    Raises:
        ProgrammeError: the name cannot be one or is taken, or the folder is not free.
    """
    package = f"treuwerk_{name}"
    _check(folder, [*_wrong_names("plugin", name), *_taken_names(name, package)])
    words = "".join(word.capitalize() for word in name.split("_"))
    return _written(folder, "plugin", {
        "name": name, "package": package, "distribution": package.replace("_", "-"), "title": _title(name),
        "rule": f"{words}Rule", "settings": f"{words}Settings"})


def _check(folder: Path, mistakes: list[Mistake]) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        found = "a folder with files in it" if folder.is_dir() else "a file"
        mistakes.append(Mistake(str(folder), found, "a new or an empty folder", "choose another one, or empty it"))
    if mistakes:
        raise ProgrammeError(mistakes)


def _wrong_names(kind: str, name: str) -> Iterator[Mistake]:
    if not _NAME.fullmatch(name) or len(name) > _LONGEST or iskeyword(name):
        meant = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_0123456789")[:_LONGEST].strip("_")
        usable = _NAME.fullmatch(meant) and not iskeyword(meant)
        yield Mistake(f"name of the {kind}", f"{name!r:.60}",
                      f"small letters, digits and single _ between them, at most {_LONGEST}, and no word of Python",
                      f"did you mean {meant!r}?" if usable else "such as green_roofs")


def _taken_names(name: str, package: str) -> Iterator[Mistake]:
    if taken := installed().get(name):
        yield Mistake("name of the plugin", f"{name!r}, which {taken[0].value} has already",
                      "a name that no installed plugin has")
    elif package.isidentifier() and find_spec(package):
        yield Mistake("name of the plugin", f"{name!r}, whose package {package} is installed already",
                      "a name that no installed package has")


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _written(folder: Path, kind: str, values: Mapping[str, str]) -> Scaffold:
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)  # noqa: S701 - no HTML
    written = []
    for path, template in sorted(_templates(files("treuwerk") / "scaffold" / kind)):
        target = folder / path.replace(_PACKAGE, values.get("package", _PACKAGE)).removesuffix(_ENDING)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = environment.from_string(template).render(values)
        target.write_text(text, "utf-8", newline="\n")
        written.append(target.relative_to(folder).as_posix())
    return Scaffold(folder, tuple(written))


def _templates(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Path and text of all templates, depth first."""
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _templates(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(_ENDING):
            yield f"{prefix}{entry.name}", entry.read_text("utf-8")
