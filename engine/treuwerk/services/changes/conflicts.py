"""Two reports of the same goods that disagree: both sides, who brought them and when, and what is booked of them."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain import ids
from treuwerk.domain.corrections import BookedLine as Corrected
from treuwerk.domain.entries import UPLOAD
from treuwerk.domain.rights import Access, OutOfScope
from treuwerk.services.clearing.decision_turns import APPROVE, InTurns, Turn, place_of, told_of
from treuwerk.services.submissions import states as submissions
from treuwerk.services.submissions.states import Page
from treuwerk.store import conflicts as store
from treuwerk.store import corrections
from treuwerk.store.conflicts import DONE, REFUSED, UNDONE, WAITING, Narrowed, Place
from treuwerk.store.keyset import Key
from treuwerk.store.tables.purchases import CONFLICTS

READ, DECIDE = "submissions.read", "submissions.decide"
FIRST, SECOND, BOTH, REJECT, UNDO = "first", "second", "both", "reject", "undo"
ACTS = (FIRST, SECOND, BOTH, REJECT)
"""What a person can decide: the first stays and the second proves it, the second stands in its place, both are genuine,
or the second is worth nothing."""
_MILLION = 1_000_000
_STAMP = 10**9
ALL = Narrowed()


@attrs.frozen
class Side:
    """One report of the goods. `booking` is the public id of its purchase, empty where nothing is booked of it.

    `left` of `quantity` pieces were not taken back. `submission` is the upload behind it, with its `pages`.
    """

    account_id: int
    participant: str
    source: str
    seller: str
    document: str
    line: str
    occurred_on: date
    article: str
    quantity: int
    net: Decimal | None
    currency: str
    order: str
    serials: tuple[str, ...]
    file: str
    actor: str
    at: int
    left: int = 0
    points: Mapping[str, int] = attrs.field(factory=dict)
    booking: str = ""
    place: Place = (0, 0)
    submission: str = ""
    pages: Sequence[Page] = ()


@attrs.frozen
class Decision(Turn):
    """What somebody decided about a conflict, or asked a second person to agree with."""

    booked: Sequence[Place]
    taken: Sequence[Place]


@attrs.frozen
class Conflict(InTurns[Decision]):
    """A line that waits beside what is booked. `version` tells by which state of it somebody decided."""

    run_id: int
    number: int
    at_line: int
    code: str
    reason: str
    key: str
    came: Side
    booked: Sequence[Side]
    decisions: Sequence[Decision]
    settled: bool
    facts: Mapping[str, Any]

    @property
    def version(self) -> int:
        """Changes with each decision, and with what is left of the booked side."""
        return self.turn * _STAMP + sum(one.left for one in self.booked) % _STAMP

    @property
    def last(self) -> Decision | None:
        """The decision that counts."""
        return next((one for one in reversed(self.decisions) if one.state == DONE and one.act != UNDO), None)

    @property
    def accounts(self) -> set[int]:
        """Whom it is about."""
        return {one.account_id for one in (self.came, *self.booked) if one.account_id}


@attrs.frozen
class Listed:
    """One conflict of the list."""

    id: str
    code: str
    document: str
    file: str
    source: str
    at: int
    article: str
    quantity: int
    booked: str
    waits: bool


@attrs.frozen
class ConflictPage:
    """Some conflicts, with the keys of the first and the last one where there are others before and behind."""

    rows: tuple[Listed, ...]
    next: Key | None
    previous: Key | None


def open_conflicts(access: Access, connection: Connection, narrowed: Narrowed = ALL, *, falling: bool = True,
                   after: Key | None = None, before: Key | None = None, limit: int = 50) -> ConflictPage:
    """One page of the conflicts that nobody decided, the newest first where it is `falling`.

    Raises:
        NotAllowed: the right to see reported purchases is not there.
    """
    access.require(READ)
    found = store.open_ones(connection, narrowed, limit=limit, falling=falling, after=after, before=before)
    waits = store.waiting_decisions(connection, {(row.run_id, row.number) for row in found.rows})
    rows = tuple(_listed(row, (row.run_id, row.number) in waits) for row in found.rows)
    return ConflictPage(rows, found.next, found.previous)


def count_open(access: Access, connection: Connection, narrowed: Narrowed, at_most: int) -> int:
    """How many conflicts nobody decided, up to a number beyond which nobody counts."""
    access.require(READ)
    return store.count_open(connection, narrowed, at_most)


def _listed(row: Row[Any], waits: bool) -> Listed:
    told = json.loads(row.payload)
    booked = ", ".join(dict.fromkeys(f"{one['quantity']} × {one['article']} ({one['document']})"
                                     for one in told["booked"][:3]))
    return Listed(f"{row.run_id}-{row.number}", row.code, row.document, row.file, row.source, row.started_at,
                  told["came"]["article_number"], told["came"]["quantity"], booked, waits)


def conflict_of(access: Access, connection: Connection, conflict_id: str) -> Conflict:
    """One conflict with both sides.

    Raises:
        NotAllowed: the right to see reported purchases is not there.
        OutOfScope: there is no such conflict.
    """
    access.require(READ)
    run_id, number = place_of(conflict_id)
    row = store.conflict(connection, run_id, number)
    if row is None or not row.payload or row.code not in CONFLICTS:
        raise OutOfScope
    told, made = json.loads(row.payload), [_decision(one) for one in store.decisions(connection, run_id, number)]
    if "booked" not in told or "came" not in told:
        raise OutOfScope
    places = {(int(one["account_id"]), int(one["id"])) for one in told["booked"]}
    for one in made:  # what an undone decision took back is booked anew under other ids
        if one.act == UNDO and one.state == DONE and one.booked:
            places = set(one.booked)
    account_id = int(told["came"].get("account_id", 0))
    came = _came(connection, row, told["came"], account_id)
    return Conflict(run_id, number, row.at_line, row.code, row.reason, row.purchase_key, came,
                    _booked(connection, places), made, row.settled_at is not None, told["came"])


def _decision(row: Row[Any]) -> Decision:
    booked, taken = store.read_places(row.placed)
    return Decision(**told_of(row), booked=booked, taken=taken)


def _came(connection: Connection, row: Row[Any], facts: Mapping[str, Any], account_id: int) -> Side:
    name = store.names(connection, [account_id]).get(account_id, "")
    net = facts["net_millionths"]
    submission, pages = _upload(connection, facts["source"], row.file)
    return Side(account_id, name, facts["source"], facts["seller"], facts["document"], facts["line"],
                date.fromisoformat(facts["occurred_on"]), facts["article_number"], facts["quantity"],
                None if net is None else Decimal(net) / _MILLION, facts["currency"], facts["order_number"],
                _serials(facts["serials"]), row.file, row.actor, row.started_at, submission=submission, pages=pages)


def _booked(connection: Connection, places: set[Place]) -> list[Side]:
    rows = store.lines_with_runs(connection, places)
    asked = [Corrected(row.account_id, row.id, "", row.article_number, row.quantity, "", row.business_key is not None)
             for row in rows.values()]
    taken, gone = corrections.taken(connection, asked, ()), corrections.returned(connection, asked)
    return [_side(connection, row, row.quantity - max(sum(taken.get(at, {}).values()), gone.get(at, 0)))
            for at, row in sorted(rows.items())]


def _side(connection: Connection, row: Row[Any], left: int) -> Side:
    submission, pages = _upload(connection, row.source, row.file)
    points: dict[str, int] = {}
    for award in json.loads(row.explanation or "[]"):
        points[award["unit"]] = points.get(award["unit"], 0) + award["points"]
    return Side(row.account_id, row.participant or "", row.source, row.seller, row.document, row.line,
                date.fromisoformat(row.occurred_on), row.article_number, row.quantity,
                None if row.net_millionths is None else Decimal(row.net_millionths) / _MILLION, row.currency,
                row.order_number, _serials(row.serials), row.file, row.actor, row.started_at, left, points,
                ids.public_id(ids.PURCHASE, row.account_id, row.id) if row.business_key else "",
                (row.account_id, row.id), submission, pages)


def _upload(connection: Connection, source: str, file: str) -> tuple[str, Sequence[Page]]:
    """The upload that a run cleared, which is called by its public id, with its pages."""
    try:
        is_one = source == UPLOAD and ids.account_and_row(file)[0] == ids.SUBMISSION
    except ValueError:
        is_one = False
    if not is_one:
        return "", ()
    return file, submissions.pages(connection, submissions.named(connection, file))


def _serials(stored: str) -> tuple[str, ...]:
    return tuple(stored.split("|")) if stored else ()


__all__ = ["ACTS", "ALL", "APPROVE", "BOTH", "DECIDE", "DONE", "FIRST", "READ", "REFUSED", "REJECT", "SECOND", "UNDO",
           "UNDONE", "WAITING", "Conflict", "ConflictPage", "Decision", "Listed", "Narrowed", "Side", "conflict_of",
           "count_open", "open_conflicts"]
