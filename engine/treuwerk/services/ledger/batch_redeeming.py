"""Many redemptions at once, by the rules of a single one: served in their order, each booked, refused or repeated.

What cannot be served is refused and does not stand in the way of the next. Each batch is one transaction; who asks
again with the same keys gets the same redemptions.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import partial
from itertools import islice
from typing import NamedTuple

from sqlalchemy import Connection

from treuwerk.domain import ids
from treuwerk.domain.ledger import Book, TransactionKind, moment
from treuwerk.domain.lots import Lot
from treuwerk.domain.refusals import KeyConflict, Refusal
from treuwerk.domain.terms import kept_until
from treuwerk.programme.settings import Settings
from treuwerk.services.installation import Installation
from treuwerk.services.ledger.bookkeeping import SYSTEM, blocked_by, positive, settle_deficits
from treuwerk.services.ledger.debiting import Debits, Taken
from treuwerk.services.ledger.expiring import expire_due
from treuwerk.services.ledger.redeeming import check_spendable, not_enough, redemption_evidence, redemption_key
from treuwerk.services.pacing import without_collection
from treuwerk.store import many
from treuwerk.store.accounts import Standing
from treuwerk.store.retrying import retrying
from treuwerk.store.spending import Pair, spendable_lots

AT_ONCE = 20_000


class Request(NamedTuple):
    """What somebody wants to spend; terms as in `redeeming.redeem`."""

    account_id: int
    unit: str
    amount: int
    key: str
    cause: str = ""


class Fate(StrEnum):
    """What became of a request."""

    BOOKED = "booked"
    REPEATED = "repeated"
    REFUSED = "refused"


class Answer(NamedTuple):
    """The fate of a request: account and row of its transaction, or why it was refused."""

    fate: Fate
    account_id: int = 0
    transaction_id: int = 0
    refusal: Refusal | None = None

    @property
    def id(self) -> str:
        """The public id of the transaction, empty where there is none."""
        return ids.public_id(ids.TRANSACTION, self.account_id, self.transaction_id) if self.transaction_id else ""


def redeem_all(installation: Installation, requests: Sequence[Request], now: int, *, actor: str = SYSTEM,
               dry_run: bool = False, at_once: int = AT_ONCE) -> list[Answer]:
    """Spend points for each request, in their order; the answers stand in the same order.

    `dry_run` answers the same and stores nothing; it sees no more than `at_once` requests together.
    """
    answers: list[Answer] = []
    rest = iter(requests)
    with without_collection():
        while batch := list(islice(rest, at_once)):
            answers += retrying(partial(_redeem_batch, installation, batch, now, actor, dry_run))
    return answers


def _redeem_batch(installation: Installation, requests: Sequence[Request], now: int, actor: str,
                  dry_run: bool) -> list[Answer]:
    with installation.database.writing() as connection:
        answers = _Batch(connection, installation.programme.settings, requests, now, actor).serve()
        if dry_run:
            connection.rollback()
    return answers


class _Pool:
    """Lots of one unit and account that are spent by one request after the other."""

    def __init__(self, lots: Iterable[Lot] = ()) -> None:
        self._lots = [[lot.transaction_id, lot.line, lot.remaining] for lot in lots]
        self.there, self._at = sum(lot[2] for lot in self._lots), 0

    def take(self, amount: int) -> list[Taken]:
        """The next `amount` points, which are there."""
        parts: list[Taken] = []
        self.there -= amount
        while amount:
            lot = self._lots[self._at]
            points = min(lot[2], amount)
            parts.append((lot[0], lot[1], points))
            lot[2] -= points
            amount -= points
            self._at += not lot[2]
        return parts


_EMPTY = _Pool()
_NOT_ASKED = Answer(Fate.REFUSED)


class _Batch:
    """Requests whose accounts are locked."""

    def __init__(self, connection: Connection, settings: Settings, requests: Sequence[Request], now: int,
                 actor: str) -> None:
        self._connection, self._settings, self._requests, self._now = connection, settings, requests, now
        self._keys = [redemption_key(request.key) for request in requests]
        accounts = sorted({request.account_id for request in requests})
        many.by_index(connection)
        self._standings = many.lock(connection, accounts)
        self._known = {(row.account_id, row.business_key): (row.id, row.evidence) for row in many.transactions_by_key(
            connection, [(request[0], key) for request, key in zip(requests, self._keys, strict=True)])}
        self._refusals: dict[Pair, Refusal | None] = {}
        self._blocked = _blocked(settings, self._standings)
        self._kept: dict[str, int | None] = {}
        self._day = moment(now).astimezone(settings.programme.time_zone).date().isoformat()
        self._pools = self._points()
        self._debits = Debits(connection, accounts, TransactionKind.REDEMPTION, Book.REDEEMED, actor, now)

    def serve(self) -> list[Answer]:
        """Answer all requests, and write what is booked."""
        answers: list[Answer] = [_NOT_ASKED] * len(self._requests)
        for at in sorted(range(len(answers)), key=lambda at: self._requests[at][0]):
            try:
                answers[at] = self._redeemed(*self._requests[at], self._keys[at])
            except Refusal as refusal:
                answers[at] = Answer(Fate.REFUSED, refusal=refusal)
        self._debits.write()
        if any(standing.deficit for standing in self._standings.values()):
            settle_deficits(self._connection, self._settings, self._debits.newest, self._now)
        return answers

    def _points(self) -> dict[Pair, _Pool]:
        """What can be spent, as far as it is asked for; what is due is booked out before."""
        wanted: dict[Pair, int] = {}
        for (account_id, unit, amount, *_), key in zip(self._requests, self._keys, strict=True):
            if (_is_positive(amount) and (account_id, unit) in self._standings
                    and (account_id, key) not in self._known and not self._refusal(account_id, unit)):
                wanted[account_id, unit] = wanted.get((account_id, unit), 0) + amount
        standings = {pair: self._standings[pair] for pair in wanted}
        expire_due(self._connection, self._settings, standings, self._now, self._now)
        lots = spendable_lots(self._connection, wanted, self._now)
        return {pair: _Pool(found) for pair, found in lots.items()}

    def _redeemed(self, account_id: int, unit: str, amount: int, name: str, cause: str, key: str) -> Answer:
        positive(amount)
        evidence = redemption_evidence(account_id, unit, amount)
        if before := self._known.get((account_id, key)):
            answer = Answer(Fate.REPEATED, account_id, before[0])
            if before[1] != evidence:
                raise KeyConflict(key, answer.id)
            return answer
        if refusal := self._refusal(account_id, unit):
            raise refusal
        pool = self._pools.get((account_id, unit), _EMPTY)
        if pool.there < amount:
            raise not_enough(pool.there, unit, amount)
        number = self._debits.add(account_id, key, self._day, cause or name, evidence, unit, pool.take(amount),
                                  self._keeps(unit))
        self._known[account_id, key] = number, evidence
        return Answer(Fate.BOOKED, account_id, number)

    def _refusal(self, account_id: int, unit: str) -> Refusal | None:
        """Why an account may not spend a unit, however few points."""
        pair = account_id, unit
        if pair not in self._refusals:
            try:
                check_spendable(self._settings, unit)
                self._refusals[pair] = self._blocked.get(account_id)
            except Refusal as refusal:
                self._refusals[pair] = refusal
        return self._refusals[pair]

    def _keeps(self, unit: str) -> int | None:
        if unit not in self._kept:
            settings = self._settings
            self._kept[unit] = kept_until(settings.units[unit].expires, self._now, settings.programme.time_zone)
        return self._kept[unit]


def _blocked(settings: Settings, standings: Mapping[Pair, Standing]) -> dict[int, Refusal]:
    """Accounts that may spend nothing, and why."""
    owing: dict[int, dict[str, Standing]] = {}
    for (account_id, unit), standing in standings.items():
        if standing.deficit:
            owing.setdefault(account_id, {})[unit] = standing
    refusals = {account_id: blocked_by(settings, units) for account_id, units in owing.items()}
    return {account_id: refusal for account_id, refusal in refusals.items() if refusal}


def _is_positive(amount: int) -> bool:
    try:
        positive(amount)
    except Refusal:
        return False
    return True
