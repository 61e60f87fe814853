"""``treuwerk clear``."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from treuwerk.cli.context import HELD, IN_PART, Context, now, print_json, progress, treuwerk_command
from treuwerk.services.clearing.clearing import clear_file
from treuwerk.services.clearing.receipts import Receipt

_SHOWN = 20


@treuwerk_command("clear")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--source", help="Name of the source; else the one that recognises the file.")
@click.option("--dry-run", is_flag=True, help="Give the receipt as it would be; store nothing.")
def command(context: Context, as_json: bool, files: tuple[Path, ...], source: str | None, dry_run: bool) -> int:
    """Clear purchase files: read, match, score and book them, and print a receipt for each.

    A file may be cleared again at any time: what is booked stays booked once, and lines that waited get their chance.
    A file that is broken as a whole is held, and nothing of it is booked: see treuwerk held.
    """
    installation = context.open_to_book()
    receipts = []
    for file in files:
        with progress(file.name) as told:
            receipts.append(clear_file(installation, file, now(), source=source, dry_run=dry_run, progress=told))
        context.so_far.setdefault("receipts", []).append(receipts[-1].as_json())
        if not as_json:
            _print(receipts[-1])
    if as_json:
        shown = [receipt.as_json() for receipt in receipts]
        print_json(shown[0] if len(shown) == 1 else shown)
    if any(receipt.held for receipt in receipts):
        return HELD
    return IN_PART if any(receipt.done_in_part for receipt in receipts) else 0


def _print(receipt: Receipt) -> None:
    tally = receipt.tally
    if receipt.held:
        _print_held(receipt, receipt.held)
        return
    points = ", ".join(f"{points:,} {unit}" for unit, points in sorted(tally.points.items())) or "no points"
    click.echo(f"{receipt.file} ({receipt.source}{', dry run' if receipt.dry_run else ''}): {tally.lines} lines in "
               f"{tally.documents} documents = {tally.booked} booked + {tally.duplicate} duplicate + {tally.waiting} "
               f"waiting + {tally.rejected} rejected + {tally.ignored} ignored; {points}")
    if receipt.first:
        click.echo(f"  seen before: first cleared {receipt.first['at']} as run {receipt.first['run']}")
    for problem in receipt.problems[:_SHOWN]:
        click.echo(f"  line {problem['line']}, {problem['state']}: {problem['reason']}", err=True)
    if len(receipt.problems) > _SHOWN:
        click.echo(f"  … and {len(receipt.problems) - _SHOWN} more; --json lists all", err=True)


def _print_held(receipt: Receipt, held: Mapping[str, Any]) -> None:
    """A file of which nothing is booked: why, the first bad lines, and what to do."""
    state = "rejected" if held["state"] == "rejected" else "held"
    click.echo(f"{receipt.file} ({receipt.source}{', dry run' if receipt.dry_run else ''}): {state} as a whole, "
               "nothing is booked")
    for reason in held["reasons"]:
        click.echo(f"  {reason['text']}", err=True)
    for fault in held["faults"][:_SHOWN]:
        place = "the document" if fault["line"] is None else f"line {fault['line']}"
        click.echo(f"  {place}: {fault['reason']}", err=True)
    if state == "rejected":
        click.echo(f"  rejected by {held['decided_by']}: {held['reason']}", err=True)
    elif not receipt.dry_run:
        click.echo(f"  decide with treuwerk held release {held['id']} or treuwerk held reject {held['id']}", err=True)
