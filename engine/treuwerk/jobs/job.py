"""What a job is, and what it gets when an order of it is done."""

import json
from collections.abc import Callable
from threading import Event
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain.work import Interrupted, Payload, Superseded, Ticket
from treuwerk.services.installation import Installation
from treuwerk.store import orders
from treuwerk.store.retrying import retrying

Clock = Callable[[], int]
"""Now in microseconds since 1970 UTC."""


@attrs.define(eq=False)
class Order:
    """An order that is being done: its payload, its steps, and whether to go on."""

    installation: Installation
    ticket: Ticket
    payload: Payload
    clock: Clock
    stopping: Event
    lost: Event = attrs.field(factory=Event)
    """Set by the heart beat once the order is not ours any more."""
    done: int = 0
    total: int = 0

    @classmethod
    def of(cls, installation: Installation, row: Row[Any], clock: Clock, stopping: Event) -> "Order":
        """An order from its row."""
        return cls(installation, Ticket(row.key, row.delivery), json.loads(row.payload), clock, stopping)

    def step(self, name: str, effect: Callable[[Connection], None]) -> bool:
        """Do a part of it once, whatever happens: the effect commits together with the note that it is done.

        Returns False where it was done before. The effect may be called anew after a lost race: it changes nothing but
        the database.

        Raises:
            Superseded: the order is not ours any more; nothing is stored.
        """
        return retrying(lambda: self._step(name, effect))

    def _step(self, name: str, effect: Callable[[Connection], None]) -> bool:
        with self.installation.database.writing() as connection:
            orders.fence(connection, self.ticket)
            if not orders.note_step(connection, self.ticket.key, name, self.clock()):
                return False
            effect(connection)
            return True

    def progress(self, done: int, total: int) -> None:
        """Tell how far it is, between two transactions: this is where it stops if it must.

        Raises:
            Interrupted: the worker ends.
            Superseded: the order is not ours any more.
        """
        self.done, self.total = done, total
        if self.lost.is_set():
            raise Superseded(self.ticket.id)
        if self.stopping.is_set():
            raise Interrupted(self.ticket.id)


@attrs.frozen
class Job:
    """A kind of work: `handle` does an order and answers with what came of it, in some words.

    It may be called again after a crash at any place: what it does to the database are steps, or writes with keys of
    their own. Raise `Hopeless` where another attempt cannot help. `busy` are errors that only mean: not now.
    """

    name: str
    title: str
    handle: Callable[[Order], str]
    busy: tuple[type[Exception], ...] = ()
    plain: bool = True
    """Whether it needs no payload, so that ``treuwerk jobs run`` can run it."""


@attrs.frozen
class Recurring:
    """A job that is done again and again: `following` gives the next instant, microseconds UTC."""

    job: str
    following: Callable[[int], int]

    @property
    def key(self) -> str:
        """The key of its one order."""
        return f"every:{self.job}"
