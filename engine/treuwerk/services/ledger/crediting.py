"""Many credits without a rule in one transaction of the database, each a transaction of its own, sealed at once."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from treuwerk.domain.ledger import FOREVER, Book, TransactionKind, moment
from treuwerk.domain.terms import Terms
from treuwerk.programme.settings import Settings
from treuwerk.services.ledger.bookkeeping import expire_forgotten, settle_deficits
from treuwerk.store.balances import credit as credit_balances
from treuwerk.store.moving import MOVED
from treuwerk.store.sealed_batch import SealedBatch
from treuwerk.store.sealing import ids_behind


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
        batch, ids = SealedBatch(self._now), ids_behind(connection, self._now)
        for credit in sorted(credits):
            self._add(batch, next(ids), credit)
        got = dict[tuple[int, str], int]()
        for credit in credits:
            home = credit.account_id, credit.unit
            got[home] = got.get(home, 0) - credit.amount
        batch.write(connection, self._against.value, got)
        self._credit(connection, credits)
        settle_deficits(connection, self._settings, batch.newest, self._now)
        batch.seal(connection)

    def _add(self, batch: SealedBatch, number: int, credit: Credit) -> None:
        account, key, cause, evidence, unit, amount, (book, active, expires, keeps) = credit
        batch.add((account, number, self._kind.value, key, self._day, self._now, self._actor, cause, evidence, "[]",
                   None),
                  ((account, number, 1, book, unit, amount, active, expires, keeps),
                   (account, number, 2, self._against.value, unit, -amount, None, None, None)))
        batch.lots.append((account, number, 1, book, unit, amount, amount, active,
                           FOREVER if expires is None else expires, True))
        batch.tell(account, number, MOVED, json.dumps(
            {"transaction": str(number), "kind": self._kind.value, "amounts": {unit: amount}}))

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
