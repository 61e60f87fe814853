"""``treuwerk serve``."""

import os
import socket
import sys

import click

from treuwerk.cli.context import Context, known_errors, now
from treuwerk.cli.listening import listening
from treuwerk.cli.numbers import Whole
from treuwerk.services.deployment import Deployment
from treuwerk.services.installation import Installation

_GRACE_SECONDS = 30.0


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=Whole(1, 65_535), help="Port to listen on.")
@click.option("--log-format", type=click.Choice(["json", "text"]), show_default="text on a terminal, else json",
              help="How each request and each failure is written to standard error.")
@click.option("--with-worker", is_flag=True, help="Do durable work in this process, too; see treuwerk worker.")
@click.pass_obj
def command(context: Context, host: str, port: int, log_format: str | None, with_worker: bool) -> None:
    """Serve the portal until Ctrl+C."""
    with known_errors(as_json=False):
        with listening(host, port) as listener:
            installation = context.open_to_book()
            deployment = _deployment(host, installation)
            listener.listen()  # whoever follows the line below waits for the application, and is not refused
            click.echo(f"Portal: {deployment.public_url or f'http://{host}:{port}'}/")
            serve(installation, listener, deployment, log_format or ("text" if sys.stderr.isatty() else "json"),
                  with_worker=with_worker)


def _deployment(host: str, installation: Installation) -> Deployment:
    """What the environment says; mistakes that do not stop the start are told."""
    from treuwerk.services.deployment import read_deployment
    from treuwerk.services.findings import State
    from treuwerk.services.operation.deployment_findings import deployment_findings
    from treuwerk.services.operation.secret_findings import secret_keys, sign_in_secrets

    deployment = read_deployment(os.environ)
    for finding in (*deployment_findings(os.environ), *secret_keys(installation.database, os.environ),
                    *sign_in_secrets(installation.programme.settings, os.environ)):
        if finding.state is not State.OK:
            click.echo(f"{finding.state.upper()}: {finding.name}: found {finding.found}, expected {finding.expected}; "
                       f"{finding.hint}", err=True)
    return deployment if deployment.public_url else deployment.answering(host)


def serve(installation: Installation, listener: socket.socket, deployment: Deployment, log_format: str, *,
          log_requests: bool = True, with_worker: bool = False) -> None:
    """Run the web application in this process, and a worker beside it if wanted."""
    import uvicorn

    from treuwerk.jobs.worker import Worker
    from treuwerk.web.application import create_app
    from treuwerk.web.shell.logs import configure_logging

    app = create_app(installation, deployment=deployment)
    configure_logging(log_format, requests=log_requests)
    # Addresses of visitors are found out by our own layer, which knows whom the operator trusts.
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, server_header=False,
                                           proxy_headers=False))
    worker = Worker(installation, now) if with_worker else None
    if worker is not None:
        worker.start()
    try:
        server.run(sockets=[listener])
    finally:  # once the last answer is given
        if worker is not None:
            worker.stop(_GRACE_SECONDS)
