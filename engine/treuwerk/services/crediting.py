"""Many credits without a rule in one transaction of the database, each a transaction of its own, sealed at once."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from treuwerk.domain.ledger import FOREVER, Book, TransactionKind, bucket_of, moment
from treuwerk.domain.records import Digest, JournalRow, PostingRow
from treuwerk.domain.terms import Terms
from treuwerk.programme.settings import Settings
from treuwerk.services.bookkeeping import expire_forgotten, settle_deficits
from treuwerk.store.balances import credit as credit_balances
from treuwerk.store.bulk import insert_rows
from treuwerk.store.moving import MOVED
from treuwerk.store.sealing import append_seal, ids_behind
from treuwerk.store.tables import balance_delta, journal, lot, outbox, posting


class Credit(NamedTuple):
    """Points for one account; `key` is unique per account for good, `evidence` the digest of what it stands for."""

    account_id: int
    key: str
    cause: str
    evidence: str
    unit: str
    amount: int
    terms: Terms


class Crediting:
    """Credits of one kind against one book of the system; afterwards it says how many there were, and their points."""

    def __init__(self, settings: Settings, actor: str, now: int, kind: TransactionKind, against: Book) -> None:
        self._settings, self._actor, self._now, self._kind, self._against = settings, actor, now, kind, against
        self._day = moment(now).astimezone(settings.programme.time_zone).date().isoformat()
        self.count = 0
        self.points: dict[str, int] = {}

    def write(self, connection: Connection, credits: Sequence[Credit]) -> None:
        """Write all rows; balances and the seal come last, since others wait for them until the commit."""
        if not credits:
            return
        kept = {credit.account_id for credit in credits if credit.terms.keeps_until is not None}
        expire_forgotten(connection, self._settings, kept, self._now)
        ids = ids_behind(connection, self._now)
        ordered = [(next(ids), credit) for credit in sorted(credits)]
        rows = [self._row(number, credit) for number, credit in ordered]
        legs = [self._legs(number, credit) for number, credit in ordered]
        insert_rows(connection, journal, rows)
        insert_rows(connection, posting, [leg for pair in legs for leg in pair])
        insert_rows(connection, lot, [self._lot(number, credit) for number, credit in ordered])
        insert_rows(connection, outbox, self._messages(ordered))
        insert_rows(connection, balance_delta, self._deltas(ordered))
        self._credit(connection, credits)
        settle_deficits(connection, self._settings, {row.account_id: row.id for row in rows}, self._now)
        digest = Digest()
        for row, pair in zip(rows, legs, strict=True):
            digest.add(row, pair)
        append_seal(connection, [row[:2] for row in rows], digest.hexadecimal(), self._now)

    def _row(self, number: int, credit: Credit) -> JournalRow:
        return JournalRow(credit.account_id, number, self._kind.value, credit.key, self._day, self._now, self._actor,
                          credit.cause, credit.evidence, "[]", None)

    def _legs(self, number: int, credit: Credit) -> tuple[PostingRow, PostingRow]:
        account, terms = credit.account_id, credit.terms
        return (PostingRow(account, number, 1, terms.book, credit.unit, credit.amount, terms.active_from,
                           terms.expires_at, terms.keeps_until),
                PostingRow(account, number, 2, self._against.value, credit.unit, -credit.amount, None, None, None))

    def _lot(self, number: int, credit: Credit) -> tuple[object, ...]:
        terms, amount = credit.terms, credit.amount
        ends = FOREVER if terms.expires_at is None else terms.expires_at
        return (credit.account_id, number, 1, terms.book, credit.unit, amount, amount, terms.active_from, ends, True)

    def _messages(self, ordered: Sequence[tuple[int, Credit]]) -> list[tuple[object, ...]]:
        return [(credit.account_id, number, bucket_of(credit.account_id), MOVED, json.dumps(
            {"transaction": str(number), "kind": self._kind.value, "amounts": {credit.unit: credit.amount}}),
            self._now, None) for number, credit in ordered]

    def _deltas(self, ordered: Sequence[tuple[int, Credit]]) -> list[tuple[int, int, str, str, int]]:
        sums: dict[tuple[int, str], int] = {}
        for _, credit in ordered:
            key = (bucket_of(credit.account_id), credit.unit)
            sums[key] = sums.get(key, 0) - credit.amount
        return [(ordered[0][0], bucket, self._against.value, unit, amount)
                for (bucket, unit), amount in sorted(sums.items())]

    def _credit(self, connection: Connection, credits: Sequence[Credit]) -> None:
        """Add to the balances, and to what is told afterwards."""
        posted, pending, kept = dict[tuple[int, str], int](), dict[tuple[int, str], int](), dict[tuple[int, str], int]()
        for credit in credits:
            key = (credit.account_id, credit.unit)
            posted[key] = posted.get(key, 0) + credit.amount
            if credit.terms.book == Book.PENDING:
                pending[key] = pending.get(key, 0) + credit.amount
            if credit.terms.keeps_until is not None:
                kept[key] = max(kept.get(key, 0), credit.terms.keeps_until)
            self.points[credit.unit] = self.points.get(credit.unit, 0) + credit.amount
        credit_balances(connection, posted, pending, kept)
        self.count += len(credits)
