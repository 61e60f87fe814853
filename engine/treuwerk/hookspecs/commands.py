"""What plugins offer at the command line: commands of their own, and data for the demo."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import attrs


@attrs.frozen
class CommandPlace:
    """Where a command of a plugin works: folder of the programme, address of the database, and the instant of its call.

    `database` is the address with its password, as SQLAlchemy writes it. `now` is in microseconds since 1970 UTC.
    """

    folder: Path
    database: str = attrs.field(repr=False)
    now: int


@attrs.frozen
class CommandKind:
    """A command of the command line, ``treuwerk <name>``, in programmes that name the plugin.

    `name` has small letters, digits and hyphens; those of the engine are taken. `title` is its line in
    ``treuwerk --help``. `build` answers a ``click.Command``, and is called only to run it or to show its help; what the
    command returns as a whole number is its exit code: 0 done, 1 failed, 2 usage, 3 done in part.
    """

    name: str
    title: str
    build: Callable[[CommandPlace], Any]


@attrs.frozen
class DemoLogin:
    """One login of a demo: who it is for a person who reads the list, and which customer it shows."""

    name: str
    customer_number: str
    person: str
    locale: str


@attrs.frozen
class DemoData:
    """Seeded data of a bundle for ``treuwerk demo``.

    `write` fills a folder from a seed and an end date, the same bytes for the same arguments: ``participants.csv``,
    ``articles.csv`` and ``attendance/*.csv`` as ``treuwerk import`` reads them, and one folder per clearing source with
    files named ``YYYY-MM-DD*``, cleared in the order of their dates with the clock of that day.
    """

    write: Callable[[Path, int, date], None]
    logins: tuple[DemoLogin, ...] = ()
