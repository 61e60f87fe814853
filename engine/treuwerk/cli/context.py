"""What every command has at hand, and how it speaks: text for people, JSON for machines, errors with a next step."""

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn

import attrs
import click

from treuwerk.programme.bundles import bundle_folder

DRIVERS = ("sqlite", "postgresql+psycopg")
ALLOW_UNSAFE = "TREUWERK_ALLOW_UNSAFE"
DONE, FAILED, USAGE, IN_PART, HELD = 0, 1, 2, 3, 4


@attrs.frozen
class Context:
    """The options of the group."""

    programme: Path
    database: str
    safe_mode: bool = False
    """Whether plugins that do not come with the engine are left out."""
    so_far: dict[str, Any] = attrs.field(factory=dict)
    """What is done already, for the JSON of a command that fails later."""

    @property
    def folder(self) -> Path:
        """The programme's folder; a name that is no folder is looked up among the installed bundles."""
        return bundle_folder(self.programme)

    def open_database(self) -> Any:
        """The database of the options; it is closed when the command ends.

        Raises:
            click.UsageError: the URL is none, or its driver is missing.
        """
        from sqlalchemy.engine import make_url
        from sqlalchemy.exc import ArgumentError

        from treuwerk.store.database import Database

        shown = re.sub(r"(?<=:)[^:/@]+(?=@)", "***", self.database)
        try:
            if make_url(self.database).drivername not in DRIVERS:
                raise ArgumentError("this is another kind of database")
            database = Database(self.database)
        except (ArgumentError, ValueError) as error:
            reason = str(error).replace(self.database, shown)
            raise click.UsageError(f"--database {shown}: {reason}; expected sqlite:///path or "
                                   "postgresql+psycopg://user@host/name") from None
        except ModuleNotFoundError as error:
            raise click.UsageError(f"--database {shown}: {error}; pip install 'treuwerk[postgresql]'") from error
        click.get_current_context().call_on_close(database.close)
        return database

    def open(self) -> Any:
        """Programme and database together, checked."""
        from treuwerk.services.installation import open_installation

        return open_installation(self.folder, self.open_database(), safe=self.safe_mode)

    def open_to_book(self) -> Any:
        """The same for commands that book: what a crash could lose is said before."""
        return ready_to_book(self.open())


def ready_to_book(installation: Any) -> Any:
    """An installation that may book, by its programme; what a crash could lose is said before.

    Raises:
        NotApproved: changes of the programme need approval, and this one has none.
    """
    from treuwerk.services.simulation.approval import require_approval

    require_approval(installation, now())
    warn_if_unsafe(installation.database)
    return installation


def warn_if_unsafe(database: Any) -> None:
    """Say on stderr what a server of PostgreSQL would lose in a crash, unless the environment allows it."""
    from treuwerk.store.safety import unsafe_settings

    if os.environ.get(ALLOW_UNSAFE) == "1":
        return
    with database.reading() as connection:
        for sentence in unsafe_settings(connection):
            click.echo(f"UNSAFE: {sentence}; see treuwerk doctor", err=True)


def now() -> int:
    """The present instant in microseconds; the one clock of the command line."""
    return time.time_ns() // 1000


def treuwerk_command(name: str, **options: Any) -> Callable[[Callable[..., Any]], click.Command]:
    """A command with ``--json`` whose known errors end it with a message and a documented exit code."""

    def decorate(function: Callable[..., Any]) -> click.Command:
        @click.command(name, **options)
        @click.option("--json", "as_json", is_flag=True, help="Print JSON.")
        @click.pass_obj
        @wraps(function)
        def run(context: Context, /, as_json: bool, **arguments: Any) -> None:
            with known_errors(as_json, context.so_far):
                sys.exit(function(context, as_json=as_json, **arguments) or DONE)

        command: click.Command = run
        return command

    return decorate


@contextmanager
def known_errors(as_json: bool, so_far: Mapping[str, Any] | None = None) -> Iterator[None]:
    """Errors that a person can mend become a message; all others keep their traceback."""
    from sqlalchemy.exc import DatabaseError, OperationalError

    from treuwerk.cli.listening import PortTaken
    from treuwerk.domain.refusals import Refusal
    from treuwerk.domain.secrets import MissingSecret, UnknownKey
    from treuwerk.domain.tabular import UnreadableFile
    from treuwerk.plugins import PluginError
    from treuwerk.programme.errors import ProgrammeError
    from treuwerk.services.account.explaining import NotFound
    from treuwerk.services.clearing.intake import ReaderFailed
    from treuwerk.services.clearing.plugin_failures import PluginPaused
    from treuwerk.services.clearing.second_process import ScoringFailed
    from treuwerk.services.clocks import ImplausibleClock
    from treuwerk.services.deployment import WrongDeployment
    from treuwerk.services.documents_folder import NoDocumentsFolder
    from treuwerk.services.finding import UnknownParticipant
    from treuwerk.services.installation import ForeignDatabase
    from treuwerk.services.ledger.closing import NeverClosed
    from treuwerk.services.simulation.approval import NotApproved
    from treuwerk.store.faults import DatabaseBusy, DatabaseReadOnly, OutcomeUnknown, TransactionLost, UnsafeDatabase
    from treuwerk.store.migrating import SchemaError
    from treuwerk.store.runs import RunTaken

    try:
        yield
    except ProgrammeError as error:
        fail(USAGE, str(error), as_json, errors=[attrs.asdict(mistake) for mistake in error.mistakes])
    except (PluginError, SchemaError, ForeignDatabase, UnsafeDatabase, ImplausibleClock,
            WrongDeployment, NoDocumentsFolder, MissingSecret, UnknownKey, NotApproved) as error:
        fail(USAGE, str(error), as_json)
    except Refusal as error:
        fail(FAILED, error.reason, as_json, **error.as_json(), **so_far or {})
    except (UnreadableFile, RunTaken, NotFound, UnknownParticipant, PortTaken, ScoringFailed, DatabaseBusy,
            DatabaseReadOnly, PluginPaused, ReaderFailed, OutcomeUnknown, TransactionLost, NeverClosed) as error:
        fail(FAILED, str(error.args[0]), as_json, **so_far or {})
    except DatabaseError as error:
        if type(error) not in (DatabaseError, OperationalError):  # a fault of ours, such as a broken constraint
            raise
        fail(FAILED, _no_answer(str(error.orig)), as_json, **so_far or {})
    except BrokenPipeError:  # whoever reads has seen enough; click ends quietly
        raise
    except OSError as error:
        fail(USAGE, f"{error.filename or 'file'}: {error.strerror or error}", as_json)


def _no_answer(reason: str) -> str:
    if "locked" in reason:
        return f"the database is busy: {reason}; another process reads or writes for long, try again when it has ended"
    if "not a database" in reason:
        return f"the database cannot be read: {reason}; is --database right?"
    return f"the database does not answer: {reason}; is it running, and is --database right?"


def fail(code: int, message: str, as_json: bool, /, **details: Any) -> NoReturn:
    """End with a message on stderr, or as JSON on stdout."""
    if as_json:
        print_json({"error": message, **details})
    else:
        click.echo(message, err=True)
    sys.exit(code)


def print_json(value: Any) -> None:
    """JSON for machines: UTF-8, keys in the order given."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(columns: list[str], rows: list[list[Any]]) -> None:
    """A table on a terminal; tab-separated text elsewhere, so that other programs can read it."""
    texts = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for row in [columns, *texts]:
            click.echo("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, box=None, header_style="bold")
    for row in texts:
        table.add_row(*row)
    Console().print(table)


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """A callback for done and total; a bar on stderr where that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    # Without its thread that refreshes: a process with a second thread cannot be forked, which a clearing wants to do.
    with Progress(console=Console(stderr=True), transient=True, auto_refresh=False) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None, refresh=True)
