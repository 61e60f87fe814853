"""How far a participant is: what counts in the periods of today by each rule over totals, and what comes next."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import attrs
from sqlalchemy import Connection

from treuwerk.domain.counting import ActiveTotal, days_of, worth
from treuwerk.domain.ledger import moment
from treuwerk.domain.totals import PARTS_OF_ONE, Goal, TotalKey, period_of
from treuwerk.programme.active import active_totals
from treuwerk.programme.settings import Settings
from treuwerk.services.clearing.tiered import with_tiers
from treuwerk.store import totals as store
from treuwerk.store.parties import participants_of
from treuwerk.store.totals import Sums


@attrs.frozen
class Ahead:
    """One rule: what counts so far of its measure, points by unit that this is worth, and the next thing to reach.

    `goal` None: there is nothing more to reach in this period.
    """

    rule: str
    revision: int
    measure: str
    counted: Decimal
    worth: Mapping[str, int]
    goal: Goal | None


def ahead(connection: Connection, settings: Settings, account_id: int, now: int) -> list[Ahead]:
    """Rules that are for this participant now and of which there is something to tell, in the programme's order.

    Totals that are kept apart by parts, such as kinds of articles, are left out: nobody knows which ones come next.
    """
    today = moment(now).astimezone(settings.programme.time_zone).date()
    open_ones = [one for one in active_totals(settings) if one.valid_from <= today <= one.valid_until]
    if not open_ones:
        return []
    people = with_tiers(connection, settings, participants_of(connection, [account_id]), today)
    participant = people.get(account_id)
    wanted = {_key(one, today): one for one in open_ones if participant is not None and (
        one.eligibility.audience is None or one.eligibility.audience.includes(participant, today))}
    days = store.days(connection, [(account_id, key) for key in wanted])
    found = (_ahead(one, days.get((account_id, key), {}), today) for key, one in wanted.items())
    return [one for one in found if one.goal or one.worth]


def _key(active: ActiveTotal, today: date) -> str:
    return str(TotalKey(active.name, active.revision, period_of(active.rule.period, today), ""))


def _ahead(active: ActiveTotal, sums: Sums, today: date) -> Ahead:
    days, goal, points = days_of(sums), None, dict[str, int]()
    try:
        goal = active.rule.missing(days, today)
        points = {unit: owed.points for (_, _, unit), owed in worth(active, days).items()}
    except Exception:  # a plugin may fail in any way; its progress is then left out of the page
        goal = None
    counted = Decimal(sum(amount for amount, _ in sums.values())) / PARTS_OF_ONE
    return Ahead(active.name, active.revision, active.rule.measure, goal.counted if goal else counted, points, goal)
