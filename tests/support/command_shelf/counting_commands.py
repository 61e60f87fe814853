"""A plugin with commands of its own, and two that are wrong."""

from collections.abc import Sequence
from typing import Any

import click
from sqlalchemy import create_engine, text

from treuwerk.hookspecs import CommandKind, CommandPlace, hookimpl


def _count(place: CommandPlace) -> click.Command:
    @click.command("count-people")
    @click.option("--at-least", type=int, default=0, help="Fail where there are fewer.")
    def count(at_least: int) -> int:
        """Count the participants of the programme."""
        engine = create_engine(place.database)
        with engine.connect() as connection:
            found = int(connection.execute(text("SELECT COUNT(*) FROM participant")).scalar_one())
        engine.dispose()
        click.echo(f"{found} participants in {place.folder.name}")
        return 0 if found >= at_least else 1

    return count


@hookimpl
def commands() -> Sequence[CommandKind]:
    """Offers ``treuwerk count-people``."""
    return [CommandKind("count-people", "Count the participants.", _count)]


class Taken:
    """Offers a command that the engine has."""

    @staticmethod
    @hookimpl
    def commands() -> Sequence[CommandKind]:
        """A name that is taken."""
        return [CommandKind("clear", "Clear the roof.", _count)]


class Nothing:
    """Offers a command that is none."""

    @staticmethod
    @hookimpl
    def commands() -> Sequence[CommandKind]:
        """A record whose command is a text."""
        def build(_: CommandPlace) -> Any:
            return "count"

        return [CommandKind("nothing", "Do nothing.", build)]
