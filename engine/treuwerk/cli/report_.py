"""``treuwerk report``."""

import click

from treuwerk.cli.expiring_report import expiring


@click.group("report")
def command() -> None:
    """Report on the whole programme."""


command.add_command(expiring)
