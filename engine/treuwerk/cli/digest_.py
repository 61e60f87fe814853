"""``treuwerk digest``."""

import attrs
import click

from treuwerk.cli.context import Context, print_json, treuwerk_command
from treuwerk.services.proof.digesting import state_digest
from treuwerk.store.migrating import check_schema


@treuwerk_command("digest")
def command(context: Context, as_json: bool) -> None:
    """Print one hash over what the books say, whatever the order of the files and whichever database keeps them."""
    database = context.open_database()
    check_schema(database)
    found = state_digest(database)
    if as_json:
        print_json(attrs.asdict(found))
    else:
        click.echo(found.digest)
