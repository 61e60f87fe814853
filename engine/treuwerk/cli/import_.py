"""``treuwerk import``."""

import os
from pathlib import Path
from typing import Any

import click

from treuwerk.cli.context import IN_PART, Context, now, print_json, progress, treuwerk_command
from treuwerk.services.clearing.attending import import_attendance
from treuwerk.services.clearing.catalogue import CatalogueReceipt, import_article_file
from treuwerk.services.clearing.importing import import_participants, import_sellers, import_serials
from treuwerk.services.clearing.releasing import Released, release, words
from treuwerk.services.identity.keyring import read_keyring
from treuwerk.services.installation import Installation
from treuwerk.services.ledger.opening import import_opening
from treuwerk.services.master_files import ImportReceipt, Told
from treuwerk.services.rewards.arrangement_files import import_arrangement
from treuwerk.services.rewards.code_pool import import_codes
from treuwerk.services.rewards.importing import RewardReceipt, import_rewards
from treuwerk.services.rewards.importing_pictures import import_pictures
from treuwerk.services.rewards.seat_plan import import_seats


def _import_codes(installation: Installation, file: Path, at: int, dry_run: bool, told: Told) -> ImportReceipt:
    return import_codes(installation, file, read_keyring(os.environ), at, dry_run, told)


IMPORTS = {"participants": import_participants, "articles": import_article_file, "sellers": import_sellers,
           "serials": import_serials, "attendance": import_attendance, "opening": import_opening,
           "rewards": import_rewards, "pictures": import_pictures, "worlds": import_arrangement,
           "codes": _import_codes, "seats": import_seats}
RELEASING = ("participants", "articles")
"""What lines of deliveries wait for."""
_SHOWN = 40


@treuwerk_command("import")
@click.argument("what", type=click.Choice(list(IMPORTS)))
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Say what would happen; store nothing.")
def command(context: Context, as_json: bool, what: str, file: Path, dry_run: bool) -> int:
    """Import master data, rewards, codes of vouchers, attendance or opening balances from CSV (; and UTF-8) or XLSX.

    Pictures of rewards come from a table that names the files beside it, worlds and promotions from TOML.

    Lines of deliveries that waited for an article or a participant are booked once it is imported.

    Master data and rewards are upserted by their keys, the others are booked once; bad rows are named, good ones kept.
    Serials are those that a maker issued, each with its article.

    Articles also come from a supplier's catalogue, such as DATANORM, by what [catalogue] of the programme says.
    """
    importer: Any = IMPORTS[what]
    installation = context.open_to_book()
    with progress(file.name) as told:
        receipt: ImportReceipt = importer(installation, file, now(), dry_run, told)
    released = Released()
    if what in RELEASING and not dry_run:
        with progress("booking what waited") as told:
            released = release(installation, [], now(), actor="system", told=told)
    if as_json:
        print_json(receipt.as_json() | ({"released": released.as_json()} if what in RELEASING else {}))
    else:
        _print(receipt)
        if released.lines:
            click.echo(f"  waited for this: {words(released)}")
    return IN_PART if receipt.done_in_part else 0


def _print(receipt: ImportReceipt) -> None:
    passed = f", {receipt.passed_over} passed over" if isinstance(receipt, CatalogueReceipt) else ""
    click.echo(f"{receipt.file}: {receipt.created} created, {receipt.changed} changed, {receipt.unchanged} unchanged, "
               f"{receipt.rejected} rejected{passed}{' (dry run)' if receipt.dry_run else ''}")
    for problem in receipt.problems:
        click.echo(f"  line {problem['line']}: {problem['reason']}", err=True)
    if isinstance(receipt, RewardReceipt):
        _print_rewards(receipt)


def _print_rewards(receipt: RewardReceipt) -> None:
    for one in receipt.changes[:_SHOWN]:
        click.echo(f"  {one['reward']} {one['path']}: {one['before']!r} becomes {one['after']!r}")
    if (more := len(receipt.changes) - _SHOWN) > 0:
        click.echo(f"  and {more} more differences: see --json")
    for held in receipt.held:
        click.echo(f"  {held['variant'] or held['reward']} is not published: {held['reason']}", err=True)
