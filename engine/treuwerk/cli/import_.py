"""``treuwerk import``."""

from pathlib import Path
from typing import Any

import click

from treuwerk.cli.context import IN_PART, Context, now, print_json, progress, treuwerk_command
from treuwerk.services.attending import import_attendance
from treuwerk.services.importing import import_articles, import_participants
from treuwerk.services.master_files import ImportReceipt
from treuwerk.services.opening import import_opening

IMPORTS = {"participants": import_participants, "articles": import_articles, "attendance": import_attendance,
           "opening": import_opening}


@treuwerk_command("import")
@click.argument("what", type=click.Choice(list(IMPORTS)))
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Say what would happen; store nothing.")
def command(context: Context, as_json: bool, what: str, file: Path, dry_run: bool) -> int:
    """Import participants, articles, an attendance list or opening balances from CSV (; and UTF-8) or XLSX.

    Participants and articles are upserted by their key, the others are booked once; bad rows are named, good ones kept.
    """
    importer: Any = IMPORTS[what]
    with progress(file.name) as told:
        receipt: ImportReceipt = importer(context.open_to_book(), file, now(), dry_run, told)
    if as_json:
        print_json(receipt.as_json())
    else:
        _print(receipt)
    return IN_PART if receipt.done_in_part else 0


def _print(receipt: ImportReceipt) -> None:
    click.echo(f"{receipt.file}: {receipt.created} created, {receipt.changed} changed, {receipt.unchanged} unchanged, "
               f"{receipt.rejected} rejected{' (dry run)' if receipt.dry_run else ''}")
    for problem in receipt.problems:
        click.echo(f"  line {problem['line']}: {problem['reason']}", err=True)
