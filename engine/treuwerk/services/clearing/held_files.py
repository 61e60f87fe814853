"""Files that are held: what is known of them, and what a person decides.

Nothing of a held file is booked. Whoever releases it orders its clearing; whoever rejects it tells the sender why. Both
can be taken back as long as nothing is booked, which the first batch of a clearing and the act itself settle by one
conditional write each.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain.documents import Fault
from treuwerk.domain.ids import HELD_FILE, public_id, row_ids
from treuwerk.domain.ledger import moment
from treuwerk.domain.reading import storable
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, OutOfScope, row_named
from treuwerk.services.auditing import note_act
from treuwerk.services.clearing.file_verdicts import Reason, Verdict
from treuwerk.services.clearing.shelf import pieces_of, shelf_of
from treuwerk.services.documents_folder import NoDocumentsFolder
from treuwerk.services.ordering import FOLLOW_HELD
from treuwerk.store import held, incoming, orders, work
from treuwerk.store.database import Database
from treuwerk.store.held import CLEARED, HELD, REJECTED, RELEASED, SUPERSEDED

READ, DECIDE = "deliveries.read", "deliveries.decide"
LONGEST_REASON = 400
_LIST_AT_MOST = 500


class NotReleased(Exception):
    """The file is held after all: somebody took its release back a moment ago."""


@attrs.frozen
class HeldFile:
    """A file as a whole, with why it is held; instants in microseconds UTC, 0 for never."""

    id: int
    source: str
    sha256: str
    name: str
    size: int
    lines: int
    bad: int
    reasons: tuple[Reason, ...]
    faults: tuple[Mapping[str, Any], ...]
    kept: bool
    state: str
    held_at: int
    decided_at: int
    decided_by: str
    reason: str
    version: int

    @property
    def public_id(self) -> str:
        """The id that people see."""
        return public_id(HELD_FILE, 0, self.id)

    @property
    def order_key(self) -> str:
        """The key of the order that follows the last decision."""
        return f"held:{self.id}:{self.version}"

    @property
    def in_words(self) -> str:
        """Why it is held, in one sentence for people who read English."""
        return "; ".join(reason.text for reason in self.reasons)

    def as_json(self) -> dict[str, Any]:
        """The shape that others rely on."""
        decided = {"decided_at": moment(self.decided_at).isoformat(), "decided_by": self.decided_by,
                   "reason": self.reason} if self.decided_at else {}
        return {"id": self.public_id, "state": self.state, "since": moment(self.held_at).isoformat(),
                "lines": self.lines, "bad": self.bad, "reasons": [reason.as_json() for reason in self.reasons],
                "faults": list(self.faults), **decided}


def held_from(row: Row[Any]) -> HeldFile:
    """A held file from its row."""
    return HeldFile(
        row.id, row.source, row.sha256, row.name, row.size, row.lines, row.bad,
        tuple(Reason(**reason) for reason in json.loads(row.reasons)), tuple(json.loads(row.faults)), bool(row.kept),
        row.state, row.held_at, row.decided_at, row.decided_by, row.reason, row.version)


def known(connection: Connection, sha256: str, source: str, *, lock: bool = False) -> HeldFile | None:
    """What is known of a file with these bytes; with `lock` nobody decides until the transaction ends."""
    row = held.of_file(connection, sha256, source, lock=lock)
    return held_from(row) if row is not None else None


def hold_back(database: Database, path: Path, source: str, name: str, sha256: str, told: Verdict,
              now: int) -> HeldFile:
    """Hold a file: it goes to the shelf, and the service centre gets to know; a second time is the first one.

    What was superseded and comes once more, as a newer version or without one, waits for a decision like a new one.
    """
    kept = _kept(database, path, sha256)

    def write(connection: Connection) -> HeldFile:
        new = held.add(connection, {
            "id": next(row_ids(now)), "source": source, "sha256": sha256, "name": name, "size": path.stat().st_size,
            "lines": told.lines, "bad": told.bad, "held_at": now, "kept": kept, **_told(told)})
        found = known(connection, sha256, source)
        assert found is not None, "added, or there"
        if held.move(connection, found.id, {SUPERSEDED}, HELD, held_at=now, decided_at=0, decided_by="", reason=""):
            found, new = attrs.evolve(found, state=HELD, held_at=now, decided_at=0, decided_by="", reason="",
                                      version=found.version + 1), True
        if new:
            _ask(connection, found, now)
        return found

    return database.run(write)


def rehearsed(source: str, name: str, sha256: str, told: Verdict, now: int) -> HeldFile:
    """A file as it would be held; nothing is stored."""
    texts = _told(told)
    return HeldFile(0, source, sha256, name, 0, told.lines, told.bad, told.reasons, tuple(json.loads(texts["faults"])),
                    False, HELD, now, 0, "", "", 0)


def _told(told: Verdict) -> dict[str, str]:
    return {"reasons": json.dumps([attrs.evolve(one, text=storable(one.text)).as_json() for one in told.reasons]),
            "faults": json.dumps([_fault(fault) for fault in told.faults])}


def _fault(fault: Fault) -> dict[str, Any]:
    return {"line": fault.line, "document": storable(fault.document), "code": fault.code,
            "reason": storable(fault.text), "raw": storable(fault.raw)}


def _kept(database: Database, path: Path, sha256: str) -> bool:
    """Whether the file lies on the shelf; a file that was cleared from elsewhere is copied there."""
    with suppress(NoDocumentsFolder):
        shelf = shelf_of(database)
        if not shelf.path(sha256).is_file():
            with path.open("rb") as stream:
                shelf.keep(pieces_of(stream.fileno()), path.stat().st_size)
        return True
    return False


def begin(connection: Connection, found: HeldFile, now: int) -> None:
    """In the transaction of the first batch: from here on the file is being booked, and nobody takes that back.

    Raises:
        NotReleased: somebody was faster and holds it.
    """
    before = {RELEASED, CLEARED} if found.state in (RELEASED, CLEARED) else {HELD, SUPERSEDED} & {found.state}
    if not held.move(connection, found.id, before, CLEARED):
        raise NotReleased
    work.close(connection, work.HELD_FILE, found.public_id, now)


def supersede(connection: Connection, sha256: str, source: str, now: int) -> None:
    """Close a held file once all that came with its bytes is superseded: nobody releases it or holds it again."""
    found = known(connection, sha256, source, lock=True)
    came = incoming.of_file(connection, sha256, source)
    if found is None or any(row.state != incoming.SUPERSEDED for row in came):
        return
    if held.move(connection, found.id, {HELD, RELEASED}, SUPERSEDED):
        work.close(connection, work.HELD_FILE, found.public_id, now)


def listed(access: Access, connection: Connection, states: Sequence[str] = (HELD,)) -> list[HeldFile]:
    """Held files in one of these states, the latest first; all where none are named."""
    access.require(READ)
    return [held_from(row) for row in held.listed(connection, states, _LIST_AT_MOST)]


def held_file(access: Access, connection: Connection, public: str) -> HeldFile:
    """One held file.

    Raises:
        OutOfScope: there is none.
    """
    access.require(READ)
    _, held_id = row_named(public, HELD_FILE)
    row = held.one(connection, held_id)
    if row is None:
        raise OutOfScope
    return held_from(row)


def release(access: Access, connection: Connection, public: str, reason: str, now: int, *,
            version: int | None = None) -> HeldFile:
    """Clear a held file in spite of what is wrong with it: good lines are booked, the others set aside.

    Raises:
        Refusal: `no_reason`, or `held_changed`: somebody decided before.
    """
    return _decided(access, connection, public, (HELD, RELEASED, reason), now, version)


def reject(access: Access, connection: Connection, public: str, reason: str, now: int, *,
           version: int | None = None) -> HeldFile:
    """Never book a held file; its sender reads the reason in the receipt.

    Raises:
        Refusal: `no_reason`, or `held_changed`: somebody decided before.
    """
    found = _decided(access, connection, public, (HELD, REJECTED, reason), now, version)
    for row in incoming.of_file(connection, found.sha256, found.source, incoming.HELD):
        incoming.decide(connection, row.id, now, state=incoming.FAILED, said=refusal_of(found),
                        receipt=json.dumps(refused_receipt(found, row.name), ensure_ascii=False))
    return found


def reopen(access: Access, connection: Connection, public: str, now: int, *, version: int | None = None) -> HeldFile:
    """Take a decision back: the file is held again. What is being booked is not taken back.

    Raises:
        Refusal: `held_changed`: it is booked, or was not decided.
    """
    before = held_file(access, connection, public)
    orders.cancel(connection, before.order_key, now)
    for row in incoming.of_file(connection, before.sha256, before.source, incoming.FAILED,
                                finished_at=before.decided_at):
        incoming.decide(connection, row.id, now, state=incoming.HELD, said=before.in_words, receipt=json.dumps(
            held_receipt(attrs.evolve(before, state=HELD, decided_at=0), row.name), ensure_ascii=False))
    found = _decided(access, connection, public, (before.state, HELD, ""), now, version)
    _ask(connection, found, now)
    return found


def _decided(access: Access, connection: Connection, public: str, to: tuple[str, str, str], now: int,
             version: int | None) -> HeldFile:
    access.require(DECIDE)
    before, (state, after, reason) = held_file(access, connection, public), to
    if after != HELD and len(reason.split()) < 2:
        raise Refusal("no_reason", "found no reason, expected at least two words")
    allowed = {HELD} if after != HELD else {RELEASED, REJECTED} & {state}
    decided = {"decided_at": now, "decided_by": access.actor, "reason": reason[:LONGEST_REASON]} if reason else {
        "decided_at": 0, "decided_by": "", "reason": ""}
    if not allowed or not held.move(connection, before.id, allowed, after, version=version, **decided):
        current = held_file(access, connection, public)
        raise Refusal("held_changed", f"found that the file is {current.state} already; look at it again",
                      state=current.state)
    found = held_file(access, connection, public)
    note_act(connection, access, f"file.{_ACTS[after]}", 0, found.public_id, now=now, reason=reason,
             before={"state": before.state}, after={"state": after, "file": found.name, "source": found.source})
    work.close(connection, work.HELD_FILE, found.public_id, now)
    if found.kept:
        orders.submit(connection, found.order_key, FOLLOW_HELD, {"held": found.id, "name": found.name}, now)
    return found


_ACTS: Mapping[str, str] = {RELEASED: "release", REJECTED: "reject", HELD: "reopen"}


def _ask(connection: Connection, found: HeldFile, now: int) -> None:
    """The service centre gets to know."""
    work.put(connection, work.HELD_FILE, found.public_id, now, gist=f"{found.name}: {found.in_words}"[:200])


def refusal_of(found: HeldFile) -> str:
    """What the sender of a rejected file is told."""
    return f"rejected as a whole: {found.reason}; nothing was booked. Send a corrected file"


def held_receipt(found: HeldFile, name: str) -> dict[str, Any]:
    """The receipt of a file that is held."""
    return {"file": name, "sha256": found.sha256, "source": found.source, "held": found.as_json()}


def refused_receipt(found: HeldFile, name: str) -> dict[str, Any]:
    """The receipt of a file that was rejected."""
    return {**held_receipt(found, name), "error": refusal_of(found)}


