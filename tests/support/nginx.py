"""A real nginx in front of a real server, by the configuration that the guide shows."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "serving.md"
NAME = "league.example"
_PATIENCE = 20.0
_AROUND = """
{user}
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
{server}
}}
"""


def program() -> str:
    """Where nginx is, empty where it is not."""
    return shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin") or ""


def free_port() -> int:
    """A port of loopback that nobody has."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def certificate(folder: Path) -> None:
    """A certificate for the name, signed by itself."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}",
                    "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")],
                   check=True, capture_output=True)


def shown_server(folder: Path, port: int, behind: int) -> str:
    """The server block of the guide, with the ports and files of a test in place of the shown ones."""
    [server] = re.findall(r"```nginx\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    for shown, ours in (("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"), ("127.0.0.1:8000", f"127.0.0.1:{behind}"),
                        ("/etc/ssl/league.example.pem", f"{folder}/cert.pem"),
                        ("/etc/ssl/league.example.key", f"{folder}/key.pem"), ("/srv/league", str(folder))):
        assert shown in server, f"the guide's configuration has no {shown!r} any more"
        server = server.replace(shown, ours)
    return str(server)


@contextmanager
def running(folder: Path, behind: int) -> Iterator[int]:
    """Nginx before a server on loopback; the answer is the port that visitors come to."""
    certificate(folder)
    port, path = free_port(), folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""  # its own one may not look into the folders of root's tests
    path.write_text(_AROUND.format(folder=folder, user=user, server=shown_server(folder, port, behind)), "utf-8")
    process = subprocess.Popen([program(), "-c", str(path), "-p", str(folder), "-e", str(folder / "error.log")],
                               stderr=subprocess.PIPE, text=True)
    with process:
        try:
            _wait_for(process, port)
            yield port
        finally:
            process.terminate()


def _wait_for(process: subprocess.Popen[str], port: int) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    process.kill()
    assert process.stderr is not None
    raise AssertionError(f"nginx did not start: {process.stderr.read()}")
