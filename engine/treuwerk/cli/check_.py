"""``treuwerk check``."""

import os

import attrs
import click

from treuwerk.cli.context import IN_PART, USAGE, Context, now, print_json, treuwerk_command
from treuwerk.programme.errors import ProgrammeError
from treuwerk.programme.reading import read_programme
from treuwerk.services.operation.secret_findings import sign_in_secrets, supplier_secrets
from treuwerk.services.rewards.checking import findings_in_database, findings_in_folder
from treuwerk.web.shell.checking import presentation_mistakes


@treuwerk_command("check")
@click.option("--catalogue", is_flag=True, help="Look at the rewards in the database instead of the folder's.")
def command(context: Context, as_json: bool, catalogue: bool) -> int:
    """Check a programme folder: every mistake at once, with place and remedy.

    Secrets of identity providers that this environment does not hold are warnings, since another one may. Rewards that
    the folder brings as catalogue/rewards.csv, or with --catalogue those in the database, are held against the
    constraints of the programme: a published one that may not be offered today ends the command with exit code 3,
    evidence that ends soon is a warning.
    """
    try:
        programme = read_programme(context.folder)
        rewards = findings_in_folder(programme, now())
        if found := [*presentation_mistakes(programme), *rewards.mistakes]:
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
    missing = [*sign_in_secrets(settings, os.environ), *supplier_secrets(settings, os.environ)]
    if catalogue:
        rewards = findings_in_database(context.open(), now())
    if as_json:
        print_json({"errors": [], "programme": settings.programme.code,
                    "warnings": [finding.as_json() for finding in missing],
                    "rewards": {"barred": [one.as_json() for one in rewards.barred],
                                "ending": [one.as_json() for one in rewards.ending]}})
    else:
        for prefix, findings in (("BARRED", rewards.barred), ("WARNING", rewards.ending)):
            for one in findings:
                click.echo(f"{prefix}: reward {one.variant or one.reward}: {one.reason}", err=True)
        for secret in missing:
            click.echo(f"WARNING: {secret.name}: found {secret.found}, expected {secret.expected}; {secret.hint}",
                       err=True)
        click.echo(f"{settings.programme.name}: {len(settings.plugins)} plugins, {len(settings.earning)} earning "
                   f"rules, {len(settings.sources)} sources, no mistakes")
    return IN_PART if rewards.barred else 0
