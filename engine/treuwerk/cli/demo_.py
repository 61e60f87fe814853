"""``treuwerk demo``."""

import os
from pathlib import Path

import click

from treuwerk.cli.context import Context, known_errors, now, progress
from treuwerk.cli.listening import listening
from treuwerk.cli.numbers import Whole
from treuwerk.cli.serve_ import serve
from treuwerk.programme.bundles import bundle_folder
from treuwerk.programme.reading import read_programme
from treuwerk.services.demo.building import Login, build_demo
from treuwerk.services.deployment import LOOPBACK_NAMES, read_deployment
from treuwerk.services.identity.keyring import VARIABLE, read_keyring
from treuwerk.services.installation import Installation

_FOLDER = Path("var") / "demo"


@click.command("demo")
@click.argument("programme", type=click.Path(path_type=Path))
@click.option("--fresh", is_flag=True, help="Start over: empty the demo's database and make its files anew.")
@click.option("--build-only", is_flag=True, help="Build the demo, but do not serve it.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=Whole(1, 65_535), help="Port to listen on.")
@click.pass_obj
def command(context: Context, programme: Path, fresh: bool, build_only: bool, host: str, port: int) -> None:
    """Build a seeded demo in ./var and serve it. PROGRAMME is a folder or the name of an installed bundle.

    The sample purchases go through the real clearing. Safe to run again; --fresh starts over.
    """
    with known_errors(as_json=False):
        if build_only:
            _build(context, programme, fresh, "")
            return
        with listening(host, port) as listener:  # first: a build of some seconds must not end at a port that is taken
            listener.listen()  # whoever follows the announced address waits for the application, and is not refused
            deployment = read_deployment(os.environ).answering(*LOOPBACK_NAMES, host)
            serve(_build(context, programme, fresh, f"http://{host}:{port}/"), listener, deployment, "text",
                  log_requests=False, with_worker=True)


def _build(context: Context, named: Path, fresh: bool, address: str) -> Installation:
    loaded, database = read_programme(bundle_folder(named)), context.open_database()
    click.echo(f"Building {loaded.settings.programme.name} …", err=True)
    with progress("clearing two years of deliveries") as told:
        logins = build_demo(loaded, database, _FOLDER / loaded.settings.programme.code, now(), fresh=fresh, told=told)
    _announce(logins, address)
    return Installation(loaded, database)


def _announce(logins: list[Login], address: str) -> None:
    if address:
        click.echo(f"Portal: {address}   service centre: {address}office")
    for login in logins:
        at = " at /office" if login.path == "/office" else ""
        click.echo(f"  sign in{at} as {login.login} with {login.password}   ({login.name})")
    if address:
        if not read_keyring(os.environ).keys:
            click.echo(f"Secrets are not encrypted without {VARIABLE}, and nobody is asked for a second factor, as is "
                       "fine for a demo.")
        click.echo("Ctrl+C ends it; the same command continues with the same data.")
