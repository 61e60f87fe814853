"""Files of rewards brought by hand: looked at first, then imported as they were looked at, and taken back."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain import ids
from treuwerk.domain.catalogue import Reward
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rewards import RewardState
from treuwerk.domain.rights import Access, OutOfScope
from treuwerk.domain.tabular import UnreadableFile
from treuwerk.domain.uploads import HEAD_BYTES, FileType, shown_name, type_of
from treuwerk.programme.settings import Settings
from treuwerk.services.auditing import note_act
from treuwerk.services.clearing.shelf import TooLarge, shelf_of
from treuwerk.services.installation import Installation
from treuwerk.services.rewards.askers import programme_day
from treuwerk.services.rewards.editing import READ, WRITE
from treuwerk.services.rewards.gate import Lacking, lacking
from treuwerk.services.rewards.importing import Beside, Plan, RewardReceipt, import_rewards
from treuwerk.services.rewards.pools import count_pools
from treuwerk.services.rewards.publishing import PUBLISH
from treuwerk.store import reward_imports
from treuwerk.store import rewards as store

PAGE = "page"
_ENDINGS = {FileType.TEXT: ".csv", FileType.XLSX: ".xlsx"}
_PIECE = 1 << 20
_KEPT = 1_000
"""Differences that are kept to be shown; all of them are counted."""


@attrs.frozen
class Brought:
    """A file of rewards and what became of it. `receipt` is as `RewardReceipt` says it."""

    id: int
    name: str
    state: str
    source: str
    receipt: dict[str, Any]
    user_id: int
    actor: str
    made_at: int
    decided_by: str
    decided_at: int


@attrs.frozen
class Undone:
    """How many rewards are as they were before an import, and which were changed since and stay as they are.

    `held` says of rewards that were published before what they lack today: these are drafts now.
    """

    restored: int
    left: tuple[str, ...]
    held: tuple[Lacking, ...] = ()

    @property
    def drafts(self) -> tuple[str, ...]:
        """Rewards that are not offered again, since they lack something."""
        return tuple(dict.fromkeys(fault.reward for fault in self.held))


def look_at(access: Access, installation: Installation, stream: BinaryIO, name: str, now: int) -> int:
    """Take a file in and tell every difference; nothing of it is imported. The answer is its id.

    Raises:
        NotAllowed, NoDocumentsFolder.
        Refusal: `too_large`; `not_a_table`; `unreadable`, with the reason as `why`.
    """
    access.require(WRITE)
    most = installation.programme.settings.uploads.file_megabytes << 20
    try:
        kept = shelf_of(installation.database).keep(iter(lambda: stream.read(_PIECE), b""), most)
    except TooLarge:
        raise Refusal("too_large", f"found more than {most} bytes, expected at most so many", most=most) from None
    import_id = next(ids.row_ids(now))

    def noted(connection: Connection, plan: Plan) -> None:
        reward_imports.add(connection, {
            "id": import_id, "sha256": kept.sha256, "name": shown_name(name), "source": PAGE,
            "state": reward_imports.PLANNED, "differences": _digest(plan), "receipt": kept_receipt(plan), "written": "",
            "user_id": access.user_id, "actor": access.actor, "made_at": now, "decided_by": "", "decided_at": 0})

    _imported(installation, kept.sha256, shown_name(name), now, noted, dry_run=True)
    return import_id


def brought(access: Access, connection: Connection, import_id: int) -> Brought:
    """One file.

    Raises:
        NotAllowed. OutOfScope: there is none of this id.
    """
    access.require(READ)
    row = reward_imports.of(connection, import_id)
    if row is None:
        raise OutOfScope
    return _brought(row)


def latest(access: Access, connection: Connection, limit: int = 25) -> list[Brought]:
    """The last files, the newest first."""
    access.require(READ)
    return [_brought(row) for row in reward_imports.latest(connection, limit)]


def may_import(access: Access, installation: Installation, one: Brought) -> bool:
    """Whether this person may import what was looked at."""
    return access.may(PUBLISH) and not (
        installation.programme.settings.rewards.second_person and access.user_id == one.user_id)


def bring(access: Access, installation: Installation, import_id: int, now: int) -> RewardReceipt:
    """Import a file as it was looked at.

    Raises:
        NotAllowed, OutOfScope.
        Refusal: `self_approval`: another person has to; `already_decided`; `moved`: the catalogue has changed, and the
            differences are others than were shown (those of now are noted); `gone`: the file was swept.
    """
    access.require(PUBLISH)
    with installation.database.reading() as connection:
        row = reward_imports.of(connection, import_id)
    if row is None:
        raise OutOfScope
    if row.state != reward_imports.PLANNED:
        raise _decided()
    if not may_import(access, installation, _brought(row)):
        raise Refusal("self_approval", "found somebody who brought this file, expected another person")

    def noted(connection: Connection, plan: Plan) -> None:
        if _digest(plan) != row.differences:
            raise _Moved(_digest(plan), kept_receipt(plan))
        if not reward_imports.move(connection, import_id, reward_imports.PLANNED, {
                "state": reward_imports.DONE, "receipt": kept_receipt(plan), "written": written_by(plan),
                "decided_by": access.actor, "decided_at": now}):
            raise _decided()
        note_act(connection, access, "reward.import", 0, str(import_id), now=now, after={"file": row.name})

    try:
        return _imported(installation, row.sha256, row.name, now, noted, actor=access.actor)
    except _Moved as moved:
        installation.database.run(partial(_note_again, import_id, moved))
        raise Refusal("moved", "found other differences than were shown, since the catalogue has changed; look at "
                      "them again") from None


def leave(access: Access, connection: Connection, import_id: int, now: int) -> None:
    """Say that a file is not imported.

    Raises:
        NotAllowed. Refusal: `already_decided`.
    """
    access.require(WRITE)
    if not reward_imports.move(connection, import_id, reward_imports.PLANNED, {
            "state": reward_imports.LEFT, "decided_by": access.actor, "decided_at": now}):
        raise _decided()


def undo(access: Access, installation: Installation, connection: Connection, import_id: int, now: int) -> Undone:
    """Take an import back: rewards are as they were before, new ones are withdrawn, stock is counted back.

    A reward that was changed since, or of which another one has a variant by now, stays as it is with its stock, and
    so does stock of which more is reserved. One that was published and lacks something today is a draft afterwards:
    nothing passes the gate by being taken back.

    Raises:
        NotAllowed, OutOfScope. Refusal: `already_decided`.
    """
    access.require(PUBLISH)
    row = reward_imports.of(connection, import_id)
    if row is None:
        raise OutOfScope
    if not reward_imports.move(connection, import_id, reward_imports.DONE, {
            "state": reward_imports.UNDONE, "decided_by": access.actor, "decided_at": now}):
        raise Refusal("already_decided", "found a file that is not imported, expected one that is")
    found = json.loads(row.written)
    settings = installation.programme.settings
    undone = _restored(connection, settings, found["rewards"], access.actor, f"undo {row.name}"[:200], now)
    owners = store.owners_of(connection, found["stock"])
    _count_back(connection, {variant: counts for variant, counts in found["stock"].items()
                             if owners.get(variant) not in undone.left}, now)
    count_pools(connection, settings, [
        store.read(one.content) for one in store.some(connection, found["rewards"]).values()], now)
    reward_imports.move(connection, import_id, reward_imports.UNDONE, {"receipt": json.dumps(
        json.loads(row.receipt) | {"drafts": [fault.as_json() for fault in undone.held[:_KEPT]]})})
    note_act(connection, access, "reward.undo_import", 0, str(import_id), now=now,
             after={"restored": undone.restored, "left": list(undone.left), "drafts": list(undone.drafts)})
    return undone


def written_by(plan: Plan) -> str:
    """What an import writes, as JSON, so that it can be taken back."""
    return json.dumps({"rewards": {one.number: before for one, before in plan.saved},
                       "stock": {variant: [plan.counted.get(variant), pieces] for variant, pieces in
                                 plan.stock.items()}}, sort_keys=True)


def _restored(connection: Connection, settings: Settings, versions: dict[str, int], actor: str, source: str,
              now: int) -> Undone:
    restored, left = _as_before(connection, versions)
    owners = store.owners_of(connection, {variant.number for one, _ in restored for variant in one.variants})
    saved = [(one, version) for one, version in restored
             if all(owners.get(variant.number, one.number) == one.number for variant in one.variants)]
    left += sorted({one.number for one, _ in restored} - {one.number for one, _ in saved})
    held = lacking(settings, [one for one, _ in saved if one.state is RewardState.PUBLISHED],
                   programme_day(settings, now))
    drafts = {fault.reward for fault in held}
    store.save(connection, [(attrs.evolve(one, state=RewardState.DRAFT) if one.number in drafts else one, version)
                            for one, version in saved], actor, source, now)
    return Undone(len(saved), tuple(left), tuple(held))


def _as_before(connection: Connection, versions: dict[str, int]) -> tuple[list[tuple[Reward, int]], list[str]]:
    """Rewards as they were, each with the version it has now; and those that were changed since."""
    rows, restored, left = store.by_number(connection, versions), list[tuple[Reward, int]](), list[str]()
    for number, before in versions.items():
        row = rows.get(number)
        if row is None or row.version != before + 1:
            left.append(number)
            continue
        content = next((past.content for past in store.history(connection, number) if past.version == before), "")
        one = store.read(content) if content else attrs.evolve(store.read(row.content), state=RewardState.WITHDRAWN)
        restored.append((one, int(row.version)))
    return restored, left


def _count_back(connection: Connection, changed: dict[str, Sequence[int | None]], now: int) -> None:
    """Pieces that were ordered meanwhile stay ordered: only the difference that the file made is taken back.

    Where it was the file that began to count, that ends only while there are as many as it said.
    """
    known, wanted = store.stocks(connection, changed), dict[str, int | None]()
    kept = store.kept_for_orders(connection, changed)
    for variant, (before, after) in changed.items():
        row = known.get(variant)
        if row is None:
            wanted |= {variant: before} if after is None and before is not None and before >= kept.get(
                variant, 0) else {}
        elif before is None:
            wanted |= {variant: None} if row.on_hand == after else {}
        elif after is not None and row.on_hand + before - after >= row.reserved:
            wanted[variant] = row.on_hand + before - after
    store.set_stocks(connection, wanted, known, now)


class _Moved(Exception):
    """The differences are others than were shown."""

    def __init__(self, digest: str, receipt: str) -> None:
        super().__init__(digest)
        self.digest, self.receipt = digest, receipt


def _decided() -> Refusal:
    return Refusal("already_decided", "found a file that was decided on, expected one that waits")


def _note_again(import_id: int, moved: _Moved, connection: Connection) -> None:
    reward_imports.move(connection, import_id, reward_imports.PLANNED, {
        "differences": moved.digest, "receipt": moved.receipt})


def _imported(installation: Installation, digest: str, name: str, now: int, beside: Beside, *, dry_run: bool = False,
              actor: str = "") -> RewardReceipt:
    with _as_table(installation, digest, name) as path:
        try:
            return import_rewards(installation, path, now, dry_run, beside=beside, actor=actor)
        except UnreadableFile as error:
            raise Refusal("unreadable", str(error), why=str(error)) from None


@contextmanager
def _as_table(installation: Installation, digest: str, name: str) -> Iterator[Path]:
    """A file of the shelf under an ending that says what it is."""
    kept = shelf_of(installation.database).path(digest)
    if not kept.is_file():
        raise Refusal("gone", "found the file no more, expected it on the shelf; bring it again")
    with kept.open("rb") as stream:
        kind = type_of(stream.read(HEAD_BYTES))
    ending = _ENDINGS.get(kind) if isinstance(kind, FileType) else None
    if ending is None:
        raise Refusal("not_a_table", f"found {name!r}, expected a CSV with ; and UTF-8, or an XLSX")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{Path(name).stem[:100] or 'rewards'}{ending}"
        shutil.copyfile(kept, path)
        yield path


def _digest(plan: Plan) -> str:
    """What tells whether the differences are those that were shown."""
    said = [sorted((store.written(one), before) for one, before in plan.saved), sorted(
        (variant, plan.counted.get(variant), pieces) for variant, pieces in plan.stock.items())]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def kept_receipt(plan: Plan) -> str:
    """The receipt of an import as it is kept, with the numbers of new rewards."""
    found = plan.receipt.as_json()
    new = sorted(one.number for one, before in plan.saved if not before)
    kept = {name: found[name][:_KEPT] for name in ("changes", "held", "problems")}
    return json.dumps({**found, **kept, "new": new[:_KEPT], "differences": len(found["changes"])}, default=str)


def _brought(row: Row[Any]) -> Brought:
    return Brought(row.id, row.name, row.state, row.source, json.loads(row.receipt), row.user_id, row.actor,
                   row.made_at, row.decided_by, row.decided_at)
