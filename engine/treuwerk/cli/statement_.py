"""``treuwerk statement``."""

from typing import Any

import click

from treuwerk.cli.context import Context, print_json, print_table, treuwerk_command
from treuwerk.domain.ledger import moment
from treuwerk.services.explaining import tree_of
from treuwerk.services.finding import account_of
from treuwerk.services.statements import Cursor, Entry, Page, statement


@treuwerk_command("statement")
@click.argument("participant")
@click.option("--unit", help="Unit of the running balance; else the programme's first.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1_000), help="Bookings to show.")
@click.option("--before", type=int, help="Go on below this booking, as the last page named it.")
def command(context: Context, as_json: bool, participant: str, unit: str | None, limit: int,
            before: int | None) -> None:
    """Show the bookings of a participant, newest first, with the balance after each."""
    installation = context.open()
    units = installation.programme.settings.units
    unit = unit or next(iter(units))
    if unit not in units:
        raise click.BadParameter(f"found {unit!r}, expected one of {', '.join(units)}", param_hint="--unit")
    with installation.database.reading() as connection:
        page = statement(connection, account_of(connection, participant), unit,
                         before=Cursor(before) if before else None, limit=limit)
    if as_json:
        print_json({"participant": participant, "unit": unit, "entries": [_as_json(entry) for entry in page.entries],
                    "next": page.next.before if page.next else None})
    else:
        _print(page, unit)


def _as_json(entry: Entry) -> dict[str, Any]:
    return {"amounts": dict(entry.amounts), "balance": entry.balance, **tree_of(entry.booking, "usages", "related")}


def _print(page: Page, unit: str) -> None:
    print_table(["booked", "event", "what", "points", f"balance ({unit})", "id"], [
        [moment(entry.booking.booked_at).date(), entry.booking.occurred_on, _what(entry),
         ", ".join(f"{amount:+d} {code}" for code, amount in entry.amounts.items()), entry.balance, entry.booking.id]
        for entry in page.entries])
    if page.next:
        click.echo(f"older ones: --before {page.next.before}", err=True)


def _what(entry: Entry) -> str:
    purchase, activity = entry.booking.purchase, entry.booking.activity
    if purchase:
        return f"{purchase.document} line {purchase.line}: {purchase.quantity} × {purchase.article_number}"
    return f"{activity.kind} {activity.code}" if activity else entry.booking.kind
