"""Who else reported a purchase: other documents that prove a booked line, and what a document proves."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain import ids
from treuwerk.domain.entries import UPLOAD
from treuwerk.domain.rights import Access
from treuwerk.services.submissions.states import Submission
from treuwerk.store import ownership as store
from treuwerk.store.entries import booked_lines

READ = "submissions.read"
_MILLION = 1_000_000


@attrs.frozen
class AlsoReported:
    """A line of another report of the same goods. `submission` is the public id of an upload, empty for a feed.

    `kind` is that of its document; `net` is there where it names a price.
    """

    source: str
    kind: str
    document: str
    line: str
    occurred_on: date
    quantity: int
    net: Decimal | None = None
    currency: str = ""
    submission: str = ""

    @property
    def account_id(self) -> int:
        """Whose upload it was; 0 for a feed."""
        return ids.account_and_row(self.submission)[1] if self.submission else 0


@attrs.frozen
class Proven:
    """A line of an upload and who reported the same: `booking` is the purchase that it proves, empty for its own."""

    line: str
    other: AlsoReported
    booking: str = ""


def also_reported(connection: Connection, account_id: int, line_id: int) -> tuple[AlsoReported, ...]:
    """What else was reported of the goods of a purchase line, oldest first."""
    return tuple(map(_told, store.evidence_of_lines(connection, account_id, [line_id])))


def evidence_of(access: Access, connection: Connection, submission: Submission) -> Sequence[Proven]:
    """For a reported purchase that is decided: what else proves its lines, and which bookings they prove.

    Raises:
        NotAllowed: the right to see reported purchases is not there.
    """
    access.require(READ)
    if submission.run_id is None:
        return []
    own = booked_lines(connection, submission.account_id, submission.run_id)
    return [*_own(connection, own.values()), *_of_others(connection, submission.run_id)]


def _own(connection: Connection, places: Iterable[tuple[int, int]]) -> list[Proven]:
    by_account: dict[int, list[int]] = {}
    for account_id, line_id in places:
        by_account.setdefault(account_id, []).append(line_id)
    rows = [row for account_id, lines in by_account.items()
            for row in store.evidence_of_lines(connection, account_id, lines)]
    lines = store.lines_by_id(connection, {(row.account_id, row.line_id) for row in rows})
    return [Proven(lines[row.account_id, row.line_id].line, _told(row)) for row in rows]


def _of_others(connection: Connection, run_id: int) -> list[Proven]:
    return [Proven(row.line, AlsoReported(
        booked.source, _kind(booked), booked.document, booked.line, date.fromisoformat(booked.day), booked.quantity,
        _net(booked.net), booked.currency), ids.public_id(ids.PURCHASE, booked.account_id, booked.id))
        for row, booked in store.evidence_of_run(connection, run_id)]


def _kind(booked: store.BookedLine) -> str:
    return booked.known_as.split("|")[1] if booked.known_as.count("|") > 2 else ""


def _told(row: Row[Any]) -> AlsoReported:
    return AlsoReported(row.source, row.kind, row.document, row.line, date.fromisoformat(row.occurred_on),
                        row.quantity, _net(row.net_millionths), row.currency, submission_of(row.owner))


def _net(millionths: int | None) -> Decimal | None:
    return None if millionths is None else Decimal(millionths) / _MILLION


def submission_of(owner: str) -> str:
    """The public id of the upload that owns a document; empty where it was no upload of the portal or the office."""
    way, _, name = owner.partition(":")
    name = name.partition("|")[0]
    try:
        return name if way == UPLOAD and ids.account_and_row(name)[0] == ids.SUBMISSION else ""
    except ValueError:
        return ""
