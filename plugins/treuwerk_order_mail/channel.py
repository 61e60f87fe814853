"""The channel itself. A server cannot be asked whether it has a mail, so one that nobody knows of is sent again."""

import os
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import attrs

from treuwerk.domain.handovers import Answer, Cancellation, ChannelUnavailable, Handover, Reply
from treuwerk.domain.secrets import MissingSecret
from treuwerk_order_mail.message import cancellation_of, message_id, message_of
from treuwerk_order_mail.settings import STARTTLS, TLS, OrderMailSettings

_LONGEST = 300


@attrs.frozen
class OrderMail:
    """Hands one message to a mail server. What the server took is the supplier's; what it refused, nobody has."""

    settings: OrderMailSettings
    authorities: Path | None = None

    def hand_over(self, handover: Handover) -> Reply:
        """Send the message: 2xx accepts, 5xx to a recipient or to the message refuses, all else is not known."""
        return self._mailed(message_of(self.settings, handover), message_id(self.settings, handover.key))

    def cancel(self, cancellation: Cancellation) -> Reply:
        """Send what is not wanted any more, as an answer to the mail of the order; answers count as for orders."""
        return self._mailed(cancellation_of(self.settings, cancellation), message_id(self.settings, cancellation.name))

    def _mailed(self, content: bytes, name: str) -> Reply:
        try:
            with self._session() as server:
                return self._sent(server, content, name)
        except (OSError, MissingSecret) as error:  # what smtplib raises is an OSError, too
            raise ChannelUnavailable(f"{self.settings.host}:{self.settings.door}: {_told(error)}") from error

    def reconcile(self, handover: Handover) -> Reply:
        """Nobody can be asked."""
        return Reply(Answer.UNKNOWN)

    def _sent(self, server: smtplib.SMTP, content: bytes, name: str) -> Reply:
        code, said = server.mail(self.settings.sender)
        if code >= 400:  # it is about us, and not about these lines
            raise smtplib.SMTPSenderRefused(code, said, self.settings.sender)
        for recipient in self.settings.to:
            code, said = server.rcpt(recipient)
            if code >= 400:
                return _refused(code, said)
        try:
            code, said = server.data(content)
        except smtplib.SMTPDataError as error:
            return _refused(error.smtp_code, error.smtp_error)
        except OSError as error:
            raise ChannelUnavailable(f"no answer to the mail {name} ({_told(error)}): it may have arrived, and is sent "
                                     "again under the same Message-ID") from error
        return _refused(code, said) if code >= 400 else Reply(Answer.ACCEPTED, f"{_words(code, said)} {name}")

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        """A server that knows us; it is told good-bye, and whether it answers that does not matter."""
        server = self._connected()
        try:
            if self.settings.security == STARTTLS:
                server.starttls(context=self._trust())
                server.ehlo()
            if self.settings.password:
                server.login(self.settings.user, self.settings.password.one_line(os.environ))
            yield server
            with suppress(OSError):
                server.quit()
        finally:
            server.close()

    def _connected(self) -> smtplib.SMTP:
        host, port, seconds = self.settings.host, self.settings.door, self.settings.seconds
        if self.settings.security == TLS:
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=seconds, context=self._trust())
        else:
            server = smtplib.SMTP(host, port, timeout=seconds)
        server.ehlo_or_helo_if_needed()
        return server

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.authorities)


def _refused(code: int, said: bytes | str) -> Reply:
    """4xx says: not now; 5xx: never."""
    return Reply(Answer.REFUSED if code >= 500 else Answer.UNKNOWN, _words(code, said))


def _words(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"{code} {text[:_LONGEST]}".strip()


def _told(error: Exception) -> str:
    """What went wrong, with the answer of the server where there was one."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__}: {_words(error.smtp_code, error.smtp_error)}"
    return f"{type(error).__name__}: {error}"
