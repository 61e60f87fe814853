"""``treuwerk codes``."""

import csv
import os
from datetime import date, datetime
from pathlib import Path

import attrs
import click

from treuwerk.cli.context import Context, now, print_json, print_table, treuwerk_command
from treuwerk.cli.numbers import Whole
from treuwerk.services.identity.keyring import read_keyring
from treuwerk.services.rewards.code_pool import MOST, make_codes, pools


@click.group("codes")
def command() -> None:
    """Look at pools of voucher codes, and fill them with codes of your own.

    Codes of an issuer come in by treuwerk import codes.
    """


@treuwerk_command("list")
def _list(context: Context, as_json: bool) -> None:
    """List pools by variant: codes that are free, kept for orders, shown, and lapsed, and when the first free ends."""
    found = pools(context.open())
    if as_json:
        print_json([attrs.asdict(one) for one in found])
        return
    print_table(["variant", "free", "kept", "shown", "lapsed", "first end"],
                [[one.variant, one.free, one.taken, one.revealed, one.lapsed, one.first_end] for one in found])


@treuwerk_command("make")
@click.argument("variant")
@click.argument("pieces", type=Whole(1, MOST))
@click.argument("file", type=click.Path(path_type=Path, exists=False, dir_okay=False))
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day on which they are good.")
def _make(context: Context, as_json: bool, variant: str, pieces: int, file: Path, until: datetime | None) -> None:
    """Fill the pool of VARIANT with so many PIECES of new codes, and write them to a new FILE for who redeems them.

    Each has 64 random bits. The file is the only place where they can be read, and only you can read it.
    """
    installation, last = context.open_to_book(), until.date() if until else date.max
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8",
                   newline="") as stream:
        try:
            made = make_codes(installation, variant, pieces, last, read_keyring(os.environ), now())
        except BaseException:
            file.unlink()
            raise
        rows = csv.writer(stream, delimiter=";")
        rows.writerow(["variant", "code", "valid_until"])
        rows.writerows([variant, code, "" if last == date.max else last.isoformat()] for code in made)
    if as_json:
        print_json({"variant": variant, "made": len(made), "file": str(file)})
    else:
        click.echo(f"{len(made):,} codes of {variant} in {file}")


for subcommand in (_list, _make):
    command.add_command(subcommand)
