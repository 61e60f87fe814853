"""``treuwerk export``."""

import click

from treuwerk.cli.context import Context, known_errors
from treuwerk.services.exporting import journal_lines
from treuwerk.store.migrating import check_schema


@click.command("export")
@click.argument("what", type=click.Choice(["journal"]))
@click.pass_obj
def command(context: Context, what: str) -> None:  # noqa: ARG001 - there is one thing to export so far
    """Export the journal as canonical JSON Lines: the same state gives the same bytes."""
    with known_errors(as_json=False):
        database = context.open_database()
        check_schema(database)
        for line in journal_lines(database):
            click.echo(line)
