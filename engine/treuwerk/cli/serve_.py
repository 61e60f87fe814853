"""``treuwerk serve``."""

import click

from treuwerk.cli.context import Context, known_errors


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65_535), help="Port to listen on.")
@click.pass_obj
def command(context: Context, host: str, port: int) -> None:
    """Serve the portal until Ctrl+C."""
    with known_errors(as_json=False):
        serve(context.open(), host, port)


def serve(installation: object, host: str, port: int) -> None:
    """Run the web application in this process."""
    import uvicorn

    from treuwerk.web.application import create_app

    uvicorn.run(create_app(installation), host=host, port=port, log_level="warning", server_header=False)  # type: ignore[arg-type]
