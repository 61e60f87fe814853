"""To whom orders are mailed, and by which server."""

import attrs
from attrs.validators import deep_iterable, ge, in_, le, matches_re, min_len, optional

from treuwerk.domain.secrets import Secret

LOOPBACK = ("127.0.0.1", "localhost", "::1")
STARTTLS, TLS, PLAIN = "starttls", "tls", "none"
_PORTS = {STARTTLS: 587, TLS: 465, PLAIN: 25}
# Printable ASCII without what has a meaning in headers or in the commands of SMTP.
_ADDRESS = matches_re(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


@attrs.frozen
class OrderMailSettings:
    """``[[suppliers]]`` with ``channel = "order_mail"``."""

    to: list[str] = attrs.field(validator=[min_len(1), deep_iterable(_ADDRESS)])
    """Who gets the mail: all of them, or none where one cannot."""
    sender: str = attrs.field(validator=_ADDRESS)
    """From whom it is."""
    host: str = attrs.field(validator=matches_re(r"[A-Za-z0-9.:-]+"))
    """The mail server that takes it."""
    security: str = attrs.field(default=STARTTLS, validator=in_(tuple(_PORTS)))
    """``starttls`` or ``tls``; ``none`` for a server on this machine only."""
    port: int = attrs.field(default=0, validator=[ge(0), le(65_535)])
    """0: 587 for ``starttls``, 465 for ``tls``, 25 for ``none``."""
    authorities: str = ""
    """A file (PEM) with whom to trust instead of the authorities of the system, where the server has its own."""
    user: str = ""
    """The login at the server, where it wants one."""
    password: Secret | None = None
    """Where its password stands, such as ``{ env = "SUPPLIER_MAIL_PASSWORD" }``."""
    reply_to: str | None = attrs.field(default=None, validator=optional(_ADDRESS))
    """Whom the supplier answers, where that is not the sender."""
    language: str = attrs.field(default="en", validator=in_(("de", "en", "fr")))
    """The language of the mail: ``de``, ``en`` or ``fr``."""
    seconds: int = attrs.field(default=30, validator=[ge(1), le(300)])
    """How long the server may be silent."""

    def __attrs_post_init__(self) -> None:
        """What only the table as a whole can tell."""
        if self.security == PLAIN and self.host not in LOOPBACK:
            raise ValueError(f"'security' must be {STARTTLS} or {TLS}, unless the server is this machine: {self.host}")
        if (self.password is None) is bool(self.user):
            raise ValueError("'user' and 'password' must stand there together, or neither of them")

    @property
    def door(self) -> int:
        """The port, as given or as its kind of protection has it."""
        return self.port or _PORTS[self.security]
