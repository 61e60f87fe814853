"""Sweeping: drafts that were never sent are discarded, files that nothing holds are removed, and what crashes left.

It may be done as often as you like, also twice at once, and may be killed. What is kept for how long says
``[uploads]``. A file is never taken from an upload that is under way.
"""

import logging
import re
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

import attrs
from sqlalchemy import Connection

from treuwerk.domain.rights import OutOfScope
from treuwerk.domain.submissions import SubmissionEvent, SubmissionState
from treuwerk.services.clearing.inbox import OWN_FOLDERS, inbox_folder
from treuwerk.services.clearing.shelf import shelf_of
from treuwerk.services.documents_folder import Documents, NoDocumentsFolder, documents_of
from treuwerk.services.installation import Installation
from treuwerk.services.submissions import states as submissions
from treuwerk.services.submissions.leftovers import Leftover, take_away, unfinished, unknown
from treuwerk.services.submissions.states import INFECTED, Doer, SubmissionChanged
from treuwerk.store import bank_accounts, page_looks, readings, reward_files
from treuwerk.store import sweeping as store

_DAY, _HOUR, _SECOND = 86_400_000_000, 3_600_000_000, 1_000_000
_AT_ONCE = 500
_SYSTEM = Doer(0, "system")
_PART = re.compile(r"\.[0-9a-f]{16}\.part", re.ASCII)
Progress = Callable[[int, int], None]
_log = logging.getLogger("treuwerk.sweeping")


@attrs.define
class Swept:
    """What was removed, or would be: drafts, files of reports, files and pictures without a row, unfinished ones.

    `arrived` are files on the shelf that no delivery names, `bytes` what all files came to.
    """

    drafts: int = 0
    files: int = 0
    unknown: int = 0
    unfinished: int = 0
    arrived: int = 0
    bytes: int = 0

    @property
    def leftovers(self) -> int:
        """What crashes left."""
        return self.unknown + self.unfinished + self.arrived


def sweep(installation: Installation, now: int, *, dry_run: bool = False,
          progress: Progress = lambda done, total: None) -> Swept:
    """Discard and remove what is due; `dry_run` only counts. `progress` is asked between two transactions."""
    swept = Swept()
    _sweep_drafts(installation, now, swept, dry_run=dry_run, progress=progress)
    with suppress(NoDocumentsFolder):
        documents = documents_of(installation.database)
        _sweep_files(installation, documents, now, swept, dry_run=dry_run, progress=progress)
        sweep_leftovers(installation, now, swept, dry_run=dry_run, progress=progress)
    return swept


def sweep_leftovers(installation: Installation, now: int, swept: Swept, *, dry_run: bool,
                    progress: Progress = lambda done, total: None, most: int = 0) -> None:
    """Remove what crashes left; `most`: stop counting there, 0 for never.

    Raises:
        NoDocumentsFolder: nobody said where files lie.
    """
    documents = documents_of(installation.database)
    if not dry_run:
        (documents.root / "incoming").mkdir(parents=True, exist_ok=True, mode=0o700)
    for one in _leftovers(installation, documents, now):
        if dry_run or _taken_away(one):
            setattr(swept, one.kind, getattr(swept, one.kind) + 1)
            swept.bytes += one.found.size
        progress(swept.leftovers, 0)
        if most and swept.leftovers >= most:
            return


class _Lost(NamedTuple):
    """A leftover: what it counts as, where it is moved aside, and whether there is a row of it by now."""

    kind: str
    found: Leftover
    aside: Path
    is_known: Callable[[], bool]


def _taken_away(one: _Lost) -> bool:
    """Remove a leftover; one that cannot be removed is told in the log, and holds up no others."""
    try:
        return take_away(one.found, one.aside, one.is_known)
    except OSError as error:
        _log.warning("the leftover %s was not removed (%s); remove it by hand, or let this user do it",
                     one.found.path, error.strerror or error)
        return False


def _leftovers(installation: Installation, documents: Documents, now: int) -> Iterator[_Lost]:
    """All leftovers. Each is moved aside on its own file system: an inbox may lie on another one than documents."""
    before = (now - installation.programme.settings.uploads.leftover_hours * _HOUR) / _SECOND
    shelf = shelf_of(installation.database).folder
    places = [documents.root / "incoming", shelf]
    if inbox := inbox_folder(installation):
        places += [inbox / source.head.name / folder for source in installation.programme.settings.sources
                   for folder in OWN_FOLDERS]
    for place in places:
        pattern = None if place == places[0] else _PART
        yield from (_Lost("unfinished", one, place, _never) for one in unfinished(place, before, name=pattern))
    kept, came = partial(_kept, installation), partial(_arrived, installation)
    of_rewards = partial(_of_rewards, installation)
    for folder, known in (("files", kept), ("pages", kept), ("rewards", of_rewards)):
        for one in unknown(documents.root / folder, before, known):
            yield _Lost("unknown", one, places[0], partial(_is_in, known, one))
    for one in unknown(shelf, before, came):
        yield _Lost("arrived", one, shelf, partial(_is_in, came, one))


def _never() -> bool:
    return False


def _is_in(known: Callable[[Collection[str]], set[str]], found: Leftover) -> bool:
    return found.path.name in known([found.path.name])


def _kept(installation: Installation, digests: Collection[str]) -> set[str]:
    """Hashes of files that are to lie there; what a scanner condemned is not."""
    with installation.database.reading() as connection:
        return {one for one, state in store.states_of_files(connection, digests).items() if state != INFECTED}


def _of_rewards(installation: Installation, digests: Collection[str]) -> set[str]:
    with installation.database.reading() as connection:
        return set(reward_files.known(connection, digests))


def _arrived(installation: Installation, digests: Collection[str]) -> set[str]:
    with installation.database.reading() as connection:
        return store.arrived(connection, digests)


def _sweep_drafts(installation: Installation, now: int, swept: Swept, *, dry_run: bool, progress: Progress) -> None:
    before, last = now - installation.programme.settings.uploads.drafts_days * _DAY, (0, 0)
    while True:
        with installation.database.reading() as connection:
            rows = store.untouched_drafts(connection, before, last, _AT_ONCE)
        for account_id, number in rows:
            if dry_run or installation.database.run(partial(_discard, account_id, number, before, now)):
                swept.drafts += 1
            progress(swept.drafts, 0)
        if len(rows) < _AT_ONCE:
            return
        last = (rows[-1].account_id, rows[-1].id)


def _discard(account_id: int, number: int, before: int, now: int, connection: Connection) -> bool:
    try:
        found = submissions.read(connection, account_id, number, locked=True)
        if found.state is not SubmissionState.DRAFT or found.changed_at >= before:
            return False
        submissions.move(connection, found, SubmissionState.WITHDRAWN, SubmissionEvent.WITHDRAWN, _SYSTEM, now)
    except (OutOfScope, SubmissionChanged):
        return False
    return True


def _sweep_files(installation: Installation, documents: Documents, now: int, swept: Swept, *, dry_run: bool,
                 progress: Progress) -> None:
    before, last = now - installation.programme.settings.uploads.withdrawn_days * _DAY, ""
    while True:
        with installation.database.reading() as connection:
            rows = store.unheld_files(connection, before, last, _AT_ONCE)
        for digest, size in rows:
            if dry_run or installation.database.run(partial(_forgotten, documents, digest, before, now)):
                swept.files, swept.bytes = swept.files + 1, swept.bytes + size
            progress(swept.files, 0)
        if len(rows) < _AT_ONCE:
            return
        last = rows[-1].sha256


def _forgotten(documents: Documents, digest: str, before: int, now: int, connection: Connection) -> bool:
    """Row and file go together: whoever notes the same content waits for this row, and then looks for the file."""
    if not store.forget_unheld(connection, digest, before, now):
        return False
    readings.forget(connection, digest)
    page_looks.forget(connection, [digest])
    bank_accounts.forget(connection, [digest])
    documents.forget(digest)
    return True
