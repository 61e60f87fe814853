"""The proof of the ledger on demand: asked for on a page, run beside the pages, told honestly how far it is.

A proof reads the whole ledger. So one runs at a time, whichever server was asked; its row tells the pages how far it
is, and one that nobody has heard of for a while is called broken off.
"""

import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from time import monotonic
from typing import Any

import attrs
from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from treuwerk.domain.ids import row_ids
from treuwerk.domain.ledger import FIRST_HEAD
from treuwerk.domain.rights import Access
from treuwerk.services.auditing import note_act
from treuwerk.services.proof.anchoring import Anchor, anchor
from treuwerk.services.proof.verifying import Verdict, verify
from treuwerk.store.database import Database
from treuwerk.store.safety import WAL_IS_SAFE, close_removed
from treuwerk.store.sealing import waiting_for_a_seal
from treuwerk.store.tables import proof_run, seal

READ = "audit.read"
RUNNING, PROVEN, VIOLATED, COULD_NOT_RUN, BROKEN_OFF = STATES = (
    "running", "proven", "violated", "could_not_run", "broken_off")
_SECOND = 1_000_000
_SILENT_SECONDS = 180
_TELL_EVERY = 0.5  # seconds
_log = logging.getLogger("treuwerk.proof")


@attrs.frozen
class Law:
    """One law of the ledger and what was found of it: ok, violated or could_not_run."""

    name: str
    state: str
    count: int
    first_violation: str


@attrs.frozen
class Proof:
    """One proof, running or done. Instants in microseconds UTC; `sequence` and `head` are the end of the chain then."""

    id: int
    state: str
    started_by: str
    started_at: int
    finished_at: int
    done: int
    pieces: int
    transactions: int
    unsealed: int
    sequence: int
    head: str
    laws: tuple[Law, ...]


@attrs.frozen
class ChainState:
    """The chain as it stands: its last seal, what waits for one, the last proof, and the last one that held."""

    number: int
    sequence: int
    head: str
    sealed_at: int
    unsealed: int
    last: Proof | None
    last_proven: Proof | None


def chain_state(access: Access, connection: Connection, now: int) -> ChainState:
    """What is known of the chain without proving anything."""
    access.require(READ)
    end = connection.execute(select(seal).order_by(seal.c.number.desc()).limit(1)).one_or_none()
    shown = (end.number, end.last_sequence, end.head, end.sealed_at) if end else (0, 0, FIRST_HEAD, 0)
    number, sequence, head, sealed_at = shown
    return ChainState(number, sequence, head, sealed_at, waiting_for_a_seal(connection), _last(connection, now),
                      _last(connection, now, proof_run.c.state == PROVEN))


def prove_now(access: Access, database: Database, now: int, clock: Callable[[], int]) -> bool:
    """Begin a proof that runs on when this returns; False where one runs already.

    `clock` tells the time while it runs.
    """
    access.require(READ)
    number, end = next(row_ids(now)), anchor(database, now)

    def begin(connection: Connection) -> bool:
        connection.execute(update(proof_run).where(
            proof_run.c.state == RUNNING, proof_run.c.seen_at < now - _SILENT_SECONDS * _SECOND).values(
            state=BROKEN_OFF, finished_at=now))
        try:
            with connection.begin_nested():
                connection.execute(insert(proof_run).values(**_begun(number, access.actor, now, end)))
        except IntegrityError:
            return False
        note_act(connection, access, "ledger.prove", 0, "", now=now)
        return True

    if not database.run(begin):
        return False
    Thread(target=_prove, args=(database, number, clock), name="treuwerk-proof", daemon=True).start()
    return True


def _begun(number: int, actor: str, now: int, end: Anchor) -> dict[str, Any]:
    return {"id": number, "state": RUNNING, "started_by": actor, "started_at": now, "seen_at": now, "finished_at": 0,
            "done": 0, "pieces": 0, "transactions": 0, "unsealed": 0, "sequence": end.sequence, "head": end.head,
            "laws": "[]"}


def _prove(database: Database, number: int, clock: Callable[[], int]) -> None:
    """In one process, so that pages and bookings keep theirs."""
    told_at = 0.0

    def tell(done: int, pieces: int) -> None:
        nonlocal told_at
        if monotonic() - told_at >= _TELL_EVERY:
            told_at = monotonic()
            _note(database, number, done=done, pieces=pieces, seen_at=clock())

    try:
        with _beside_bookings(database) as still:
            verdict = verify(still, tell, processes=1)
        _note(database, number, finished_at=clock(), **_found(verdict))
    except Exception:
        _log.exception("proof %s broke off", number)
        _note(database, number, state=BROKEN_OFF, finished_at=clock())


@contextmanager
def _beside_bookings(database: Database) -> Iterator[Database]:
    """The database, or a copy of its file where whoever reads long would keep everybody from booking.

    That is so with SQLite's rollback journal. The copy is the state of one instant, too, and taken in seconds.
    """
    if database.file is None or WAL_IS_SAFE:
        yield database
        return
    try:
        with TemporaryDirectory(prefix="treuwerk-proof-") as folder:
            path = Path(folder) / "copy.db"
            with database.reading() as connection, closing(sqlite3.connect(path)) as target:
                source: Any = connection.connection.driver_connection
                source.backup(target)
            with closing(Database(f"sqlite:///{path}")) as copy:
                yield copy
    finally:
        close_removed()  # else the copy takes its space until the next one


def _found(verdict: Verdict) -> dict[str, Any]:
    state = PROVEN if verdict.ok else COULD_NOT_RUN if verdict.could_not_run else VIOLATED
    laws = [[law.name, law.state, law.count, law.first_violation] for law in verdict.invariants]
    return {"state": state, "transactions": verdict.transactions, "unsealed": verdict.unsealed,
            "done": len(laws), "pieces": len(laws), "laws": json.dumps(laws, ensure_ascii=False)}


def _note(database: Database, number: int, **values: Any) -> None:
    database.run(lambda connection: connection.execute(update(proof_run).where(
        proof_run.c.id == number, proof_run.c.state == RUNNING).values(**values)).rowcount)


def _last(connection: Connection, now: int, *wanted: Any) -> Proof | None:
    row = connection.execute(select(proof_run).where(*wanted).order_by(proof_run.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else _proof(row, now)


def _proof(row: Row[Any], now: int) -> Proof:
    silent = row.state == RUNNING and row.seen_at < now - _SILENT_SECONDS * _SECOND
    return Proof(row.id, BROKEN_OFF if silent else row.state, row.started_by, row.started_at, row.finished_at, row.done,
                 row.pieces, row.transactions, row.unsealed, row.sequence, row.head,
                 tuple(Law(*law) for law in json.loads(row.laws)))
