"""Tiers by hand: given with a reason and a last day, by two people where the programme says so, and over by themselves.

What is given is a floor: whoever reaches more by the own figures holds more. Days that are over are never changed: a
tier counts from the day on which it was agreed on, and one that is ended early counts until the day before.
"""

from datetime import date, timedelta
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain import ids
from treuwerk.domain.actors import same_person, stated_reason
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, OutOfScope, row_named
from treuwerk.programme.settings import BoundTierScheme, Settings
from treuwerk.services.auditing import note_act
from treuwerk.services.participants.own_company import refuse_own_company
from treuwerk.services.tiers.assessing import ENDED, GIVEN, today_of
from treuwerk.store import tiers as store
from treuwerk.store import work
from treuwerk.store.ownership import heirs

READ, GIVE, APPROVE = "participants.read", "tiers.give", "tiers.approve"
WAITING, REFUSED = "waiting", "refused"
PREFIX = ids.TIER_GRANT
_LONGEST_DAYS = 3_660


@attrs.frozen
class TierGrant:
    """A tier by hand; `first_on` and `last_on` are days, both included, `state` as the table has it."""

    account_id: int
    id: int
    tier: str
    first_on: date
    last_on: date
    reason: str
    state: str
    asked_by: str
    asked_at: int
    decided_by: str
    decision: str
    version: int

    @property
    def public_id(self) -> str:
        """The id that people see."""
        return ids.public_id(ids.TIER_GRANT, self.account_id, self.id)

    def counts_on(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.state == GIVEN and self.first_on <= day <= self.last_on


def grants_of(access: Access, connection: Connection, account_id: int) -> list[TierGrant]:
    """Tiers by hand of a participant, the newest first."""
    access.require(READ)
    access.require_account(account_id)
    return [_of(row) for row in reversed(store.grants(connection, [account_id]).get(account_id, []))]


def give(access: Access, connection: Connection, settings: Settings, account_id: int, tier: str, last_on: date,
         reason: str, now: int) -> TierGrant:
    """Give a tier until a day; it counts at once, or once a second person agreed.

    Raises:
        Refusal: `no_tier_scheme`, `unknown_tier`, `wrong_day`, `no_reason`, `own_account`, `merged`, `given_already`.
    """
    access.require(GIVE)
    access.require_account(account_id)
    bound, today = _bound(settings), today_of(settings, now)
    _check(connection, settings, account_id, tier, last_on, today)
    refuse_own_company(access, connection, [account_id])
    state = WAITING if bound.head.second_person else GIVEN
    values = {"account_id": account_id, "id": next(ids.row_ids(now)), "tier": tier, "first_on": today.isoformat(),
              "last_on": last_on.isoformat(), "reason": stated_reason(reason), "state": state,
              "asked_by": access.actor, "asked_at": now, "decided_by": "", "decided_at": 0, "decision": "",
              "version": 1}
    store.add_grant(connection, values)
    given = _found(connection, account_id, int(str(values["id"])))
    if state == WAITING:
        work.put(connection, work.TIER_GRANT, given.public_id, now, account_id=account_id, gist=given.reason)
    _note(connection, access, "tier.give", given, now)
    return given


def _check(connection: Connection, settings: Settings, account_id: int, tier: str, last_on: date, today: date) -> None:
    known = [one.code for one in settings.tiers]
    if tier not in known:
        raise Refusal("unknown_tier", f"found tier {tier!r}, expected one of {', '.join(known)}")
    if not today <= last_on <= today + timedelta(days=_LONGEST_DAYS):
        raise Refusal("wrong_day", f"found {last_on} as its last day, expected one from {today} on, within ten years")
    if account_id in heirs(connection):
        raise Refusal("merged", "found a participant who was merged into another one, expected the one that stays")
    if not store.people(connection, [account_id]):
        raise OutOfScope
    for row in store.grants(connection, [account_id]).get(account_id, []):
        if row.tier == tier and row.last_on == last_on.isoformat() and row.state in (WAITING, GIVEN):
            raise Refusal("given_already", f"found {tier} until {last_on}, {row.state} since {row.first_on}; expected "
                          "another tier or another day")


def decide(access: Access, connection: Connection, settings: Settings, public_id: str, now: int, *, agrees: bool,
           reason: str = "") -> TierGrant:
    """Agree as a second person, from when on it counts, or say no and why.

    Raises:
        Refusal: `already_decided`, `self_approval`, `own_account`, `no_reason`, `wrong_day`: its last day is over.
    """
    access.require(APPROVE)
    asked, today = grant_named(access, connection, public_id), today_of(settings, now)
    if asked.state != WAITING:
        raise Refusal("already_decided", f"found it {asked.state} by {asked.decided_by or asked.asked_by}, expected "
                      "one that waits")
    if same_person(asked.asked_by, access.actor):
        raise Refusal("self_approval", f"found {access.actor!r}, who asked for it; expected another person")
    refuse_own_company(access, connection, [asked.account_id])
    if agrees and asked.last_on < today:
        raise Refusal("wrong_day", f"found {asked.last_on} as its last day, which is over; refuse it")
    values = {"state": GIVEN, "first_on": today.isoformat()} if agrees else {"state": REFUSED}
    decision = reason.strip() if agrees else stated_reason(reason)
    return _changed(connection, access, asked, now, "tier.approve" if agrees else "tier.refuse",
                    {**values, "decided_by": access.actor, "decided_at": now, "decision": decision})


def end(access: Access, connection: Connection, settings: Settings, public_id: str, now: int, reason: str) -> TierGrant:
    """End a tier before its time: yesterday was its last day. One that waits is withdrawn.

    Raises:
        Refusal: `already_decided`: it is over or was refused; `no_reason`, `own_account`.
    """
    access.require(GIVE)
    asked = grant_named(access, connection, public_id)
    yesterday = today_of(settings, now) - timedelta(days=1)
    if asked.state not in (WAITING, GIVEN) or (asked.state == GIVEN and asked.last_on <= yesterday):
        raise Refusal("already_decided", f"found it {asked.state} until {asked.last_on}, expected one that counts")
    refuse_own_company(access, connection, [asked.account_id])
    values: dict[str, Any] = {"state": REFUSED} if asked.state == WAITING else {
        "state": ENDED, "last_on": yesterday.isoformat()}
    return _changed(connection, access, asked, now, "tier.end", {
        **values, "decided_by": access.actor, "decided_at": now, "decision": stated_reason(reason)})


def grant_named(access: Access, connection: Connection, public_id: str) -> TierGrant:
    """One tier by hand.

    Raises:
        OutOfScope: there is none of this id.
    """
    account_id, number = row_named(public_id, PREFIX)
    access.require_account(account_id)
    return _found(connection, account_id, number)


def _changed(connection: Connection, access: Access, asked: TierGrant, now: int, action: str,
             values: dict[str, Any]) -> TierGrant:
    if not store.change_grant(connection, asked.account_id, asked.id, asked.version, values):
        raise Refusal("changed", "found that somebody else changed this meanwhile; look at it again")
    work.close(connection, work.TIER_GRANT, asked.public_id, now)
    done = _found(connection, asked.account_id, asked.id)
    _note(connection, access, action, done, now)
    return done


def _note(connection: Connection, access: Access, action: str, one: TierGrant, now: int) -> None:
    note_act(connection, access, action, one.account_id, one.public_id, now=now, reason=one.decision or one.reason,
             after={"tier": one.tier, "last_on": one.last_on, "state": one.state})


def _bound(settings: Settings) -> BoundTierScheme:
    if settings.tier_scheme is None:
        raise Refusal("no_tier_scheme", "found no [tier_scheme] in the programme, expected one; without it no tier "
                      "can be given by hand")
    return settings.tier_scheme


def _found(connection: Connection, account_id: int, number: int) -> TierGrant:
    row = store.grant(connection, account_id, number)
    if row is None:
        raise OutOfScope
    return _of(row)


def _of(row: Row[Any]) -> TierGrant:
    return TierGrant(row.account_id, row.id, row.tier, date.fromisoformat(row.first_on),
                     date.fromisoformat(row.last_on), row.reason, row.state, row.asked_by, row.asked_at,
                     row.decided_by, row.decision, row.version)

