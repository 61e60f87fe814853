"""``treuwerk anchor``."""

import os
from pathlib import Path

import click

from treuwerk.cli.context import Context, now, treuwerk_command
from treuwerk.domain.ledger import moment
from treuwerk.services.ledger.pending_seals import seal_where_possible
from treuwerk.services.proof.anchoring import anchor
from treuwerk.store.migrating import check_schema


@treuwerk_command("anchor")
@click.option("--file", "file", type=click.Path(path_type=Path, dir_okay=False),
              help="Also add the anchor as a line to this file, for treuwerk verify --anchor.")
def command(context: Context, as_json: bool, file: Path | None) -> None:
    """Print the end of the chain, to be kept outside the database; what waits for a seal is sealed first."""
    database, at = context.open_database(), now()
    check_schema(database)
    waiting = seal_where_possible(database, at)
    found = anchor(database, at)
    if file:
        _add(file, found.as_json())
    if as_json:
        click.echo(found.as_json())
    else:
        click.echo(f"sequence {found.sequence}\nseal {found.seal}\nhead {found.head}\n"
                   f"at {moment(found.at).isoformat()}")
    if waiting:
        click.echo(f"{waiting} transactions wait for a seal and stand behind no anchor: this copy cannot be written",
                   err=True)


def _add(file: Path, line: str) -> None:
    with file.open("a", encoding="utf-8") as stream:
        stream.write(f"{line}\n")
        stream.flush()
        os.fsync(stream.fileno())
