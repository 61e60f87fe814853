"""The protocol of clamd: INSTREAM sends a file in pieces, the answer names what was found."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from treuwerk.domain.uploads import ScannerUnavailable
from treuwerk_clamd.settings import ClamdSettings

_PIECE = 1 << 16
_LONGEST_ANSWER = 4_096
_END = b"\0"


class Clamd:
    """A daemon of ClamAV, asked by a connection of its own for each file."""

    def __init__(self, settings: ClamdSettings) -> None:
        self._settings = settings

    def scan(self, stream: BinaryIO) -> str:
        """The name of what was found, empty where the file is clean.

        Raises:
            ScannerUnavailable: no connection, no answer in time, or none that says clean or found.
        """
        answer = self._asked(lambda open_socket: _send(open_socket, stream))
        if answer == "stream: OK":
            return ""
        if answer.startswith("stream: ") and answer.endswith(" FOUND"):
            return answer.removeprefix("stream: ").removesuffix(" FOUND")
        raise ScannerUnavailable(f"clamd answered {answer[:200]!r}, expected OK or FOUND; look at its log, and at "
                                 "StreamMaxLength in clamd.conf")

    def answers(self) -> str:
        """The version that the daemon tells."""
        return self._asked(lambda open_socket: open_socket.sendall(b"zVERSION\0"))

    def _asked(self, send: Callable[[socket.socket], None]) -> str:
        """What the daemon answers to a command, all within the time that it has."""
        deadline = time.monotonic() + self._settings.seconds
        try:
            with self._connected() as open_socket:
                ended_early = _sent(send, open_socket)
                answer = _received(open_socket, deadline)
        except OSError as error:
            raise ScannerUnavailable(f"clamd at {self._place} cannot be asked: {error.strerror or error}; start it, "
                                     "or mend where it listens") from None
        if ended_early and (not answer or answer.endswith(" OK")):  # a yes to a part says nothing of the rest
            raise ScannerUnavailable(f"clamd at {self._place} closed the connection: {ended_early}")
        return answer

    @property
    def _place(self) -> str:
        return self._settings.socket or f"{self._settings.host}:{self._settings.port}"

    @contextmanager
    def _connected(self) -> Iterator[socket.socket]:
        if not self._settings.socket:
            where = (self._settings.host, self._settings.port)
            with socket.create_connection(where, timeout=self._settings.seconds) as open_socket:
                yield open_socket
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as open_socket:
            open_socket.settimeout(self._settings.seconds)
            open_socket.connect(self._settings.socket)
            yield open_socket


def _send(open_socket: socket.socket, stream: BinaryIO) -> None:
    open_socket.sendall(b"zINSTREAM\0")
    while piece := stream.read(_PIECE):
        open_socket.sendall(len(piece).to_bytes(4, "big") + piece)
    open_socket.sendall(bytes(4))


def _sent(send: Callable[[socket.socket], None], open_socket: socket.socket) -> str:
    """Why sending ended early: a daemon that has enough answers and closes, and its answer is worth reading."""
    try:
        send(open_socket)
    except (BrokenPipeError, ConnectionResetError) as error:
        return str(error)
    return ""


def _received(open_socket: socket.socket, deadline: float) -> str:
    answer = b""
    while not answer.endswith(_END) and len(answer) < _LONGEST_ANSWER:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("no answer in time")
        open_socket.settimeout(left)
        piece = open_socket.recv(_LONGEST_ANSWER)
        if not piece:
            break
        answer += piece
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")
