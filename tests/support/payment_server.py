"""A payment service over real HTTP on loopback, and its plugin: it accepts, is silent, and tells twice."""

import hashlib
import hmac
import json
import threading
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import attrs

from tests.support.worlds import NoSettings
from treuwerk.domain.payments import (
    Begun,
    ForgedMessage,
    Known,
    Message,
    Notice,
    PaymentAnswer,
    ProviderUnavailable,
    RefundReply,
    WantedPayment,
    WantedRefund,
)
from treuwerk.hookspecs import PaymentProviderKind, hookimpl

SECRET = b"a secret that both sides know"
_PATIENCE = 0.5


@attrs.define(eq=False)
class Service:
    """What the service has by key; `silent` counts requests that it does, but never answers."""

    payments: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    refunds: dict[str, int] = attrs.field(factory=dict)
    asked: list[str] = attrs.field(factory=list)
    silent: int = 0
    waking: threading.Event = attrs.field(factory=threading.Event)
    url: str = ""

    def pay(self, key: str) -> bytes:
        """Somebody pays on the pages of the service; the message that it sends."""
        found = self.payments[key]
        found["captured"] = found["amount"]
        return json.dumps({"key": key, "captured": found["captured"]}).encode()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        service: Service = self.server.service  # type: ignore[attr-defined]
        content, key = json.loads(self.rfile.read(int(self.headers["Content-Length"]))), self.headers["Idempotency-Key"]
        service.asked.append(f"{self.path} {key}")
        if self.path == "/payments":
            service.payments.setdefault(key, {"amount": content["amount"], "captured": 0})
            self._answer(service, {"address": f"{service.url}/pay/{key}"})
        else:
            service.refunds.setdefault(key, content["amount"])
            self._answer(service, {})

    def do_GET(self) -> None:
        service: Service = self.server.service  # type: ignore[attr-defined]
        self._answer(service, service.payments.get(self.path.rpartition("/")[2], {"captured": 0}))

    def _answer(self, service: Service, content: Any) -> None:
        if service.silent:
            service.silent -= 1
            service.waking.wait(10)
            return
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@attrs.frozen
class Client:
    """The provider as a plugin would have it."""

    url: str
    by_hand: bool = False

    def begin(self, wanted: WantedPayment) -> Begun:
        """Begin it under its key."""
        told = self._asked("/payments", wanted.key, {"amount": wanted.amount, "currency": wanted.currency})
        return Begun(PaymentAnswer.WAITING, told["address"], reference=wanted.key)

    def look_up(self, wanted: WantedPayment) -> Known:
        """What came in."""
        captured = self._asked(f"/payments/{wanted.key}", "", None)["captured"]
        return Known(PaymentAnswer.ACCEPTED if captured else PaymentAnswer.WAITING, captured)

    def refund(self, wanted: WantedRefund) -> RefundReply:
        """Once under a key."""
        self._asked("/refunds", wanted.key, {"payment": wanted.payment, "amount": wanted.amount})
        return RefundReply(PaymentAnswer.ACCEPTED)

    def told(self, message: Message) -> Notice | None:
        """A message that is signed with the secret."""
        if not hmac.compare_digest(signature(message.body), message.headers.get("x-signature", "")):
            raise ForgedMessage
        content = json.loads(message.body)
        return Notice(content["key"], Known(PaymentAnswer.ACCEPTED, content["captured"]))

    def _asked(self, path: str, key: str, content: Any) -> Any:
        body = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(f"{self.url}{path}", body, {"Idempotency-Key": key})
        try:
            with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:
                return json.load(answer)
        except OSError as error:
            raise ProviderUnavailable(str(error)) from error

    @hookimpl
    def payment_providers(self) -> Sequence[PaymentProviderKind[Any]]:
        """Itself."""
        return [PaymentProviderKind("till", NoSettings, lambda _folder, _settings: self)]


def signature(body: bytes) -> str:
    """How the service signs."""
    return hmac.new(SECRET, body, hashlib.sha256).hexdigest()


@contextmanager
def running() -> Iterator[Service]:
    """The service, on a free port."""
    service, server = Service(), ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.service, service.url = service, f"http://127.0.0.1:{server.server_port}"  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield service
    finally:
        service.waking.set()
        server.shutdown()
        thread.join()
        server.server_close()
