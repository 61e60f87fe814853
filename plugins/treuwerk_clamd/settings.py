"""Where the daemon of ClamAV listens, and how long it may take."""

import attrs
from attrs.validators import ge, le, min_len


@attrs.frozen
class ClamdSettings:
    """``scanner = "clamd"``: by a Unix socket on the same machine, or by TCP, which is not encrypted."""

    socket: str = ""
    """Path of the Unix socket, such as ``/run/clamav/clamd.ctl``; left out: `host` and `port`."""
    host: str = attrs.field(default="127.0.0.1", validator=min_len(1))
    """Name or address of the machine."""
    port: int = attrs.field(default=3310, validator=[ge(1), le(65_535)])
    """Port of the daemon."""
    seconds: int = attrs.field(default=20, validator=[ge(1), le(300)])
    """How long one answer may take; then the file waits and is scanned later."""
