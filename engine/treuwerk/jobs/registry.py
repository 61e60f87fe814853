"""All jobs of the engine, by name, and which of them recur."""

from collections.abc import Callable, Mapping, Sequence
from datetime import time

from treuwerk.domain.ledger import instant, moment
from treuwerk.domain.reward_kinds import Fulfilment
from treuwerk.domain.work import SECOND, next_daily
from treuwerk.jobs.clearing_incoming import CLEAR, FOLLOW
from treuwerk.jobs.fulfilling import FULFIL, HAND_OVER, PAYMENTS
from treuwerk.jobs.job import Job, Recurring
from treuwerk.jobs.looking import LOOK
from treuwerk.jobs.nightly import NIGHTLY
from treuwerk.jobs.page_reading import READ
from treuwerk.jobs.recalculating import BOOK_RECALCULATION, COUNT_RECALCULATION
from treuwerk.jobs.releasing import RELEASE_JOB
from treuwerk.jobs.reward_feed import FEED_JOB
from treuwerk.jobs.scanning import SCAN
from treuwerk.programme.settings import Settings

JOBS: Mapping[str, Job] = {job.name: job for job in (
    CLEAR, FOLLOW, FULFIL, HAND_OVER, PAYMENTS, LOOK, READ, SCAN, RELEASE_JOB, FEED_JOB, COUNT_RECALCULATION,
    BOOK_RECALCULATION, *NIGHTLY)}
_SCAN_SECONDS, _FULFIL_SECONDS, _HAND_OVER_SECONDS, _PAYMENTS_SECONDS = 60, 600, 60, 60


def recurring_of(settings: Settings) -> Sequence[Recurring]:
    """What is done again and again by itself."""
    hours, minutes = map(int, settings.work.daily_at.split(":"))
    at, zone = time(hours, minutes), settings.programme.time_zone

    def nightly(after: int) -> int:
        return instant(next_daily(at, zone, moment(after)))

    def every(seconds: int) -> Callable[[int], int]:
        return lambda after: after + seconds * SECOND

    found = [Recurring(job.name, nightly) for job in (*NIGHTLY, RELEASE_JOB)]
    if any(one.terms.fulfilment in (Fulfilment.NONE, Fulfilment.SEAT) for one in settings.reward_kinds):
        found.append(Recurring(FULFIL.name, every(_FULFIL_SECONDS)))
    if settings.suppliers:
        found.append(Recurring(HAND_OVER.name, every(_HAND_OVER_SECONDS)))
    if settings.rewards.money:
        found.append(Recurring(PAYMENTS.name, every(_PAYMENTS_SECONDS)))
    if settings.inbox.folder:
        found.append(Recurring(LOOK.name, every(settings.inbox.every_seconds)))
    if settings.rewards.feed.file:
        found.append(Recurring(FEED_JOB.name, every(settings.rewards.feed.every_minutes * 60)))
    if settings.upload_scanners:
        found.append(Recurring(SCAN.name, every(_SCAN_SECONDS)))
    return found
