"""``treuwerk maintenance``."""

from pathlib import Path

import click

from treuwerk.cli.context import Context, known_errors


@click.command("maintenance")
@click.option("--to", "target", type=click.Path(path_type=Path, dir_okay=False),
              help="File to write; else standard output.")
@click.pass_obj
def command(context: Context, target: Path | None) -> None:
    """Write the page that a proxy shows while the portal is down: one file, in all languages. Needs no database."""
    from treuwerk.programme.reading import read_programme
    from treuwerk.web.shell.maintenance import maintenance_page

    with known_errors(as_json=False):
        html = maintenance_page(read_programme(context.folder))
        if target is None:
            click.echo(html, nl=False)
        else:
            target.write_text(html, "utf-8")
