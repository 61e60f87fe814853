"""Canonical exports: the same state gives the same bytes."""

from collections.abc import Iterator

from treuwerk.store.database import Database
from treuwerk.store.journal import seals
from treuwerk.store.recording import sealed_records


def journal_lines(database: Database) -> Iterator[str]:
    """JSON Lines by gapless sequence. After the transactions of a seal stands the seal itself.

    Transactions hold all that is hashed into the ``digest`` of their seal (see `domain.records.Digest`); the ``head``
    is SHA-256 over ``previous_head number first last digest``.
    """
    with database.reading() as connection:
        for seal in seals(connection):
            for sequence, _, _, text in sealed_records(connection, seal.first_sequence, seal.last_sequence):
                yield f'{{"sequence":{sequence},"transaction":{text}}}'
            yield (f'{{"seal":{seal.number},"first":{seal.first_sequence},"last":{seal.last_sequence},'
                   f'"previous_head":"{seal.previous_head}","digest":"{seal.digest}","head":"{seal.head}",'
                   f'"sealed_at":{seal.sealed_at}}}')
