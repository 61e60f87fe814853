"""How participants stand at the end of a day: what was stored last, and every day since then as it must be judged.

Nothing is written here. So pages, rules and the nightly run say the same, whenever the run was there last.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain.ledger import moment
from treuwerk.domain.reading import plain_number
from treuwerk.domain.tier_history import Change, Grant, State, Walked, walk
from treuwerk.domain.tiers import Fact, Held, TierScheme, Why
from treuwerk.programme.settings import Settings
from treuwerk.services.tiers.counting import facts_of
from treuwerk.store import tiers as store
from treuwerk.store.ownership import heirs

GIVEN, ENDED = "given", "ended"


@attrs.frozen
class Assessed:
    """How one participant stands; `stored` are changes of former runs, those of `walked` come behind them."""

    walked: Walked
    stored: Sequence[Change]
    version: int
    stored_until: date | None

    @property
    def history(self) -> Sequence[Change]:
        """All changes, oldest first."""
        return [*self.stored, *self.walked.changes]


def today_of(settings: Settings, now: int) -> date:
    """The day of an instant in the zone of the programme."""
    return moment(now).astimezone(settings.programme.time_zone).date()


def assessed(connection: Connection, settings: Settings, accounts: Sequence[int], last: date) -> dict[int, Assessed]:
    """How these participants stand at the end of a day, by what is known now; a few queries for all of them.

    A day before the last stored one cannot be judged anew: the answer is then what was stored.
    """
    bound = settings.tier_scheme
    if bound is None or not accounts:
        return {}
    scheme, before = bound.scheme, _given_up(connection, accounts)
    everybody = [*accounts, *before]
    joined = _joined(connection, settings, accounts)
    stored, changes = store.standings(connection, accounts), store.changes(connection, accounts)
    grants = _grants(connection, everybody, before)
    starts = {one: date.fromisoformat(stored[one].day) if one in stored else settings.programme.starts_on
              for one in joined}
    since = min((scheme.first_day(starts[one], joined[one]) for one in joined), default=last)
    facts = facts_of(connection, settings, scheme.metrics, everybody, since)
    for given_up, heir in before.items():
        facts[heir] += facts.pop(given_up)
    return {one: _assessed(scheme, stored.get(one), changes.get(one, []), facts[one], grants.get(one, []), last,
                           joined[one]) for one in joined}


def _assessed(scheme: TierScheme, row: Row[Any] | None, changes: Sequence[Row[Any]], facts: Sequence[Fact],
              grants: Sequence[Grant], last: date, joined_on: date) -> Assessed:
    state = state_of(row) if row is not None else State(_first(facts, grants, last) - timedelta(days=1))
    walked = walk(scheme, state, facts, grants, last, joined_on)
    return Assessed(walked, [change_of(one) for one in changes], row.version if row is not None else 0,
                    state.day if row is not None else None)


def _first(facts: Sequence[Fact], grants: Sequence[Grant], last: date) -> date:
    """The first day on which there is anything to judge."""
    return min([last, *(fact.known_on for fact in facts), *(one.first for one in grants)])


def _given_up(connection: Connection, accounts: Sequence[int]) -> dict[int, int]:
    """Accounts that were merged into some of these: what they did counts for the one that stays."""
    wanted = set(accounts)
    return {before: heir for before, heir in heirs(connection).items() if heir in wanted and before not in wanted}


def _joined(connection: Connection, settings: Settings, accounts: Sequence[int]) -> dict[int, date]:
    return {one: date.fromisoformat(joined_on) if joined_on else today_of(settings, opened_at)
            for one, (joined_on, opened_at) in store.people(connection, accounts).items()}


def _grants(connection: Connection, accounts: Sequence[int], before: Mapping[int, int]) -> dict[int, list[Grant]]:
    found: dict[int, list[Grant]] = {}
    for account_id, rows in store.grants(connection, accounts).items():
        counted = [Grant(row.id, row.tier, date.fromisoformat(row.first_on), date.fromisoformat(row.last_on),
                         row.asked_by, row.reason) for row in rows
                   if row.state in (GIVEN, ENDED) and row.first_on <= row.last_on]
        found.setdefault(before.get(account_id, account_id), []).extend(counted)
    return found


def day_of(text: str) -> date | None:
    """The day of an ISO text, None for an empty one."""
    return date.fromisoformat(text) if text else None


def text_of(day: date | None) -> str:
    """The ISO text of a day; nothing for no day, and for the beginning of time."""
    return "" if day is None or day == date.min else day.isoformat()


def figures_as_text(figures: Mapping[str, Decimal]) -> str:
    """Figures as they are stored: JSON with exact decimals."""
    return json.dumps({name: plain_number(figure) for name, figure in sorted(figures.items())})


def figures_of(text: str) -> dict[str, Decimal]:
    """Stored figures."""
    return {name: Decimal(figure) for name, figure in json.loads(text).items()}


def state_of(row: Row[Any]) -> State:
    """A stored standing."""
    held = Held(row.held, day_of(row.held_since) or date.min, day_of(row.held_until), day_of(row.short_since))
    return State(date.fromisoformat(row.day), held, row.tier, day_of(row.since), day_of(row.until), row.grant_id,
                 Why(row.why), figures_of(row.figures), day_of(row.counted_from), day_of(row.counted_until))


def row_of(state: State) -> dict[str, Any]:
    """A standing as it is stored."""
    return {"day": state.day.isoformat(), "tier": state.tier, "since": text_of(state.since),
            "until": text_of(state.until), "grant_id": state.grant, "why": state.why.value,
            "figures": figures_as_text(state.figures), "counted_from": text_of(state.counted_from),
            "counted_until": text_of(state.counted_until), "held": state.held.tier,
            "held_since": text_of(state.held.since), "held_until": text_of(state.held.until),
            "short_since": text_of(state.held.short_since)}


def change_of(row: Row[Any]) -> Change:
    """A stored change."""
    return Change(date.fromisoformat(row.day), row.before, row.after, day_of(row.until), Why(row.why),
                  figures_of(row.figures), day_of(row.counted_from), day_of(row.counted_until), row.actor, row.reason)
