"""One line of a feed that was rejected: as it came, why, and what people decided about it."""

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import tzinfo
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain.document_kinds import EARNING_KINDS
from treuwerk.domain.documents import Document, Purpose
from treuwerk.domain.entries import UPLOAD
from treuwerk.domain.kept_lines import NotKept, kept
from treuwerk.domain.line_fields import LineFields, fields_of
from treuwerk.domain.rights import Access, OutOfScope
from treuwerk.hookspecs import OneSeller
from treuwerk.programme.settings import Settings
from treuwerk.services.clearing.correction_matching import TAKING_BACK, is_plain
from treuwerk.services.clearing.decision_turns import APPROVE, InTurns, Turn, place_of, told_of
from treuwerk.store import conflicts as store
from treuwerk.store import waiting_lines
from treuwerk.store.tables.purchases import CONFLICTS

READ, DECIDE = "deliveries.read", "deliveries.decide"
"""A file of a feed is decided upon by one right, as a whole or line by line. Mapping is another one: it says what a
number means and changes no document. Who agrees as the second person has the right that conflicts ask for, too."""
BOOK, CLOSE, REOPEN = "book", "close", "reopen"
REJECTED, CLOSED = "rejected", "closed"
WAITING, DONE, REFUSED = store.WAITING, store.DONE, store.REFUSED


@attrs.frozen
class LineDecision(Turn):
    """What somebody decided about a line, or asked a second person to agree with; `fields` are those to be booked."""

    document: Document | None

    def fields(self, zone: tzinfo) -> LineFields | None:
        """The fields that are to be booked, None where the line is closed."""
        return fields_of(self.document, zone) if self.document else None


@attrs.frozen
class BrokenLine(InTurns[LineDecision]):
    """A line that was rejected. `came` is what a reader made of it, None where none could; `raw` is it as text then."""

    run_id: int
    number: int
    at_line: int
    document: str
    code: str
    reason: str
    state: str
    settled_at: int | None
    file: str
    source: str
    came_at: int
    raw: str
    came: Document | None
    fields: LineFields
    decisions: Sequence[LineDecision]

    @property
    def is_open(self) -> bool:
        """Whether something is still to be decided."""
        return self.state == REJECTED and self.settled_at is None

    @property
    def can_be_corrected(self) -> bool:
        """Whether it may be booked with other fields, be it that goods come or go back.

        Lines of a document that stands in the place of another one, or withdraws it, are corrected by their sender: of
        these, one line alone does not tell what the document says.
        """
        came = self.came
        return came is None or (is_plain(came) and came.kind in EARNING_KINDS) or (
            came.kind in TAKING_BACK and came.purpose is Purpose.ORIGINAL)


def is_broken(row: Row[Any], source: str) -> bool:
    """Whether a problem is a line of a feed that somebody may correct here."""
    return row.state == REJECTED and row.code not in CONFLICTS and source != UPLOAD and row.at_line > 0


def line_of(access: Access, connection: Connection, settings: Settings, line_id: str) -> BrokenLine:
    """One rejected line.

    Raises:
        NotAllowed: the right to see deliveries is not there.
        OutOfScope: there is no such line, or it is none of a feed.
    """
    access.require(READ)
    run_id, number = place_of(line_id)
    row = store.conflict(connection, run_id, number)
    direct = {one.head.name for one in settings.sources}
    made = [_decision(one) for one in store.decisions(connection, run_id, number)]
    if row is None or row.source not in direct or row.code in CONFLICTS or (
            row.state != REJECTED and not made):
        raise OutOfScope
    came, zone = _kept(row.payload), settings.programme.time_zone
    fields = fields_of(came, zone) if came else LineFields(
        number=row.document, seller=_seller(connection, settings, run_id, row.source))
    return BrokenLine(run_id, number, row.at_line, row.document, row.code, row.reason, row.state, row.settled_at,
                      row.file, row.source, row.started_at, "" if came else row.payload, came, fields, made)


def _decision(row: Row[Any]) -> LineDecision:
    text = json.loads(row.placed or "{}").get("kept", "")
    return LineDecision(**told_of(row), document=kept(text) if text else None)


def _kept(text: str) -> Document | None:
    with suppress(NotKept):
        return kept(text)
    return None


def _seller(connection: Connection, settings: Settings, run_id: int, source: str) -> str:
    """Who sold what stands in the other lines, where only one can have; empty where somebody must say it."""
    reader = next(one.source for one in settings.sources if one.head.name == source)
    if isinstance(reader, OneSeller) and reader.seller:
        return reader.seller
    found = {one.seller.name for text in waiting_lines.some_payloads(connection, run_id) if (one := _kept(text))}
    return found.pop() if len(found) == 1 else ""


__all__ = ["APPROVE", "BOOK", "CLOSE", "CLOSED", "DECIDE", "DONE", "READ", "REFUSED", "REJECTED", "REOPEN", "WAITING",
           "BrokenLine", "LineDecision", "is_broken", "line_of"]
