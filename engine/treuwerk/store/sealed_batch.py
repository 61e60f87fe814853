"""Rows of many transactions that are written together and sealed together, whatever kind they are of.

Rows go in by the order of their accounts wherever the caller has them so: they then meet the pages of an index one
after the other, instead of each page many times.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from treuwerk.domain.ledger import bucket_of
from treuwerk.domain.records import NO_USES, Digest, JournalValues, PostingValues, UseValues
from treuwerk.store.bulk import insert_rows
from treuwerk.store.sealing import append_seal
from treuwerk.store.tables import balance_delta, journal, lot, lot_use, outbox, posting

LotValues = tuple[int, int, int, str, str, int, int, int | None, int, bool]
"""A row of `lot` in the order of its columns."""


class SealedBatch:
    """Collects transactions with all that goes with them; `uses` and `lots` may be added to directly."""

    def __init__(self, now: int) -> None:
        self._now, self._digest = now, Digest()
        self.journal: list[JournalValues] = []
        self.uses: list[UseValues] = []
        self.lots: list[LotValues] = []
        self._postings: list[PostingValues] = []
        self._messages: list[tuple[int, int, int, str, str, int, None]] = []

    def add(self, row: JournalValues, legs: Sequence[PostingValues],
            uses: Mapping[int, Sequence[UseValues]] = NO_USES) -> None:
        """The next transaction of the sequence, with its legs and what each line of them took from lots."""
        self.journal.append(row)
        self._postings += legs
        for moved in uses.values():
            self.uses += moved
        self._digest.add(row, legs, uses)

    def tell(self, account: int, number: int, topic: str, payload: str) -> None:
        """A message that goes out after the commit; `number` is unique among the messages of an account."""
        self._messages.append((account, number, bucket_of(account), topic, payload, self._now, None))

    @property
    def members(self) -> list[tuple[int, int]]:
        """(account, transaction) of all of them."""
        return [row[:2] for row in self.journal]

    @property
    def newest(self) -> dict[int, int]:
        """Account → its last transaction of these."""
        return dict(self.members)

    def write(self, connection: Connection, book: str, moved: Mapping[tuple[int, str], int]) -> None:
        """Write all rows but balances; `moved` is what `book`, one of the system, got by (account, unit)."""
        self.write_books(connection, {book: moved})

    def write_books(self, connection: Connection, moved: Mapping[str, Mapping[tuple[int, str], int]]) -> None:
        """The same where several books of the system got something."""
        for table, rows in ((journal, self.journal), (posting, self._postings), (lot, self.lots),
                            (lot_use, self.uses), (outbox, self._messages), (balance_delta, self._deltas(moved))):
            insert_rows(connection, table, rows)

    def seal(self, connection: Connection) -> None:
        """Close the batch, last of all: writers wait for each other from here to the commit."""
        newest = max(row[5] for row in self.journal)
        append_seal(connection, self.members, self._digest.hexadecimal(), max(self._now, newest))

    def _deltas(self, moved: Mapping[str, Mapping[tuple[int, str], int]]) -> list[tuple[int, int, str, str, int]]:
        sums: dict[tuple[int, str, str], int] = {}
        for book, of_book in moved.items():
            for (account, unit), amount in of_book.items():
                key = (bucket_of(account), book, unit)
                sums[key] = sums.get(key, 0) + amount
        source = self.journal[0][1]
        return [(source, *key, amount) for key, amount in sorted(sums.items())]
