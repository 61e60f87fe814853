"""Canonical exports: the same state gives the same bytes."""

from collections.abc import Iterator

from treuwerk.domain.records import record
from treuwerk.store.database import Database
from treuwerk.store.journal import entries, seals


def journal_lines(database: Database) -> Iterator[str]:
    """JSON Lines by gapless sequence. After the transactions of a seal stands the seal itself.

    The value of ``transaction`` is the hashed text to the letter: SHA-256 over these texts of a seal, each followed by
    a line feed, is its ``digest``; the ``head`` is SHA-256 over ``previous_head number first last digest``.
    """
    with database.reading() as connection:
        stream = entries(connection)
        for seal in seals(connection):
            for _ in range(seal.last_sequence - seal.first_sequence + 1):
                if entry := next(stream, None):
                    text = record(entry.row, entry.postings, entry.uses)
                    yield f'{{"sequence":{entry.sequence},"transaction":{text}}}'
            yield (f'{{"seal":{seal.number},"first":{seal.first_sequence},"last":{seal.last_sequence},'
                   f'"previous_head":"{seal.previous_head}","digest":"{seal.digest}","head":"{seal.head}",'
                   f'"sealed_at":{seal.sealed_at}}}')
