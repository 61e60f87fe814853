"""``treuwerk report tiers``."""

import csv
import sys

import click

from treuwerk.cli.context import Context, now, print_json, print_table, treuwerk_command
from treuwerk.services.rewards.columns import shielded
from treuwerk.services.tiers.reporting import COLUMNS, TierRow, tier_rows


@treuwerk_command("tiers")
@click.option("--csv", "as_csv", is_flag=True, help="Print the rows as CSV.")
def tiers(context: Context, as_json: bool, as_csv: bool) -> None:
    """Show who holds which tier since when, until when and why, as of now, whenever the last run was."""
    if as_json and as_csv:
        raise click.UsageError("found --json and --csv, expected one of them")
    rows = tier_rows(context.open(), now())
    if as_json:
        print_json({"rows": [dict(zip(COLUMNS, one.cells(), strict=True)) for one in rows]})
    elif as_csv:
        writer = csv.writer(sys.stdout, delimiter=";", lineterminator="\n")
        writer.writerow(COLUMNS)
        for one in rows:
            writer.writerow([shielded(cell) for cell in one.cells()])
    else:
        _print(list(rows))


def _print(rows: list[TierRow]) -> None:
    held: dict[str, int] = {}
    for one in rows:
        held[one.tier or "-"] = held.get(one.tier or "-", 0) + 1
    print_table(list(COLUMNS), [list(one.cells()) for one in rows])
    click.echo(", ".join(f"{number:,} {tier}" for tier, number in held.items()))
