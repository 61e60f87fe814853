"""Runs one throw-away PostgreSQL server for as long as somebody holds the other end of standard input.

A process of its own, because a killed test run cannot tidy up: the kernel closes its pipe, and this process stops the
server and removes its folder. Standard library only; the arguments are one JSON text (see `postgres.start`).
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "jit=off",
         "wal_level=minimal", "max_wal_senders=0", "max_wal_size=256MB")
STOP_SECONDS = 10
RESTART = "restart"  # a file in its folder: whoever crashes the server asks for it to be started again


def main(order: dict[str, Any]) -> int:
    """Serve until standard input ends; 1 when the server could not be started."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tests, whose end is then seen on the pipe
    folder = Path(tempfile.mkdtemp(prefix="treuwerk-pg-"))
    try:
        return _serve(order, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _serve(order: dict[str, Any], folder: Path) -> int:
    user = order["user"]
    if user:
        shutil.chown(folder, user)
    binaries = _reachable(Path(order["binaries"]), folder, user)
    as_user: dict[str, Any] = {"cwd": folder, "user": user, "stdin": subprocess.DEVNULL}
    if user:
        as_user["extra_groups"] = []
    initdb = subprocess.run(
        [binaries / "initdb", "--pgdata", folder / "data", "--username", "postgres", "--auth", "trust", "--no-sync",
         "--encoding", "UTF8", "--no-locale"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **as_user)
    if initdb.returncode:
        return _failed(initdb.stdout.decode(errors="replace"))
    command = [binaries / "postgres", "-D", folder / "data", *_settings(order, folder)]
    servers = [_start(command, folder, as_user)]
    threading.Thread(target=_stop_at_end_of_input, args=(servers,), daemon=True).start()
    print(folder, flush=True)
    servers[-1].wait()
    while (folder / RESTART).exists():  # crashed on purpose
        (folder / RESTART).unlink()
        servers.append(_start(command, folder, as_user))
        servers[-1].wait()
    return _failed((folder / "log").read_text(errors="replace")) if servers[-1].returncode else 0


def _start(command: "list[Any]", folder: Path, as_user: dict[str, Any]) -> "subprocess.Popen[Any]":
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, **as_user)


def _settings(order: dict[str, Any], folder: Path) -> list[str]:
    wanted = [f"port={order['port']}", "listen_addresses=127.0.0.1", "max_connections=120",
              *(() if order["durable"] else QUICK)]
    if os.name == "posix":
        wanted.append(f"unix_socket_directories={folder}")
    return [part for setting in wanted for part in ("-c", setting)]


def _stop_at_end_of_input(servers: "list[subprocess.Popen[bytes]]") -> None:
    sys.stdin.buffer.read()
    server = servers[-1]
    server.send_signal(signal.SIGINT)  # "fast": open connections are cut
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()


def _reachable(binaries: Path, folder: Path, user: str | None) -> Path:
    """The binaries, or a copy where the server's user cannot get at them (a private home of root)."""
    if not user or all(parent.stat().st_mode & 0o001 for parent in binaries.parents):
        return binaries
    installation = binaries.parent
    shutil.copytree(installation, folder / "pg" / installation.name, symlinks=True)
    libraries = installation.parent.with_name(f"{installation.parent.name}.libs")  # a wheel keeps them beside
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, user)
    return folder / "pg" / installation.name / binaries.name


def _failed(log: str) -> int:
    print(log[-2000:], file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
