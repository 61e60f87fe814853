"""Files become scored batches: here, or for long files in a process of its own, one batch ahead of the booking.

Python uses one core for one process. While the ledger is written here, the next batch is read, matched and scored
there; both read the same programme and database. The booking alone decides what counts, so nothing depends on it.
"""

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, BinaryIO

import attrs

from treuwerk.domain.ledger import moment
from treuwerk.domain.tabular import UnreadableFile
from treuwerk.programme.reading import read_programme
from treuwerk.services.installation import Installation
from treuwerk.services.intake import batches, count_documents, last_line
from treuwerk.services.matching import Matcher
from treuwerk.services.pacing import without_collection
from treuwerk.services.scoring import ScoredBatch, score
from treuwerk.store.database import Database

LONG_FILE_BYTES = 4_000_000  # from here on a second process pays for its start of half a second


class ScoringFailed(RuntimeError):
    """The scoring process ended before the file did; what it said is in the message."""


@attrs.frozen
class Task:
    """What the scoring process needs to know. It travels over a pipe, so that no password shows in arguments."""

    folder: Path
    database: str
    source: str
    file: Path
    now: int
    behind: int


def scored_batches(installation: Installation, source: str, file: Path, now: int, behind: int) -> Iterator[ScoredBatch]:
    """The file behind a line, in batches, scored for bookings at `now`; where a second core can help, it does.

    Raises:
        UnreadableFile: the file as a whole is not what the source reads.
        ScoringFailed: the scoring process died.
    """
    alone = installation.programme.given or (os.cpu_count() or 1) < 2 or file.stat().st_size < LONG_FILE_BYTES
    if alone:
        with file.open("rb") as stream:
            yield from scored_here(installation, source, stream, now, behind)
        return
    url = installation.database.url.render_as_string(hide_password=False)
    yield from _scored_elsewhere(Task(installation.programme.folder, url, source, file, now, behind))


def scored_here(installation: Installation, source: str, stream: BinaryIO, now: int,
                behind: int) -> Iterator[ScoredBatch]:
    """The same in this process."""
    settings, number = installation.programme.settings, ""
    reader = next(one for one in settings.sources if one.head.name == source).source
    today = moment(now).astimezone(settings.programme.time_zone).date()
    rules = installation.programme.rules
    with installation.database.reading() as connection:
        matcher = Matcher(settings, today, connection)
    for documents in batches(reader.read(stream), settings.clearing.batch_lines, behind):
        with installation.database.reading() as connection:
            matcher.learn(connection, documents)
        batch = score(documents, matcher, rules)
        batch.tally.documents, number = count_documents(documents, number)
        batch.cursor, batch.done = max(map(last_line, documents)), stream.tell()
        yield batch
        del documents, batch  # before the next ones are made: two batches at once would double the memory


def _scored_elsewhere(task: Task) -> Iterator[ScoredBatch]:
    command = [sys.executable, "-m", "treuwerk.services.pipeline"]
    with TemporaryFile() as said, subprocess.Popen(  # noqa: S603 (our own module, by our own interpreter)
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said) as process:
        into, out = process.stdin, process.stdout
        assert into is not None  # both are pipes
        assert out is not None
        try:
            pickle.dump(task, into)
            into.close()
            yield from _received(out)
            if process.wait():
                raise ScoringFailed(_last_words(said))
        finally:
            process.kill()


def _received(stream: IO[bytes]) -> Iterator[ScoredBatch]:
    """What the scoring process sends; the end of its output is the end of the file, or of the process."""
    while (message := _next_message(stream)) is not None:
        if isinstance(message, UnreadableFile):
            raise message
        yield message
        message = None  # the batch is free as soon as its user lets go of it


def _next_message(stream: IO[bytes]) -> ScoredBatch | UnreadableFile | None:
    try:
        message: ScoredBatch | UnreadableFile = pickle.load(stream)  # noqa: S301 (from the process started here)
    except (EOFError, pickle.UnpicklingError):  # the latter where it broke off inside a batch
        return None
    return message


def _last_words(said: IO[bytes]) -> str:
    said.seek(0)
    lines = said.read().decode("utf-8", "replace").strip().splitlines() or ["the process was ended"]
    return f"scoring stopped: {lines[-1]}; clear the file again to go on from there"


def main() -> None:
    """The scoring process: a task comes in, batches go out."""
    task: Task = pickle.load(sys.stdin.buffer)  # noqa: S301 (it comes from the process that started this one)
    installation = Installation(read_programme(task.folder), Database(task.database))
    out = sys.stdout.buffer
    with task.file.open("rb") as stream, without_collection():
        try:
            for batch in scored_here(installation, task.source, stream, task.now, task.behind):
                pickle.dump(batch, out, pickle.HIGHEST_PROTOCOL)
                out.flush()
                del batch
        except UnreadableFile as error:
            pickle.dump(error, out)


if __name__ == "__main__":
    main()
