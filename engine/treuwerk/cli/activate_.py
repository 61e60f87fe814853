"""``treuwerk activate``."""

import click

from treuwerk.cli.acting import PublicId, cause_option, key_option, show_booked
from treuwerk.cli.context import Context, now, treuwerk_command
from treuwerk.services.ledger.activating import activate


@treuwerk_command("activate")
@click.argument("id", type=PublicId())
@key_option
@cause_option
def command(context: Context, as_json: bool, id: tuple[int, int], key: str, cause: str) -> None:
    """Make the points of a credit spendable that waited for an act; their life is counted from now."""
    installation = context.open_to_book()
    show_booked(installation, activate(installation, *id, key, now(), cause=cause), as_json)
