"""``treuwerk report clearing``."""

import csv
import sys
from datetime import datetime, time, timedelta

import click

from treuwerk.cli.context import Context, now, print_json, print_table, treuwerk_command
from treuwerk.cli.past_days import DAY
from treuwerk.domain.ledger import instant, moment
from treuwerk.services.clearing.clearing_report import (
    COLUMNS,
    TYPING_COLUMNS,
    as_json,
    cells,
    clearing_report,
    typing_cells,
)

_EVER = datetime(2000, 1, 1)  # noqa: DTZ001 (a day of the programme's zone)


@treuwerk_command("clearing")
@click.option("--since", type=DAY, metavar="DATE", help="First day; else since the beginning.")
@click.option("--until", type=DAY, metavar="DATE", help="Last day; else until now.")
@click.option("--csv", "as_csv", is_flag=True, help="Print the rows as CSV.")
def clearing(context: Context, as_json: bool, since: datetime | None, until: datetime | None, as_csv: bool) -> None:
    """Show what clearing costs: touches by people per 1,000 lines, and the share of lines that needed nobody.

    Where pages were read by machine it also tells how many of the values that it filled in were kept or changed.

    By channel (direct, upload, staff) and by reader; reported purchases count on the day of their decision, direct
    deliveries on the day of their run.
    """
    if as_json and as_csv:
        raise click.UsageError("found --json and --csv, expected one of them")
    if since and until and since > until:
        raise click.BadParameter(f"found {since.date()}, expected a day that is not behind {until.date()}",
                                 param_hint="--since")
    installation, at = context.open(), now()
    zone = installation.programme.settings.programme.time_zone
    first = instant(datetime.combine((since or _EVER).date(), time(), zone))
    last = instant(datetime.combine(until.date() + timedelta(days=1), time(), zone)) if until else at + 1
    with installation.database.reading() as connection:
        report = clearing_report(connection, first, last, at)
    if as_json:
        print_json(_json(report))
        return
    rows = [["" if cell is None else cell for cell in cells(row)] for row in (*report.rows, report.total)]
    if as_csv:
        writer = csv.writer(sys.stdout, delimiter=";", lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
        return
    click.echo(f"as of {moment(at).astimezone(zone).isoformat()}\n")
    print_table(list(COLUMNS), rows)
    if report.typed is not None:
        click.echo("\nvalues read from photos and scans, of decided reports\n")
        read = [["" if cell is None else cell for cell in typing_cells(row)] for row in (*report.typing, report.typed)]
        print_table(list(TYPING_COLUMNS), read)


_json = as_json
