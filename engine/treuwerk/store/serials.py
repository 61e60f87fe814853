"""Serial numbers that are taken: each belongs to one purchase of its article, until it comes back."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, select, text
from sqlalchemy.dialects import postgresql, sqlite

from treuwerk.store.master import Saved
from treuwerk.store.tables import article, issued_serial

Serial = tuple[str, str]
"""Normalised serial number, and number of the article."""
_CLAIM = {
    "sqlite": "INSERT OR IGNORE INTO serial_claim (serial, article, purchase_key, account_id, line_id) "
              "VALUES (?, ?, ?, ?, ?)",
    "postgresql": text(
        "INSERT INTO serial_claim (serial, article, purchase_key, account_id, line_id) "
        "SELECT * FROM unnest(CAST(:serials AS text[]), CAST(:articles AS text[]), CAST(:keys AS text[]), "
        "CAST(:accounts AS bigint[]), CAST(:lines AS bigint[])) ON CONFLICT DO NOTHING"),
}
_LISTS = {"sqlite": "(SELECT value FROM json_each(:{0}))", "postgresql": "(SELECT unnest(CAST(:{0} AS {1}[])))"}


class SerialClaim(NamedTuple):
    """A serial that is to be taken, or is taken."""

    serial: str
    article: str
    purchase_key: str
    account_id: int
    line_id: int


def claim_serials(connection: Connection, wanted: Sequence[SerialClaim]) -> dict[Serial, SerialClaim]:
    """Take what is free, in the order of serials; the answer has those that another line holds, with that line."""
    if not wanted:
        return {}
    ordered = sorted(wanted)
    if _insert(connection, ordered) == len(ordered):
        return {}
    own = {one[:2]: one.line_id for one in ordered}
    return {claim[:2]: claim for claim in holders(connection, {one.serial for one in ordered})
            if claim[:2] in own and claim.line_id != own[claim[:2]]}


def _insert(connection: Connection, ordered: list[SerialClaim]) -> int:
    if connection.dialect.name == "sqlite":
        return connection.exec_driver_sql(str(_CLAIM["sqlite"]), [tuple(one) for one in ordered]).rowcount
    values = dict(zip(("serials", "articles", "keys", "accounts", "lines"), map(list, zip(*ordered, strict=True)),
                      strict=True))
    done: Any = connection.execute(_CLAIM["postgresql"], values)  # type: ignore[call-overload]
    return int(done.rowcount)


def holders(connection: Connection, serials: Iterable[str]) -> list[SerialClaim]:
    """Who holds these serials, of whatever article."""
    rows = connection.execute(text(
        "SELECT serial, article, purchase_key, account_id, line_id FROM serial_claim WHERE serial IN "
        + _list(connection, "serials", "text")), {"serials": _bound(connection, sorted(set(serials)))})
    return [SerialClaim(*row) for row in rows]


def free_serials(connection: Connection, lines: Collection[int], serials: Collection[str] | None = None) -> int:
    """Give serials free that lines with these ids hold, all or only these; the answer is how many were held.

    For what comes back: a serial that is free can be bought again. `serials` are as `normalised` makes them.
    """
    if not lines:
        return 0
    values: dict[str, Any] = {"lines": _bound(connection, sorted(lines))}
    only = ""
    if serials is not None:
        only, values["serials"] = f" AND serial IN {_list(connection, 'serials', 'text')}", _bound(
            connection, sorted(serials))
    return connection.execute(text(
        f"DELETE FROM serial_claim WHERE line_id IN {_list(connection, 'lines', 'bigint')}{only}"), values).rowcount


def release(connection: Connection, lines: Collection[int]) -> list[SerialClaim]:
    """Give all serials of lines free; the answer is what they held, for `claim_serials` to restore it."""
    if not lines:
        return []
    rows = connection.execute(text(
        f"DELETE FROM serial_claim WHERE line_id IN {_list(connection, 'lines', 'bigint')} "
        "RETURNING serial, article, purchase_key, account_id, line_id"), {"lines": _bound(connection, sorted(lines))})
    return [SerialClaim(*row) for row in rows]


def free_some_serials(connection: Connection, held: Collection[tuple[int, str]]) -> None:
    """Give serials free, each held by the line with an id: (id, normalised serial)."""
    if not held:
        return
    if connection.dialect.name == "sqlite":
        connection.execute(text("DELETE FROM serial_claim WHERE (line_id, serial) IN (SELECT json_extract(value, "
                                "'$[0]'), json_extract(value, '$[1]') FROM json_each(:held))"),
                           {"held": json.dumps(sorted(held))})
        return
    lines, serials = zip(*sorted(held), strict=True)
    connection.execute(text("DELETE FROM serial_claim WHERE (line_id, serial) IN (SELECT * FROM unnest("
                            "CAST(:lines AS bigint[]), CAST(:serials AS text[])))"),
                       {"lines": list(lines), "serials": list(serials)})


def issued(connection: Connection, serials: Collection[str]) -> set[Serial]:
    """Those of these serials that a maker issued, each with its article."""
    rows = connection.execute(text(
        f"SELECT serial, article FROM issued_serial WHERE serial IN {_list(connection, 'serials', 'text')}"),
        {"serials": _bound(connection, sorted(serials))})
    return {(serial, article) for serial, article in rows}


def listed_articles(connection: Connection, articles: Collection[str]) -> set[str]:
    """Those of these articles of which a maker told the serials."""
    rows = connection.execute(text(
        f"SELECT wanted.value FROM {_tables(connection)} AS wanted WHERE EXISTS "
        "(SELECT 1 FROM issued_serial WHERE issued_serial.article = wanted.value)"),
        {"articles": _bound(connection, sorted(articles))})
    return set(rows.scalars())


def save_issued(connection: Connection, rows: Mapping[str, Mapping[str, Any]], _now: int) -> Saved:
    """Note serials that a maker issued; what is known stays."""
    pairs = {(str(values["serial"]), str(values["article"])) for values in rows.values()}
    there = issued(connection, {serial for serial, _ in pairs}) & pairs
    known = set(connection.execute(select(article.c.number).where(
        article.c.number.in_(sorted({number for _, number in pairs})))).scalars())
    fresh = sorted(pair for pair in pairs - there if pair[1] in known)
    if fresh:
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        connection.execute(dialect.insert(issued_serial).on_conflict_do_nothing(), [
            {"serial": serial, "article": number} for serial, number in fresh])
    refused = {key: f"found article {values['article']!r}, expected one of the article master"
               for key, values in rows.items() if values["article"] not in known}
    return Saved(len(fresh), 0, len(there), refused)


def _tables(connection: Connection) -> str:
    return "json_each(:articles)" if connection.dialect.name == "sqlite" else (
        "(SELECT unnest(CAST(:articles AS text[])) AS value)")


def _list(connection: Connection, name: str, kind: str) -> str:
    return _LISTS[connection.dialect.name].format(name, kind)


def _bound(connection: Connection, values: list[Any]) -> Any:
    return json.dumps(values) if connection.dialect.name == "sqlite" else values


def normalised(serial: str) -> str:
    """A serial number as it is compared: its letters and digits, in capitals.

    >>> normalised(" sw-0001 / a ")
    'SW0001A'
    """
    return "".join(filter(str.isalnum, serial)).upper()
