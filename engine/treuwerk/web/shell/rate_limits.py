"""How many requests a visitor may make: a window that slides, for each address and each session.

Counted in the memory of one process, with two numbers a key and a bound on the keys, so that the guard against floods
is none itself.
"""

import math
import time
from collections.abc import Callable
from ipaddress import IPv6Address, ip_network
from threading import Lock

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from treuwerk.services.deployment import Deployment, address_of
from treuwerk.web.shell.state import state_of

_FREE = ("/static/", "/livez", "/readyz", "/metrics")
_SECONDS = 60
_MOST_KEYS = 50_000


class SlidingCounts:
    """At most `amount` in any `seconds` for each key; the last window counts by the share that is still in sight."""

    def __init__(self, amount: int, seconds: int = _SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._amount = amount
        self._seconds = seconds
        self._clock = clock
        self._counts: dict[str, tuple[int, int, int]] = {}
        self._lock = Lock()

    def wait_seconds(self, key: str) -> int:
        """Count one for the key and answer 0, or count nothing and answer after how many seconds it may come again."""
        if not self._amount:
            return 0
        window, passed = divmod(self._clock(), self._seconds)
        with self._lock:
            before, current = self._of(key, int(window))
            free = before * (1 - passed / self._seconds) + current + 1 <= self._amount
            self._counts[key] = (int(window), before, current + free)  # at the end: the first key is the oldest
            if len(self._counts) > _MOST_KEYS:
                del self._counts[next(iter(self._counts))]
        return 0 if free else self._wait(before, current, passed)

    def _of(self, key: str, window: int) -> tuple[int, int]:
        seen, before, current = self._counts.pop(key, (window, 0, 0))
        if seen == window:
            return before, current
        return (current, 0) if seen == window - 1 else (0, 0)

    def _wait(self, before: int, current: int, passed: float) -> int:
        if current + 1 <= self._amount:  # soon enough of the last window is out of sight
            share = (self._amount - 1 - current) / before
            return max(1, math.ceil(self._seconds * (1 - share) - passed))
        share = (self._amount - 1) / current
        return max(1, math.ceil(self._seconds - passed + self._seconds * (1 - share)))


class RateLimits:
    """Refuses what is too much with 429 and Retry-After. Static files and health are not counted."""

    def __init__(self, app: ASGIApp, deployment: Deployment) -> None:
        self._app = app
        self._sources = SlidingCounts(deployment.per_source)
        self._sessions = SlidingCounts(deployment.per_session)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and not scope["path"].startswith(_FREE):
            state = state_of(scope)
            wait = self._sources.wait_seconds(network_of(state.source))
            if not wait and state.session:
                wait = self._sessions.wait_seconds(state.session.id_hash)
            if wait:
                raise HTTPException(429, headers={"retry-after": str(wait)})
        await self._app(scope, receive, send)


def network_of(source: str) -> str:
    """The address, of IPv6 the /64 network: so much belongs to one connection.

    >>> network_of("2001:db8::17"), network_of("192.0.2.7")
    ('2001:db8::/64', '192.0.2.7')
    """
    address = address_of(source)
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else source
