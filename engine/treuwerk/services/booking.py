"""Awards become balanced transactions, lots, balances, outbox rows and a seal, in one database transaction."""

import json
from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

import attrs
from sqlalchemy import Connection

from treuwerk.domain.earning import Step, steps_as_json
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


@attrs.frozen
class Accrual:
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
    """Collects the rows of one batch and writes them together."""

    def __init__(self, units: dict[str, Unit], zone: ZoneInfo, actor: str, now: int) -> None:
        self._units, self._zone, self._actor, self._now = units, zone, actor, now
        self._journal: list[JournalRow] = []
        self._postings: list[PostingRow] = []
        self._lots: list[tuple[int, int, int, str, int, int, int, int | None, bool]] = []
        self._records: list[str] = []
        self._credits: dict[tuple[int, str], int] = {}
        self._counts: dict[int, int] = {}
        self._tapes: dict[int, tuple[Sequence[Step], str]] = {}
        self._expiries: dict[tuple[str, date], int | None] = {}

    def add(self, accrual: Accrual) -> None:
        """Note one transaction: per award a leg for the participant, a leg against issuance, and a lot."""
        account, txn, now = accrual.account_id, accrual.id, self._now
        legs: list[PostingRow] = []
        explained: list[str] = []
        for earned in accrual.earned:
            unit, points, line = earned.award.unit, earned.award.points, len(legs) + 1
            expires = self._expires(unit, accrual.occurred_on)
            legs.append(PostingRow(account, txn, line, Book.PARTICIPANT.value, unit, points, now, expires))
            legs.append(PostingRow(account, txn, line + 1, Book.ISSUANCE.value, unit, -points, None, None))
            self._lots.append((account, txn, line, unit, points, points, now, expires, True))
            self._credits[account, unit] = self._credits.get((account, unit), 0) + points
            explained.append(self._explained(line, earned))
        row = JournalRow(account, txn, TransactionKind.ACCRUAL.value, accrual.business_key,
                         accrual.occurred_on.isoformat(), now, self._actor, accrual.cause, accrual.evidence,
                         f"[{','.join(explained)}]", None)
        self._journal.append(row)
        self._postings += legs
        self._records.append(record(row, legs))
        self._counts[account] = self._counts.get(account, 0) + 1

    def write(self, connection: Connection) -> Booked:
        """Write all rows; balances and the seal come last, since others wait for them until the commit."""
        if not self._journal:
            return Booked(0, {})
        insert_rows(connection, journal, sorted(self._journal))
        insert_rows(connection, posting, sorted(self._postings))
        insert_rows(connection, lot, sorted(self._lots))
        insert_rows(connection, outbox, self._messages())
        insert_rows(connection, balance_delta, self._deltas())
        credit(connection, self._credits)
        booked = [(row.account_id, row.id) for row in self._journal]
        append_seal(connection, booked, digest_of(self._records), self._now)
        return Booked(len(self._journal), self._points())

    def _explained(self, line: int, earned: Earned) -> str:
        award, by = earned.award, earned.by
        known = self._tapes.get(id(award.steps))
        if known is None or known[0] is not award.steps:
            known = self._tapes[id(award.steps)] = (award.steps, steps_as_json(award.steps))
        return (f'{{"line":{line},"unit":"{award.unit}","points":{award.points},"rule":"{by.name}",'
                f'"revision":{by.revision},"steps":{known[1]}}}')

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
        return [(source, bucket, Book.ISSUANCE.value, unit, amount) for (bucket, unit), amount in sorted(sums.items())]

    def _points(self) -> dict[str, int]:
        totals: dict[str, int] = {}
        for (_, unit), amount in self._credits.items():
            totals[unit] = totals.get(unit, 0) + amount
        return dict(sorted(totals.items()))
