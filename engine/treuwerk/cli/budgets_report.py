"""``treuwerk report budgets``."""

import csv
import sys

import click

from treuwerk.cli.context import Context, now, print_json, print_table, treuwerk_command
from treuwerk.domain.ledger import moment
from treuwerk.services.ledger.budgets import BudgetUse, budget_uses

_COLUMNS = ["budget", "period", "unit", "points", "used", "left", "money left"]
_BY_DAY = ["budget", "period", "unit", "day", "points", "left"]


@treuwerk_command("budgets")
@click.option("--csv", "as_csv", is_flag=True, help="Print each day as CSV: what it gave, and what was left then.")
def budgets(context: Context, as_json: bool, as_csv: bool) -> None:
    """Show how far budgets of earning rules are used, in each period: points given, points and money left.

    Points count on the day of their booking; what came back on a day is taken off. Earlier periods are told by what
    the programme file says of the budget now.
    """
    if as_json and as_csv:
        raise click.UsageError("found --json and --csv, expected one of them")
    installation = context.open()
    settings = installation.programme.settings
    today = moment(now()).astimezone(settings.programme.time_zone).date()
    with installation.database.reading() as connection:
        found = budget_uses(connection, settings, today)
    if as_json:
        print_json({"as_of": today.isoformat(), "budgets": [one.as_json() for one in found]})
    elif as_csv:
        writer = csv.writer(sys.stdout, delimiter=";", lineterminator="\n")
        writer.writerow(_BY_DAY)
        writer.writerows([one.code, one.stretch, one.unit, *day] for one in found for day in one.days)
    else:
        print_table(_COLUMNS, [_row(one) for one in found])


def _row(one: BudgetUse) -> list[object]:
    money = "" if one.money_left is None else f"{one.money_left / 100:.2f}"
    return [one.code, one.stretch or "ever", one.unit, one.points, one.used, one.left, money]
