"""``treuwerk simulate``."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from treuwerk.cli.context import Context, now, progress, treuwerk_command
from treuwerk.cli.managing import access_of_operator
from treuwerk.cli.past_days import DAY
from treuwerk.cli.proposals_ import show_proposed
from treuwerk.cli.simulation_report import show_effect, show_file, write_csv
from treuwerk.programme.bundles import bundle_folder
from treuwerk.programme.reading import LoadedProgramme, read_programme
from treuwerk.services.installation import Installation
from treuwerk.services.simulation.backtest import back_test
from treuwerk.services.simulation.one_file import simulate_file
from treuwerk.services.simulation.proposals import Proposal, propose
from treuwerk.services.simulation.reporting import Report, report, with_names


@treuwerk_command("simulate")
@click.argument("file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--source", help="Name of the source; else the one that recognises the file.")
@click.option("--at", type=DAY, metavar="DATE", help="As if everything in the file were bought on this day.")
@click.option("--next", "following", type=click.Path(path_type=Path), metavar="FOLDER",
              help="Folder of a changed programme, which is laid beside the one in force.")
@click.option("--since", type=DAY, metavar="DATE", help="With --next: purchases from this day on. Left out: all.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.csv",
              help="With --next: write participants and their differences as CSV.")
@click.option("--propose", default="", metavar="REASON",
              help="With --next: keep it as a proposal, on which another person decides.")
@click.option("--actor", default="", metavar="NAME", help="With --propose: login or name of the person who proposes.")
@click.option("--markdown", is_flag=True, help="With --next: print tables for a review, such as below a change.")
def command(context: Context, as_json: bool, file: Path | None, following: Path | None, **options: Any) -> int:
    """Show what a file would earn, or what a changed programme would have come to. Nothing is booked.

    FILE is read, matched and scored as clearing does it, and each award is explained. With --next both programmes are
    asked about everything that was ever bought and attended, and the difference is told.
    """
    _check(as_json, file, following, options)
    if file:
        return _file(context, as_json, file, options["source"], options["at"])
    assert following is not None, "checked above"
    return _next(context, as_json, following, options)


def _check(as_json: bool, file: Path | None, following: Path | None, options: dict[str, Any]) -> None:
    if (file is None) == (following is None):
        raise click.UsageError("expected either a file or --next FOLDER")
    strange = ("since", "out", "markdown", "propose") if file else ("source", "at")
    if wrong := [name for name in strange if options[name]]:
        raise click.UsageError(f"--{wrong[0]} is for simulate {'--next FOLDER' if file else 'FILE'}")
    if bool(options["propose"]) != bool(options["actor"]):
        raise click.UsageError("expected --propose REASON and --actor NAME together")
    if as_json and options["markdown"]:
        raise click.UsageError("found --json and --markdown, expected one of them")


def _file(context: Context, as_json: bool, file: Path, source: str | None, at: datetime | None) -> int:
    show_file(simulate_file(context.open(), file, now(), source=source, at=at.date() if at else None), as_json)
    return 0


def _next(context: Context, as_json: bool, following: Path, options: dict[str, Any]) -> int:
    installation, at = context.open(), now()
    since = options["since"].date() if options["since"] else None
    changed = read_programme(bundle_folder(following))
    with progress("simulating") as told:
        effect = back_test(installation, changed, at, since=since, progress=told)
    with installation.database.reading() as connection:
        found = report(connection, installation.programme.settings, changed.settings, effect, at, since)
        shown = with_names(connection, found)
    if options["out"]:
        write_csv(options["out"], shown)
    done = _proposed(installation, changed, found, at, options) if options["propose"] else None
    show_effect({**shown, "proposal": done.as_json()} if done else shown, as_json=as_json,
                as_markdown=options["markdown"])
    if done and not as_json:
        show_proposed(done)
    return 0


def _proposed(installation: Installation, changed: LoadedProgramme, found: Report, at: int,
              options: dict[str, Any]) -> Proposal:
    access = access_of_operator(options["actor"])
    return installation.database.run(lambda connection: propose(
        access, connection, installation.programme, changed, found, options["propose"], at))
