"""``treuwerk balance``."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import attrs
import click

from treuwerk.cli.context import Context, now, print_json, print_table, treuwerk_command
from treuwerk.cli.past_days import as_of_option, basis, closing_of
from treuwerk.domain.ledger import moment
from treuwerk.services.account.explaining import plain
from treuwerk.services.finding import account_of
from treuwerk.services.ledger.balances import (
    OpenLot,
    UnitBalance,
    balances,
    holdings_as_of,
    open_lots,
    open_lots_as_of,
)
from treuwerk.services.ledger.tracing import Origin


@treuwerk_command("balance")
@click.argument("participant")
@as_of_option("Balance at the end of this past day: the same answer for ever.")
@click.option("--lots", is_flag=True, help="Show the credits behind it, with what is left of each.")
def command(context: Context, as_json: bool, participant: str, as_of: datetime | None, lots: bool) -> None:
    """Show the balance of a participant: a customer number, or scheme:value."""
    installation, at = context.open(), now()
    units = installation.programme.settings.units
    closing = closing_of(installation, as_of, at) if as_of else None
    with installation.database.reading() as connection:
        account = account_of(connection, participant)
        if closing:
            found = holdings_as_of(connection, units, account, closing).balances
            behind = open_lots_as_of(connection, account, closing) if lots else []
        else:
            found = balances(connection, units, account, at)
            behind = open_lots(connection, account, at) if lots else []
    told = basis(as_of, closing) if as_of else {"as_of": moment(at).isoformat()}
    if as_json:
        answer = {"participant": participant, **told, "units": {unit: _as_json(one) for unit, one in found.items()}}
        print_json(answer | ({"lots": [attrs.asdict(one, value_serializer=plain) for one in behind]} if lots else {}))
    else:
        _print(found, behind, lots)


def _as_json(one: UnitBalance) -> dict[str, Any]:
    values = attrs.asdict(one, value_serializer=plain)
    return {"unit": one.unit, "available": one.available, "spendable": one.spendable} | values


def _print(found: Mapping[str, UnitBalance], behind: Iterable[OpenLot], lots: bool) -> None:
    print_table(["unit", "available", "pending", "reserved", "owed", "next expiry"],
                [[unit, one.available, one.pending, one.held, one.deficit, _expiry(one)]
                 for unit, one in found.items()])
    if lots:
        click.echo()
        print_table(["unit", "left", "of", "state", "usable from", "expires", "from", "booking"], [
            [one.unit, one.remaining, one.amount, one.state, day(one.active_from, "after an act"),
             day(one.expires_at, "never"), named(one.origin), one.origin.booking] for one in behind])


def _expiry(one: UnitBalance) -> str:
    expiry = one.next_expiry
    return f"{expiry.amount} at {moment(expiry.expires_at).isoformat()}" if expiry and expiry.expires_at else ""


def day(instant: int | None, otherwise: str) -> str:
    """An instant for a reader, in UTC."""
    return otherwise if instant is None else moment(instant).isoformat()


def named(origin: Origin) -> str:
    """What a lot came from: document line, activity, or kind of booking; with its day."""
    if origin.document:
        return f"{origin.document} line {origin.line} of {origin.occurred_on}"
    return f"{origin.activity} {origin.code} of {origin.occurred_on}" if origin.activity else (
        f"{origin.kind} of {origin.occurred_on}")
