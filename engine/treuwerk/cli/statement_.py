"""``treuwerk statement``."""

from datetime import datetime
from typing import Any

import click

from treuwerk.cli.balance_ import named
from treuwerk.cli.context import Context, now, print_json, print_table, treuwerk_command
from treuwerk.cli.numbers import Whole
from treuwerk.cli.past_days import as_of_option, basis, closing_of
from treuwerk.domain.ledger import moment
from treuwerk.services.account.explaining import Explanation, tree_of
from treuwerk.services.account.statements import Cursor, Entry, Page, statement
from treuwerk.services.finding import account_of


@treuwerk_command("statement")
@click.argument("participant")
@click.option("--unit", help="Unit of the running balance; else the programme's first.")
@click.option("--limit", default=50, show_default=True, type=Whole(1, 1_000), help="Bookings to show.")
@click.option("--before", type=Whole(0), help="Go on below this booking, as the last page named it.")
@as_of_option("Statement at the end of this past day: the same answer for ever.")
def command(context: Context, as_json: bool, participant: str, unit: str | None, limit: int,
            before: int | None, as_of: datetime | None) -> None:
    """Show the bookings of a participant, newest first, with the balance after each.

    The balance is what the account has of the unit, less what it owes: reserved points are out of it.
    """
    installation = context.open()
    units = installation.programme.settings.units
    unit = unit or next(iter(units))
    if unit not in units:
        raise click.BadParameter(f"found {unit!r}, expected one of {', '.join(units)}", param_hint="--unit")
    closing = closing_of(installation, as_of, now()) if as_of else None
    with installation.database.reading() as connection:
        page = statement(connection, account_of(connection, participant), unit,
                         at=Cursor(before) if before else None, limit=limit, closing=closing)
    if as_json:
        told = basis(as_of, closing) if as_of else {}
        print_json({"participant": participant, "unit": unit, **told,
                    "entries": [_as_json(entry) for entry in page.entries],
                    "next": page.next.booking if page.next else None})
    else:
        _print(page, unit)


def _as_json(entry: Entry) -> dict[str, Any]:
    tree = tree_of(entry.booking, "usages", "related", "undone_by", "reported", "evidence")
    return {"amounts": dict(entry.amounts), "balance": entry.balance, **tree}


def _print(page: Page, unit: str) -> None:
    print_table(["booked", "event", "what", "points", f"balance ({unit})", "from", "id"], [
        [moment(entry.booking.booked_at).date(), entry.booking.occurred_on, _what(entry.booking), _points(entry),
         entry.balance, _sources(entry.booking), entry.booking.id] for entry in page.entries])
    if page.next:
        click.echo(f"older ones: --before {page.next.booking}", err=True)


def _what(booking: Explanation) -> str:
    purchase, activity = booking.purchase, booking.activity
    if purchase:
        return f"{purchase.document} line {purchase.line}: {purchase.quantity} × {purchase.article_number}"
    if order := booking.ordered:
        return f"{order.order}: {order.act or booking.kind} {order.pieces} × {order.variant}"
    return f"{activity.kind} {activity.code}" if activity else booking.kind.replace("_", " ")


def _points(entry: Entry) -> str:
    """What changed the balance; else what moved beside it, with the book."""
    told = [f"{amount:+d} {unit}" for unit, amount in entry.amounts.items()]
    beside = [f"{one.amount:+d} {one.unit} {one.book}" for one in entry.booking.movements if one.book != "participant"]
    return ", ".join(told + beside)


def _sources(booking: Explanation) -> str:
    told = [f"{abs(one.amount)} of {named(one.origin)}" for one in booking.sources.listed]
    return ", ".join(told + ["…"] * booking.sources.more)
