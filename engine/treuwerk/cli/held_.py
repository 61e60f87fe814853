"""``treuwerk held``: files that are broken as a whole, and what a person decides on them."""

import csv
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection

from treuwerk.cli.acting import actor_option
from treuwerk.cli.context import Context, now, print_json, print_table, treuwerk_command
from treuwerk.cli.managing import access_of_operator
from treuwerk.domain.ledger import moment
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import OutOfScope
from treuwerk.services.clearing import held_files
from treuwerk.services.clearing.held_faults import FAULT_COLUMNS, all_faults
from treuwerk.services.clearing.held_files import HeldFile
from treuwerk.store.held import HELD, STATES

_READER = "command line"
_id_argument = click.argument("id")
_reason_option = click.option("--reason", required=True, help="Why, in at least two words; it stands in the audit.")


@click.group("held")
def command() -> None:
    """List files that are held as a whole, show what is wrong with them, release or reject them."""


@treuwerk_command("list")
@click.option("--state", type=click.Choice([*STATES, "all"]), default=HELD, show_default=True, help="Which of them.")
def _list(context: Context, as_json: bool, state: str) -> None:
    """List held files, the latest first, with why they are held."""
    with context.open().database.reading() as connection:
        found = held_files.listed(access_of_operator(_READER), connection, () if state == "all" else (state,))
    if as_json:
        print_json([_as_json(one) for one in found])
        return
    print_table(["held since", "source", "file", "lines", "bad", "state", "id", "why"], [
        [moment(one.held_at).strftime("%Y-%m-%d %H:%M UTC"), one.source, one.name, one.lines, one.bad, one.state,
         one.public_id, one.reason or one.in_words] for one in found])


@treuwerk_command("faults")
@_id_argument
@click.option("--file", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="The file itself, where it was not kept.")
def _faults(context: Context, as_json: bool, id: str, file: Path | None) -> None:
    """Print everything that is wrong with a held file, as CSV."""
    installation = context.open()
    with installation.database.reading() as connection:
        one = _named(id, lambda: held_files.held_file(access_of_operator(_READER), connection, id))
    found = all_faults(installation, one, file)
    if as_json:
        print_json([dict(zip(FAULT_COLUMNS, row, strict=True)) for row in found])
        return
    writer = csv.writer(sys.stdout, delimiter=";", lineterminator="\n")
    writer.writerow(FAULT_COLUMNS)
    writer.writerows(found)


@treuwerk_command("release")
@_id_argument
@actor_option
@_reason_option
def _release(context: Context, as_json: bool, id: str, actor: str, reason: str) -> None:
    """Clear a held file in spite of what is wrong with it: a worker does it, or the next treuwerk clear of the file."""
    access = access_of_operator(actor)
    _show(context, as_json, id, lambda connection: held_files.release(access, connection, id, reason, now()))


@treuwerk_command("reject")
@_id_argument
@actor_option
@_reason_option
def _reject(context: Context, as_json: bool, id: str, actor: str, reason: str) -> None:
    """Never book a held file; its sender reads the reason in the receipt."""
    access = access_of_operator(actor)
    _show(context, as_json, id, lambda connection: held_files.reject(access, connection, id, reason, now()))


@treuwerk_command("reopen")
@_id_argument
@actor_option
def _reopen(context: Context, as_json: bool, id: str, actor: str) -> None:
    """Take a decision back, as long as nothing of the file is booked."""
    access = access_of_operator(actor)
    _show(context, as_json, id, lambda connection: held_files.reopen(access, connection, id, now()))


def _named(id: str, act: Callable[[], HeldFile]) -> HeldFile:
    try:
        return act()
    except OutOfScope:
        raise Refusal("unknown_file", f"found no held file {id!r}, expected an id of treuwerk held list") from None


def _show(context: Context, as_json: bool, id: str, act: Callable[[Connection], HeldFile]) -> None:
    found = _named(id, lambda: context.open_to_book().database.run(act))
    if as_json:
        print_json(_as_json(found))
        return
    click.echo(f"{found.public_id}  {found.name}: {found.state}")
    if found.state == "released" and not found.kept:
        click.echo("  the file was not kept: clear it once more with treuwerk clear")
    elif found.state != HELD and found.kept:
        click.echo(f"  a worker does it; here and now: treuwerk jobs run {found.order_key}")


def _as_json(one: HeldFile) -> dict[str, Any]:
    return {**one.as_json(), "file": one.name, "source": one.source, "sha256": one.sha256, "size": one.size,
            "kept": one.kept, "order": one.order_key if one.decided_at and one.kept else None}


for _one in (_list, _faults, _release, _reject, _reopen):
    command.add_command(_one)
