"""``treuwerk report donations``."""

import csv
import sys
from datetime import date, datetime, timedelta

import click

from treuwerk.cli.context import Context, now, print_json, print_table, treuwerk_command
from treuwerk.cli.past_days import DAY
from treuwerk.domain.ledger import moment
from treuwerk.services.orders.donated import Donated, donated
from treuwerk.services.rewards.columns import shielded

_COLUMNS = ["recipient", "reward", "variant", "name", "pieces", "points", "each", "money"]


@treuwerk_command("donations")
@click.option("--since", type=DAY, metavar="DATE", help="First day; else the first one of last month.")
@click.option("--until", type=DAY, metavar="DATE", help="Last day; else the last one of last month.")
@click.option("--csv", "as_csv", is_flag=True, help="Print the rows as CSV.")
def donations(context: Context, as_json: bool, since: datetime | None, until: datetime | None, as_csv: bool) -> None:
    """Show what was donated: pieces, points and money by recipient and reward, to be paid out.

    A donation counts on the day from which on it cannot be cancelled any more, so that months never change later. Money
    is the cost of the reward when it was ordered.
    """
    if as_json and as_csv:
        raise click.UsageError("found --json and --csv, expected one of them")
    installation = context.open()
    today = moment(now()).astimezone(installation.programme.settings.programme.time_zone).date()
    ended = today.replace(day=1) - timedelta(days=1)
    last = until.date() if until else ended
    first = since.date() if since else ended.replace(day=1)
    if first > last:
        raise click.BadParameter(f"found {first}, expected a day that is not behind {last}", param_hint="--since")
    _tell(donated(installation, first, last), first, last, as_json=as_json, as_csv=as_csv)


def _tell(found: list[Donated], first: date, last: date, *, as_json: bool, as_csv: bool) -> None:
    if as_json:
        print_json({"since": first.isoformat(), "until": last.isoformat(), "rows": [one.as_json() for one in found]})
    elif as_csv:
        writer = csv.writer(sys.stdout, delimiter=";", lineterminator="\n")
        writer.writerow(_COLUMNS)
        writer.writerows([shielded(str(cell)) for cell in _row(one)] for one in found)
    else:
        print_table(_COLUMNS, [_row(one) for one in found])
        click.echo(f"{first} to {last}: {_money(sum(one.money for one in found))}")


def _row(one: Donated) -> list[object]:
    return [one.recipient, one.reward, one.variant, one.name, one.pieces, one.points, _money(one.cost),
            _money(one.money)]


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"
