"""``treuwerk test``."""

import attrs
import click

from treuwerk.cli.context import FAILED, Context, print_json, treuwerk_command
from treuwerk.programme.reading import read_programme
from treuwerk.testing.cases import run_cases


@treuwerk_command("test")
def command(context: Context, as_json: bool) -> int:
    """Run the earning cases of a programme: lines in, points out."""
    result = run_cases(read_programme(context.folder))
    if as_json:
        print_json({"passed": result.passed, "failed": [attrs.asdict(failure) for failure in result.failed]})
    else:
        for failure in result.failed:
            click.echo(str(failure), err=True)
        click.echo(f"{result.passed} passed, {len(result.failed)} failed")
    return FAILED if result.failed else 0
