"""What page readers recognised, what was found in it, and what people made of that."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from treuwerk.domain.page_words import Word
from treuwerk.store.tables import page_reading, read_field, submission, submission_page

READ = "read"
KEPT, CHANGED, DROPPED, TAKEN = "kept", "changed", "dropped", "taken"
"""Outcomes of a field: what stood in the form at once stayed, was changed or taken out; or what was offered was taken.
"""
_PAGE = page_reading.c
_FIELD = read_field.c


def put_page(connection: Connection, values: Mapping[str, Any]) -> None:
    """Note what came of a page; what could not be read before is replaced, what was read stays."""
    into = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
    made = into(page_reading).values(**values)
    connection.execute(made.on_conflict_do_update(
        index_elements=["sha256", "picture", "rotation"],
        set_={name: made.excluded[name] for name in ("reader", "state", "said", "width", "height", "words", "read_at")},
        where=_PAGE.state != READ))


def pages_of(connection: Connection, digests: Collection[str]) -> Sequence[Row[Any]]:
    """What came of all pictures of these files."""
    if not digests:
        return []
    return connection.execute(select(page_reading).where(_PAGE.sha256.in_(sorted(digests))).order_by(
        _PAGE.sha256, _PAGE.picture)).all()


def forget(connection: Connection, sha256: str) -> None:
    """Take out what was recognised on a file that is removed."""
    connection.execute(delete(page_reading).where(_PAGE.sha256 == sha256))


def words_as_json(words: Sequence[Word]) -> str:
    """Words as they are kept: confidences in thousandths."""
    return json.dumps([[text, round(confidence * 1_000), *box] for text, confidence, *box in words],
                      ensure_ascii=False, separators=(",", ":"))


def words_from_json(stored: str) -> tuple[Word, ...]:
    """Words as they were kept."""
    return tuple(Word(text, confidence / 1_000, *box) for text, confidence, *box in json.loads(stored))


def replace_fields(connection: Connection, account_id: int, submission_id: int,
                   rows: Sequence[Mapping[str, Any]]) -> None:
    """Put what is found now in place of what was found before."""
    connection.execute(delete(read_field).where(
        _FIELD.account_id == account_id, _FIELD.submission_id == submission_id))
    if rows:
        connection.execute(insert(read_field), [
            {"account_id": account_id, "submission_id": submission_id, "outcome": "", "entered": "", "edited_by": 0,
             "edited_at": 0, **row} for row in rows])


def fields_of(connection: Connection, account_id: int, submission_id: int) -> Sequence[Row[Any]]:
    """What was found on the pages of a report."""
    return connection.execute(select(read_field).where(
        _FIELD.account_id == account_id, _FIELD.submission_id == submission_id).order_by(_FIELD.place)).all()


def note_edits(connection: Connection, account_id: int, submission_id: int, user_id: int, now: int,
               edits: Sequence[tuple[str, str, str]]) -> None:
    """Note what people made of fields: place, outcome, and what stands there now."""
    if edits:
        connection.execute(update(read_field).where(
            _FIELD.account_id == account_id, _FIELD.submission_id == submission_id,
            _FIELD.place == bindparam("at_place")).values(edited_by=user_id, edited_at=now), [
            {"at_place": place, "outcome": outcome, "entered": entered} for place, outcome, entered in edits])


def with_unread_pages(connection: Connection, keys: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Which of these submissions, by account and id, have a page that a reader could not read; one statement."""
    if not keys:
        return set()
    page = submission_page.c
    rows = connection.execute(select(page.account_id, page.submission_id).distinct().join(
        page_reading, (_PAGE.sha256 == page.sha256) & (_PAGE.rotation == page.rotation)).where(
        _PAGE.state != READ, page.removed_at == 0,
        tuple_(page.account_id, page.submission_id).in_(sorted(keys))))
    return {(row.account_id, row.submission_id) for row in rows}


class FieldShare(NamedTuple):
    """What became of the fields of one kind that a reader read, over decided reports."""

    reader: str
    field: str
    prefilled: int
    kept: int
    changed: int
    dropped: int
    offered: int
    taken: int


def shares(connection: Connection, since: int, until: int) -> list[FieldShare]:
    """What became of what was read on reports that were decided from an instant until before another.

    `field` is the place without the number of a line, such as ``line.qty``.
    """
    found: dict[tuple[str, str], list[int]] = {}
    rows = connection.execute(select(
        _FIELD.reader, _FIELD.place, _FIELD.prefilled, _FIELD.outcome, func.count().label("fields")).join(
        submission, (submission.c.account_id == _FIELD.account_id) & (submission.c.id == _FIELD.submission_id)).where(
        submission.c.decided_at > 0, submission.c.decided_at >= since, submission.c.decided_at < until).group_by(
        _FIELD.reader, _FIELD.place, _FIELD.prefilled, _FIELD.outcome))
    for row in rows:
        head, *rest = row.place.split(".")
        sums = found.setdefault((row.reader, f"{head}.{rest[-1]}" if rest else head), [0] * 6)
        sums[0 if row.prefilled else 4] += row.fields
        if row.outcome:
            sums[{KEPT: 1, CHANGED: 2, DROPPED: 3, TAKEN: 5}[row.outcome]] += row.fields
    return [FieldShare(*key, *sums) for key, sums in sorted(found.items())]
