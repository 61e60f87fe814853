"""Purchase lines of an article in the order of their accounts, with what they earned first."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, select, text, tuple_

from treuwerk.domain.ledger import TransactionKind
from treuwerk.store.arrays import listed
from treuwerk.store.assemblies import Place
from treuwerk.store.many import among
from treuwerk.store.tables import journal, purchase_line


class Purchase(NamedTuple):
    """A purchase line with its facts. `key` and `earned` are those of what it earned first: empty where nothing."""

    account_id: int
    id: int
    facts: tuple[Any, ...]
    """As treuwerk.services.clearing.matched_lines names them."""
    key: str
    earned: str


_LINE = purchase_line.c
_FACTS = (_LINE.source, _LINE.seller, _LINE.document, _LINE.line, _LINE.occurred_on, _LINE.article_number,
          _LINE.quantity, _LINE.reported_quantity, _LINE.reported_unit, _LINE.net_millionths, _LINE.currency,
          _LINE.order_number, _LINE.features, _LINE.serials, _LINE.place)


def purchases(connection: Connection, numbers: Collection[str], days: tuple[str, str], behind: Place,
              limit: int) -> list[Purchase]:
    """The next lines of an article behind a place; both days are included."""
    first = journal.c
    rows = connection.execute(
        select(_LINE.account_id, _LINE.id, first.business_key, first.explanation, *_FACTS)
        .select_from(purchase_line.join(journal, and_(
            first.account_id == _LINE.account_id, first.id == _LINE.id,
            first.kind == TransactionKind.ACCRUAL.value), isouter=True))
        .where(_LINE.article_number.in_(sorted(numbers)), _LINE.occurred_on.between(*days),
               tuple_(_LINE.account_id, _LINE.id) > tuple_(*behind))
        .order_by(_LINE.account_id, _LINE.id).limit(limit))
    return [Purchase(account, number, tuple(facts), key or "", earned or "[]")
            for account, number, key, earned, *facts in rows]


def keys_of(connection: Connection, candidates: Sequence[str]) -> dict[Place, str]:
    """Those of the keys that purchases have, by account and line."""
    if not candidates:
        return {}
    accounts = among(connection).replace("accounts", "keys").replace("bigint", "text")
    rows = connection.execute(text(f"SELECT account_id, line_id, key FROM purchase_identity WHERE key {accounts}"),
                              {"keys": listed(connection, candidates)})
    return {(account, line): key for account, line, key in rows}


_KEEP = {
    "sqlite": "INSERT INTO assembly_line (account_id, order_key, line_id, purchase_key, brings, stated, awards, since, "
              "terms) VALUES (?, ?, ?, ?, '{}', '', ?, ?, '') "
              "ON CONFLICT (account_id, order_key, line_id) DO UPDATE SET awards = excluded.awards",
    "postgresql": text(
        "INSERT INTO assembly_line (account_id, order_key, line_id, purchase_key, brings, stated, awards, since, "
        "terms) SELECT a, o, l, k, '{}', '', w, s, '' FROM unnest(CAST(:a AS bigint[]), CAST(:o AS text[]), "
        "CAST(:l AS bigint[]), CAST(:k AS text[]), CAST(:w AS text[]), CAST(:s AS text[])) AS n(a, o, l, k, w, s) "
        "ON CONFLICT (account_id, order_key, line_id) DO UPDATE SET awards = excluded.awards")}


def keep(connection: Connection, rows: Sequence[tuple[int, str, int, str, str, str]]) -> None:
    """Keep what lines are worth by now: account, what stands for the order, line, key, awards, day."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(str(_KEEP["sqlite"]), list(rows))
    else:
        columns = dict(zip("aolkws", map(list, zip(*rows, strict=True)), strict=True))
        connection.execute(_KEEP["postgresql"], columns)  # type: ignore[call-overload]
