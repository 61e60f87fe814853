"""A small server that speaks clamd's protocol: it takes a stream in pieces and says what it finds in it."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import attrs

from tests.support.pictures import EICAR


@attrs.define
class Daemon:
    """How it answers: `ok` as clamd does, `silent` not at all, `full` as one whose limit is reached.

    `choosy` reaches its limit only with what is larger than `most` bytes; `hasty` says yes before it has read all.
    """

    port: int = 0
    mode: str = "ok"
    streams: int = 0
    most: int = 0
    waking: threading.Event = attrs.field(factory=threading.Event)


class _Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        daemon: Daemon = self.server.daemon_of_test  # type: ignore[attr-defined]
        command = self._until(b"\0")
        if command == b"zVERSION":
            self.request.sendall(b"ClamAV 1.4.3/27800\0")
            return
        assert command == b"zINSTREAM", command
        if daemon.mode == "hasty":
            self.request.sendall(b"stream: OK\0")
            self.request.shutdown(socket.SHUT_WR)
            return
        content = self._stream()
        daemon.streams += 1
        if daemon.mode == "silent":
            daemon.waking.wait(30)
            return
        if daemon.mode == "full" or (daemon.mode == "choosy" and len(content) > daemon.most):
            self.request.sendall(b"INSTREAM size limit exceeded. ERROR\0")
            return
        self.request.sendall(b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0")

    def _until(self, end: bytes) -> bytes:
        found = b""
        while not found.endswith(end):
            found += self._exactly(1)
        return found[:-1]

    def _stream(self) -> bytes:
        content = b""
        while length := int.from_bytes(self._exactly(4), "big"):
            content += self._exactly(length)
        return content

    def _exactly(self, length: int) -> bytes:
        found = b""
        while len(found) < length:
            piece = self.request.recv(length - len(found))
            assert piece, "the client left"
            found += piece
        return found


class _Tcp(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def listening(path: str = "") -> Iterator[Daemon]:
    """A daemon on a free port of this machine, or on a Unix socket."""
    daemon = Daemon()
    server: Any = socketserver.ThreadingUnixStreamServer(path, _Handler) if path else _Tcp(("127.0.0.1", 0), _Handler)
    server.daemon_of_test = daemon
    if not path:
        daemon.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield daemon
    finally:
        daemon.waking.set()
        server.shutdown()
        server.server_close()
        thread.join()
