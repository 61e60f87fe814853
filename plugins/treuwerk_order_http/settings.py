"""Where a supplier takes orders."""

from typing import Any
from urllib.parse import urlsplit

import attrs
from attrs.validators import ge, le

from treuwerk.domain.secrets import Secret

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def _address(_: object, attribute: Any, value: str) -> None:
    parts = urlsplit(value)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not (safe and parts.hostname) or any(mark in value for mark in "?#"):
        raise ValueError(f"'{attribute.name}' must be an address that begins with https://, without ? and #: {value}")


@attrs.frozen
class OrderHttpSettings:
    """``[[suppliers]]`` with ``channel = "order_http"``."""

    url: str = attrs.field(validator=_address)
    """To which handovers are posted; ``<url>/<key>`` tells whether one is there."""
    token: Secret | None = None
    """Where the token stands that is sent along, such as ``{ env = "SUPPLIER_TOKEN" }``."""
    seconds: int = attrs.field(default=20, validator=[ge(1), le(120)])
    """How long an answer may take; then nobody knows, and it is asked again later."""
    cancellations: bool = False
    """Whether the supplier takes cancellations at ``<url>/<key>/cancellation``; else people tell it."""
