"""The nightly look at all tiers: every day that is over is judged once and stored with what changed.

A run that was missed is made up for day by day, so that forty missed runs leave what forty runs would have left. Two
runs at once leave what one leaves: the second finds the standing changed and lets it be.
"""

import json
from collections.abc import Sequence
from datetime import date, timedelta

import attrs
from sqlalchemy import Connection

from treuwerk.domain import ids
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.tier_history import Change
from treuwerk.domain.tiers import TierScheme
from treuwerk.programme.settings import Settings
from treuwerk.services.installation import Installation
from treuwerk.services.tiers.assessing import Assessed, assessed, figures_as_text, row_of, text_of, today_of
from treuwerk.store import tiers as store
from treuwerk.store.entries import tell
from treuwerk.store.ownership import heirs

CHANGED = "tier_changed"
_SYSTEM = "system"


@attrs.frozen
class TierRun:
    """What a run did; `day` is the last day that it judged."""

    day: str
    participants: int = 0
    up: int = 0
    down: int = 0


def run(installation: Installation, now: int, as_of: date | None = None) -> TierRun:
    """Judge all days up to `as_of`, or up to yesterday; some hundred participants in each transaction.

    Raises:
        Refusal: `no_tier_scheme`; `day_not_over`: days that are not over cannot be judged for good.
    """
    settings = installation.programme.settings
    scheme, day = _scheme_of(settings), _day(settings, now, as_of)
    done, behind = TierRun(day.isoformat()), 0
    while True:
        with installation.database.reading() as connection:
            accounts, gone = store.accounts_behind(connection, behind), heirs(connection)
        if not accounts:
            return done
        staying = [one for one in accounts if one not in gone]
        with installation.database.writing() as connection:
            changes = _run_some(connection, settings, staying, day, now)
        done = _counted(done, scheme, len(staying), changes)
        behind = accounts[-1]


def _scheme_of(settings: Settings) -> TierScheme:
    if settings.tier_scheme is None:
        raise Refusal("no_tier_scheme", "found no [tier_scheme] in the programme, expected one; without it tiers are "
                      "what balances say at any time, and there is nothing to run")
    return settings.tier_scheme.scheme


def _day(settings: Settings, now: int, as_of: date | None) -> date:
    yesterday = today_of(settings, now) - timedelta(days=1)
    if as_of is not None and as_of > yesterday:
        raise Refusal("day_not_over", f"found {as_of}, expected a day that is over: {yesterday} or before")
    return as_of or yesterday


def _counted(done: TierRun, scheme: TierScheme, participants: int, changes: Sequence[Change]) -> TierRun:
    ranks = {tier: rank for rank, tier in enumerate(scheme.ladder)}
    up = sum(ranks.get(one.after, -1) > ranks.get(one.before, -1) for one in changes)
    return attrs.evolve(done, participants=done.participants + participants, up=done.up + up,
                        down=done.down + len(changes) - up)


def _run_some(connection: Connection, settings: Settings, accounts: Sequence[int], day: date,
              now: int) -> list[Change]:
    stored = list[Change]()
    for account_id, one in assessed(connection, settings, accounts, day).items():
        if one.stored_until is not None and one.stored_until >= day:
            continue
        if store.put(connection, account_id, row_of(one.walked.state), one.version):
            _append(connection, account_id, one, now)
            stored += one.walked.changes
    return stored


def _append(connection: Connection, account_id: int, one: Assessed, now: int) -> None:
    """Changes with their messages. A history that is made for the first time is told to nobody: it is long over."""
    if not one.walked.changes:
        return
    numbers = ids.row_ids(now, store.last_change(connection, account_id))
    store.add_changes(connection, [_row(account_id, next(numbers), change, now) for change in one.walked.changes])
    for change in one.walked.changes if one.version else ():
        tell(connection, account_id, CHANGED, json.dumps({
            "before": change.before, "after": change.after, "day": change.day.isoformat(),
            "until": text_of(change.until), "why": change.why.value}), now)


def _row(account_id: int, number: int, change: Change, now: int) -> tuple[object, ...]:
    return (account_id, number, change.day.isoformat(), change.before, change.after, text_of(change.until),
            change.why.value, figures_as_text(change.figures), text_of(change.counted_from),
            text_of(change.counted_until), change.actor, change.reason, now)
