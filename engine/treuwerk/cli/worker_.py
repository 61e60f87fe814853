"""``treuwerk worker``."""

import signal
import sys
import threading
from types import FrameType

import click

from treuwerk.cli.context import Context, known_errors, now
from treuwerk.cli.numbers import Whole
from treuwerk.services.installation import Installation


@click.command("worker")
@click.option("--grace", default=60, show_default=True, type=Whole(0, 3_600),
              help="Seconds that running work has to come to the end of its batch.")
@click.option("--until-idle", is_flag=True, help="End once nothing is due any more.")
@click.option("--log-format", type=click.Choice(["json", "text"]), show_default="text on a terminal, else json",
              help="How what happens is written to standard error.")
@click.pass_obj
def command(context: Context, grace: int, until_idle: bool, log_format: str | None) -> None:
    """Do durable work until SIGTERM or Ctrl+C. Run as many of them as wanted, on as many machines.

    On SIGTERM it takes nothing new and lets what runs come to the end of its batch; another worker goes on from there.
    """
    with known_errors(as_json=False):
        installation: Installation = context.open_to_book()
        from treuwerk.web.shell.logs import configure_logging

        configure_logging(log_format or ("text" if sys.stderr.isatty() else "json"), requests=False)
        _work(installation, grace, until_idle=until_idle)


def _work(installation: Installation, grace: int, *, until_idle: bool) -> None:
    from treuwerk.jobs.worker import Worker

    worker, ended = Worker(installation, now), threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    worker.start()
    click.echo(f"Working as {worker.id}; Ctrl+C ends it in good order", err=True)
    try:
        while not ended.wait(0.2) and not (until_idle and worker.is_idle()):
            pass
    finally:
        worker.stop(grace)
