"""``treuwerk protect``."""

from typing import Any

import attrs
import click

from treuwerk.cli.context import USAGE, Context, fail, print_json, treuwerk_command
from treuwerk.store.guards import guards, put_back
from treuwerk.store.migrating import check_schema
from treuwerk.store.rights import CannotProtect, grant_rights


@treuwerk_command("protect")
@click.option("--role", help="PostgreSQL: the role as which the application works, which then gets only what it needs.")
def command(context: Context, as_json: bool, role: str | None) -> None:
    """Put the guards of the books back where they are missing, and grant the application's role only what it needs.

    Run it as the owner of the tables, after each treuwerk migrate.
    """
    database = context.open_database()
    check_schema(database)
    try:
        with database.writing() as connection:
            mended = put_back(connection)
            if role:
                grant_rights(connection, role)
            standing = guards(connection)
    except CannotProtect as error:
        fail(USAGE, str(error), as_json)
    if as_json:
        print_json({"guards": [attrs.asdict(guard) for guard in standing],
                    "put_back": [attrs.asdict(guard) for guard in mended], "role": role})
    else:
        _print(mended, len(standing), role)


def _print(mended: list[Any], count: int, role: str | None) -> None:
    for guard in mended:
        click.echo(f"{guard.name} on {guard.table} was {guard.state}: put back")
    click.echo(f"{count} guards stand")
    if role:
        click.echo(f"role {role} may add to the books and change nothing in them")
