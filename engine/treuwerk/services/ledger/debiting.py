"""Debits of many accounts become transactions, uses of lots, balances, outbox rows and a seal, in one go.

The accounts are locked and their lots read by whoever calls. Seals itself like a clearing: the records are at hand, and
reading them back later for a seal would cost as much again.
"""

from collections.abc import Collection, Mapping, Sequence
from json.encoder import encode_basestring_ascii as dumps

from sqlalchemy import Connection

from treuwerk.domain.ids import row_ids
from treuwerk.domain.ledger import Book, TransactionKind
from treuwerk.domain.records import PostingValues
from treuwerk.store.debits import lessen, take_from_lots
from treuwerk.store.many import last_ids
from treuwerk.store.moving import MOVED
from treuwerk.store.sealed_batch import SealedBatch
from treuwerk.store.sealing import seal_pending

PARTICIPANT = Book.PARTICIPANT.value
Taken = tuple[int, int, int]
"""Transaction and line of a lot, and the points that are taken from it."""


class Debits:
    """Collects transactions of one kind, each of which takes points of one unit from lots into a book of the system.

    They are noted by the order of their accounts.
    """

    def __init__(self, connection: Connection, accounts: Collection[int], kind: TransactionKind, into: Book, actor: str,
                 now: int) -> None:
        self._connection, self._kind, self._into, self._actor, self._now = (
            connection, kind.value, into.value, actor, now)
        self._ids, self._last = row_ids(now), last_ids(connection, accounts)
        self._batch = SealedBatch(now)
        self._taken: dict[tuple[int, str], int] = {}
        self._kept: dict[tuple[int, str], int] = {}

    @property
    def transactions(self) -> int:
        """How many transactions were noted."""
        return len(self._batch.journal)

    @property
    def points(self) -> dict[str, int]:
        """What was taken, by unit."""
        points: dict[str, int] = {}
        for (_, unit), amount in self._taken.items():
            points[unit] = points.get(unit, 0) + amount
        return dict(sorted(points.items()))

    @property
    def newest(self) -> Mapping[int, int]:
        """Account → its last transaction of these."""
        return self._batch.newest

    def add(self, account: int, key: str, day: str, cause: str, evidence: str, unit: str, parts: Sequence[Taken],
            keeps_until: int | None = None) -> int:
        """Note one transaction, and return its id; terms as in `JournalRow`."""
        number = next(self._ids)
        if number <= (last := self._last.get(account, 0)):  # of a clock that was ahead
            number = last + 1
        self._last[account] = number
        uses = [(account, number, 1, transaction_id, line, PARTICIPANT, amount)
                for transaction_id, line, amount in sorted(parts)]
        points = sum([part[2] for part in parts])
        legs: tuple[PostingValues, ...] = (
            (account, number, 1, PARTICIPANT, unit, -points, None, None, keeps_until),
            (account, number, 2, self._into, unit, points, None, None, None))
        self._batch.add((account, number, self._kind, key, day, self._now, self._actor, cause, evidence, "[]", None),
                        legs, {1: uses})
        self._batch.tell(account, number, MOVED, f'{{"transaction": "{number}", "kind": "{self._kind}", "amounts": '
                                                 f'{{{dumps(unit)}: {-points}}}}}')
        home = account, unit
        self._taken[home] = self._taken.get(home, 0) + points
        if keeps_until is not None:
            self._kept[home] = max(keeps_until, self._kept.get(home, keeps_until))
        return number

    def write(self, *, lots_are_taken: bool = False) -> None:
        """Write all rows, the seal last, since others wait for it until the commit."""
        batch = self._batch
        if not batch.journal:
            return
        batch.write(self._connection, self._into, self._taken)
        if not lots_are_taken:
            take_from_lots(self._connection, batch.uses)
        lessen(self._connection, self._taken, self._kept)
        seal_pending(self._connection, self._now)  # what these lots came from, by an act that no seal covers yet
        batch.seal(self._connection)
