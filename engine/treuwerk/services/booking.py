"""Awards become balanced transactions, lots, balances, outbox rows and a seal, in one database transaction."""

import json
from collections.abc import Sequence

import attrs
from sqlalchemy import Connection

from treuwerk.domain.ledger import FOREVER, Book, TransactionKind, bucket_of
from treuwerk.domain.records import Digest, JournalValues, PostingValues
from treuwerk.programme.settings import Settings
from treuwerk.services.bookkeeping import expire_forgotten, settle_deficits
from treuwerk.services.scoring import ScoredAward
from treuwerk.services.terms import TermsTable
from treuwerk.store.balances import credit
from treuwerk.store.bulk import insert_rows
from treuwerk.store.sealing import append_seal
from treuwerk.store.tables import balance_delta, journal, lot, outbox, posting

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

    def __init__(self, settings: Settings, actor: str, now: int) -> None:
        self._settings, self._terms = settings, TermsTable(settings, now)
        self._actor, self._now = actor, now
        self._journal: list[JournalValues] = []
        self._postings: list[PostingValues] = []
        self._lots: list[tuple[int, int, int, str, str, int, int, int | None, int, bool]] = []
        self._digest = Digest()
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
        now, terms, line = self._now, self._terms, 1
        legs: list[PostingValues] = []
        explained: list[str] = []
        for unit, points, explanation, rule in awards:
            book, active, expires, keeps = terms[rule, unit, day]
            legs.append((account, txn, line, book, unit, points, active, expires, keeps))
            legs.append((account, txn, line + 1, ISSUANCE, unit, -points, None, None, None))
            ends = FOREVER if expires is None else expires
            self._lots.append((account, txn, line, book, unit, points, points, active, ends, True))
            self._credits[account, unit] = self._credits.get((account, unit), 0) + points
            if active is None or keeps is not None:
                self._note_terms((account, unit), points if active is None else 0, keeps)
            explained.append(f'{{"line":{line},"unit":"{unit}","points":{points},{explanation}}}')
            line += 2
        row = (account, txn, ACCRUAL, key, day, now, self._actor, cause, evidence, f"[{','.join(explained)}]", None)
        self._journal.append(row)
        self._postings += legs
        self._digest.add(row, legs)
        self._counts[account] = self._counts.get(account, 0) + 1

    def _note_terms(self, key: tuple[int, str], pending: int, keeps: int | None) -> None:
        """What the balance must know beside the points: how many wait for an act, and how long it is kept alive."""
        if pending:
            self._pending[key] = self._pending.get(key, 0) + pending
        if keeps is not None:
            self._kept[key] = max(keeps, self._kept.get(key, keeps))

    def write(self, connection: Connection) -> Booked:
        """Write all rows; balances and the seal come last, since others wait for them until the commit."""
        if not self._journal:
            return Booked(0, {})
        if self._kept:  # all accounts of the batch: they are locked in ascending order here, and never again out of it
            expire_forgotten(connection, self._settings, {account for account, _ in self._credits}, self._now)
        insert_rows(connection, journal, self._journal)
        insert_rows(connection, posting, self._postings)
        insert_rows(connection, lot, self._lots)
        insert_rows(connection, outbox, self._messages())
        insert_rows(connection, balance_delta, self._deltas())
        credit(connection, self._credits, self._pending, self._kept)
        settle_deficits(connection, self._settings, self._newest(), self._now, self._credits)
        append_seal(connection, [row[:2] for row in self._journal], self._digest.hexadecimal(), self._now)
        return Booked(len(self._journal), self._points())

    def _newest(self) -> dict[int, int]:
        """The last transaction of each account."""
        return {row[0]: row[1] for row in self._journal}

    def _messages(self) -> list[tuple[int, int, int, str, str, int, None]]:
        """One row per account and batch: a participant gets one message about a day's deliveries, not one a line.

        It has the id of the account's last transaction, so that no two messages can meet.
        """
        newest = self._newest()
        points: dict[int, dict[str, int]] = {}
        for (account, unit), amount in self._credits.items():
            points.setdefault(account, {})[unit] = amount
        return [(account, newest[account], bucket_of(account), CREDITED,
                 json.dumps({"transactions": self._counts[account], "points": points[account]}), self._now, None)
                for account in sorted(points)]

    def _deltas(self) -> list[tuple[int, int, str, str, int]]:
        source = self._journal[0][1]
        sums: dict[tuple[int, str], int] = {}
        for (account, unit), amount in self._credits.items():
            key = (bucket_of(account), unit)
            sums[key] = sums.get(key, 0) - amount
        return [(source, bucket, ISSUANCE, unit, amount) for (bucket, unit), amount in sorted(sums.items())]

    def _points(self) -> dict[str, int]:
        totals: dict[str, int] = {}
        for (_, unit), amount in self._credits.items():
            totals[unit] = totals.get(unit, 0) + amount
        return dict(sorted(totals.items()))
