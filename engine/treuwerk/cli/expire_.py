"""``treuwerk expire``."""

from datetime import datetime

import attrs
import click

from treuwerk.cli.context import Context, now, print_json, progress, treuwerk_command
from treuwerk.services.ledger.expiring import ExpiryReceipt, NotYet, end_of_day, expire


@treuwerk_command("expire")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE",
              help="What was due at the end of this past day; else what is due by now.")
@click.option("--dry-run", is_flag=True, help="Say what would expire; store nothing.")
@click.option("--confirm", is_flag=True, help="Expire although the clock does not fit to the last booking.")
def command(context: Context, as_json: bool, as_of: datetime | None, dry_run: bool, confirm: bool) -> None:
    """Book out points whose time is over, in all accounts, and release holds that are overdue.

    It may be run as often as you like, also twice at once, and may be killed: what is due expires once. Days on which
    it did not run make no difference to the result.
    """
    installation, at = context.open_to_book(), now()
    try:
        until = end_of_day(as_of.date(), installation, at) if as_of else None
    except NotYet as error:
        raise click.BadParameter(str(error), param_hint="--as-of") from error
    with progress("expiring") as told:
        receipt = expire(installation, at, until=until, dry_run=dry_run, confirm=confirm, told=told)
    if as_json:
        print_json(attrs.asdict(receipt))
    else:
        print_receipt(receipt)


def print_receipt(receipt: ExpiryReceipt) -> None:
    """One line about what expired."""
    points = ", ".join(f"{points:,} {unit}" for unit, points in receipt.points.items()) or "no points"
    click.echo(f"due by {receipt.as_of}{' (dry run)' if receipt.dry_run else ''}: {points} in {receipt.lots:,} lots of "
               f"{receipt.accounts:,} accounts expired, {receipt.holds_released:,} holds released; "
               f"{receipt.transactions:,} transactions")
