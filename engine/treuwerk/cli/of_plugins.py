"""Commands that plugins of the programme add to the command line."""

import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import click

from treuwerk.cli import COMMANDS
from treuwerk.cli.context import Context, known_errors, now
from treuwerk.hookspecs import CommandKind, CommandPlace
from treuwerk.plugins import PluginError
from treuwerk.programme.errors import ProgrammeError
from treuwerk.programme.reading import FILE, read_programme

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", re.ASCII)


def command_of_plugin(ctx: click.Context, name: str) -> click.Command | None:
    """The command of this name that a plugin of the programme offers; None where none does."""
    place = _context(ctx)
    if not _NAME.fullmatch(name) or not (place.folder / FILE).is_file():
        return None
    with known_errors(as_json=False):
        kind = _kinds(place).get(name)
        return None if kind is None else _built(kind, CommandPlace(place.folder, place.database, now()))


def titles_of_plugins(ctx: click.Context) -> list[tuple[str, str]]:
    """Names and one-line helps of the commands of plugins; none where the programme cannot be read."""
    place = _context(ctx)
    if (place.folder / FILE).is_file():
        with suppress(ProgrammeError, PluginError):
            return [(kind.name, kind.title) for kind in _kinds(place).values()]
    return []


def _context(ctx: click.Context) -> Context:
    """The options of the group, also before they are checked: help is shown first."""
    defaults = {one.name: one.get_default(ctx) for one in ctx.command.params if one.name}
    told = {name: ctx.params.get(name) or defaults.get(name) for name in ("programme", "database")}
    return Context(Path(str(told["programme"])), str(told["database"]))


def _kinds(place: Context) -> Mapping[str, CommandKind]:
    kinds = read_programme(place.folder).registry.commands()
    for name in kinds:
        if name in COMMANDS or not _NAME.fullmatch(name):
            raise PluginError(f"commands: a plugin offers {name!r}; expected a name of small letters, digits and "
                              "hyphens that is no command of the engine. Mend the plugin, or take it out of the "
                              "programme's plugins")
    return kinds


def _built(kind: CommandKind, place: CommandPlace) -> click.Command:
    try:
        found = kind.build(place)
    except Exception as error:
        raise PluginError(f"the plugin with the command {kind.name!r} failed to build it: {type(error).__name__}: "
                          f"{error}; mend or update it") from error
    if not isinstance(found, click.Command):
        raise PluginError(f"the plugin with the command {kind.name!r} built {found!r:.80}; expected a click.Command")
    return found
