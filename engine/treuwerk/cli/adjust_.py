"""``treuwerk adjust``."""

import secrets
from datetime import datetime

import click

from treuwerk.cli.acting import SignedPoints, account_named, actor_option
from treuwerk.cli.adjustments_ import show
from treuwerk.cli.context import Context, now, treuwerk_command
from treuwerk.cli.past_days import DAY
from treuwerk.services.changes.adjusting import adjust


@treuwerk_command("adjust", context_settings={"ignore_unknown_options": True})  # -50 is an amount
@click.argument("participant")
@click.argument("unit")
@click.argument("amount", type=SignedPoints())
@click.option("--reason", required=True, help="Why, in words that an auditor understands; no names of people.")
@actor_option
@click.option("--key", help="What it is known by; the same key is never booked twice. Left out: a random one.")
@click.option("--on", type=DAY, metavar="DATE", help="Value date: the day of which the points are. Left out: today.")
def command(context: Context, as_json: bool, participant: str, unit: str, amount: int, reason: str, actor: str,
            key: str | None, on: datetime | None) -> None:
    """Give points by hand, or take them with an amount such as -50.

    Within the day's limit of the unit one person books alone; above it the booking waits for a second one.
    """
    installation = context.open_to_book()
    account_id = account_named(installation, participant)
    show(adjust(installation, account_id, unit, amount, key or secrets.token_hex(8), now(), reason=reason, actor=actor,
                on=on.date() if on else None), as_json)
