"""``treuwerk sweep``."""

import attrs
import click

from treuwerk.cli.context import Context, now, print_json, progress, treuwerk_command
from treuwerk.services.submissions.sweeping import Swept, sweep


@treuwerk_command("sweep")
@click.option("--dry-run", is_flag=True, help="Only count what would be removed.")
def command(context: Context, dry_run: bool, as_json: bool) -> None:
    """Discard drafts that were never sent, and remove files that no report needs and what broken uploads left.

    How long each is kept stands under [uploads] in programme.toml. It is part of treuwerk daily and of the worker's
    nights, may be run beside uploads, as often as you like, and may be killed.
    """
    with progress("sweeping") as told:
        swept = sweep(context.open(), now(), dry_run=dry_run, progress=told)
    if as_json:
        print_json({**attrs.asdict(swept), "dry_run": dry_run})
        return
    print_swept(swept, "would be " if dry_run else "")


def print_swept(swept: Swept, would_be: str = "") -> None:
    """What was removed, in one line."""
    click.echo(f"{swept.drafts:,} drafts {would_be}discarded; {swept.files:,} files that no report needs, "
               f"{swept.leftovers:,} leftovers of broken uploads {would_be}removed ({swept.bytes:,} bytes)")
