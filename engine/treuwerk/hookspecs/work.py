"""What plugins offer to carry durable work."""

from collections.abc import Callable
from typing import Protocol

import attrs

from treuwerk.domain.work import Holding, Ticket


@attrs.frozen
class WorkPlace:
    """Where a runner works: the database of the programme, who this process is, and how much it does at once.

    `database` is the address with its password. `queue` is an address for the runner's own tables, if the operator
    names one; else the runner chooses. `worker` is unique for each process, `version` the same for all processes of an
    installation, whatever code they run: work of one must not wait for ever for another release.
    """

    database: str = attrs.field(repr=False)
    queue: str = attrs.field(repr=False)
    worker: str
    version: str
    concurrency: int


class WorkRunner(Protocol):
    """A queue that carries tickets to handlers, at least once. It is never trusted: orders are rows of the engine.

    What an order is, when it is due, how often it is tried and what it did stands in those rows. So a ticket may be
    carried twice, late, by two processes at once or not at all: the engine sees to that.
    """

    def register(self, handler: Callable[[Ticket], None]) -> None:
        """Take the handler of all tickets; called once, before `start`. The handler never raises."""
        ...

    def start(self) -> None:
        """Make what tables the queue needs and begin to carry. Returns once tickets are taken."""
        ...

    def submit(self, ticket: Ticket) -> None:
        """Queue a ticket, durably where the queue is durable. Called after the commit, and again if in doubt."""
        ...

    def room(self) -> int:
        """How many tickets it takes at this moment without piling them up in its memory."""
        ...

    def holding(self, ticket: Ticket) -> Holding:
        """What the queue knows of a ticket. ``gone`` makes the engine deliver the order anew."""
        ...

    def drop(self, ticket: Ticket) -> None:
        """Forget a ticket, if it is not carried yet."""
        ...

    def tidy(self, before: int) -> None:
        """Remove what was carried before an instant (microseconds UTC); called now and then."""
        ...

    def stop(self, grace_seconds: float) -> None:
        """Carry nothing more, wait so long for handlers that run, and let go of connections and threads."""
        ...


@attrs.frozen
class WorkRunnerKind:
    """A kind of runner that an integrator can name under ``[work] runner``.

    `databases` are the backends that it can work beside: ``sqlite``, ``postgresql``. `distribution` is
    what it rests on, whose version the doctor tells.
    """

    name: str
    databases: tuple[str, ...]
    build: Callable[[WorkPlace], WorkRunner]
    distribution: str = ""
