"""Awards become balanced transactions, lots, balances, outbox rows and a seal, in one database transaction."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

import attrs
from sqlalchemy import Connection

from treuwerk.domain.evaluation import Earned
from treuwerk.domain.ids import row_ids
from treuwerk.domain.ledger import Book, TransactionKind, bucket_of
from treuwerk.domain.records import JournalRow, PostingRow, digest_of, record
from treuwerk.programme.settings import Unit
from treuwerk.store.balances import credit
from treuwerk.store.bulk import insert_rows
from treuwerk.store.sealing import append_seal
from treuwerk.store.tables import balance_delta, journal, lot, outbox, posting

CREDITED = "points_credited"
ACCRUAL, PARTICIPANT, ISSUANCE = TransactionKind.ACCRUAL.value, Book.PARTICIPANT.value, Book.ISSUANCE.value


class Accrual(NamedTuple):
    """What one event earned, with everything that its transaction must name.

    `id` is the transaction's id, `business_key` unique per account for good, `cause` where the event was reported.
    """

    account_id: int
    id: int
    business_key: str
    occurred_on: date
    cause: str
    evidence: str
    earned: Sequence[Earned]


@attrs.frozen
class Booked:
    """What a batch did: number of transactions and points by unit."""

    transactions: int
    points: dict[str, int]


class Booker:
    """Collects the rows of one batch and writes them together.

    Accruals come in the order of their accounts: rows then meet the pages of an index one after the other.
    """

    def __init__(self, units: Mapping[str, Unit], zone: ZoneInfo, actor: str, now: int) -> None:
        self._units, self._zone, self._actor, self._now = units, zone, actor, now
        self._journal: list[JournalRow] = []
        self._postings: list[PostingRow] = []
        self._lots: list[tuple[int, int, int, str, int, int, int, int | None, bool]] = []
        self._records: list[str] = []
        self._credits: dict[tuple[int, str], int] = {}
        self._counts: dict[int, int] = {}
        self._expiries: dict[tuple[str, date], int | None] = {}

    def add(self, accrual: Accrual) -> None:
        """Note one transaction: per award a leg for the participant, a leg against issuance, and a lot."""
        account, txn, key, day, cause, evidence, earned = accrual
        now, line = self._now, 1
        legs: list[PostingRow] = []
        explained: list[str] = []
        for one in earned:
            award = one.award
            unit, points, expires = award.unit, award.points, self._expires(award.unit, day)
            legs.append(PostingRow(account, txn, line, PARTICIPANT, unit, points, now, expires))
            legs.append(PostingRow(account, txn, line + 1, ISSUANCE, unit, -points, None, None))
            self._lots.append((account, txn, line, unit, points, points, now, expires, True))
            self._credits[account, unit] = self._credits.get((account, unit), 0) + points
            explained.append(f'{{"line":{line},"unit":"{unit}","points":{points},"rule":"{one.by.name}","revision":'
                             f'{one.by.revision},"steps":{one.by.tapes.of(award.steps).text}}}')
            line += 2
        row = JournalRow(account, txn, ACCRUAL, key, day.isoformat(), now, self._actor, cause, evidence,
                         f"[{','.join(explained)}]", None)
        self._journal.append(row)
        self._postings += legs
        self._records.append(record(row, legs))
        self._counts[account] = self._counts.get(account, 0) + 1

    def write(self, connection: Connection) -> Booked:
        """Write all rows; balances and the seal come last, since others wait for them until the commit."""
        if not self._journal:
            return Booked(0, {})
        insert_rows(connection, journal, self._journal)
        insert_rows(connection, posting, self._postings)
        insert_rows(connection, lot, self._lots)
        insert_rows(connection, outbox, self._messages())
        insert_rows(connection, balance_delta, self._deltas())
        credit(connection, self._credits)
        append_seal(connection, [row[:2] for row in self._journal], digest_of(self._records), self._now)
        return Booked(len(self._journal), self._points())

    def _expires(self, unit: str, day: date) -> int | None:
        if (unit, day) not in self._expiries:
            expiry = self._units[unit].expires
            self._expiries[unit, day] = expiry.expires_at(self._now, day, self._zone) if expiry else None
        return self._expiries[unit, day]

    def _messages(self) -> list[tuple[int, int, int, str, str, int, None]]:
        """One row per account and batch: a participant gets one message about a day's deliveries, not one a line."""
        ids = row_ids(self._now)
        points: dict[int, dict[str, int]] = {}
        for (account, unit), amount in self._credits.items():
            points.setdefault(account, {})[unit] = amount
        return [(account, next(ids), bucket_of(account), CREDITED,
                 json.dumps({"transactions": self._counts[account], "points": points[account]}), self._now, None)
                for account in sorted(points)]

    def _deltas(self) -> list[tuple[int, int, str, str, int]]:
        source = self._journal[0].id
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
