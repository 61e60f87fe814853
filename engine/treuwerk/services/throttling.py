"""How often something may be tried: a sliding window per key, in the memory of one process."""

from collections import deque
from threading import Lock

_MOST_KEYS = 50_000


class Throttle:
    """At most `attempts` in `seconds` for each key. Each process counts for itself: enough to stop guessing."""

    def __init__(self, attempts: int, seconds: int) -> None:
        self._attempts = attempts
        self._window = seconds * 1_000_000
        self._seen: dict[str, deque[int]] = {}
        self._lock = Lock()

    def wait_seconds(self, key: str, now: int) -> int:
        """Seconds until the key may try again, 0 if it may now; `now` in microseconds."""
        with self._lock:
            times = self._fresh(key, now)
            if len(times) < self._attempts:
                return 0
            return (times[0] + self._window - now) // 1_000_000 + 1

    def count(self, key: str, now: int) -> None:
        """Remember an attempt."""
        with self._lock:
            self._fresh(key, now).append(now)
            while len(self._seen) > _MOST_KEYS:
                del self._seen[next(iter(self._seen))]

    def forget(self, key: str) -> None:
        """Start over for this key."""
        with self._lock:
            self._seen.pop(key, None)

    def _fresh(self, key: str, now: int) -> deque[int]:
        times = self._seen.setdefault(key, deque())
        while times and times[0] <= now - self._window:
            times.popleft()
        return times
