"""``treuwerk check``."""

import os

import attrs
import click

from treuwerk.cli.context import USAGE, Context, print_json, treuwerk_command
from treuwerk.programme.errors import ProgrammeError
from treuwerk.programme.reading import read_programme
from treuwerk.services.secret_findings import sign_in_secrets
from treuwerk.web.shell.checking import presentation_mistakes


@treuwerk_command("check")
def command(context: Context, as_json: bool) -> int:
    """Check a programme folder: every mistake at once, with place and remedy.

    Secrets of identity providers that this environment does not hold are warnings, since another one may.
    """
    try:
        programme = read_programme(context.folder)
        if found := presentation_mistakes(programme):
            raise ProgrammeError(found)
    except ProgrammeError as error:
        errors = [attrs.asdict(mistake) for mistake in error.mistakes]
        if as_json:
            print_json({"errors": errors})
        else:
            click.echo(str(error), err=True)
            many = "s" * (len(errors) > 1)
            click.echo(f"{len(errors)} mistake{many}; once these are mended, others may show", err=True)
        return USAGE
    settings = programme.settings
    missing = list(sign_in_secrets(settings, os.environ))
    if as_json:
        print_json({"errors": [], "programme": settings.programme.code,
                    "warnings": [finding.as_json() for finding in missing]})
    else:
        for one in missing:
            click.echo(f"WARNING: {one.name}: found {one.found}, expected {one.expected}; {one.hint}", err=True)
        click.echo(f"{settings.programme.name}: {len(settings.plugins)} plugins, {len(settings.earning)} earning "
                   f"rules, {len(settings.sources)} sources, no mistakes")
    return 0
