"""The jobs of recalculations that the service centre ordered: counting one, and booking it."""

from collections.abc import Callable

from treuwerk.domain.rights import OutOfScope
from treuwerk.domain.work import Hopeless
from treuwerk.jobs.job import Job, Order
from treuwerk.services.changes import recalculation_work
from treuwerk.services.changes.recalculating import Progress
from treuwerk.services.changes.recalculation_orders import BOOK, COUNT
from treuwerk.services.installation import Installation
from treuwerk.store.faults import DatabaseBusy


def _done_by(work: Callable[[Installation, int, int, Progress], str]) -> Callable[[Order], str]:
    def handle(order: Order) -> str:
        try:
            return work(order.installation, int(str(order.payload["recalculation"])), order.clock(), order.progress)
        except OutOfScope:
            raise Hopeless("found no such recalculation") from None

    return handle


COUNT_RECALCULATION = Job(COUNT, "Count what a recalculation comes to", _done_by(recalculation_work.count),
                          (DatabaseBusy,), plain=False)
BOOK_RECALCULATION = Job(BOOK, "Book a recalculation", _done_by(recalculation_work.book), (DatabaseBusy,), plain=False)
