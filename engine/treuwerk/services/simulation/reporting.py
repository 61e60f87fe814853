"""A back-test as people read it: per unit, rule and participant, what it means for the liability and for tiers.

The report is plain JSON, since it is printed, kept with a proposal and shown on a page. Participants stand in it by
their account, and get number and name when it is told (`with_names`), so that nothing personal is kept with it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from treuwerk.domain.ledger import moment
from treuwerk.domain.reading import plain_number
from treuwerk.domain.simulations import Both, Effect
from treuwerk.programme.settings import Settings
from treuwerk.services.participants.participant_list import tier_of
from treuwerk.store.standings import named, standings

Report = dict[str, Any]
_CENT = Decimal("0.01")


def report(connection: Connection, current: Settings, following: Settings, effect: Effect, now: int,
           since: date | None) -> Report:
    """The report of a back-test that was done at `now`."""
    held = standings(connection, {*current.units, *following.units})
    people = _participants(current, following, effect, held)
    return {
        "programme": current.programme.code, "since": since.isoformat() if since else "",
        "until": moment(now).astimezone(current.programme.time_zone).date().isoformat(),
        **effect.seen, "changed": effect.changed, "left_out": dict(sorted(effect.left_out.items())),
        "totals": _totals(current, following, effect, held), "currency": current.programme.currency,
        "rules": [{"rule": rule, "unit": unit, **both.as_json()}
                  for (rule, unit), both in sorted(effect.rules.items())],
        "tiers": _moves(people), "participants": people,
        "doubts": [{"code": one.code, "reason": one.reason, "document": one.document, "events": one.events}
                   for _, one in sorted(effect.doubts.items())],
        "samples": [{"rule": rule, "account": sample.what.account_id, **sample.as_json()}
                    for rule, samples in sorted(effect.samples.items()) for sample in samples]}


def with_names(connection: Connection, found: Report) -> Report:
    """The same with customer number and name in place of accounts; who was erased since has neither."""
    known = named(connection, {one["account"] for part in ("participants", "samples") for one in found[part]})

    def told(one: Mapping[str, Any]) -> dict[str, Any]:
        number, name = known.get(one["account"], ("", ""))
        return {"participant": number, "name": name, **{key: value for key, value in one.items() if key != "account"}}

    return {**found, "participants": sorted(map(told, found["participants"]), key=lambda one: one["participant"]),
            "samples": list(map(told, found["samples"]))}


def is_equal(found: Mapping[str, Any]) -> bool:
    """Whether nothing is different."""
    return not (found["changed"] or found["participants"] or found["doubts"])


def _totals(current: Settings, following: Settings, effect: Effect,
            held: Mapping[tuple[int, str], int]) -> dict[str, Any]:
    """Sums by unit, with what the difference of open points is worth, and who would fall below zero."""
    totals = {unit: Both() for unit in sorted({*current.units, *following.units})} | effect.totals
    below = Counter(unit for (account, unit), both in effect.accounts.items()
                    if both.open_difference < 0 <= held.get((account, unit), 0)
                    and held.get((account, unit), 0) + both.open_difference < 0)
    return {unit: {**both.as_json(), "value": _value(following, unit, both.open_difference),
                   "below_zero": below[unit]} for unit, both in totals.items()}


def _value(settings: Settings, unit: str, points: int) -> str | None:
    """What points are worth in the programme's currency, as exact text; None where the programme does not say it."""
    paid_with = settings.rewards.unit or next((code for code, one in settings.units.items() if one.spendable), "")
    if settings.rewards.pricing is None or unit != paid_with:
        return None
    return plain_number((settings.rewards.pricing.point_value * points).quantize(_CENT))


def _participants(current: Settings, following: Settings, effect: Effect,
                  held: Mapping[tuple[int, str], int]) -> list[dict[str, Any]]:
    """Those whose points or tier change, by account."""
    by_account: dict[int, dict[str, Both]] = {}
    for (account, unit), both in sorted(effect.accounts.items()):
        by_account.setdefault(account, {})[unit] = both
    standing: dict[int, dict[str, int]] = {}
    for (account, unit), points in held.items():
        standing.setdefault(account, {})[unit] = points
    found = list[dict[str, Any]]()
    for account in sorted({*by_account, *standing}):
        units, before = by_account.get(account, {}), standing.get(account, {})
        after = {unit: before.get(unit, 0) + (units[unit].open_difference if unit in units else 0)
                 for unit in {*before, *units}}
        tier_now, tier_next = tier_of(current, before), tier_of(following, after)
        if tier_now != tier_next or any(both.difference or both.open_difference for both in units.values()):
            found.append({"account": account, "points": {unit: both.as_json() for unit, both in units.items()},
                          "tier_now": tier_now, "tier_next": tier_next})
    return found


def _moves(people: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """How many participants change from one tier to another one."""
    moves = Counter((one["tier_now"], one["tier_next"]) for one in people if one["tier_now"] != one["tier_next"])
    return [{"from": before, "to": after, "participants": count} for (before, after), count in sorted(moves.items())]
