"""One hash over what the books say, without ids, instants and order.

The same files give the same digest, whatever their order and batches and whichever database keeps the books. It tells
two installations or two versions apart; it is no proof against forging, which the chain is.
"""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import attrs
from sqlalchemy import Connection, select

from treuwerk.domain.ledger import FOREVER, TransactionKind, moment
from treuwerk.store import journal as stream
from treuwerk.store.database import Database
from treuwerk.store.tables import balance, hold, identifier, person, purchase_identity, purchase_line

_INNER = {TransactionKind.EXPIRY, TransactionKind.SETTLEMENT, TransactionKind.MERGE_OUT, TransactionKind.MERGE_IN,
          TransactionKind.UNMERGE_OUT, TransactionKind.UNMERGE_IN}
"""Kinds whose keys the engine makes of ids and instants."""
_SUM = 2**256


@attrs.frozen
class Section:
    """One kind of line: how many there are, and the sum of their hashes modulo 2^256 in hexadecimal."""

    name: str
    lines: int
    sum: str


@attrs.frozen
class StateDigest:
    """The digest and the sections that it is made of; where two digests differ, a section tells in what."""

    digest: str
    sections: list[Section]


def state_digest(database: Database) -> StateDigest:
    """The digest of the logical state in one look."""
    with database.reading() as connection:
        names = _Names(connection)
        sections = [_section(name, lines) for name, lines in (
            ("accounts", names.accounts()), ("transactions", _transactions(connection, names)),
            ("lots", _lots(connection, names)), ("holds", _holds(connection, names)),
            ("balances", _balances(connection, names)), ("purchases", _purchases(connection, names)))]
    text = "".join(f"{one.name} {one.lines} {one.sum}\n" for one in sections)
    return StateDigest(sha256(text.encode()).hexdigest(), sections)


def _section(name: str, lines: Iterator[list[Any]]) -> Section:
    count = total = 0
    for line in lines:
        total += int.from_bytes(sha256(_text(line).encode()).digest(), "big")
        count += 1
    return Section(name, count, f"{total % _SUM:064x}")


def _text(line: list[Any]) -> str:
    return json.dumps(line, ensure_ascii=False, separators=(",", ":"))


class _Names:
    """What accounts, people and transactions are known by, instead of their ids."""

    def __init__(self, connection: Connection) -> None:
        rows = connection.execute(select(identifier.c.scheme, identifier.c.value, identifier.c.account_id)).all()
        self._identifiers = sorted((scheme, value, account_id) for scheme, value, account_id in rows)
        self._accounts: dict[int, str] = {}
        for scheme, value, account_id in self._identifiers:
            self._accounts.setdefault(account_id, f"{scheme}:{value}")
        self._people = {(row.account_id, str(row.id)): row.known_as for row in connection.execute(
            select(person.c.account_id, person.c.id, person.c.known_as))}

    def accounts(self) -> Iterator[list[Any]]:
        """Every identifier with the name of its account."""
        for scheme, value, account_id in self._identifiers:
            yield [self.account(account_id), scheme, value]

    def account(self, account_id: int) -> str:
        """The first identifier of an account."""
        return self._accounts.get(account_id, "")

    def key(self, account_id: int, kind: str, key: str) -> str:
        """A business key without ids and instants."""
        if kind in _INNER:
            return kind
        if key.startswith("activity|"):
            before, _, person_id = key.rpartition("|")
            return f"{before}|{self._people.get((account_id, person_id), person_id)}"
        return key


def _day(at: int | None) -> str | None:
    return None if at is None or at == FOREVER else moment(at).date().isoformat()


def _transactions(connection: Connection, names: _Names) -> Iterator[list[Any]]:
    for row, referred, legs in stream.all_transactions(connection):
        account_id = row.account_id
        yield [names.account(account_id), row.kind, names.key(account_id, row.kind, row.business_key), row.occurred_on,
               names.key(account_id, *referred) if referred else None,
               sorted([leg.book, leg.unit, leg.amount, _day(leg.expires_at) or ""] for leg in legs)]


def _lots(connection: Connection, names: _Names) -> Iterator[list[Any]]:
    for row in stream.lots_with_keys(connection):
        yield [names.account(row.account_id), names.key(row.account_id, row.kind, row.business_key), row.book, row.unit,
               row.amount, row.remaining, _day(row.expires_at)]


def _holds(connection: Connection, names: _Names) -> Iterator[list[Any]]:
    for row in connection.execute(select(hold)):
        yield [names.account(row.account_id), row.unit, row.amount, row.remaining]


def _balances(connection: Connection, names: _Names) -> Iterator[list[Any]]:
    for row in connection.execute(select(balance)):
        yield [names.account(row.account_id), row.unit, row.posted, row.held, row.pending, row.deficit]


def _purchases(connection: Connection, names: _Names) -> Iterator[list[Any]]:
    line, claim = purchase_line.c, purchase_identity.c
    query = select(line.account_id, claim.key, line.article_number, line.quantity, line.net_millionths, line.currency,
                   line.features, line.serials).join(purchase_identity, (claim.account_id == line.account_id)
                                                     & (claim.line_id == line.id))
    for row in connection.execute(query, execution_options={"yield_per": 5_000}):
        yield [names.account(row.account_id), *row[1:]]
