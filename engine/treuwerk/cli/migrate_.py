"""``treuwerk migrate``."""

import click

from treuwerk.cli.context import Context, now, print_json, treuwerk_command
from treuwerk.programme.reading import read_programme
from treuwerk.services.installation import prepare_database


@treuwerk_command("migrate")
def command(context: Context, as_json: bool) -> None:
    """Bring the database to the schema of this release, and note to which programme it belongs."""
    code = read_programme(context.folder).settings.programme.code
    database = context.open_database()
    before, after = prepare_database(database, code, now())
    if as_json:
        print_json({"before": before, "after": after, "changed": before != after})
    elif before == after:
        click.echo(f"schema {after} is there already")
    else:
        click.echo(f"schema {before or 'none'} → {after}")
