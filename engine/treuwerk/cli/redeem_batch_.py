"""``treuwerk redeem-batch``."""

from pathlib import Path

import attrs
import click

from treuwerk.cli.context import IN_PART, Context, now, print_json, progress, treuwerk_command
from treuwerk.services.ledger.redemption_files import RedemptionReceipt, redeem_file

_SHOWN = 20


@treuwerk_command("redeem-batch")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Say what would be redeemed; store nothing.")
def command(context: Context, as_json: bool, file: Path, dry_run: bool) -> int:
    """Redeem points for each row of a file, in their order: CSV (; and UTF-8) or XLSX.

    Columns: customer_number; unit; amount; key; cause. The key names the order, once and for good: the same file again
    books nothing twice. A row that cannot be served is refused and named; the others are booked.
    """
    with progress(file.name) as told:
        receipt = redeem_file(context.open_to_book(), file, now(), dry_run=dry_run, told=told)
    if as_json:
        print_json(attrs.asdict(receipt))
    else:
        _print(receipt)
    return IN_PART if receipt.done_in_part else 0


def _print(receipt: RedemptionReceipt) -> None:
    points = ", ".join(f"{points:,} {unit}" for unit, points in receipt.points.items()) or "no points"
    click.echo(f"{receipt.file}{' (dry run)' if receipt.dry_run else ''}: {receipt.booked} booked, {receipt.repeated} "
               f"repeated, {receipt.refused} refused, {receipt.rejected} rejected; {points}")
    for problem in receipt.problems[:_SHOWN]:
        click.echo(f"  line {problem['line']}, {problem['state']}: {problem['reason']}", err=True)
    if len(receipt.problems) > _SHOWN:
        click.echo(f"  … and {len(receipt.problems) - _SHOWN} more; --json lists all", err=True)
