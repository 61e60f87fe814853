"""``treuwerk hold``."""

import click

from treuwerk.cli.acting import Instant, Points, account_named, cause_option, key_option, show_booked
from treuwerk.cli.context import Context, now, treuwerk_command
from treuwerk.services.ledger.holding import hold


@treuwerk_command("hold")
@click.argument("participant")
@click.argument("unit")
@click.argument("amount", type=Points())
@click.option("--until", required=True, type=Instant(), help="When the hold ends by itself, with its zone.")
@key_option
@cause_option
def command(context: Context, as_json: bool, participant: str, unit: str, amount: int, until: int, key: str,
            cause: str) -> None:
    """Reserve points of a participant for an order; capture spends them, release gives them back."""
    installation = context.open_to_book()
    account_id = account_named(installation, participant)
    booked = hold(installation, account_id, unit, amount, key, now(), until, cause=cause)
    show_booked(installation, booked, as_json)
