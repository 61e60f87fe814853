"""Awards become balanced transactions, lots, balances, outbox rows and a seal, in one database transaction."""

import json
from collections.abc import Callable, Mapping, Sequence

import attrs
from sqlalchemy import Connection

from treuwerk.domain.ledger import FOREVER, Book, TransactionKind
from treuwerk.domain.records import PostingValues
from treuwerk.programme.settings import Settings
from treuwerk.services.clearing.scoring import ScoredAward
from treuwerk.services.ledger.bookkeeping import expire_forgotten, settle_deficits
from treuwerk.services.ledger.terms import TermsTable
from treuwerk.store.balances import credit
from treuwerk.store.sealed_batch import SealedBatch

CREDITED = "points_credited"
ACCRUAL, ISSUANCE = TransactionKind.ACCRUAL.value, Book.ISSUANCE.value


@attrs.frozen
class Booked:
    """What a batch did: number of transactions and points by unit."""

    transactions: int
    points: dict[str, int]


class Booker:
    """Collects the rows of one batch and writes them together.

    Accruals come in the order of their accounts: rows then meet the pages of an index one after the other.
    """

    def __init__(self, settings: Settings, terms: TermsTable, actor: str, now: int) -> None:
        self._settings, self._terms, self._actor, self._now = settings, terms, actor, now
        self._batch = SealedBatch(now)
        self._credits: dict[tuple[int, str], int] = {}
        self._counts: dict[int, int] = {}
        self._pending: dict[tuple[int, str], int] = {}
        self._kept: dict[tuple[int, str], int] = {}

    def add(self, account: int, txn: int, key: str, day: str, cause: str, evidence: str,
            awards: Sequence[ScoredAward]) -> None:
        """Note one transaction: per award a leg for the participant, a leg against issuance, and a lot.

        Rule, unit and day of an award give the terms of its lot; points that wait for an act go to the book `pending`.
        `key` is what happened in the world, unique per account for good; `cause` where it was reported; `evidence` the
        digest of its facts; `day` ISO 8601.
        """
        legs: list[PostingValues] = []
        explained, line, sums = "", 1, self._credits
        for unit, points, explanation, rule in awards:
            book, active, expires, keeps = self._terms[rule, unit, day]
            legs.append((account, txn, line, book, unit, points, active, expires, keeps))
            legs.append((account, txn, line + 1, ISSUANCE, unit, -points, None, None, None))
            self._batch.lots.append((account, txn, line, book, unit, points, points, active,
                                     FOREVER if expires is None else expires, True))
            home = account, unit
            sums[home] = sums.get(home, 0) + points
            if active is None or keeps is not None:
                self._note_terms(home, points if active is None else 0, keeps)
            explained += f'{"," if explained else ""}{{"line":{line},"unit":"{unit}","points":{points},{explanation}}}'
            line += 2
        self._batch.add((account, txn, ACCRUAL, key, day, self._now, self._actor, cause, evidence, f"[{explained}]",
                         None), legs)
        self._counts[account] = self._counts.get(account, 0) + 1

    def _note_terms(self, key: tuple[int, str], pending: int, keeps: int | None) -> None:
        """What the balance must know beside the points: how many wait for an act, and how long it is kept alive."""
        if pending:
            self._pending[key] = self._pending.get(key, 0) + pending
        if keeps is not None:
            self._kept[key] = max(keeps, self._kept.get(key, keeps))

    @property
    def credits(self) -> Mapping[tuple[int, str], int]:
        """Points by account and unit that are to be booked."""
        return self._credits

    def write(self, connection: Connection, then: Callable[[], None] = lambda: None) -> Booked:
        """Write all rows; balances and the seal come last, since others wait for them until the commit.

        `then` is what else the transaction books, once these points are there and before the seal.
        """
        batch = self._batch
        if not batch.journal:
            then()
            return Booked(0, {})
        if self._kept:  # all accounts of the batch: they are locked in ascending order here, and never again out of it
            expire_forgotten(connection, self._settings, {account for account, _ in self._credits}, self._now)
        newest = batch.newest
        self._tell(newest)
        batch.write(connection, ISSUANCE, {home: -points for home, points in self._credits.items()})
        credit(connection, self._credits, self._pending, self._kept)
        settle_deficits(connection, self._settings, newest, self._now, self._credits)
        then()
        batch.seal(connection)
        return Booked(len(batch.journal), self._points())

    def _tell(self, newest: dict[int, int]) -> None:
        """One message per account and batch: a participant gets one about a day's deliveries, not one a line.

        It has the id of the account's last transaction, so that no two messages can meet.
        """
        points: dict[int, str] = {}
        names = {unit: json.dumps(unit) for unit in self._settings.units}
        for (account, unit), amount in self._credits.items():
            before = points.get(account)
            points[account] = f"{before}, {names[unit]}: {amount}" if before else f"{names[unit]}: {amount}"
        counts, tell = self._counts, self._batch.tell
        for account in sorted(points):
            tell(account, newest[account], CREDITED,
                 f'{{"transactions": {counts[account]}, "points": {{{points[account]}}}}}')

    def _points(self) -> dict[str, int]:
        totals: dict[str, int] = {}
        for (_, unit), amount in self._credits.items():
            totals[unit] = totals.get(unit, 0) + amount
        return dict(sorted(totals.items()))
