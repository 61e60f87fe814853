"""What did not work a moment ago in this process, so that pages can say so before somebody tries in vain."""

from threading import Lock
from time import monotonic

_REMEMBERED_SECONDS = 60.0


class Troubles:
    """Remembers for a minute that nothing could be stored, and which identity providers did not answer."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._until: dict[str, float] = {}

    def note(self, what: str) -> None:
        """Something did not work just now."""
        with self._lock:
            self._until[what] = monotonic() + _REMEMBERED_SECONDS

    def forget(self, what: str) -> None:
        """It works."""
        with self._lock:
            self._until.pop(what, None)

    def has(self, what: str) -> bool:
        """Whether it did not work within the last minute."""
        with self._lock:
            return self._until.get(what, 0.0) > monotonic()


STORING = "storing"
"""Writing to the database."""


def provider_key(name: str) -> str:
    """What an identity provider is remembered by."""
    return f"provider {name}"
