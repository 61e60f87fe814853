"""What the doctor asks the database, and the file that it is."""

import os
import sqlite3
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from treuwerk.domain.ledger import moment
from treuwerk.services.findings import Check, Finding, State, finding
from treuwerk.store.database import Database
from treuwerk.store.guards import guards
from treuwerk.store.inspecting import damages, newest_booking, postgres_settings, pragmas, role
from treuwerk.store.migrating import SchemaError, check_schema
from treuwerk.store.safety import FIRST_SAFE_WAL, POSTGRES_SAFE, WAL_IS_SAFE, WAL_REMEDY, is_wal

MINUTE = 60_000_000
SKEW_MINUTES = 5
OLDEST_POSTGRES = 140_000
NETWORK = frozenset({"9p", "afpfs", "afs", "ceph", "cifs", "fuse.sshfs", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4",
                     "smb3", "smbfs", "virtiofs"})
MOUNTS = Path("/proc/self/mountinfo")
_SYNCHRONOUS = {0: "OFF", 1: "NORMAL", 2: "FULL", 3: "EXTRA"}


def database_checks(database: Database, now: int) -> dict[str, Check]:
    """The checks that fit this kind of database."""
    common: dict[str, Check] = {name: partial(check, database) for name, check in (
        ("schema", _schema), ("append_only_guards", _guards))}
    common["clock"] = partial(_clock, database, now)
    if not database.is_sqlite:
        return {"postgresql": partial(_postgres, database), "postgresql_role": partial(_role, database), **common}
    if database.file is None:
        return {"sqlite": partial(_sqlite, database), **common}
    if not database.file.exists():
        return {"schema": partial(_no_file, database.file)}
    return {"sqlite_wal": partial(_wal, database.file), "sqlite": partial(_sqlite, database),
            "sqlite_integrity": partial(_integrity, database), "file_permissions": partial(_permissions, database.file),
            "network_file_system": partial(_network, database.file), **common}


def _no_file(file: Path) -> Iterator[Finding]:
    yield Finding("schema", State.COULD_NOT_RUN, f"no file {file}", "a database", "run treuwerk migrate, or mend "
                  "--database")


def _wal(file: Path) -> Iterator[Finding]:
    wal = is_wal(file)
    found = f"{'WAL' if wal else 'rollback journal'}, SQLite {sqlite3.sqlite_version}"
    expected = f"WAL only with SQLite {'.'.join(map(str, FIRST_SAFE_WAL))} or newer, which mended a race that corrupts"
    yield finding("sqlite_wal", found, expected, WAL_REMEDY, State.UNSAFE if wal and not WAL_IS_SAFE else None)


def _sqlite(database: Database) -> Iterator[Finding]:
    with database.reading() as connection:
        found = pragmas(connection)
    mode, synchronous, mmap = str(found["journal_mode"]), int(found["synchronous"]), int(found["mmap_size"] or 0)
    no_pragma = "a listener of an application has changed our connections: remove its PRAGMA"
    yield finding("sqlite_journal_mode", mode, "delete, truncate, persist or wal", no_pragma,
                  State.UNSAFE if mode in {"off", "memory"} and database.file else None)
    yield finding("sqlite_synchronous", _SYNCHRONOUS.get(synchronous, synchronous), "FULL or EXTRA", no_pragma,
                  State.UNSAFE if synchronous < 2 else None)
    yield finding("sqlite_mmap", f"{mmap} bytes", "0 bytes: a stray write of any library would reach the file",
                  no_pragma, State.UNSAFE if mmap else None)


def _integrity(database: Database) -> Iterator[Finding]:
    try:
        with database.reading() as connection:
            broken = list(damages(connection))
    except DatabaseError as error:
        if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise
        broken = [str(error.orig)]
    found = f"{len(broken)} damages, first: {broken[0]}" if broken else "no damage"
    yield finding("sqlite_integrity", found, "no damage", "stop all writing and restore the last good copy",
                  State.UNSAFE if broken else None)


def _permissions(file: Path) -> Iterator[Finding]:
    if os.name != "posix":
        return
    places = [file, *(file.with_name(file.name + end) for end in ("-journal", "-wal", "-shm"))]
    loose = [f"{place} {mode:o}" for place in places if place.exists()
             and (mode := stat.S_IMODE(place.stat().st_mode)) & 0o006]
    folder = stat.S_IMODE(file.parent.stat().st_mode)
    if folder & 0o002 and not folder & stat.S_ISVTX:
        loose.append(f"{file.parent} {folder:o}")
    yield finding("file_permissions", ", ".join(loose) or "for owner and group only", "nobody else may read or write",
                  f"chmod o-rwx {file}, and start with umask 027", State.WARNING if loose else None)


def _network(file: Path) -> Iterator[Finding]:
    if (kind := file_system_of(file, MOUNTS)) is not None:
        yield finding("network_file_system", kind, "a local disk: locks and syncs of network shares are not to be "
                      "relied on", "move the file to a local disk, or take PostgreSQL",
                      State.WARNING if kind in NETWORK else None)


def file_system_of(file: Path, mounts: Path) -> str | None:
    """The kind of file system that a file lies on, by Linux' list of mounts; None where there is no such list."""
    if not mounts.exists():
        return None
    best, kind = "", None
    place = file.resolve()
    for line in mounts.read_text("utf-8", "surrogateescape").splitlines():
        left, _, right = line.partition(" - ")
        point = left.split()[4].encode().decode("unicode_escape")  # a blank is written \040
        if place.is_relative_to(point) and len(point) >= len(best):
            best, kind = point, right.split()[0]
    return kind


def _postgres(database: Database) -> Iterator[Finding]:
    with database.reading() as connection:
        found = postgres_settings(connection)
    old = int(found["server_version_num"]) < OLDEST_POSTGRES
    yield finding("postgresql_version", found["server_version"], f"{OLDEST_POSTGRES // 10_000} or newer",
                  "update the server: older ones get no more corrections", State.UNSAFE if old else None)
    for name, expected in POSTGRES_SAFE.items():
        hint = f"ALTER SYSTEM SET {name} = on, and look for ALTER ROLE or ALTER DATABASE … SET {name}; then reload"
        yield finding(f"postgresql_{name}", found[name], expected, hint,
                      State.UNSAFE if found[name] == "off" else None)
    yield finding("postgresql_data_checksums", found["data_checksums"], "on",
                  "stop the server and run pg_checksums --enable: broken disks are noticed only then",
                  State.WARNING if found["data_checksums"] == "off" else None)


def _role(database: Database) -> Iterator[Finding]:
    with database.reading() as connection:
        name, superuser, owner = role(connection)
    what = "a superuser" if superuser else "owner of the journal" if owner else "neither superuser nor owner"
    yield finding("postgresql_role", f"{name}, {what}", "a role that may add to the journal, but not alter it",
                  "run treuwerk protect, and give the programme a role of its own in --database",
                  State.WARNING if superuser or owner else None)


def _schema(database: Database) -> Iterator[Finding]:
    try:
        check_schema(database)
    except SchemaError as error:
        yield Finding("schema", State.UNSAFE, str(error), "the schema of this release", "run treuwerk migrate")
    else:
        yield Finding("schema", State.OK, "that of this release", "the schema of this release")


def _guards(database: Database) -> Iterator[Finding]:
    with database.reading() as connection:
        fallen = [f"{guard.name} on {guard.table} is {guard.state}" for guard in guards(connection) if not guard.stands]
    yield finding("append_only_guards", ", ".join(fallen) or "all stand", "a trigger guards each table of the books",
                  "find out who took them down, and run treuwerk verify, before they are put back",
                  State.UNSAFE if fallen else None)


def _clock(database: Database, now: int) -> Iterator[Finding]:
    with database.reading() as connection:
        newest = newest_booking(connection)
    ahead = max(0, (newest or 0) - now)
    found = f"newest booking {moment(newest).isoformat(timespec='seconds')}" if newest else "no booking yet"
    yield finding("clock", found, f"no booking later than now, {moment(now).isoformat(timespec='seconds')}",
                  "set the clock of this machine by NTP; if it is right, find out which one booked with a wrong clock",
                  None if not ahead else State.UNSAFE if ahead > SKEW_MINUTES * MINUTE else State.WARNING)
