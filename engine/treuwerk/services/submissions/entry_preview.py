"""What a document would earn as it is entered now, by the real matching and the real rules, line by line.

Nothing is stored: the same functions that book it are asked, and stop before the database has its word.
"""

import json
from collections.abc import Mapping, Sequence

import attrs
from sqlalchemy import Connection

from treuwerk.domain.documents import Document, Purpose
from treuwerk.domain.earning import steps_from_json
from treuwerk.domain.entries import Entered, EnteredLine
from treuwerk.domain.entries import document_of as document_from
from treuwerk.domain.explained_steps import ExplainedStep, explained
from treuwerk.domain.ledger import moment
from treuwerk.domain.participants import CUSTOMER_NUMBER, identifier
from treuwerk.domain.purchases import Article
from treuwerk.services.clearing.clearing_documents import scored_documents
from treuwerk.services.clearing.purchase_keys import document_of
from treuwerk.services.clearing.scoring import ScoredBatch
from treuwerk.services.installation import Installation
from treuwerk.services.ledger.standing import all_void
from treuwerk.store import entries
from treuwerk.store.identities import taken
from treuwerk.store.parties import all_articles
from treuwerk.store.succession import successor


@attrs.frozen
class LineAward:
    """Points of one unit for one line; `steps` explain them."""

    unit: str
    points: int
    rule: str
    revision: int
    steps: tuple[ExplainedStep, ...]


@attrs.frozen
class LinePreview:
    """What would become of one line. `problem` is the code of why it cannot be booked, empty where it can.

    `known` is whether its purchase was booked before, so that nothing more comes of it.
    """

    at: int
    article: Article | None
    awards: tuple[LineAward, ...] = ()
    problem: str = ""
    reason: str = ""
    known: bool = False


@attrs.frozen
class Preview:
    """What a document would bring: points by unit, and each line by its place from 1 on."""

    points: Mapping[str, int]
    lines: Mapping[int, LinePreview]
    document: Document
    scored: ScoredBatch

    @property
    def problems(self) -> Sequence[LinePreview]:
        """Accepted lines that cannot be booked as they are."""
        return [line for line in self.lines.values() if line.problem]


def resolved(entered: Entered, articles: Mapping[str, Article]) -> Entered:
    """The same with each article by its number in the master, however it was typed."""
    return attrs.evolve(entered, lines=tuple(_resolved(line, articles) for line in entered.lines))


def _resolved(line: EnteredLine, articles: Mapping[str, Article]) -> EnteredLine:
    found = articles.get(identifier(line.article)) or (articles.get(identifier(line.gtin)) if line.gtin else None)
    return attrs.evolve(line, article=found.number) if found else line


def preview(installation: Installation, account_id: int, entered: Entered, now: int, *, anew: bool = False) -> Preview:
    """Ask matching and rules about the accepted lines of a document as it is entered now.

    `anew`: what was booked of it before is to be taken back, and does not count.
    """
    with installation.database.reading() as connection:
        articles = all_articles(connection)
        document = canonical(connection, account_id, entered)
    return _scored(installation, document, resolved(entered, articles), articles, now, anew=anew)


def canonical(connection: Connection, account_id: int, entered: Entered) -> Document:
    """The document that would be cleared for an account, or the one that it was merged into."""
    name = entries.seller_name(connection, entered.seller) or entered.seller_name
    company = successor(connection, account_id)
    return document_from(entered, name, entries.known_as(connection, company, CUSTOMER_NUMBER))


def _scored(installation: Installation, document: Document, entered: Entered, articles: Mapping[str, Article],
            now: int, *, anew: bool) -> Preview:
    batch = scored_documents(installation, [document], now)
    with installation.database.reading() as connection:
        known = taken(connection, batch.lines)
        if known and all_void(connection, {document_of(key) for key in known}):
            document, known = document._replace(purpose=Purpose.REPLACE, version=moment(now).isoformat()), {}
        known = {} if anew else known
    if document.purpose is Purpose.REPLACE:  # what uploads said of it before counts no more
        batch = scored_documents(installation, [document], now)
    found = {at: LinePreview(at, articles.get(identifier(line.article)))
             for at, line in enumerate(entered.lines, start=1)}
    points: dict[str, int] = {}
    for key, (_, _, _, _, at, _, awards) in batch.lines.items():
        told = tuple(_award(*award) for award in awards)
        found[at] = attrs.evolve(found[at], awards=told, known=key in known)
        for award in told if key not in known else ():
            points[award.unit] = points.get(award.unit, 0) + award.points
    for problem in batch.problems:
        if problem.at in found:
            found[problem.at] = attrs.evolve(found[problem.at], problem=problem.code, reason=problem.reason)
    return Preview(points, found, document, batch)


def _award(unit: str, points: int, stored: str, _name: str) -> LineAward:
    told = json.loads(f"{{{stored}}}")
    return LineAward(unit, points, told["rule"], told["revision"], explained(steps_from_json(told["steps"])))
