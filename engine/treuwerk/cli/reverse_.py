"""``treuwerk reverse``."""

import click

from treuwerk.cli.acting import Points, PublicId, cause_option, key_option, show_booked
from treuwerk.cli.context import Context, now, treuwerk_command
from treuwerk.services.changes.reversing import reverse


@treuwerk_command("reverse")
@click.argument("id", type=PublicId())
@click.option("--pieces", type=Points(), help="Only so many pieces go back; else all that are left.")
@key_option
@cause_option
def command(context: Context, as_json: bool, id: tuple[int, int], pieces: int | None, key: str, cause: str) -> None:
    """Take back the points of a purchase whose goods go back, by the breakdown that was stored with them."""
    installation = context.open_to_book()
    booked = reverse(installation, *id, key, now(), pieces=pieces, cause=cause)
    show_booked(installation, booked, as_json)
