"""What comes in by itself, by the inbox or as a request: noted with its order, cleared like any file, answered once."""

import json
from collections.abc import Callable
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain.ids import public_id, row_ids
from treuwerk.domain.tabular import UnreadableFile
from treuwerk.services.clearing.clearing import clear_file
from treuwerk.services.clearing.held_files import known, refusal_of, refused_receipt, supersede
from treuwerk.services.clearing.receipts import Receipt
from treuwerk.services.clearing.shelf import Kept, shelf_of
from treuwerk.services.installation import Installation
from treuwerk.services.ordering import CLEAR_INCOMING
from treuwerk.store import incoming, orders, runs, work
from treuwerk.store.held import HELD, REJECTED

INCOMING = "inc"
"""The prefix of public ids of what came in."""
Progress = Callable[[int, int], None]


@attrs.frozen
class Arrival:
    """What came, and by which way. `request_key` makes the same request the same thing, for good.

    `document` and `version` are there where a partner sends documents again whenever they change.
    """

    way: str
    source: str
    name: str
    kept: Kept
    request_key: str = ""
    document: str = ""
    version: int = 0


class OtherContent(Exception):
    """The request key was used for other bytes before."""


class EarlierFirst(Exception):
    """An older version of the same document is being cleared: this one waits for it."""


class DecidedMeanwhile(Exception):
    """Somebody decided on the held file while it was looked at again: the next attempt does what he decided."""


@attrs.frozen
class Incoming:
    """What came in, as it stands: `receipt` is there once it is cleared, `said` says why it was not."""

    id: int
    way: str
    source: str
    name: str
    sha256: str
    size: int
    state: str
    received_at: int
    finished_at: int
    said: str
    receipt: dict[str, Any] | None
    document: str = ""
    version: int = 0

    @property
    def public_id(self) -> str:
        """The id that partners see."""
        return public_id(INCOMING, 0, self.id)

    @property
    def order_key(self) -> str:
        """The key of the order that clears it."""
        return f"import:{self.id}"

    @property
    def is_settled(self) -> bool:
        """Whether it has its fate, if only that it is held."""
        return self.state != incoming.RECEIVED

    @classmethod
    def of(cls, row: Row[Any]) -> "Incoming":
        """From its row."""
        return cls(row.id, row.way, row.source, row.name, row.sha256, row.size, row.state, row.received_at,
                   row.finished_at, row.said, json.loads(row.receipt) if row.receipt else None, row.document,
                   row.version)


def receive(installation: Installation, arrival: Arrival, now: int, *, wait_until: int | None = None) -> tuple[
        Incoming, bool]:
    """Note what came, together with the order to clear it; and whether it is new.

    The same request a second time is what it was the first time. `wait_until` lets workers wait, where the caller
    clears it himself; if he dies they do it.

    Raises:
        OtherContent: the request key stands for other bytes.
    """
    return installation.database.run(lambda connection: _receive(connection, arrival, now, wait_until))


def _receive(connection: Connection, arrival: Arrival, now: int, wait_until: int | None) -> tuple[Incoming, bool]:
    kept, number = arrival.kept, next(row_ids(now))
    new = incoming.add(connection, {
        "id": number, "way": arrival.way, "source": arrival.source, "name": arrival.name, "sha256": kept.sha256,
        "size": kept.size, "received_at": now, "request_key": arrival.request_key, "document": arrival.document,
        "version": arrival.version})
    row = incoming.one(connection, number) if new else incoming.by_request(
        connection, arrival.source, arrival.request_key)
    assert row is not None, "added, or there"
    if not new and row.sha256 != kept.sha256:
        raise OtherContent(arrival.request_key)
    found = Incoming.of(row)
    if new and arrival.document:
        newest = incoming.newest_version(connection, arrival.source, arrival.document, arrival.version)
        if newest > arrival.version:
            return _superseded(connection, found, newest, now), new
    if new:
        orders.submit(connection, found.order_key, CLEAR_INCOMING, {"incoming": found.id, "name": found.name}, now,
                      not_before=wait_until)
    return found, new


def find_incoming(connection: Connection, incoming_id: int) -> Incoming | None:
    """What came in, by its id."""
    row = incoming.one(connection, incoming_id)
    return Incoming.of(row) if row is not None else None


def clear_incoming(installation: Installation, found: Incoming, now: int,
                   progress: Progress = lambda done, size: None) -> Incoming:
    """Clear what came in; a second call, also at the same time, books nothing twice and gives the same receipt.

    A file that cannot be read is settled, too: as failed, with the reason, for the office to see.

    Raises:
        RunTaken: another process is clearing the same bytes just now.
        EarlierFirst: an older version of the same document is not settled yet.
        DecidedMeanwhile: somebody released the held file while this looked at it.
        FileChanged: what lies on the shelf is not what came.
    """
    if found.state in (incoming.CLEARED, incoming.SUPERSEDED):
        return found
    if found.document and (overtaken := _overtaken(installation, found, now)):
        return overtaken
    try:
        receipt = clear_file(
            installation, shelf_of(installation.database).path(found.sha256), now, source=found.source,
            name=found.name, expected=found.sha256, actor=f"source {found.source}", progress=progress)
    except UnreadableFile as error:
        reason = str(error)
        return installation.database.run(lambda connection: _settled(
            connection, found, now, state=incoming.FAILED, said=reason, receipt=json.dumps(_refused(found, reason))))
    if receipt.held is not None:
        return _kept_back(installation, found, receipt, now)
    return installation.database.run(lambda connection: _cleared(connection, found, receipt, now))


def _kept_back(installation: Installation, found: Incoming, receipt: Receipt, now: int) -> Incoming:
    """What came is held as a whole, or was rejected so; it waits for a decision, or its sender for the reason."""
    def write(connection: Connection) -> Incoming:
        held = known(connection, receipt.sha256, receipt.source, lock=True)
        assert held is not None, "just told"
        if held.state == REJECTED:
            return _settled(connection, found, now, state=incoming.FAILED, said=refusal_of(held),
                            receipt=json.dumps(refused_receipt(held, found.name), ensure_ascii=False))
        if held.state != HELD:  # the order that follows the decision may be over, and would not see this one
            raise DecidedMeanwhile(f"{found.name}: found that the file is {held.state} by now")
        return _settled(connection, found, now, state=incoming.HELD, said=held.in_words,
                        receipt=json.dumps(receipt.as_json(), ensure_ascii=False))

    return installation.database.run(write)


def _overtaken(installation: Installation, found: Incoming, now: int) -> Incoming | None:
    """What becomes of a version of which there is a newer one; None where this is the newest, and its turn."""
    def look(connection: Connection) -> Incoming | None:
        newest = incoming.known_version(connection, found.source, found.document)
        begun = any(run.finished_at is None for run in runs.runs_of(connection, found.sha256, found.source))
        if newest > found.version and not begun:  # what is booked in part is booked to its end, and corrected after
            known(connection, found.sha256, found.source, lock=True)  # before its deliveries, as decisions do
            overtaken = _superseded(connection, found, newest, now)
            supersede(connection, found.sha256, found.source, now)
            return overtaken
        if incoming.earlier_is_open(connection, found.source, found.document, found.version):
            raise EarlierFirst(f"{found.document}: version {found.version} waits for an older one")
        return None

    return installation.database.run(look)


def _superseded(connection: Connection, found: Incoming, newest: int, now: int) -> Incoming:
    reason = f"version {found.version} of {found.document} came behind version {newest}; nothing was booked"
    return _settled(connection, found, now, state=incoming.SUPERSEDED, said=reason, receipt="")


def _cleared(connection: Connection, found: Incoming, receipt: Receipt, now: int) -> Incoming:
    row = incoming.one(connection, found.id)
    if row is not None and row.state == incoming.CLEARED:  # somebody else was first: his receipt stands
        return Incoming.of(row)
    shown = json.dumps(receipt.as_json(), ensure_ascii=False)
    return _settled(connection, found, now, state=incoming.CLEARED, said="", receipt=shown, run_id=receipt.run)


def _settled(connection: Connection, found: Incoming, now: int, **values: Any) -> Incoming:
    """Note its fate; the office gets to know of what failed. What it rejected itself it knows."""
    incoming.decide(connection, found.id, now, **values)
    if values["state"] == incoming.FAILED and "held" not in json.loads(values["receipt"]):
        work.put(connection, work.ORDER, found.order_key, now, gist=f"{found.name}: {values['said']}"[:200])
    else:
        work.close(connection, work.ORDER, found.order_key, now)
    row = incoming.one(connection, found.id)
    assert row is not None, "just written"
    return Incoming.of(row)


def _refused(found: Incoming, reason: str) -> dict[str, Any]:
    """The receipt of a file that was not read."""
    return {"file": found.name, "sha256": found.sha256, "source": found.source, "error": reason}


