"""A supplier of rewards that takes orders by HTTP: it accepts, refuses, forgets, answers late, and sends parcels."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import attrs


@attrs.define(eq=False)
class Supplier:
    """What it has by key, how it answers, and what it was told.

    `status` is what it answers to orders; `silent`: it takes them and says nothing before `waking` is set. `parcels`
    are what it says of a key beside that it has it, and `cancelled` the cancellations of a key in the order in which
    they came, which it answers with `status_of_cancellations`. With `flood` it answers to all with so many bytes of
    JSON, without saying how many, until it is hung up on; `sent` is how many it could send.
    """

    has: dict[str, Any] = attrs.field(factory=dict)
    came: list[str] = attrs.field(factory=list)
    status: int = 201
    silent: bool = False
    tokens: list[str] = attrs.field(factory=list)
    parcels: dict[str, Any] = attrs.field(factory=dict)
    cancelled: dict[str, list[Any]] = attrs.field(factory=dict)
    status_of_cancellations: int = 200
    flood: int = 0
    sent: int = 0
    waking: threading.Event = attrs.field(factory=threading.Event)
    url: str = ""


class _Handler(BaseHTTPRequestHandler):
    @property
    def _supplier(self) -> Supplier:
        found: Supplier = self.server.supplier  # type: ignore[attr-defined]
        return found

    def do_POST(self) -> None:
        supplier, key = self._supplier, self.headers["Idempotency-Key"]
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        supplier.tokens.append(self.headers.get("Authorization", ""))
        if self.path.endswith("/cancellation"):
            supplier.cancelled.setdefault(self.path.split("/")[-2], []).append(content)
            self._answer(supplier.status_of_cancellations)
            return
        supplier.came.append(key)
        known = key in supplier.has
        if supplier.status < 300:
            supplier.has[key] = content
        if supplier.silent:
            supplier.waking.wait(30)
            return
        self._answer(409 if known else supplier.status)

    def do_GET(self) -> None:
        supplier, key = self._supplier, self.path.rpartition("/")[2]
        if supplier.status >= 500:
            self._answer(supplier.status)
        elif key not in supplier.has:
            self._answer(404)
        elif key in supplier.parcels:
            self._answer(200, json.dumps(supplier.parcels[key]).encode(), "application/json")
        else:
            self._answer(200)

    def _answer(self, status: int, body: bytes = b"words", kind: str = "text/plain") -> None:
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        if self._supplier.flood:
            self._flood()
            return
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _flood(self) -> None:
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        with suppress(ConnectionError):
            while self._supplier.sent < self._supplier.flood:
                self._supplier.sent += self.wfile.write(b" " * 65_536)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def supplier_server() -> Iterator[Supplier]:
    """A supplier behind an address of this machine, for as long as the block lasts."""
    found, server = Supplier(), ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.supplier = found  # type: ignore[attr-defined]
    found.url = f"http://127.0.0.1:{server.server_port}/orders"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield found
    finally:
        found.waking.set()
        server.shutdown()
        thread.join()
        server.server_close()
