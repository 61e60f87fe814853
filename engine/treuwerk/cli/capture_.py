"""``treuwerk capture``."""

import click

from treuwerk.cli.acting import Points, PublicId, cause_option, key_option, show_booked
from treuwerk.cli.context import Context, now, treuwerk_command
from treuwerk.services.ledger.holding import capture


@treuwerk_command("capture")
@click.argument("hold", type=PublicId())
@click.option("--amount", type=Points(), help="Only so many points.")
@key_option
@cause_option
def command(context: Context, as_json: bool, hold: tuple[int, int], amount: int | None, key: str, cause: str) -> None:
    """Spend reserved points: all that are left of the hold, or a part of them; the rest stays reserved."""
    installation = context.open_to_book()
    booked = capture(installation, *hold, key, now(), amount=amount, cause=cause)
    show_booked(installation, booked, as_json)
