"""``treuwerk cancel``."""

import click

from treuwerk.cli.acting import Points, PublicId, cause_option, key_option, show_booked
from treuwerk.cli.context import Context, now, treuwerk_command
from treuwerk.services.ledger.cancelling import cancel


@treuwerk_command("cancel")
@click.argument("id", type=PublicId())
@click.option("--amount", type=Points(), help="Only so many points.")
@key_option
@cause_option
def command(context: Context, as_json: bool, id: tuple[int, int], amount: int | None, key: str, cause: str) -> None:
    """Take back a redemption or a capture: its points return to their own lots.

    What expired meanwhile is gone.
    """
    installation = context.open_to_book()
    booked = cancel(installation, *id, key, now(), amount=amount, cause=cause)
    show_booked(installation, booked, as_json)
