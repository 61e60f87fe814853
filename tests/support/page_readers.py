"""A page reader for tests, and pages made of rows of words. The reader runs in the process that all readers run in."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs

from tests.support.portal import NOW, PROGRAMME, Portal, open_portal
from treuwerk.domain.page_words import DrawnPage, PageReaderUnavailable, ReadPage, Word
from treuwerk.hookspecs import PageReaderKind, hookimpl
from treuwerk.jobs.doing import Doer
from treuwerk.jobs.registry import JOBS
from treuwerk.programme.reading import read_programme
from treuwerk.services.installation import Installation
from treuwerk.store import orders
from treuwerk.store.database import Database

HIGH, WIDE = 20, 12
NOTE = ("Sonnenlicht AG", "Lieferschein Nr. LS-4711", "Kundennummer: 1001", "Lieferdatum: 05.11.2026",
        "Pos Artikel Bezeichnung Menge Einheit", "1 M400 Modul 10 Stk", "2 M405 Modul 4 Stk")
"""A delivery note as it is printed."""
SURE = 0.95


def words(rows: Sequence[str], confidence: float = SURE, top: int = 40) -> list[Word]:
    """Words in rows; one that ends with ``~<per cent>`` is so sure and no more."""
    made = []
    for at, row in enumerate(rows):
        left = 40
        for text in row.split():
            plain, _, sure = text.partition("~")
            made.append(Word(plain, int(sure) / 100 if sure else confidence, left, top + at * 2 * HIGH,
                             WIDE * len(plain), HIGH))
            left += WIDE * (len(plain) + 1)
    return made


def sheet(*rows: str, confidence: float = SURE, number: int = 1) -> ReadPage:
    """A page of these rows."""
    return ReadPage(number, 620, 877, tuple(words(rows, confidence)))


@attrs.frozen
class Settings:
    """``reader = "recorded"``: answers what stands in a file, as a list of words or the name of a misdeed."""

    answers: str


class Recorded:
    """A reader that knows its answers beforehand."""

    def __init__(self, settings: Settings) -> None:
        self.path = settings.answers

    def read(self, page: DrawnPage) -> Any:
        """What was recorded for any page."""
        answer = json.loads(Path(self.path).read_text("utf-8"))
        if answer == "sleep":
            time.sleep(60)
        elif answer == "burn":
            while True:
                pass
        elif answer == "fail":
            raise ZeroDivisionError
        elif answer == "die":
            import os

            os._exit(3)
        elif answer == "print":
            print('{"words": []}')
            return [["printed", 0.9, 1, 1, 9, 9]]
        elif answer == "eat":
            return bytearray(64 << 30)
        elif answer == "missing":
            raise PageReaderUnavailable("install the Debian package recorded")
        return answer

    def answers(self) -> str:
        """Where the answers stand."""
        return f"recorded in {Path(self.path).name}"


class RecordedPlugin:
    """Offers ``recorded``."""

    @hookimpl
    def page_readers(self) -> Sequence[PageReaderKind[Any]]:
        """One kind."""
        return [PageReaderKind("recorded", Settings, Recorded)]


def read_portal(folder: Path, database: Database, answer: object = NOTE) -> Portal:
    """A portal whose pages are read: `answer` are rows of words, raw words, or the name of a misdeed."""
    record(folder, answer)
    seconds = 2 if answer in ("sleep", "burn") else 30  # a loaded machine takes seconds to start the reader
    place = (folder / "answers.json").as_posix()
    reader = f'\n[page_reader]\nreader = "recorded"\nseconds = {seconds}\nanswers = "{place}"\n'
    portal = open_portal(folder, database)
    (folder / "programme.toml").write_text(
        PROGRAMME.replace("plugins = [", 'plugins = ["recorded", ') + reader, "utf-8")
    loaded = read_programme(folder, {"recorded": RecordedPlugin()})
    return Portal(Installation(loaded, portal.installation.database), folder)


def record(folder: Path, answer: object) -> None:
    """What the reader answers from now on."""
    told = [list(word) for word in words(answer)] if isinstance(answer, tuple) else answer
    (folder / "answers.json").write_text(json.dumps(told), "utf-8")


def work_off(portal: Portal, now: int = NOW) -> list[str]:
    """Do all work that is due, as a worker does it; what came of each order, in words."""
    doer = Doer(portal.installation, JOBS, lambda: now, "tests")
    database = portal.installation.database
    with database.reading() as connection:
        tickets = orders.due(connection, now, 100)
    for ticket in tickets:
        doer.do(ticket)
    with database.reading() as connection:
        return [row.said for ticket in tickets if (row := orders.one(connection, ticket.key)) is not None]
