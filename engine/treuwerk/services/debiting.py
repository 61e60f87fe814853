"""Debits of many accounts become transactions, uses of lots, balances, outbox rows and a seal, in one go.

The accounts are locked and their lots read by whoever calls. Seals itself like a clearing: the records are at hand, and
reading them back later for a seal would cost as much again.
"""

from collections.abc import Collection, Mapping, Sequence
from json.encoder import encode_basestring_ascii as dumps

from sqlalchemy import Connection

from treuwerk.domain.ids import row_ids
from treuwerk.domain.ledger import Book, TransactionKind, bucket_of
from treuwerk.domain.records import Digest, JournalValues, PostingValues, Use
from treuwerk.store.bulk import insert_rows
from treuwerk.store.debits import LotKey, lessen, take_from_lots
from treuwerk.store.many import last_ids
from treuwerk.store.moving import MOVED
from treuwerk.store.sealing import append_seal, seal_pending
from treuwerk.store.tables import balance_delta, journal, lot_use, outbox, posting

PARTICIPANT = Book.PARTICIPANT.value
Taken = tuple[int, int, int]
"""Transaction and line of a lot, and the points that are taken from it."""


class Debits:
    """Collects transactions of one kind, each of which takes points of one unit from lots into a book of the system."""

    def __init__(self, connection: Connection, accounts: Collection[int], kind: TransactionKind, into: Book, actor: str,
                 now: int) -> None:
        self._connection, self._kind, self._into, self._actor, self._now = connection, kind.value, into, actor, now
        self._ids, self._last = row_ids(now), last_ids(connection, accounts)
        self._journal: list[JournalValues] = []
        self._postings: list[PostingValues] = []
        self._uses: list[Use] = []
        self._messages: list[tuple[int, int, int, str, str, int, None]] = []
        self._lots: dict[LotKey, int] = {}
        self._taken: dict[tuple[int, str], int] = {}
        self._kept: dict[tuple[int, str], int] = {}
        self._digest = Digest()

    @property
    def transactions(self) -> int:
        """How many transactions were noted."""
        return len(self._journal)

    @property
    def points(self) -> dict[str, int]:
        """What was taken, by unit."""
        points: dict[str, int] = {}
        for (_, unit), amount in sorted(self._taken.items()):
            points[unit] = points.get(unit, 0) + amount
        return points

    @property
    def newest(self) -> Mapping[int, int]:
        """Account → its last transaction of these."""
        return {row[0]: row[1] for row in self._journal}

    def add(self, account: int, key: str, day: str, cause: str, evidence: str, unit: str, parts: Sequence[Taken],
            keeps_until: int | None = None) -> int:
        """Note one transaction, and return its id; terms as in `JournalRow`."""
        number = max(next(self._ids), self._last.get(account, 0) + 1)
        self._last[account] = number
        uses = [Use(account, number, 1, *part[:2], PARTICIPANT, part[2]) for part in sorted(parts)]
        for transaction_id, line, amount in parts:
            lot = (account, transaction_id, line)
            self._lots[lot] = self._lots.get(lot, 0) + amount
        points = sum([part[2] for part in parts])
        row = (account, number, self._kind, key, day, self._now, self._actor, cause, evidence, "[]", None)
        legs: tuple[PostingValues, ...] = (
            (account, number, 1, PARTICIPANT, unit, -points, None, None, keeps_until),
            (account, number, 2, self._into.value, unit, points, None, None, None))
        self._journal.append(row)
        self._postings += legs
        self._uses += uses
        self._digest.add(row, legs, {1: uses})
        self._tell(account, number, unit, points, keeps_until)
        return number

    def _tell(self, account: int, number: int, unit: str, points: int, keeps_until: int | None) -> None:
        home = (account, unit)
        self._taken[home] = self._taken.get(home, 0) + points
        if keeps_until is not None:
            self._kept[home] = max(keeps_until, self._kept.get(home, keeps_until))
        payload = f'{{"transaction": "{number}", "kind": "{self._kind}", "amounts": {{{dumps(unit)}: {-points}}}}}'
        self._messages.append((account, number, bucket_of(account), MOVED, payload, self._now, None))

    def write(self) -> None:
        """Write all rows, the seal last, since others wait for it until the commit."""
        if not self._journal:
            return
        for table, rows in ((journal, self._journal), (posting, self._postings), (lot_use, self._uses),
                            (outbox, self._messages), (balance_delta, self._deltas())):
            insert_rows(self._connection, table, rows)
        members = [row[:2] for row in self._journal]
        take_from_lots(self._connection, self._lots, members)
        lessen(self._connection, self._taken, self._kept)
        seal_pending(self._connection, self._now)  # what these lots came from, by an act that no seal covers yet
        append_seal(self._connection, members, self._digest.hexadecimal(), self._now)

    def _deltas(self) -> list[tuple[int, int, str, str, int]]:
        sums: dict[tuple[int, str], int] = {}
        for (account, unit), amount in self._taken.items():
            key = (bucket_of(account), unit)
            sums[key] = sums.get(key, 0) + amount
        source = self._journal[0][1]
        return [(source, bucket, self._into.value, unit, amount) for (bucket, unit), amount in sorted(sums.items())]
