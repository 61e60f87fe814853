"""``treuwerk report``."""

import csv
import sys
from datetime import date, datetime

import attrs
import click

from treuwerk.cli.budgets_report import budgets
from treuwerk.cli.clearing_report import clearing
from treuwerk.cli.context import Context, now, print_json, print_table, treuwerk_command
from treuwerk.cli.donations_report import donations
from treuwerk.cli.expiring_report import expiring
from treuwerk.cli.past_days import DAY, as_of_option, closing_of
from treuwerk.cli.tiers_report import tiers
from treuwerk.services.ledger.closing import last_day
from treuwerk.services.ledger.liability import Liability, Outstanding, as_json, liability


@click.group("report")
def command() -> None:
    """Report on the whole programme."""


@treuwerk_command("liability")
@as_of_option("End of this past day; else of the last one that is over. The same answer for ever.")
@click.option("--since", type=DAY, metavar="DATE",
              help="First day of the flows; else they are those of all time.")
@click.option("--csv", "as_csv", is_flag=True, help="Print the rows as CSV: unit, state, expires, points.")
def _liability(context: Context, as_json: bool, as_of: datetime | None, since: datetime | None,
               as_csv: bool) -> None:
    """Show outstanding points by unit, state and month of expiry, and what came in and went out by kind.

    It names the place in the journal that it rests on, and is the same to the byte whenever it is asked again.
    """
    if as_json and as_csv:
        raise click.UsageError("found --json and --csv, expected one of them")
    installation, at = context.open(), now()
    zone = installation.programme.settings.programme.time_zone
    day = as_of.date() if as_of else last_day(zone, at)
    if since and since.date() > day:
        raise click.BadParameter(f"found {since.date()}, expected a day that is not behind {day}", param_hint="--since")
    closing = closing_of(installation, day, at)
    with installation.database.reading() as connection:
        report = liability(connection, day, closing, zone, since.date() if since else None)
    _tell(report, as_json, as_csv)


command.add_command(_liability)
command.add_command(expiring)
command.add_command(clearing)
command.add_command(donations)
command.add_command(budgets)
command.add_command(tiers)


def _tell(report: Liability, json: bool, as_csv: bool) -> None:
    if json:
        print_json(as_json(report))
    elif as_csv:
        writer = csv.writer(sys.stdout, delimiter=";", lineterminator="\n")
        writer.writerow([field.name for field in attrs.fields(Outstanding)])
        writer.writerows([[one.unit, one.state, one.expires or "", one.points] for one in report.outstanding])
    else:
        _print(report, report.day)


def _print(report: Liability, day: date) -> None:
    click.echo(f"end of {day}, journal up to sequence {report.closing.last_sequence}, head {report.closing.head}\n")
    print_table(["unit", "outstanding", "spendable", "pending", "reserved", "lapsed", "owed"], [
        [unit.unit, unit.outstanding, unit.spendable, unit.pending, unit.held, unit.lapsed, unit.deficit]
        for unit in report.units])
    click.echo()
    print_table(["unit", "state", "expires", "points"], [
        [one.unit, one.state, one.expires or "never", one.points] for one in report.outstanding])
    click.echo()
    flows = [[one.unit, one.kind, one.book, one.came_in, one.went_out] for one in report.flows]
    print_table(["unit", "kind", "book", "came in", "went out"], flows)
