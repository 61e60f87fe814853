"""What the doctor finds about durable work: who does it, what is stuck, and whether files can come in."""

import os
import shutil
from collections.abc import Iterator, Mapping
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from treuwerk.domain.secrets import MissingSecret, secrets_in
from treuwerk.programme.reading import LoadedProgramme
from treuwerk.services.documents_folder import NoDocumentsFolder, documents_of
from treuwerk.services.findings import Check, Finding, State, finding
from treuwerk.services.ordering import depth
from treuwerk.store import workers
from treuwerk.store.database import Database

_STUCK_SECONDS = 900
_FREE_MEBIBYTES = 1_024
_MEBIBYTE = 1 << 20


def work_checks(database: Database, now: int, programme: LoadedProgramme | None,
                environ: Mapping[str, str] | None) -> dict[str, Check]:
    """The checks of durable work; those of orders only where there is a database."""
    checks: dict[str, Check] = {}
    if database.file is None or database.file.exists():
        checks["work"] = partial(_orders, database, now)
    if programme is not None:
        checks["work_runner"] = partial(_runner, database, programme)
        if programme.settings.inbox.folder:
            checks["inbox"] = partial(_inbox, programme)
        if programme.settings.inbox.folder or programme.settings.api:
            checks["arrived"] = partial(_arrived, database)
        if environ is not None:
            checks["api_secrets"] = partial(source_secrets, programme, environ)
    return checks


def _orders(database: Database, now: int) -> Iterator[Finding]:
    found = depth(database, now)
    yield finding("work_failed", f"{found.failed} orders that failed for good", "none",
                  "look at treuwerk jobs list --state failed, mend the cause, then treuwerk jobs retry KEY",
                  State.WARNING if found.failed else None)
    late = found.oldest_seconds > _STUCK_SECONDS
    yield finding("work_waiting", f"{found.waiting} orders wait, the oldest for {found.oldest_seconds:,} seconds; "
                  f"{found.workers} workers", f"none that is due for more than {_STUCK_SECONDS // 60} minutes",
                  "run treuwerk worker, or more of them" if not found.workers else
                  "run more workers, or look at treuwerk jobs list for what holds them up",
                  State.WARNING if late else None)


def _runner(database: Database, programme: LoadedProgramme) -> Iterator[Finding]:
    name = programme.settings.work.runner
    kind = programme.registry.work_runners().get(name)
    shown = name
    if kind is not None and kind.distribution:
        try:
            shown = f"{name} on {kind.distribution} {version(kind.distribution)}"
        except PackageNotFoundError:
            yield Finding("work_runner", State.UNSAFE, f"{name}, but {kind.distribution} is not installed",
                          kind.distribution, f"pip install 'treuwerk[{name}]'; no worker starts without it")
            return
    backend = "sqlite" if database.is_sqlite else "postgresql"
    fits = kind is None or backend in kind.databases
    yield finding("work_runner", shown, f"a runner that works beside {backend}",
                  "name another one under [work] runner, such as inline or dbos", None if fits else State.UNSAFE)
    if database.file is None or database.file.exists():
        with database.reading() as connection:
            others = sorted({row.runner for row in workers.all_of_them(connection)} - {name})
        if others:
            yield Finding("work_runners", State.WARNING, f"workers with {', '.join(others)} and the programme's {name}",
                          "workers of one installation with one runner", "end the older workers; nothing is lost by it")


def _inbox(programme: LoadedProgramme) -> Iterator[Finding]:
    folder = programme.folder / programme.settings.inbox.folder
    hint = f"make {folder} and give the user of treuwerk the right to read, write and remove files there"
    if not folder.is_dir():
        yield Finding("inbox", State.WARNING, f"{folder} is not there", "a folder", hint)
        return
    places = [folder, *(folder / source.head.name for source in programme.settings.sources)]
    closed = [str(place) for place in places if place.is_dir() and not os.access(place, os.R_OK | os.W_OK | os.X_OK)]
    yield finding("inbox", f"no right to work in {', '.join(closed)}" if closed else str(folder),
                  "a folder that can be read and written", hint, State.WARNING if closed else None)
    yield _room("inbox_room", folder)


def _arrived(database: Database) -> Iterator[Finding]:
    """Where files lie that came in by themselves."""
    try:
        root = documents_of(database).root
    except NoDocumentsFolder as error:
        yield Finding("arrived", State.UNSAFE, str(error), "a folder that all servers and workers share",
                      "set TREUWERK_DOCUMENTS; until then nothing that comes in is taken")
        return
    yield _room("arrived_room", root)


def _room(name: str, folder: Path) -> Finding:
    place = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    free = shutil.disk_usage(place).free // _MEBIBYTE
    return finding(name, f"{free:,} MiB free at {place}", f"at least {_FREE_MEBIBYTES:,} MiB",
                   "make room: what comes in is copied before it is cleared, and refused where that fails",
                   State.WARNING if free < _FREE_MEBIBYTES else None)


def source_secrets(programme: LoadedProgramme, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Secrets of sources, and the address of the queue, that the environment does not hold."""
    named = {f"api:{name}": api for name, api in programme.settings.api.items()}
    for name, settings in {**named, "work:queue": programme.settings.work.queue}.items():
        for secret in secrets_in(settings):
            try:
                secret.value(environ)
            except MissingSecret as error:
                found = str(error).partition(", expected")[0].removeprefix("found ")
                yield Finding(name, State.WARNING, found, "the secret that the programme names",
                              f"set {secret.env}, or {secret.env}_FILE to the path of a file that holds it, where "
                              "treuwerk is started; until then nobody delivers by it")
