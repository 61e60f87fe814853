"""Counts of saved views that are kept in memory for a minute: a list tells them on every page, and they may be old."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from threading import Lock
from typing import TypeVar

KEPT_SECONDS = 60
_SECOND = 1_000_000
K = TypeVar("K", bound=Hashable)


class Counts:
    """The counts that were asked for last, each under a key that says of what and for whom."""

    def __init__(self, at_most: int = 2_000) -> None:
        self._at_most = at_most
        self._by_key: OrderedDict[Hashable, tuple[int, int]] = OrderedDict()
        self._lock = Lock()

    def of(self, keys: Sequence[K], now: int, count: Callable[[Sequence[K]], Sequence[int]]) -> dict[K, int]:
        """The count of each key; `count` is asked once for all of which none younger than a minute is kept."""
        with self._lock:
            found = {key: kept[1] for key in keys if (kept := self._by_key.get(key)) and self._is_young(kept[0], now)}
        missing = [key for key in dict.fromkeys(keys) if key not in found]
        if missing:
            fresh = dict(zip(missing, count(missing), strict=True))
            self._keep(fresh, now)
            found |= fresh
        return found

    def _is_young(self, at: int, now: int) -> bool:
        return at <= now < at + KEPT_SECONDS * _SECOND

    def _keep(self, fresh: dict[K, int], now: int) -> None:
        with self._lock:
            for key, number in fresh.items():
                self._by_key[key] = (now, number)
                self._by_key.move_to_end(key)
            while len(self._by_key) > self._at_most:
                self._by_key.popitem(last=False)
