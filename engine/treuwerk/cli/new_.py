"""``treuwerk new``."""

from pathlib import Path

import click

from treuwerk.cli.context import Context, print_json, treuwerk_command
from treuwerk.services.operation.scaffolding import new_plugin, new_programme

KINDS = {"programme": new_programme, "plugin": new_plugin}
_NEXT = {
    "programme": "treuwerk check, then treuwerk test, then treuwerk demo .",
    "plugin": "python -m pip install -e '.[test]', then python -m pytest",
}


@treuwerk_command("new")
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("name")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False),
              help="Folder to make; else one with the name, in the current folder.")
def command(context: Context, as_json: bool, kind: str, name: str, folder: Path | None) -> None:  # noqa: ARG001 - no programme yet
    """Make a new programme or plugin: a folder that passes its own tests at once."""
    made = KINDS[kind](folder or Path(name), name)
    if as_json:
        print_json({"folder": str(made.folder), "written": [str(path) for path in made.written]})
        return
    for path in made.written:
        click.echo(path)
    click.echo(f"next: cd {made.folder}; {_NEXT[kind]}")
