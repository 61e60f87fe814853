"""Doing one order: from the ticket to the row that says what came of it."""

import logging
from collections.abc import Callable, Mapping
from threading import Event, Lock
from typing import TypeVar

import attrs
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from treuwerk.domain.work import SECOND, Hopeless, Interrupted, Retry, Superseded, Ticket
from treuwerk.jobs.job import Clock, Job, Order, Recurring
from treuwerk.services.installation import Installation
from treuwerk.store import orders, work

_log = logging.getLogger("treuwerk.jobs")
BUSY_SECONDS = 15
T = TypeVar("T")


@attrs.define(eq=False)
class Doer:
    """Does orders of one installation in the name of one worker; many threads may use it at once."""

    installation: Installation
    jobs: Mapping[str, Job]
    clock: Clock
    worker: str
    retry: Retry = attrs.field(factory=Retry)
    recurring: Mapping[str, Recurring] = attrs.field(factory=dict)
    """By the key of the order."""
    stopping: Event = attrs.field(factory=Event)
    _running: dict[Ticket, Order] = attrs.field(factory=dict)
    _lock: Lock = attrs.field(factory=Lock)

    def do(self, ticket: Ticket) -> None:
        """Do the order of a ticket, unless it is worth nothing any more. Never raises.

        Where the database does not answer, the order stays as it is: it is delivered anew.
        """
        try:
            if not self.stopping.is_set():
                self._do(ticket)
        except Exception:
            _log.exception("the order %s was left as it is; it is done anew", ticket.id)

    def running(self) -> list[Order]:
        """What is being done at this moment."""
        with self._lock:
            return list(self._running.values())

    def _do(self, ticket: Ticket) -> None:
        row = self._write(lambda connection: orders.begin(connection, ticket, self.worker, self.clock()))
        if row is None:
            return
        order = Order.of(self.installation, row, self.clock, self.stopping)
        with self._lock:
            self._running[ticket] = order
        try:
            self._handle(order, row.job, row.attempts)
        finally:
            with self._lock:
                del self._running[ticket]

    def _handle(self, order: Order, name: str, attempts: int) -> None:
        job = self.jobs.get(name)
        try:
            if job is None:
                raise Hopeless(f"this release knows no job {name!r}; expected one of {', '.join(sorted(self.jobs))}")
            said = job.handle(order)
        except Superseded:
            _log.info("the order %s is not ours any more", order.ticket.id)
        except Interrupted:
            self._again(order, "interrupted: the worker ended", failed=False, seconds=0)
        except Hopeless as error:
            self._give_up(order, str(error))
        except Exception as error:
            if job is not None and isinstance(error, job.busy):
                self._again(order, str(error), failed=False, seconds=BUSY_SECONDS)
                return
            _log.warning("the order %s failed at attempt %d", order.ticket.id, attempts + 1, exc_info=error)
            self._failed(order, _in_words(error), attempts + 1)
        else:
            self._finish(order, said)

    def _finish(self, order: Order, said: str) -> None:
        now, recurring = self.clock(), self.recurring.get(order.ticket.key)

        def write(connection: Connection) -> None:
            if recurring:
                orders.anew(connection, order.ticket, now, recurring.following(now), said)
            else:
                orders.finish(connection, order.ticket, now, said)
            work.close(connection, work.ORDER, order.ticket.key, now)

        self._write(write)

    def _failed(self, order: Order, said: str, failed: int) -> None:
        if failed >= self.retry.attempts:
            self._give_up(order, said)
        else:
            self._again(order, said, failed=True, seconds=self.retry.wait_seconds(failed))

    def _again(self, order: Order, said: str, *, failed: bool, seconds: int) -> None:
        now = self.clock()
        self._write(lambda connection: orders.again(connection, order.ticket, now, now + seconds * SECOND,
                                                    failed=failed, said=said))

    def _give_up(self, order: Order, said: str) -> None:
        """A person must look. What recurs goes on at its next time all the same."""
        now, recurring = self.clock(), self.recurring.get(order.ticket.key)

        def write(connection: Connection) -> None:
            if recurring:
                ours = orders.anew(connection, order.ticket, now, recurring.following(now), said)
            else:
                ours = orders.fail(connection, order.ticket, now, said)
            if ours:
                work.put(connection, work.ORDER, order.ticket.key, now, gist=f"{order.payload.get('name', '')} {said}"[
                    :200].strip())

        self._write(write)

    def _write(self, effect: Callable[[Connection], T]) -> T:
        return self.installation.database.run(effect)


def _in_words(error: Exception) -> str:
    """What an error says, in a row that people read; values of a statement stand in no row."""
    text = str(getattr(error, "orig", None) or error) if isinstance(error, SQLAlchemyError) else str(error)
    return f"{type(error).__name__}: {text}"[:500]
