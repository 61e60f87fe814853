"""``treuwerk balance``."""

from typing import Any

import attrs
import click

from treuwerk.cli.context import Context, now, print_json, print_table, treuwerk_command
from treuwerk.domain.ledger import moment
from treuwerk.services.finding import account_of
from treuwerk.services.holdings import UnitBalance, balances


@treuwerk_command("balance")
@click.argument("participant")
def command(context: Context, as_json: bool, participant: str) -> None:
    """Show the balance of a participant: a customer number, or scheme:value."""
    installation, at = context.open(), now()
    units = installation.programme.settings.units
    with installation.database.reading() as connection:
        found = balances(connection, units, account_of(connection, participant), at)
    if as_json:
        print_json({"participant": participant, "as_of": moment(at).isoformat(),
                    "units": {unit: _as_json(one) for unit, one in found.items()}})
    else:
        print_table(["unit", "available", "pending", "reserved", "next expiry"],
                    [[unit, one.available, one.pending, one.held, _expiry(one)] for unit, one in found.items()])


def _as_json(one: UnitBalance) -> dict[str, Any]:
    values = attrs.asdict(one)
    if one.next_expiry and one.next_expiry.expires_at:
        values["next_expiry"]["expires_at"] = moment(one.next_expiry.expires_at).isoformat()
    return values


def _expiry(one: UnitBalance) -> str:
    expiry = one.next_expiry
    return f"{expiry.amount} at {moment(expiry.expires_at).isoformat()}" if expiry and expiry.expires_at else ""
