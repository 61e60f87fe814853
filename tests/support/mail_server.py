"""A real mail server on this machine, which answers what a test wants."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import attrs
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@attrs.define(eq=False)
class MailServer:
    """What it took, and what it answers."""

    took: list[bytes] = attrs.field(factory=list)
    recipients: list[str] = attrs.field(factory=list)
    logins: list[tuple[bytes, bytes]] = attrs.field(factory=list)
    sender: str = "250 OK"
    recipient: dict[str, str] = attrs.field(factory=dict)
    data: str = "250 queued as 17"
    cut: bool = False
    port: int = 0

    async def handle_MAIL(  # noqa: N802 - as aiosmtpd calls it
            self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:
        envelope.mail_from = address
        return self.sender

    async def handle_RCPT(  # noqa: N802 - as aiosmtpd calls it
            self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:
        envelope.rcpt_tos.append(address)
        return self.recipient.get(address, "250 OK")

    async def handle_DATA(  # noqa: N802 - as above
            self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.data.startswith("250"):
            self.took.append(envelope.content or b"")  # type: ignore[arg-type]
            self.recipients.extend(envelope.rcpt_tos)
        if self.cut:
            server.transport.abort()  # type: ignore[union-attr]
        return self.data

    def check(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, given: Any) -> AuthResult:
        assert isinstance(given, LoginPassword)
        self.logins.append((given.login, given.password))
        return AuthResult(success=given.password == b"secret", handled=False)


@contextmanager
def serving(server: MailServer, tls: ssl.SSLContext | None = None, **how: Any) -> Iterator[MailServer]:
    """A server on a free port of this machine, in a thread of its own."""
    loop = asyncio.new_event_loop()

    async def listen() -> asyncio.Server:
        return await loop.create_server(lambda: SMTP(server, loop=loop, hostname="mail.test", **how), "127.0.0.1", 0,
                                        ssl=tls)

    listening = loop.run_until_complete(listen())
    server.port = listening.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(_stopped(listening), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _stopped(listening: asyncio.Server) -> None:
    listening.close()
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
        await asyncio.wait([task])
    await asyncio.sleep(0)
