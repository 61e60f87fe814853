"""``treuwerk doctor``."""

import os

import click

from treuwerk.cli.context import FAILED, USAGE, Context, now, print_json, treuwerk_command
from treuwerk.programme.errors import ProgrammeError
from treuwerk.programme.reading import FILE, LoadedProgramme, read_programme
from treuwerk.services.findings import Finding, State, worst
from treuwerk.services.operation.doctoring import doctor

_COLOURS = {State.OK: "green", State.WARNING: "yellow"}
_CODES = {State.UNSAFE: FAILED, State.COULD_NOT_RUN: USAGE}


@treuwerk_command("doctor")
def command(context: Context, as_json: bool) -> int:
    """Look for unsafe settings of the database and the machine. Read-only; needs no programme.

    Exit codes: 0 safe, perhaps with warnings, 1 unsafe, 2 something could not be checked.
    """
    programme, findings = _programme(context)
    findings = doctor(context.open_database(), now(), programme, os.environ) + findings
    if as_json:
        print_json([finding.as_json() for finding in findings])
    else:
        for finding in findings:
            _print(finding)
    return _CODES.get(worst(findings), 0)


def _programme(context: Context) -> tuple[LoadedProgramme | None, list[Finding]]:
    """The programme, if there is one; what is wrong with it is for ``treuwerk check`` to tell in full."""
    try:
        if not (context.folder / FILE).is_file():
            return None, []
        return read_programme(context.folder), []
    except ProgrammeError as error:
        return None, [Finding("programme", State.COULD_NOT_RUN, str(error.mistakes[0]), "a programme without mistakes",
                              "run treuwerk check")]


def _print(finding: Finding) -> None:
    state = click.style(f"{finding.state:<14}", fg=_COLOURS.get(finding.state, "red"))
    click.echo(f"{state} {finding.name}: {finding.found}")
    if finding.state is not State.OK:
        click.echo(f"{'':<14} expected {finding.expected}; {finding.hint}")
