"""The runner that needs nothing: tickets go to threads of this process, and none waits in its memory.

What waits, waits in the table of orders, so that a killed process loses nothing and several processes share the work.
"""

import threading
from collections.abc import Callable
from threading import Condition, Thread

from treuwerk.domain.work import Holding, Ticket
from treuwerk.hookspecs import WorkPlace, WorkRunnerKind


class InlineRunner:
    """Threads of this process, as many as the place says."""

    def __init__(self, place: WorkPlace) -> None:
        self._place = place
        self._handler: Callable[[Ticket], None] | None = None
        self._changed = Condition()
        self._waiting: list[Ticket] = []
        self._running: set[Ticket] = set()
        self._threads: list[Thread] = []
        self._stopped = False

    def register(self, handler: Callable[[Ticket], None]) -> None:
        """Take the handler."""
        self._handler = handler

    def start(self) -> None:
        """Start the threads."""
        self._threads = [Thread(target=self._carry, name=f"treuwerk-work-{number}", daemon=True)
                         for number in range(self._place.concurrency)]
        for thread in self._threads:
            thread.start()

    def submit(self, ticket: Ticket) -> None:
        """Hand a ticket to the next free thread."""
        with self._changed:
            if ticket not in self._waiting and ticket not in self._running:
                self._waiting.append(ticket)
                self._changed.notify()

    def room(self) -> int:
        """Threads that are free."""
        with self._changed:
            return 0 if self._stopped else max(0, len(self._threads) - len(self._running) - len(self._waiting))

    def holding(self, ticket: Ticket) -> Holding:
        """What this process knows; a ticket of another one is gone for it."""
        with self._changed:
            if ticket in self._running:
                return Holding.RUNNING
            return Holding.WAITING if ticket in self._waiting else Holding.GONE

    def drop(self, ticket: Ticket) -> None:
        """Forget a ticket that no thread has taken."""
        with self._changed:
            if ticket in self._waiting:
                self._waiting.remove(ticket)

    def tidy(self, before: int) -> None:
        """Nothing is kept."""

    def stop(self, grace_seconds: float) -> None:
        """Let the threads end what they do, but wait no longer than that."""
        with self._changed:
            self._stopped = True
            self._waiting.clear()
            self._changed.notify_all()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(grace_seconds)

    def _carry(self) -> None:
        while (ticket := self._next()) is not None:
            assert self._handler is not None, "registered before start"
            try:
                self._handler(ticket)
            finally:
                with self._changed:
                    self._running.discard(ticket)

    def _next(self) -> Ticket | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._stopped)
            if self._stopped:
                return None
            self._running.add(ticket := self._waiting.pop(0))
            return ticket


INLINE = WorkRunnerKind("inline", ("sqlite", "postgresql"), InlineRunner)
