"""Whose document it is: claims of documents, what else a purchase line stands for, and what proves it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from sqlalchemy import Connection, select, text, tuple_
from sqlalchemy.exc import IntegrityError

from treuwerk.domain.corrections import SUPERSEDED
from treuwerk.store.arrays import listed
from treuwerk.store.bulk import insert_rows
from treuwerk.store.driver import both, fetched
from treuwerk.store.tables import account_merge, document_claim, purchase_evidence, purchase_reference

_WORTH_A_COPY = 200
_ANY_ORDER = both("SELECT EXISTS (SELECT 1 FROM purchase_reference WHERE key >= 'order|' AND key < 'order}')")
_MARKS = {"sqlite": "SELECT value FROM json_each(:keys)", "postgresql": "SELECT unnest(CAST(:keys AS text[]))"}
_WANTED = {"sqlite": "json_each(:keys) k", "postgresql": "unnest(CAST(:keys AS text[])) AS k(value)"}
_LINE = ("l.account_id, l.id, l.source, l.seller, l.document, l.line, l.occurred_on, l.article_number, l.quantity, "
         "l.reported_quantity, l.reported_unit, l.net_millionths, l.currency, l.order_number, l.serials, l.run_id, "
         "l.at_line")
_CLAIM = {
    "sqlite": "INSERT OR IGNORE INTO document_claim (key, owner) VALUES (?, ?)",
    "postgresql": text("INSERT INTO document_claim (key, owner) SELECT * FROM unnest(CAST(:keys AS text[]), "
                       "CAST(:owners AS text[])) ON CONFLICT DO NOTHING"),
}


class BookedLine(NamedTuple):
    """A purchase line that is booked. `known_as` is the key that it was asked for by."""

    known_as: str
    account_id: int
    id: int
    source: str
    seller: str
    document: str
    line: str
    day: str
    article: str
    quantity: int
    reported_quantity: str
    unit: str
    net: int | None
    currency: str
    order: str
    serials: str
    run_id: int
    at_line: int


def claim_documents(connection: Connection, wanted: Mapping[str, str]) -> dict[str, str]:
    """Claim documents for their owners; the answer has those that somebody else owns, with who that is.

    In the order of keys, so that two runs over the same documents cannot wait for each other in a circle.
    """
    ordered = sorted(wanted.items())
    if not ordered or _insert(connection, ordered) == len(ordered):
        return {}
    return {key: owner for key, owner in owners(connection, wanted).items() if owner != wanted[key]}


def _insert(connection: Connection, ordered: Sequence[tuple[str, str]]) -> int:
    if connection.dialect.name == "sqlite":
        return connection.exec_driver_sql(str(_CLAIM["sqlite"]), list(ordered)).rowcount
    if len(ordered) >= _WORTH_A_COPY:
        with suppress(IntegrityError), connection.begin_nested():
            insert_rows(connection, document_claim, ordered)
            return len(ordered)
    keys, names = map(list, zip(*ordered, strict=True))
    done = connection.execute(_CLAIM["postgresql"], {"keys": keys, "owners": names})  # type: ignore[call-overload]
    return int(done.rowcount)


def owners(connection: Connection, keys: Iterable[str]) -> dict[str, str]:
    """Who owns which of these documents."""
    rows = connection.execute(text(
        f"SELECT key, owner FROM document_claim WHERE key IN ({_MARKS[connection.dialect.name]})"),
        {"keys": _listed(connection, keys)})
    return {row.key: row.owner for row in rows}


def take_over(connection: Connection, claims: Mapping[str, tuple[str, str]]) -> set[str]:
    """Give documents of which nothing is booked another owner, from → to; the answer has those that went through."""
    done = set()
    for key, (before, owner) in sorted(claims.items()):
        changed = connection.execute(document_claim.update().where(
            document_claim.c.key == key, document_claim.c.owner == before).values(owner=owner))
        if changed.rowcount:
            done.add(key)
    return done


def lines_of_documents(connection: Connection, keys: Collection[str]) -> list[BookedLine]:
    """Booked lines of documents: their own, and those of invoices that refer to them."""
    if not keys:
        return []
    wanted, bound = _WANTED[connection.dialect.name], {"keys": _listed(connection, keys)}
    own = connection.execute(text(
        f"SELECT k.value, {_LINE} FROM {wanted} CROSS JOIN purchase_identity i CROSS JOIN purchase_line l "
        "WHERE i.key >= 'purchase|' || k.value || '|' AND i.key < 'purchase|' || k.value || '}' "
        "AND l.account_id = i.account_id AND l.id = i.line_id"), bound)
    found = [BookedLine(*row) for row in own]
    referring = connection.execute(text(
        f"SELECT k.value, {_LINE} FROM {wanted} CROSS JOIN purchase_reference r CROSS JOIN purchase_line l "
        "WHERE r.key = k.value AND l.account_id = r.account_id AND l.id = r.line_id"), bound)
    return sorted(found + [BookedLine(*row) for row in referring], key=lambda line: (line.known_as, line.id))


def lines_of_purchases(connection: Connection, keys: Collection[str]) -> dict[str, BookedLine]:
    """The booked line of each of these purchases, by the purchase's key."""
    if not keys:
        return {}
    rows = connection.execute(text(
        f"SELECT i.key, {_LINE} FROM {_WANTED[connection.dialect.name]} CROSS JOIN purchase_identity i "
        "CROSS JOIN purchase_line l WHERE i.key = k.value AND l.account_id = i.account_id AND l.id = i.line_id"),
        {"keys": _listed(connection, keys)})
    return {row[0]: BookedLine(*row) for row in rows}


def lines_by_id(connection: Connection, places: Collection[tuple[int, int]]) -> dict[tuple[int, int], BookedLine]:
    """Booked lines by account and id."""
    if not places:
        return {}
    wanted = _listed(connection, [f"{account}/{line}" for account, line in places])
    split = ("CAST(substr(k.value, 1, {0}(k.value, '/') - 1) AS {1}), CAST(substr(k.value, {0}(k.value, '/') + 1) "
             "AS {1})").format(*(("instr", "INTEGER") if connection.dialect.name == "sqlite" else
                                 ("strpos", "bigint")))
    rows = connection.execute(text(
        f"SELECT k.value, {_LINE} FROM {_WANTED[connection.dialect.name]} CROSS JOIN purchase_line l "
        f"WHERE (l.account_id, l.id) = ({split})"), {"keys": wanted})
    return {(row[1], row[2]): BookedLine(*row) for row in rows}


def lines_of_orders(connection: Connection, orders: Collection[str]) -> list[BookedLine]:
    """Booked lines of these orders, known as their order."""
    if not orders:
        return []
    rows = connection.execute(text(
        f"SELECT k.value, {_LINE} FROM {_WANTED[connection.dialect.name]} CROSS JOIN purchase_line l "
        "WHERE l.order_number = k.value AND l.order_number <> ''"), {"keys": _listed(connection, orders)})
    return [BookedLine(*row) for row in rows]


def referring_lines(connection: Connection, keys: Collection[str]) -> list[BookedLine]:
    """Booked lines that stand for these keys."""
    if not keys:
        return []
    rows = connection.execute(text(
        f"SELECT k.value, {_LINE} FROM {_WANTED[connection.dialect.name]} CROSS JOIN purchase_reference r "
        "CROSS JOIN purchase_line l WHERE r.key = k.value AND l.account_id = r.account_id AND l.id = r.line_id"),
        {"keys": _listed(connection, keys)})
    return [BookedLine(*row) for row in rows]


def any_order_reported(connection: Connection) -> bool:
    """Whether any upload named an order: else no direct document can meet one."""
    return bool(fetched(connection, _ANY_ORDER, ())[0][0])


def notes_of(connection: Connection, places: Collection[tuple[int, int]]) -> dict[tuple[int, int], set[str]]:
    """The delivery notes that booked lines stand for besides their own document, by account and line."""
    found: dict[tuple[int, int], set[str]] = {}
    if places:
        of = purchase_reference.c
        for row in connection.execute(select(purchase_reference).where(
                tuple_(of.account_id, of.line_id).in_(sorted(places)), ~of.key.startswith("order|"))):
            found.setdefault((row.account_id, row.line_id), set()).add(row.key)
    return found


def note_references(connection: Connection, rows: Sequence[tuple[int, int, str]]) -> None:
    """Keep what purchase lines stand for: (account, line, key)."""
    insert_rows(connection, purchase_reference, rows)


def note_evidence(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Keep what proves purchase lines, in the order of the table's columns; what is known already stays as it is."""
    if not rows:
        return
    names = [column.name for column in purchase_evidence.columns]
    connection.execute(
        text(f"INSERT INTO purchase_evidence ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)}) "
             "ON CONFLICT DO NOTHING"),
        [dict(zip(names, row, strict=True)) for row in sorted(rows, key=lambda row: row[:4])])


def heirs(connection: Connection) -> dict[int, int]:
    """Accounts that were given up, with the account that each became."""
    rows = connection.execute(select(account_merge.c.account_id, account_merge.c.into_account_id).where(
        account_merge.c.undone_at.is_(None)))
    into = {row.account_id: row.into_account_id for row in rows}
    return {before: _end(into, before) for before in into}


def _end(into: Mapping[int, int], account_id: int) -> int:
    for _ in into:
        if account_id not in into:
            break
        account_id = into[account_id]
    return account_id


def evidence_of_lines(connection: Connection, account_id: int, lines: Collection[int]) -> Iterator[Any]:
    """Evidence of purchase lines of an account, oldest first."""
    if lines:
        yield from connection.execute(select(purchase_evidence).where(
            purchase_evidence.c.account_id == account_id, purchase_evidence.c.line_id.in_(sorted(lines)))
            .order_by(purchase_evidence.c.run_id, purchase_evidence.c.at_line, purchase_evidence.c.key))


def evidence_of_run(connection: Connection, run_id: int) -> list[tuple[Any, BookedLine]]:
    """What a run brought that was booked before: the evidence and the line that it proves, in the order of the file."""
    rows = connection.execute(select(purchase_evidence).where(purchase_evidence.c.run_id == run_id).order_by(
        purchase_evidence.c.at_line, purchase_evidence.c.key)).all()
    booked = lines_by_id(connection, {(row.account_id, row.line_id) for row in rows})
    return [(row, booked[row.account_id, row.line_id]) for row in rows if (row.account_id, row.line_id) in booked]


_PROVEN_BY_FEEDS = text(
    "SELECT l.article_number, MIN(e.document) AS document, MIN(e.source) AS source, SUM(e.quantity) AS delivered, "
    "COALESCE((SELECT SUM(n.quantity) FROM purchase_line n WHERE n.account_id = :account AND n.run_id = :run "
    "AND n.article_number = l.article_number AND n.document = l.document AND n.seller = l.seller), 0) AS left_over "
    "FROM taken_back t "
    "JOIN purchase_line l ON l.account_id = t.account_id AND l.id = t.line_id "
    "JOIN purchase_evidence e ON e.account_id = l.account_id AND e.line_id = l.id "
    "WHERE t.account_id = :account AND t.run_id = :run AND t.key = :superseded AND l.source = 'upload' "
    "AND e.owner >= 'direct:' AND e.owner < 'direct;' AND e.quantity = l.quantity "
    "GROUP BY l.article_number, l.document, l.seller ORDER BY l.article_number, l.document")


def proven_by_feeds(connection: Connection, account_id: int, run_id: int) -> list[tuple[str, str, str, int, int]]:
    """What feeds reported of lines of uploads that a run took back.

    Article, document, source, pieces that the feeds reported, and those that the run booked in their place.
    """
    rows = connection.execute(_PROVEN_BY_FEEDS, {"account": account_id, "run": run_id, "superseded": SUPERSEDED})
    return [(article, document, source, int(delivered), int(left))
            for article, document, source, delivered, left in rows]


def _listed(connection: Connection, keys: Iterable[str]) -> str:
    return listed(connection, dict.fromkeys(keys))
