"""``treuwerk redeem``."""

import click

from treuwerk.cli.acting import Points, account_named, cause_option, key_option, show_booked
from treuwerk.cli.context import Context, now, treuwerk_command
from treuwerk.services.ledger.redeeming import redeem


@treuwerk_command("redeem")
@click.argument("participant")
@click.argument("unit")
@click.argument("amount", type=Points())
@key_option
@cause_option
def command(context: Context, as_json: bool, participant: str, unit: str, amount: int, key: str, cause: str) -> None:
    """Spend points of a participant at once, earliest expiry first."""
    installation = context.open_to_book()
    booked = redeem(installation, account_named(installation, participant), unit, amount, key, now(), cause=cause)
    show_booked(installation, booked, as_json)
