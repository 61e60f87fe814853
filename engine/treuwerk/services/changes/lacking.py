"""The work list of unknown customers and articles: what lines wait for, how many, since when, and what may be meant."""

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import Any

import attrs
from sqlalchemy import Connection

from treuwerk.domain.aliases import Kind, Name
from treuwerk.domain.folding import folded, words_of
from treuwerk.domain.kept_lines import NotKept, kept
from treuwerk.domain.ledger import moment
from treuwerk.domain.participants import identifier
from treuwerk.domain.reading import plain_number
from treuwerk.domain.rights import Access
from treuwerk.services.changes.aliasing import READ
from treuwerk.services.searching import FoundParticipant, found_participants
from treuwerk.store import articles
from treuwerk.store import sellers as registry
from treuwerk.store import waiting_lines as store
from treuwerk.store.aliases import shared
from treuwerk.store.tables import problem

SUGGESTED, SHOWN = 6, 12
_SHORTEST = 3


@attrs.frozen
class Lacking:
    """What lines wait for. `since` is when the first one came (microseconds UTC), `sender` the seller's name.

    `ambiguous` is whether several participants have the number.
    """

    name: Name
    written: str
    called: str
    sender: str
    lines: int
    documents: int
    pieces: int
    since: int
    ambiguous: bool

    def as_json(self) -> dict[str, Any]:
        """The shape that others rely on."""
        kind, scope, scheme, value = self.name
        return {"kind": kind.value, "sender": scope, "scheme": scheme, "number": self.written or value,
                "called": self.called, "lines": self.lines, "documents": self.documents, "pieces": self.pieces,
                "since": moment(self.since).isoformat(), "ambiguous": self.ambiguous}


@attrs.frozen
class WaitingDocument:
    """A document some of whose lines wait, with its file, day and an example of its goods."""

    number: str
    run_id: int
    file: str
    source: str
    came_at: int
    lines: int
    pieces: int
    day: str
    example: str


@attrs.frozen
class FoundArticle:
    """An article that may be meant; `why` is the alias or GTIN by which it was found."""

    number: str
    name: str
    kind: str
    why: str


def lacking(access: Access, connection: Connection, *, kind: Kind | None = None, typed: str = "", limit: int = 50,
            skipped: int = 0) -> tuple[list[Lacking], bool]:
    """What lines wait for, that for which most do first, and whether there is more; `typed` narrows it.

    Raises:
        NotAllowed: the right to see the work queue is not there.
    """
    access.require(READ)
    conditions: list[Any] = [problem.c.waits_for == kind.value] if kind else []
    if text := typed.strip():
        conditions.append(problem.c.value.contains(identifier(text), autoescape=True)
                          | problem.c.called.icontains(text, autoescape=True)
                          | problem.c.scope.icontains(text, autoescape=True))
    rows = store.listed(connection, conditions, limit + 1, skipped)
    names = registry.names(connection, {row.scope for row in rows})
    return [_lacking(row, names.get(row.scope) or row.scope) for row in rows[:limit]], len(rows) > limit


def one(access: Access, connection: Connection, name: Name) -> Lacking | None:
    """One row of the work list; None where nothing waits for it any more.

    Raises:
        NotAllowed: the right to see the work queue is not there.
    """
    access.require(READ)
    rows = store.listed(connection, store.exactly(name), 1, 0)
    names = registry.names(connection, {row.scope for row in rows})
    return _lacking(rows[0], names.get(rows[0].scope) or rows[0].scope) if rows else None


def counts(access: Access, connection: Connection) -> dict[Kind, int]:
    """How many different numbers lines wait for, by kind."""
    access.require(READ)
    found = store.totals(connection)
    return {kind: found.get(kind.value, 0) for kind in Kind}


def waiting_documents(access: Access, connection: Connection, name: Name, limit: int = 20) -> list[WaitingDocument]:
    """Documents whose lines wait for this, the latest first."""
    access.require(READ)
    rows = store.documents(connection, store.exactly(name), limit)
    payloads = store.payloads(connection, [(row.run_id, row.number) for row in rows])
    return [_document(row, payloads.get((row.run_id, row.number), "")) for row in rows]


def _document(row: Any, payload: str) -> WaitingDocument:
    day = example = ""
    try:
        document = kept(payload)
        line = document.lines[0]
        day = str(document.event_date or "")
        named = " ".join(filter(None, (line.article_seller, line.name)))
        example = f"{plain_number(line.qty)} {line.unit} {named}".strip()
    except NotKept:
        pass
    return WaitingDocument(row.document, row.run_id, row.file, row.source, row.started_at, row.lines, row.pieces or 0,
                           day, example)


def suggested_participants(connection: Connection, lack: Lacking) -> list[FoundParticipant]:
    """Participants that may be meant: who shares the number, or has a similar name or number."""
    if lack.ambiguous:
        owners = shared(connection, lack.name.scheme, [lack.name.value]).get(lack.name.value, [])
        return found_participants(connection, accounts=owners)
    words = [word for word in words_of(lack.called) if len(word) >= _SHORTEST]
    tries = [words, words[:2], words[:1], [lack.name.value.casefold()]]
    found: dict[int, FoundParticipant] = {}
    for some in tries:
        if some and len(found) < SUGGESTED:
            for one_ in found_participants(connection, words=some):
                found.setdefault(one_.account_id, one_)
    return _alike(found.values(), lack.called)[:SUGGESTED]


def _alike(found: Iterable[FoundParticipant], called: str) -> list[FoundParticipant]:
    wanted = folded(called)
    return sorted(found, key=lambda one_: -SequenceMatcher(None, wanted, folded(one_.name)).ratio())


def suggested_articles(connection: Connection, lack: Lacking) -> list[FoundArticle]:
    """Articles that may be meant, by a similar number, GTIN or name."""
    number, found = lack.written or lack.name.value, dict[str, FoundArticle]()
    words = [word for word in lack.called.split() if len(word) >= _SHORTEST]
    for typed in (number, " ".join(words), " ".join(words[:2]), *words[:4], number[:-2], number[:_SHORTEST + 1]):
        if len(typed) >= _SHORTEST and len(found) < SHOWN:
            for row in articles.like(connection, typed, SUGGESTED):
                found.setdefault(row[0], FoundArticle(*row))
    wanted = folded(f"{number} {lack.called}")
    alike = {one_.number: SequenceMatcher(None, wanted, folded(f"{one_.number} {one_.name}")).ratio()
             for one_ in found.values()}
    return sorted(found.values(), key=lambda one_: -alike[one_.number])[:SUGGESTED]


def find_participants(access: Access, connection: Connection, typed: str) -> list[FoundParticipant]:
    """Participants that are called as somebody typed.

    Raises:
        NotAllowed: the right to see the work queue is not there.
    """
    access.require(READ)
    return found_participants(connection, words=words_of(typed)[:SUGGESTED])[:SHOWN]


def find_articles(access: Access, connection: Connection, typed: str) -> Sequence[FoundArticle]:
    """Articles whose number, alias, GTIN or name is like what somebody typed."""
    access.require(READ)
    return [FoundArticle(*row) for row in articles.like(connection, typed, SHOWN)]


def _lacking(row: Any, sender: str) -> Lacking:
    return Lacking(Name(Kind(row.waits_for), row.scope, row.scheme, row.value), row.written_as, row.called, sender,
                   row.lines, row.documents, int(row.pieces or 0), row.since, bool(row.ambiguous))
