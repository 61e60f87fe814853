"""``treuwerk daily``."""

import attrs
import click

from treuwerk.cli.context import Context, now, print_json, progress, treuwerk_command
from treuwerk.cli.expire_ import print_receipt
from treuwerk.services.expiring import expire
from treuwerk.services.merging import forward_arrivals


@treuwerk_command("daily")
def command(context: Context, as_json: bool) -> None:
    """Do what every night is for: book out what is due, and let late arrivals follow participants that were merged.

    It may be run as often as you like, also twice at once, and may be killed. A clock that may be wrong ends it before
    anything is booked; see treuwerk expire --confirm.
    """
    installation, at = context.open_to_book(), now()
    with progress("expiring") as told:
        receipt = expire(installation, at, told=told)
    context.so_far["expired"] = attrs.asdict(receipt)
    forwarded = forward_arrivals(installation, at)
    if as_json:
        print_json({**context.so_far, "forwarded": forwarded})
        return
    print_receipt(receipt)
    click.echo(f"{forwarded:,} merged participants had something that followed")
