"""Corrections and the lines that they are about, in statements whose number does not depend on how many there are."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from treuwerk.domain.corrections import BookedLine, CorrectionKind
from treuwerk.domain.document_kinds import EARNING_KINDS
from treuwerk.domain.folding import behind
from treuwerk.store.arrays import array, listed, paired
from treuwerk.store.bulk import insert_rows
from treuwerk.store.documents import part
from treuwerk.store.driver import both, fetched
from treuwerk.store.tables import clearing_run, correction, correction_target, problem, purchase_alias, taken_back
from treuwerk.store.tables.corrections import CHANGE_WAITS

_TURN = 0x7475726E  # of batches that correct, among the advisory locks of PostgreSQL
_AT_ONCE = 500
PARKED = "parked"
"""The code of a correction that waits for its purchase, and for nobody."""


class Noted(NamedTuple):
    """A correction that is kept; `open_since` is None where it has met all that it is about."""

    key: str
    content: str
    kind: str
    detail: str
    run_id: int
    open_since: int | None


def take_turn(connection: Connection, *, alone: bool) -> None:
    """Let batches that correct be alone: a purchase and its cancellation must not pass each other unseen.

    Others share their turn. SQLite has one writer anyway.
    """
    if connection.dialect.name == "postgresql":
        shared = "" if alone else "_shared"
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock{shared}({_TURN})")


_ANY_THERE = both("SELECT EXISTS (SELECT 1 FROM correction)")


def any_there(connection: Connection) -> bool:
    """Whether there is any correction at all."""
    return bool(fetched(connection, _ANY_THERE, ())[0][0])


def any_change_waits(connection: Connection) -> bool:
    """Whether a changed line waits for the document that it changes."""
    return connection.execute(_ANY_CHANGE).one_or_none() is not None


def waiting_changes(connection: Connection, targets: Iterable[str]) -> list[str]:
    """Changed lines of these documents that wait, each as it was kept."""
    return [one.detail for one in _noted(connection, _BY_TARGET, targets)
            if one.kind == CorrectionKind.CHANGE and one.open_since is not None]


_ANY_CHANGE = text(f"SELECT 1 FROM correction WHERE {CHANGE_WAITS} LIMIT 1")
_BY_KEY = {
    "sqlite": text("SELECT key, content, kind, detail, run_id, open_since FROM correction "
                   "WHERE key IN (SELECT value FROM json_each(:keys))"),
    "postgresql": text("SELECT key, content, kind, detail, run_id, open_since FROM correction "
                       "WHERE key = ANY(CAST(:keys AS text[]))")}
_BY_TARGET = {
    "sqlite": text("SELECT DISTINCT c.key, c.content, c.kind, c.detail, c.run_id, c.open_since FROM json_each(:keys) j "
                   "CROSS JOIN correction_target t ON t.target = j.value JOIN correction c ON c.key = t.key"),
    "postgresql": text("SELECT key, content, kind, detail, run_id, open_since FROM correction WHERE key IN ("
                       "SELECT t.key FROM correction_target t WHERE t.target = ANY(CAST(:keys AS text[])))")}


def known(connection: Connection, keys: Iterable[str]) -> dict[str, Noted]:
    """Corrections by their keys."""
    return {one.key: one for one in _noted(connection, _BY_KEY, keys)}


def concerning(connection: Connection, targets: Iterable[str]) -> dict[str, Noted]:
    """All corrections that may be about these documents, by their keys."""
    return {one.key: one for one in _noted(connection, _BY_TARGET, targets)}


def _noted(connection: Connection, statement: Any, keys: Iterable[str]) -> list[Noted]:
    wanted = sorted(set(keys))
    if not wanted:
        return []
    rows = connection.execute(statement[connection.dialect.name], {"keys": listed(connection, wanted)})
    return [Noted._make(row) for row in rows.all()]


def note(connection: Connection, rows: Sequence[tuple[Any, ...]], targets: Iterable[tuple[str, str]]) -> None:
    """Keep corrections that nobody knew, in the order of their columns, and the (target, key) pairs to find them by."""
    insert_rows(connection, correction, rows)
    insert_rows(connection, correction_target, sorted(set(targets)))


_SET_OPEN = {"sqlite": text("UPDATE correction SET open_since = :since WHERE key IN (SELECT value FROM "
                            "json_each(:keys))"),
             "postgresql": text("UPDATE correction SET open_since = CAST(:since AS bigint) "
                                "WHERE key = ANY(CAST(:keys AS text[]))")}


def set_open(connection: Connection, keys: Collection[str], since: int | None) -> None:
    """Note that corrections have met all that they are about (None), or since when they wait."""
    if keys:
        connection.execute(_SET_OPEN[connection.dialect.name], {
            "keys": listed(connection, sorted(keys)), "since": since})


_EARNED = "EXISTS (SELECT 1 FROM journal j WHERE j.account_id = l.account_id AND j.id = l.id AND j.kind = 'accrual')"
_CLAIMED = (
    f"SELECT l.account_id, l.id, i.key, l.article_number, l.quantity, l.occurred_on, {_EARNED}, "
    "l.source, l.net_millionths, l.currency, l.place FROM {ranges} "
    "CROSS JOIN purchase_identity i JOIN purchase_line l ON l.account_id = i.account_id AND l.id = i.line_id "
    "WHERE i.key >= r.low AND i.key < r.high")
_RANGES = {
    "sqlite": text(_CLAIMED.format(ranges="(SELECT json_extract(value, '$[0]') AS low, json_extract(value, '$[1]') "
                                          "AS high FROM json_each(:ranges)) r")),
    "postgresql": text(_CLAIMED.format(ranges="unnest(CAST(:lows AS text[]), CAST(:highs AS text[])) AS r(low, high)")
                       .replace("r.low", 'r.low COLLATE "C"').replace("r.high", 'r.high COLLATE "C"'))}
_STANDING = (
    "SELECT l.account_id, l.id, COALESCE(j.business_key, ''), l.article_number, l.quantity, l.occurred_on, "
    "j.id IS NOT NULL, l.source, l.net_millionths, l.currency, l.place, l.seller, l.document, l.line, a.target "
    "FROM purchase_alias a JOIN purchase_line l ON l.account_id = a.account_id AND l.id = a.line_id "
    "LEFT JOIN journal j ON j.account_id = l.account_id AND j.id = l.id AND j.kind = 'accrual' WHERE a.target {among}")
_ALIASED = {"sqlite": text(_STANDING.format(among="IN (SELECT value FROM json_each(:keys))")),
            "postgresql": text(_STANDING.format(among="= ANY(CAST(:keys AS text[]))"))}


def note_aliases(connection: Connection, rows: Sequence[tuple[str, int, int]]) -> None:
    """Note that lines stand for other documents, too: (target, account, line)."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    if rows:
        connection.execute(dialect.insert(purchase_alias).on_conflict_do_nothing(), [
            {"target": name, "account_id": account_id, "line_id": line_id}
            for name, account_id, line_id in sorted(set(rows))])


def lines_of(connection: Connection, targets: Iterable[str]) -> list[BookedLine]:
    """All purchase lines of these documents, whatever their kind and year, with those that stand for them."""
    wanted = sorted(set(targets))
    found = {(line.account_id, line.id): line for line in _claimed(connection, wanted)}
    if wanted:
        for row in connection.execute(_ALIASED[connection.dialect.name], {"keys": listed(connection, wanted)}):
            line = _line(row)
            line = found.get((line.account_id, line.id), line._replace(key=_key(row)))
            found[line.account_id, line.id] = line._replace(also=(*line.also, row[14]))
    return list(found.values())


_ALIASES = {
    "sqlite": text("SELECT a.target FROM json_each(:pairs) p CROSS JOIN purchase_alias a "
                   "ON a.account_id = json_extract(p.value, '$[0]') AND a.line_id = json_extract(p.value, '$[1]')"),
    "postgresql": text("SELECT a.target FROM unnest(CAST(:accounts AS bigint[]), CAST(:numbers AS bigint[])) "
                       "AS p(account_id, number) JOIN purchase_alias a "
                       "ON a.account_id = p.account_id AND a.line_id = p.number")}


def names_of(connection: Connection, lines: Iterable[BookedLine]) -> set[str]:
    """The targets of all other documents that lines stand for."""
    pairs = sorted({(line.account_id, line.id) for line in lines})
    if not pairs:
        return set()
    values = paired(connection, pairs, "numbers")
    return set(connection.execute(_ALIASES[connection.dialect.name], values).scalars())


def _key(row: Sequence[Any]) -> str:
    """The key of a line; in place of it, where it earned nothing and is found otherwise, one of its own."""
    key, day, seller, document, line = row[2], row[5], *row[11:14]
    return key or f"purchase|{part(seller)}||{part(document)}|{day[:4]}|{part(line)}"


def _claimed(connection: Connection, targets: Iterable[str]) -> Iterator[BookedLine]:
    ranges = [(start, behind(start)) for start in sorted({
        f"purchase|{seller}|{kind.value}|{number}|" for seller, number in (name.split("|", 1) for name in targets)
        for kind in EARNING_KINDS})]
    for at in range(0, len(ranges), _AT_ONCE):
        some = ranges[at:at + _AT_ONCE]
        values: dict[str, Any] = {"ranges": json.dumps(some)} if connection.dialect.name == "sqlite" else {
            "lows": array([low for low, _ in some]), "highs": array([high for _, high in some])}
        yield from map(_line, connection.execute(_RANGES[connection.dialect.name], values).all())


_OF_ARTICLES = (
    "SELECT l.account_id, l.id, COALESCE(j.business_key, ''), l.article_number, l.quantity, l.occurred_on, "
    "j.business_key IS NOT NULL, l.source, l.net_millionths, l.currency, l.place, l.seller, l.document, l.line "
    "FROM {pairs} JOIN purchase_line l "
    "ON l.account_id = p.account_id AND l.article_number = p.article LEFT JOIN journal j "
    "ON j.account_id = l.account_id AND j.id = l.id AND j.kind = 'accrual' "
    "ORDER BY l.account_id, l.occurred_on DESC, l.document DESC, l.line DESC, l.id DESC")
_PAIRS = {
    "sqlite": text(_OF_ARTICLES.format(pairs="(SELECT json_extract(value, '$[0]') AS account_id, "
                                             "json_extract(value, '$[1]') AS article FROM json_each(:pairs)) p CROSS")),
    "postgresql": text(_OF_ARTICLES.format(
        pairs="unnest(CAST(:accounts AS bigint[]), CAST(:articles AS text[])) AS p(account_id, article)"))}


def lines_with(connection: Connection, pairs: Collection[tuple[int, str]]) -> dict[tuple[int, str], list[BookedLine]]:
    """Purchase lines by (account, article), the latest first."""
    if not pairs:
        return {}
    wanted = sorted(pairs)
    values = paired(connection, wanted, "articles")
    found: dict[tuple[int, str], list[BookedLine]] = {pair: [] for pair in wanted}
    for row in connection.execute(_PAIRS[connection.dialect.name], values):
        found[row[0], row[3]].append(_line(row)._replace(key=_key(row)))
    return found


def _line(row: Sequence[Any]) -> BookedLine:
    account_id, number, key, article, quantity, day, earned, *of_the_document = row[:11]
    return BookedLine(account_id, number, key, article, quantity, day, bool(earned), 0, (), *of_the_document)


_RETURNED = {
    "sqlite": text("SELECT j.account_id, j.refers_to, j.explanation FROM json_each(:pairs) p CROSS JOIN journal j "
                   "ON j.account_id = json_extract(p.value, '$[0]') AND j.refers_to = json_extract(p.value, '$[1]') "
                   "WHERE j.kind = 'reversal'"),
    "postgresql": text("SELECT j.account_id, j.refers_to, j.explanation FROM unnest(CAST(:accounts AS bigint[]), "
                       "CAST(:numbers AS bigint[])) AS p(account_id, number) JOIN journal j "
                       "ON j.account_id = p.account_id AND j.refers_to = p.number WHERE j.kind = 'reversal'")}


def returned(connection: Connection, lines: Iterable[BookedLine]) -> dict[tuple[int, int], int]:
    """Pieces that went back by bookings, also those by hand, by account and line."""
    pairs = sorted({(line.account_id, line.id) for line in lines if line.earned})
    found: dict[tuple[int, int], int] = {}
    if not pairs:
        return found
    values = paired(connection, pairs, "numbers")
    for account_id, number, explanation in connection.execute(_RETURNED[connection.dialect.name], values):
        pieces = max((award.get("returned", 0) for award in json.loads(explanation)), default=0)
        found[account_id, number] = max(pieces, found.get((account_id, number), 0))
    return found


_OF_LINES = {
    "sqlite": text("SELECT t.account_id, t.line_id, t.key, t.pieces FROM json_each(:pairs) p CROSS JOIN taken_back t "
                   "ON t.account_id = json_extract(p.value, '$[0]') AND t.line_id = json_extract(p.value, '$[1]')"),
    "postgresql": text("SELECT t.account_id, t.line_id, t.key, t.pieces FROM unnest(CAST(:accounts AS bigint[]), "
                       "CAST(:numbers AS bigint[])) AS p(account_id, number) JOIN taken_back t "
                       "ON t.account_id = p.account_id AND t.line_id = p.number")}
_OF_KEYS = {
    "sqlite": text("SELECT account_id, line_id, key, pieces FROM taken_back "
                   "WHERE key IN (SELECT value FROM json_each(:keys))"),
    "postgresql": text("SELECT account_id, line_id, key, pieces FROM taken_back "
                       "WHERE key = ANY(CAST(:keys AS text[]))")}


def taken_by(connection: Connection, run_id: int) -> set[int]:
    """The accounts of which corrections of a run took something."""
    return set(connection.execute(select(taken_back.c.account_id).where(taken_back.c.run_id == run_id)).scalars())


def taken(connection: Connection, lines: Iterable[BookedLine],
          keys: Iterable[str]) -> dict[tuple[int, int], dict[str, int]]:
    """Pieces by (account, line) and correction: all that was taken of these lines, and all that these keys took."""
    pairs, found = sorted({(line.account_id, line.id) for line in lines}), dict[tuple[int, int], dict[str, int]]()
    dialect, there = connection.dialect.name, set(pairs)
    values = paired(connection, pairs, "numbers")
    rows = list(connection.execute(_OF_LINES[dialect], values))
    wanted = sorted(set(keys))
    if wanted:
        rows += [row for row in connection.execute(_OF_KEYS[dialect], {"keys": listed(connection, wanted)})
                 if tuple(row[:2]) not in there]
    for account_id, line_id, key, pieces in rows:
        of = found.setdefault((account_id, line_id), {})
        of[key] = of.get(key, 0) + pieces
    return found


def note_taken(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Keep what was taken back, in the order of the columns."""
    insert_rows(connection, taken_back, rows)


def settle(connection: Connection, keys: Iterable[str], now: int) -> set[int]:
    """Corrections that have met what they are about wait no longer; the answer are the runs that brought them."""
    wanted, met = sorted(set(keys)), set[int]()
    for at in range(0, len(wanted), _AT_ONCE):
        met |= set(connection.execute(update(problem).where(
            problem.c.state == "waiting", problem.c.settled_at.is_(None),
            problem.c.purchase_key.in_(wanted[at:at + _AT_ONCE])).values(settled_at=now)
            .returning(problem.c.run_id)).scalars())
    return met


def overdue(connection: Connection, before: int) -> dict[int, int]:
    """Runs with corrections that wait since before an instant, each with when the last of these was reported."""
    rows = connection.execute(select(correction.c.run_id, func.max(correction.c.reported_at)).where(
        correction.c.open_since.is_not(None), correction.c.reported_at < before)
        .group_by(correction.c.run_id).order_by(correction.c.run_id))
    return {run_id: int(reported) for run_id, reported in rows}


def file_of(connection: Connection, run_id: int) -> str:
    """The name of the file of a run."""
    return connection.execute(select(clearing_run.c.file).where(clearing_run.c.id == run_id)).scalar() or ""


def waits_for_somebody(connection: Connection, run_id: int) -> bool:
    """Whether a line of a run waits that is not just parked until its purchase comes."""
    return connection.execute(select(problem.c.number).where(
        problem.c.run_id == run_id, problem.c.state == "waiting", problem.c.settled_at.is_(None),
        problem.c.code != PARKED).limit(1)).one_or_none() is not None


def note_versions(connection: Connection, rows: Sequence[dict[str, Any]], targets: Sequence[dict[str, str]]) -> None:
    """Note that documents were said again; what is known already stays."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    for table, values in ((correction, rows), (correction_target, targets)):
        if values:
            connection.execute(dialect.insert(table).on_conflict_do_nothing(), list(values))

