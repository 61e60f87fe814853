"""``treuwerk plugins``: what is used, what went wrong, what is paused, and what a person does about it."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import attrs
import click
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from treuwerk.cli.acting import actor_option
from treuwerk.cli.context import Context, known_errors, now, print_json, print_table, treuwerk_command
from treuwerk.cli.managing import access_of_operator, told
from treuwerk.domain.ledger import moment
from treuwerk.plugins import PluginInfo, overview
from treuwerk.programme.errors import ProgrammeError
from treuwerk.programme.reading import FILE, plugins_of
from treuwerk.services.clearing.releasing import words
from treuwerk.services.operation import plugin_pausing
from treuwerk.services.operation.plugin_ledger import KeptFailure, KeptPause, PluginLedger, ledger_of
from treuwerk.store.migrating import SchemaError, check_schema

_plugin_argument = click.argument("plugin")
_reason_option = click.option("--reason", required=True, help="Why, in at least two words; it stands in the audit.")


@click.group("plugins", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """List the plugins that the programme uses, what is wrong with them, and what else is installed."""
    if ctx.invoked_subcommand is None:
        with known_errors(as_json):
            _list(ctx.obj, as_json)


def _list(context: Context, as_json: bool) -> None:
    used: list[PluginInfo] = []
    with suppress(ProgrammeError):  # without a programme, all that is installed is still worth a list
        if (context.folder / FILE).is_file():
            used = plugins_of(context.folder, safe=context.safe_mode)
    infos, ledger = overview(used), _ledger(context)
    if as_json:
        print_json([_as_json(info, ledger) for info in infos])
        return
    print_table(["name", "distribution", "version", "state", "hooks", "last error"],
                [[i.name, i.distribution, i.version, _state(i, ledger), ", ".join(i.hooks),
                  i.error or _last(ledger.of(i.name))] for i in infos])
    for one in ledger.pauses:
        click.echo(f"\n{one.plugin}: {one.what} is paused since {_time(one.paused_at)} by {one.paused_by}: {one.reason}"
                   f". Mend the plugin, then: treuwerk plugins resume {one.plugin}", err=True)


def _ledger(context: Context) -> PluginLedger:
    """What is kept of failures; nothing where there is no database of this release."""
    if not _is_there(context.database):
        return PluginLedger()
    database = context.open_database()
    with suppress(SchemaError, SQLAlchemyError):
        check_schema(database)
        with database.reading() as connection:
            return ledger_of(connection)
    return PluginLedger()


def _is_there(database: str) -> bool:
    """Whether asking does not make the file of a database that nobody made yet."""
    with suppress(SQLAlchemyError):
        url = make_url(database)
        return not url.drivername.startswith("sqlite") or bool(url.database and Path(url.database).is_file())
    return True


def _state(info: PluginInfo, ledger: PluginLedger) -> str:
    return "paused" if info.state == "used" and ledger.is_paused(info.name) else info.state


def _last(failures: Sequence[KeptFailure]) -> str:
    return f"{failures[0].part}: {failures[0].error}: {failures[0].said}" if failures else ""


def _as_json(info: PluginInfo, ledger: PluginLedger) -> dict[str, Any]:
    return {**attrs.asdict(info), "state": _state(info, ledger), "error": info.error or _last(ledger.of(info.name)),
            "failures": [_failure_as_json(one) for one in ledger.of(info.name)],
            "paused": [_pause_as_json(one) for one in ledger.pauses if one.plugin == info.name]}


def _failure_as_json(one: KeptFailure) -> dict[str, Any]:
    return {**attrs.asdict(one), "first_at": _time(one.first_at), "last_at": _time(one.last_at)}


def _pause_as_json(one: KeptPause) -> dict[str, Any]:
    return {**attrs.asdict(one), "paused_at": _time(one.paused_at)}


def _time(at: int) -> str:
    return moment(at).isoformat(timespec="seconds")


@treuwerk_command("pause")
@_plugin_argument
@actor_option
@_reason_option
def _pause(context: Context, as_json: bool, plugin: str, actor: str, reason: str) -> None:
    """Pause a plugin: lines of its rules, files of its readers and handovers of its channels wait."""
    installation, access = context.open(), access_of_operator(actor)
    installation.database.run(lambda connection: plugin_pausing.pause(
        access, connection, installation.programme.registry, plugin, reason, now()))
    told(as_json, {"plugin": plugin, "state": "paused"}, f"{plugin} is paused. What it is for waits until: "
                                                         f"treuwerk plugins resume {plugin}")


@treuwerk_command("resume")
@_plugin_argument
@actor_option
def _resume(context: Context, as_json: bool, plugin: str, actor: str) -> None:
    """Let a plugin go on, and book the lines that waited for its rules."""
    done = plugin_pausing.resume(access_of_operator(actor), context.open_to_book(), plugin, now())
    told(as_json, {"plugin": plugin, "state": "used", "released": done.released.as_json()},
         f"{plugin} goes on. {words(done.released)}")


@treuwerk_command("acknowledge")
@_plugin_argument
@actor_option
def _acknowledge(context: Context, as_json: bool, plugin: str, actor: str) -> None:
    """Note that somebody has seen the failures of a plugin; they leave the list until they happen again."""
    seen = context.open().database.run(lambda connection: plugin_pausing.acknowledge(
        access_of_operator(actor), connection, plugin, now()))
    told(as_json, {"plugin": plugin, "acknowledged": seen}, f"{plugin}: {seen} kinds of failures acknowledged")


for one in (_pause, _resume, _acknowledge):
    command.add_command(one)
