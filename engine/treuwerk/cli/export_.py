"""``treuwerk export``."""

import click

from treuwerk.cli.context import Context, known_errors, now
from treuwerk.services.exporting import journal_lines
from treuwerk.services.pending_seals import seal_where_possible
from treuwerk.store.migrating import check_schema


@click.command("export")
@click.argument("what", type=click.Choice(["journal"]))
@click.pass_obj
def command(context: Context, what: str) -> None:  # noqa: ARG001 - there is one thing to export so far
    """Export the journal as canonical JSON Lines: the same state gives the same bytes.

    What waits for a seal is sealed first.
    """
    with known_errors(as_json=False):
        database = context.open_database()
        check_schema(database)
        if waiting := seal_where_possible(database, now()):
            click.echo(f"{waiting} transactions wait for a seal and are left out: this copy cannot be written",
                       err=True)
        for line in journal_lines(database):
            click.echo(line)
