"""One participant's tier for people: which, since when and why, until when, what is missing, and what would do it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import attrs
from sqlalchemy import Connection

from treuwerk.domain.rights import Access
from treuwerk.domain.tier_history import Change, State
from treuwerk.domain.tiers import Counts, Goal, Metric
from treuwerk.programme.settings import Settings
from treuwerk.services.tiers.assessing import Assessed, assessed, today_of
from treuwerk.services.tiers.counting import worth
from treuwerk.store.ownership import heirs
from treuwerk.store.tier_purchases import Bought, bought_lately

READ_OWN, READ = "own.account.read", "participants.read"


@attrs.frozen
class WouldDo:
    """A purchase of the participant's own that would close the gap if it were made once more."""

    article: str
    name: str
    pieces: int
    bought_on: date
    brings: Decimal


@attrs.frozen
class Ahead:
    """A tier ahead, or the present one where it must be kept, with the smallest purchase that would do."""

    goal: Goal
    would_do: WouldDo | None


@attrs.frozen
class TierStanding:
    """How a participant stands today, with all changes so far, the newest first."""

    state: State
    history: Sequence[Change]
    next: Ahead | None
    stay: Ahead | None


def current_tier(connection: Connection, settings: Settings, account_id: int, now: int) -> str:
    """The code of the tier that counts at an instant, empty for none."""
    found = _assessed(connection, settings, account_id, now)
    return found.walked.state.tier if found else ""


def own_standing(access: Access, connection: Connection, settings: Settings, now: int) -> TierStanding | None:
    """The tier of the own company; None where the programme has no scheme.

    Raises:
        NotAllowed: without the right to see the own account.
    """
    access.require(READ_OWN)
    return standing_of(connection, settings, access.account_id, now)


def standing_for_office(access: Access, connection: Connection, settings: Settings, account_id: int,
                        now: int) -> TierStanding | None:
    """The tier of a participant for the service centre.

    Raises:
        NotAllowed: without the right to see participants.
    """
    access.require(READ)
    access.require_account(account_id)
    return standing_of(connection, settings, account_id, now)


def standing_of(connection: Connection, settings: Settings, account_id: int, now: int) -> TierStanding | None:
    """The tier of an account; None where the programme has no scheme, or nobody has the account."""
    found = _assessed(connection, settings, account_id, now)
    if found is None:
        return None
    outlook = found.walked.outlook
    bought = bought_lately(connection, account_id) if outlook.next or outlook.stay else []
    return TierStanding(found.walked.state, list(reversed(found.history)), _ahead(settings, outlook.next, bought),
                        _ahead(settings, outlook.stay, bought))


def _assessed(connection: Connection, settings: Settings, account_id: int, now: int) -> Assessed | None:
    """A participant who was merged stands as the one that stays."""
    if settings.tier_scheme is None:
        return None
    account_id = heirs(connection).get(account_id, account_id)
    return assessed(connection, settings, [account_id], today_of(settings, now)).get(account_id)


def _ahead(settings: Settings, goal: Goal | None, bought: Sequence[Bought]) -> Ahead | None:
    if goal is None or settings.tier_scheme is None:
        return None
    if len(goal.missing) != 1:  # several figures at once: no single purchase can be promised to do
        return Ahead(goal, None)
    gap, metric = goal.missing[0], settings.tier_scheme.scheme.metrics[goal.missing[0].metric]
    enough = [(brings, one) for one in bought if (brings := _brings(settings, metric, one)) >= gap.missing]
    if not enough:
        return Ahead(goal, None)
    brings, one = min(enough, key=lambda pair: pair[0])
    return Ahead(goal, WouldDo(one.goods.article, one.name, one.goods.pieces, date.fromisoformat(one.goods.day),
                               brings))


def _brings(settings: Settings, metric: Metric, one: Bought) -> Decimal:
    """What the same purchase would count once more."""
    if metric.article_kinds and one.goods.kind not in metric.article_kinds:
        return Decimal(0)
    if metric.counts is Counts.POINTS:
        return Decimal(one.points.get(metric.unit, 0))
    if metric.counts in (Counts.PURCHASES, Counts.ACTIVITIES):
        return Decimal(0)  # any purchase counts alike; there is no need to name one
    return worth(settings, metric, one.goods)
