"""One hash over what the books say, without ids, instants and order.

Corrections of one purchase are added up: which of several part returns bears a rounded point depends on their order.
So is what it was worth as part of a whole, since an order may have become one and lost it again on the way; and what a
total is worth, whose bookings have the day of the last purchase that counted when they were made.

The same files give the same digest, whatever their order and batches and whichever database keeps the books. Of a
purchase that several documents prove it says what was bought and what it brought, and not which document came first. It
tells two installations or two versions apart; it is no proof against forging, which the chain is.
"""

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

import attrs
from sqlalchemy import Connection, select

from treuwerk.domain.assemblies import COMPLETION, purchase_of
from treuwerk.domain.corrections import CORRECTION
from treuwerk.domain.ledger import FOREVER, TransactionKind, moment
from treuwerk.domain.records import PostingRow
from treuwerk.domain.totals import TOTAL, total_of
from treuwerk.services.clearing.occasions import OCCASION
from treuwerk.services.clearing.purchase_keys import document_of
from treuwerk.store import journal as stream
from treuwerk.store.database import Database
from treuwerk.store.tables import (
    balance,
    hold,
    identifier,
    person,
    purchase_evidence,
    purchase_identity,
    purchase_line,
)

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
        self._proven = _proven(connection)

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
        if key.startswith(OCCASION):
            before, _, member = key.rpartition("|")
            return f"{before}|{self.account(int(member))}"
        return self._proven.get((account_id, key), key)

    def is_proven(self, account_id: int, key: str) -> bool:
        """Whether other documents prove a purchase: then nobody can tell which of them came first."""
        return (account_id, key) in self._proven


def _proven(connection: Connection) -> dict[tuple[int, str], str]:
    """Keys of purchases that other documents prove, each with one that does not tell which document came first."""
    line, claim, proof = purchase_line.c, purchase_identity.c, purchase_evidence.c
    rows = connection.execute(
        select(line.account_id, claim.key, proof.key.label("proof"), line.article_number, line.quantity)
        .join_from(purchase_evidence, purchase_line, (line.account_id == proof.account_id) & (line.id == proof.line_id))
        .join(purchase_identity, (claim.account_id == line.account_id) & (claim.line_id == line.id)))
    found: dict[tuple[int, str], str] = {}
    for account_id, key, other, article, quantity in rows:
        first = min(found.get((account_id, key), _goods(key, article, quantity)), _goods(other, article, quantity))
        found[account_id, key] = first
    return found


def _goods(key: str, article: str, quantity: int) -> str:
    """What a purchase is whichever line of a document it stands in."""
    return f"goods|{document_of(key)}|{article}|{quantity}"


def _day(at: int | None) -> str | None:
    return None if at is None or at == FOREVER else moment(at).date().isoformat()


def _transactions(connection: Connection, names: _Names) -> Iterator[list[Any]]:
    corrected, completed, totalled = _Sums(), _Sums(), _Sums()
    for row, referred, legs in stream.all_transactions(connection):
        account_id = row.account_id
        account, about = names.account(account_id), names.key(account_id, *referred) if referred else None
        lowers = (row.kind == TransactionKind.REVERSAL and row.business_key.startswith(COMPLETION)
                  and referred is not None and referred[0] == TransactionKind.ACCRUAL)
        if lowers and about:  # a line that is worth less by now, like what goes back of it
            corrected.add(account, about, legs)
            continue
        if row.business_key.startswith(TOTAL):
            totalled.add(account, total_of(row.business_key), legs)
            continue
        if row.business_key.startswith(COMPLETION):
            completed.add(account, names.key(account_id, TransactionKind.ACCRUAL, purchase_of(row.business_key)), legs)
            continue
        if row.business_key.startswith(CORRECTION) and about:
            corrected.add(account, about, legs)
            continue
        yield [account, row.kind, names.key(account_id, row.kind, row.business_key), row.occurred_on, about,
               sorted([leg.book, leg.unit, leg.amount, _day(leg.expires_at) or ""] for leg in legs)]
    for account, about, amounts in corrected.lines():
        yield [account, "corrections", about, amounts]
    for name, sums in (("completions", completed), ("totals", totalled)):
        yield from ([account, name, about, amounts] for account, about, amounts in sums.lines() if amounts)


class _Sums:
    """What moved by account and purchase, added up by book and unit."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str], dict[tuple[str, str], int]] = {}

    def add(self, account: str, about: str, legs: Iterable[PostingRow]) -> None:
        """Add what a transaction moved."""
        sums = self._sums.setdefault((account, about), {})
        for leg in legs:
            sums[leg.book, leg.unit] = sums.get((leg.book, leg.unit), 0) + leg.amount

    def lines(self) -> Iterator[tuple[str, str, list[list[Any]]]]:
        """Account, purchase, and what moved."""
        for (account, about), sums in self._sums.items():
            yield account, about, sorted([*of, amount] for of, amount in sums.items() if amount)


def _lots(connection: Connection, names: _Names) -> Iterator[list[Any]]:
    completed: dict[tuple[str, str, str, str, str | None], int] = {}
    totalled: dict[tuple[str, str, str, str], int] = {}
    for row in stream.lots_with_keys(connection):
        if row.business_key.startswith(TOTAL):
            part = names.account(row.account_id), total_of(row.business_key), row.book, row.unit
            totalled[part] = totalled.get(part, 0) + row.remaining
            continue
        if row.business_key.startswith(COMPLETION):
            purchase = names.key(row.account_id, TransactionKind.ACCRUAL, purchase_of(row.business_key))
            lot = names.account(row.account_id), purchase, row.book, row.unit, _day(row.expires_at)
            completed[lot] = completed.get(lot, 0) + row.remaining
            continue
        yield [names.account(row.account_id), names.key(row.account_id, row.kind, row.business_key), row.book, row.unit,
               row.amount, row.remaining, _day(row.expires_at)]
    for of, remaining in completed.items():
        if remaining:
            yield ["completion", *of, remaining]
    for part, remaining in totalled.items():
        if remaining:
            yield ["total", *part, remaining]


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
        proven = names.is_proven(row.account_id, row.key)
        facts = row[2:4] if proven else row[2:]
        yield [names.account(row.account_id), names.key(row.account_id, TransactionKind.ACCRUAL, row.key), *facts]
