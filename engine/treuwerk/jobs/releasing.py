"""The job that books lines that lack nothing any more: those of one decision, or all."""

from treuwerk.domain.work import Hopeless
from treuwerk.jobs.job import Job, Order
from treuwerk.services.changes.aliasing import RELEASE, release_for, release_status
from treuwerk.services.clearing.parked_lines import release_parked
from treuwerk.services.clearing.releasing import release, words
from treuwerk.store.aliases import by_id
from treuwerk.store.faults import DatabaseBusy
from treuwerk.store.runs import RunTaken

_ACTOR = "system"


def _release(order: Order) -> str:
    if account := order.payload.get("account"):
        return words(release_status(order.installation, int(str(account)), order.clock(), actor=_ACTOR,
                                    told=order.progress))
    if "plugin" in order.payload:
        return words(release_parked(order.installation, order.clock(), actor=_ACTOR))
    if not (named := order.payload.get("alias")):
        return words(release(order.installation, [], order.clock(), actor=_ACTOR, told=order.progress))
    with order.installation.database.reading() as connection:
        alias = by_id(connection, int(str(named)))
    if alias is None:
        raise Hopeless("found no such decision any more; look at the work list")
    return words(release_for(order.installation, alias, str(order.payload.get("document", "")), order.clock(),
                             actor=alias.actor, told=order.progress))


RELEASE_JOB = Job(RELEASE, "Book lines that waited for master data or a decision", _release, (RunTaken, DatabaseBusy))
