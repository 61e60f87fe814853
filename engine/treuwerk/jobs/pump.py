"""The pump: brings due orders into the queue, shows that this worker lives, and takes over from those that do not.

One runs in each worker. All of them do the same, and each change is a conditional write, so it does not matter which
one is first.
"""

import logging
import os
import socket
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain.work import SECOND, Holding, OrderState, Ticket
from treuwerk.hookspecs import WorkRunner
from treuwerk.jobs.doing import Doer
from treuwerk.jobs.job import Recurring
from treuwerk.store import orders, workers
from treuwerk.store.database import Database

_log = logging.getLogger("treuwerk.jobs")
_AT_ONCE = 200
_LOST_FACTOR = 2  # a queue that has had a ticket for so much longer than a dead worker's is asked whether it has it
_LOOKED_AT = 500
_NOT_BEGUN = -1  # in place of a beat: the queue says that it carries the ticket, and nobody has begun


def host() -> str:
    """The name of this machine."""
    return socket.gethostname()


def process_lives(pid: int) -> bool:
    """Whether a process of this machine is there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it belongs to somebody else, or this system cannot tell
        return True
    return True


@attrs.define(eq=False)
class Pump:
    """Looks after the orders of one database in the name of one worker."""

    database: Database
    runner: WorkRunner
    doer: Doer
    recurring: Collection[Recurring]
    dead_after_seconds: int
    monotonic: Callable[[], float] = time.monotonic
    _seen: dict[Ticket, tuple[int, float]] = attrs.field(factory=dict)
    """The last beat of orders that others do, and when we saw it first."""
    _ask_again: dict[Ticket, float] = attrs.field(factory=dict)
    """When the queue is asked for a ticket once more."""

    def ensure_recurring(self) -> None:
        """Let there be an order for each thing that recurs; one that is to come sooner than noted is moved."""
        now = self.doer.clock()
        for one in self.recurring:
            following = one.following(now)

            def write(connection: Connection, one: Recurring = one, following: int = following) -> None:
                if not orders.submit(connection, one.key, one.job, {}, now, not_before=following):
                    orders.move(connection, one.key, following, now)

            self.database.run(write)

    def hand_over(self) -> int:
        """Bring due orders into the queue, as many as it takes; how many that were.

        The queue comes first and the note second: if this process dies between the two, the ticket comes twice, which
        is harmless, and is not lost, which would not be.
        """
        room = min(self.runner.room(), _AT_ONCE)
        if room <= 0:
            return 0
        now = self.doer.clock()
        with self.database.reading() as connection:
            tickets = orders.due(connection, now, room)
        for ticket in tickets:
            self.runner.submit(ticket)
        if tickets:
            self.database.run(lambda connection: orders.queued(connection, tickets, now))
        return len(tickets)

    def beat(self) -> None:
        """Show that what is done here is being done; what is not ours any more is told so."""
        running, now = self.doer.running(), self.doer.clock()
        for order in running:
            done, total = order.done, order.total
            if not self.database.run(lambda connection, one=order, a=done, b=total: orders.beat(  # type: ignore[misc]
                    connection, one.ticket, now, a, b)):
                order.lost.set()

    def be_seen(self) -> None:
        """Show that this worker lives."""
        self.database.run(lambda connection: workers.seen(connection, self.doer.worker, self.doer.clock()))

    def take_over(self) -> list[Ticket]:
        """Deliver anew what a dead worker did, or what the queue has lost; the tickets that are worth nothing now."""
        with self.database.reading() as connection:
            rows = orders.carried(connection, _LOOKED_AT)
            known = {row.id: row for row in workers.all_of_them(connection)} if rows else {}
        own = {order.ticket for order in self.doer.running()}
        tickets = {Ticket(row.key, row.delivery): row for row in rows}
        self._seen = {ticket: seen for ticket, seen in self._seen.items() if ticket in tickets}
        self._ask_again = {ticket: when for ticket, when in self._ask_again.items() if ticket in tickets}
        taken = [ticket for ticket, row in tickets.items()
                 if ticket not in own and self._is_lost(ticket, row, known) and self._deliver_anew(ticket)]
        for ticket in taken:
            _log.warning("nobody does %s any more: it is delivered anew", ticket.id)
            with suppress(Exception):
                self.runner.drop(ticket)
        return taken

    def _is_lost(self, ticket: Ticket, row: Row[Any], known: dict[str, Row[Any]]) -> bool:
        if row.state == OrderState.QUEUED.value:
            return self._is_lost_in_the_queue(ticket, row.changed_at)
        worker = known.get(row.worker)
        near = worker is not None and worker.host == host() and worker.id != self.doer.worker
        # A process of this machine can be asked at once; one with our own number was there before us.
        if worker is not None and near and (worker.pid == os.getpid() or not process_lives(worker.pid)):
            return True
        return self._is_still(ticket, row.beat)

    def _is_lost_in_the_queue(self, ticket: Ticket, since: int) -> bool:
        """Whether the queue has lost a ticket, or carries it for long and nobody begins; asked now and then."""
        wait = self.dead_after_seconds * _LOST_FACTOR
        if self.doer.clock() - since <= wait * SECOND:
            return False
        if self.monotonic() < self._ask_again.get(ticket, 0.0):
            return False
        holding = self.runner.holding(ticket)
        if holding is Holding.RUNNING:
            return self._is_still(ticket, _NOT_BEGUN)
        self._seen.pop(ticket, None)
        self._ask_again[ticket] = self.monotonic() + wait
        return holding is Holding.GONE

    def _is_still(self, ticket: Ticket, beat: int) -> bool:
        """Whether we have seen the same beat for too long, by a clock that nobody sets."""
        before, since = self._seen.get(ticket, (None, 0.0))
        if before != beat:
            self._seen[ticket] = (beat, self.monotonic())
            return False
        return self.monotonic() - since > self.dead_after_seconds

    def _deliver_anew(self, ticket: Ticket) -> bool:
        now = self.doer.clock()
        return self.database.run(lambda connection: orders.again(
            connection, ticket, now, now, failed=False, said="taken over: whoever did it died"))


