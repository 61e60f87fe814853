"""``treuwerk export``."""

from pathlib import Path

import click

from treuwerk.cli.context import Context, known_errors, now
from treuwerk.services.ledger.exporting import journal_lines
from treuwerk.services.ledger.pending_seals import seal_where_possible
from treuwerk.services.orders.exporting_orders import order_lines
from treuwerk.services.rewards.arrangement_files import arrangement_lines
from treuwerk.services.rewards.exporting import reward_lines
from treuwerk.store.migrating import check_schema


@click.command("export")
@click.argument("what", type=click.Choice(["journal", "orders", "rewards", "worlds"]))
@click.option("--covers", type=click.Path(path_type=Path, file_okay=False), help="With worlds: the folder of the file, "
              "below which covers are written. Without it they are named by hashes that only this database knows.")
@click.pass_obj
def command(context: Context, what: str, covers: Path | None) -> None:
    """Export the journal or orders as JSON Lines, rewards as CSV, or worlds and promotions as TOML.

    The same state gives the same bytes. What waits for a seal is sealed before the journal is written.
    """
    if covers and what != "worlds":
        raise click.UsageError("found --covers, expected it with worlds only")
    with known_errors(as_json=False):
        if what in ("rewards", "worlds"):
            installation = context.open()
            lines = reward_lines(installation) if what == "rewards" else arrangement_lines(installation, covers)
            for line in lines:
                click.echo(line, nl=False)
            return
        if what == "orders":
            for line in order_lines(context.open()):
                click.echo(line)
            return
        database = context.open_database()
        check_schema(database)
        if waiting := seal_where_possible(database, now()):
            click.echo(f"{waiting} transactions wait for a seal and are left out: this copy cannot be written",
                       err=True)
        for line in journal_lines(database):
            click.echo(line)
