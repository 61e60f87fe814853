"""``treuwerk check``."""

import attrs
import click

from treuwerk.cli.context import USAGE, Context, print_json, treuwerk_command
from treuwerk.programme.errors import ProgrammeError
from treuwerk.programme.reading import read_programme
from treuwerk.web.shell.checking import presentation_mistakes


@treuwerk_command("check")
def command(context: Context, as_json: bool) -> int:
    """Check a programme folder: every mistake at once, with place and remedy."""
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
    if as_json:
        print_json({"errors": [], "programme": settings.programme.code})
    else:
        click.echo(f"{settings.programme.name}: {len(settings.plugins)} plugins, {len(settings.earning)} earning "
                   f"rules, {len(settings.sources)} sources, no mistakes")
    return 0
