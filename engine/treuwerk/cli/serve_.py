"""``treuwerk serve``."""

import socket

import click

from treuwerk.cli.context import Context, known_errors, warn_if_unsafe
from treuwerk.cli.listening import listening
from treuwerk.services.installation import Installation


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65_535), help="Port to listen on.")
@click.pass_obj
def command(context: Context, host: str, port: int) -> None:
    """Serve the portal until Ctrl+C."""
    with known_errors(as_json=False):
        with listening(host, port) as listener:
            installation = context.open()
            warn_if_unsafe(installation.database)
            click.echo(f"Portal: http://{host}:{port}/")
            serve(installation, listener)


def serve(installation: Installation, listener: socket.socket) -> None:
    """Run the web application in this process."""
    import uvicorn

    from treuwerk.web.application import create_app

    server = uvicorn.Server(uvicorn.Config(create_app(installation), log_level="warning", server_header=False))
    server.run(sockets=[listener])
