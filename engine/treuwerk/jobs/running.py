"""Running one job in this process, for operators and for tests."""

from threading import Event

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.work import OrderState, Ticket
from treuwerk.jobs.choosing import retry_of
from treuwerk.jobs.doing import Doer
from treuwerk.jobs.job import Clock
from treuwerk.jobs.registry import JOBS, recurring_of
from treuwerk.services.installation import Installation
from treuwerk.services.ordering import OrderView, order_from
from treuwerk.store import orders


def run_now(installation: Installation, name: str, clock: Clock, salt: str) -> OrderView:
    """Do an order by its key, or one that is made for the job with this name; answers with what came of it.

    Raises:
        Refusal: `unknown_job`, or `not_free` where somebody does it, or it is over.
    """
    ticket = _ticket(installation, name, clock(), salt)
    recurring = {one.key: one for one in recurring_of(installation.programme.settings)}
    doer = Doer(installation, JOBS, clock, f"cli-{salt}", retry_of(installation.programme.settings.work), recurring,
                Event())
    doer.do(ticket)
    with installation.database.reading() as connection:
        row = orders.one(connection, ticket.key)
    assert row is not None, "orders are kept for days"
    if row.delivery == ticket.delivery and row.state in (OrderState.OPEN, OrderState.QUEUED, OrderState.RUNNING):
        raise Refusal("not_free", f"found that {ticket.key} is being done by {row.worker or 'somebody else'}; look at "
                      "treuwerk jobs list")
    return order_from(row)


def _ticket(installation: Installation, name: str, now: int, salt: str) -> Ticket:
    def found(key: str) -> Ticket | None:
        with installation.database.reading() as connection:
            row = orders.one(connection, key)
        if row is None:
            return None
        if row.state not in (OrderState.OPEN, OrderState.QUEUED):
            raise Refusal("not_free", f"found that {key} is {row.state}; expected one that waits (treuwerk jobs retry "
                          "lets a failed one wait again)")
        return Ticket(row.key, row.delivery)

    if ticket := found(name):
        return ticket
    job = JOBS.get(name)
    if job is None or not job.plain:
        plain = ", ".join(sorted(one.name for one in JOBS.values() if one.plain))
        raise Refusal("unknown_job", f"found {name!r}, expected {plain}, or a key of treuwerk jobs list")
    if ticket := found(f"every:{name}"):
        return ticket
    key = f"once:{name}:{salt}"
    installation.database.run(lambda connection: orders.submit(connection, key, name, {}, now))
    return Ticket(key, 1)
