"""Occasions of the programme become activities, once each, and are booked by the same rules as all others.

It may be done as often as one likes: what an occasion is called is claimed for good. Nights that were missed are made
up for, since sources are asked about all days since they last answered.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import attrs
from sqlalchemy import Connection

from treuwerk.domain.evaluation import Earned, evaluate
from treuwerk.domain.limits import Award
from treuwerk.domain.occasions import Member, Occasion
from treuwerk.domain.participants import CUSTOMER_NUMBER, Participant, identifier
from treuwerk.domain.purchases import EarningEvent
from treuwerk.programme.settings import OccasionTable, Settings
from treuwerk.services.clearing.attending import activity_evidence
from treuwerk.services.clearing.booking import Booker
from treuwerk.services.clearing.limiting import Limiting
from treuwerk.services.clearing.scoring import stored_awards
from treuwerk.services.clearing.tiered import with_tiers
from treuwerk.services.installation import Installation
from treuwerk.services.ledger.terms import TermsTable
from treuwerk.services.tiers.assessing import today_of
from treuwerk.store import occasions as store
from treuwerk.store.bulk import insert_rows
from treuwerk.store.identities import claim, taken
from treuwerk.store.owners import lock_owners
from treuwerk.store.parties import participants_known_as
from treuwerk.store.retrying import retrying
from treuwerk.store.sealing import ids_behind
from treuwerk.store.tables import activity

OCCASION = "occasion|"
"""What keys of occasions begin with."""
_AT_ONCE = 2_000
_SYSTEM = "system"
NOBODY = 0
"""The person of an activity that nobody but the company as a whole had."""


@attrs.define
class OccasionsReceipt:
    """What a night's occasions came to; `problems` say what a person should look at, with occasion and reason."""

    occasions: int = 0
    transactions: int = 0
    points: dict[str, int] = attrs.field(factory=dict)
    problems: list[dict[str, str]] = attrs.field(factory=list)

    def trouble(self, occasion: str, code: str, reason: str) -> None:
        """Something to look at, once for each occasion and reason."""
        told = {"occasion": occasion, "code": code, "reason": reason}
        if told not in self.problems:
            self.problems.append(told)


class _Found(NamedTuple):
    """An occasion with who earns, and the key by which it is claimed."""

    name: str
    key: str
    participant: Participant
    day: date
    code: str


class _Scored(NamedTuple):
    id: int
    found: _Found
    earned: list[Earned]


def mark_occasions(installation: Installation, now: int) -> OccasionsReceipt:
    """Book the occasions of all days up to that of `now`, which is the booking instant."""
    settings = installation.programme.settings
    tables = settings.occasions
    receipt = OccasionsReceipt()
    if not tables:
        return receipt
    today = today_of(settings, now)
    with installation.database.reading() as connection:
        asked = store.asked_until(connection)
    failed, last = set[str](), 0
    while True:
        with installation.database.reading() as connection:
            page = {one.account_id: one for one in store.page_of_participants(connection, last, _AT_ONCE)}
            people = list(with_tiers(connection, settings, page, today).values())
            asking = _Asking(connection, settings, asked, today, receipt, failed)
            found = [one for table in tables for one in asking.of(table, people)]
        if not people:
            break
        if found:
            retrying(lambda found=found: _book(installation, found, now, receipt))  # type: ignore[misc]
        last = people[-1].account_id
    with installation.database.writing() as connection:
        store.note_asked(connection, [one.head.name for one in tables if one.head.name not in failed], today)
        store.note_asked(connection, failed - asked.keys(), _before(today))
    return receipt


class _Asking:
    """Asks the sources of a programme about some participants."""

    def __init__(self, connection: Connection, settings: Settings, asked: Mapping[str, date], today: date,
                 receipt: OccasionsReceipt, failed: set[str]) -> None:
        self._connection, self._settings, self._asked, self._today = connection, settings, asked, today
        self._receipt, self._failed = receipt, failed

    def of(self, table: OccasionTable, people: Sequence[Participant]) -> list[_Found]:
        """Occasions that nobody has earned with yet. A source that fails is told of, and holds up no other."""
        try:
            return self._found(table, people)
        except Exception as error:  # a plugin may fail in any way
            self._failed.add(table.head.name)
            self._receipt.trouble(table.head.name, "occasion_failed", (
                f"the source {table.head.kind!r} failed: {type(error).__name__}: {error}; mend it or its settings, "
                "the next night asks again about the same days"))
            return []

    def _found(self, table: OccasionTable, people: Sequence[Participant]) -> list[_Found]:
        source, name = table.source, table.head.name
        concerned = [one for one in people if one.earns and source.concerns(one)]
        if source.once:
            before = taken(self._connection, [occasion_key(name, "", one.account_id) for one in concerned])
            concerned = [one for one in concerned if occasion_key(name, "", one.account_id) not in before]
        if not concerned:
            return []
        since = self._asked.get(name, _before(self._today))
        answers = list(source.occasions(self._members(table, concerned), since, self._today))
        _check(answers, len(concerned), self._today)
        to = self._others(answers)
        found = [one for answer in answers if (one := self._one(table, answer, concerned[answer.member], to))]
        before = taken(self._connection, [one.key for one in found])
        return [one for one in found if one.key not in before]

    def _members(self, table: OccasionTable, people: Sequence[Participant]) -> list[Member]:
        if not table.source.needs_purchases:
            return [Member(one) for one in people]
        bought = store.bought_by(self._connection, [one.account_id for one in people])
        return [Member(one, bought.get(one.account_id, ())) for one in people]

    def _others(self, answers: Iterable[Occasion]) -> Mapping[str, Participant]:
        numbers = {identifier(one.to) for one in answers if one.to}
        if not numbers:
            return {}
        return with_tiers(self._connection, self._settings, participants_known_as(
            self._connection, CUSTOMER_NUMBER, numbers), self._today)

    def _one(self, table: OccasionTable, answer: Occasion, member: Participant,
             others: Mapping[str, Participant]) -> _Found | None:
        """Who earns must be there and active; who is not yet is looked at again the next night."""
        earning = others.get(identifier(answer.to)) if answer.to else member
        if earning is None:
            self._receipt.trouble(table.head.name, "unknown_participant", (
                f"found the customer number {answer.to!r}, expected one of the programme; correct the participant who "
                "names it, the next night looks again"))
            return None
        if not earning.earns or (earning.account_id == member.account_id and answer.to):
            return None
        key = occasion_key(table.head.name, "" if table.source.once else answer.code, member.account_id)
        return _Found(table.head.name, key, earning, answer.day, answer.code)


def _before(today: date) -> date:
    """A new occasion begins with today: whoever has been there for long gets nothing for the years before."""
    return today - timedelta(days=1)


def _check(answers: Sequence[object], count: int, until: date) -> None:
    """What a source answers is looked at before anything rests on it."""
    for one in answers:
        if not isinstance(one, Occasion) or type(one.member) is not int or not 0 <= one.member < count:
            raise ValueError(f"answered with {one!r:.80}, expected an Occasion of a member from 0 to {count - 1}")
        if type(one.day) is not date or one.day > until:
            raise ValueError(f"named the day {one.day!r:.40}, expected one up to {until}")
        if type(one.code) is not str or type(one.to) is not str or "|" in one.code:
            raise ValueError(f"answered with {one!r:.120}, expected texts as code and to, without '|'")


def _book(installation: Installation, found: Sequence[_Found], now: int, receipt: OccasionsReceipt) -> None:
    """Book some occasions in one transaction."""
    settings = installation.programme.settings
    booker = Booker(settings, TermsTable(settings, now), _SYSTEM, now)
    limiting = Limiting(settings, now)
    with installation.database.writing() as connection:
        limiting.take_turns(connection, {one.participant.account_id for one in found})
        lock_owners(connection, {one.participant.account_id for one in found})
        scored, doubts = _scored(installation, found, ids_behind(connection, now))
        before = claim(connection, [(one.found.key, _evidence(one.found), one.found.participant.account_id, one.id)
                                    for one in scored])
        fresh = [one for one in scored if one.found.key not in before]
        insert_rows(connection, activity, [_activity(one) for one in fresh])
        limiting.learn(connection, (award for one in fresh for award in _asked(one)))
        for one in fresh:
            if awards := limiting.grant(one.id, _asked(one), stored_awards(one.earned)):
                booker.add(one.found.participant.account_id, one.id, one.found.key, one.found.day.isoformat(),
                           f"occasion:{one.found.name}", _evidence(one.found), awards)
        booked = booker.write(connection, lambda: limiting.write(connection))
    receipt.occasions += len(fresh)
    receipt.transactions += booked.transactions
    for unit, points in booked.points.items():
        receipt.points[unit] = receipt.points.get(unit, 0) + points
    for name, code, reason in doubts:
        receipt.trouble(name, code, reason)


def _asked(one: _Scored) -> list[Award]:
    """What limits are asked: an occasion stands in no document."""
    account, day = one.found.participant.account_id, one.found.day.isoformat()
    return [Award(account, by.name, award.unit, day, "", award.points) for by, award in one.earned]


def _activity(one: _Scored) -> tuple[object, ...]:
    found = one.found
    return found.participant.account_id, one.id, found.name, found.code, found.day.isoformat(), NOBODY


def _scored(installation: Installation, found: Sequence[_Found],
            ids: Iterator[int]) -> tuple[list[_Scored], list[tuple[str, str, str]]]:
    """What each occasion earns, in the order of accounts; those that a rule has doubts about come again."""
    ordered = sorted({one.key: one for one in found}.values(), key=lambda one: (one.participant.account_id, one.key))
    evaluation = evaluate(installation.programme.rules, [
        EarningEvent(one.participant, one.day, activity=one.name) for one in ordered])
    scored = [_Scored(next(ids), one, earned)
              for at, (one, earned) in enumerate(zip(ordered, evaluation.earned, strict=True))
              if at not in evaluation.doubts]
    return scored, [(ordered[at].name, doubt.code, doubt.reason) for at, doubt in evaluation.doubts.items()]


def occasion_key(name: str, code: str, account_id: int) -> str:
    """The identity of an occasion of a member, whoever earns with it; without code where he has one in a lifetime."""
    return f"{OCCASION}{name}|{code}|{account_id}"


def is_occasion_key(key: str, name: str, code: str) -> bool:
    """Whether a claim is that of an occasion."""
    before, _, account_id = key.rpartition("|")
    return account_id.isdecimal() and before in (f"{OCCASION}{name}|{code}", f"{OCCASION}{name}|")


def _evidence(found: _Found) -> str:
    return activity_evidence(found.participant.account_id, found.name, found.code, found.day.isoformat(), NOBODY)
