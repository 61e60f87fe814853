"""Reading drawn pages in the background, and finding on them what somebody would have to type.

One order is one file of one report. A page that cannot be read stays unread, is noted so, and holds nothing up.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection

from treuwerk.domain.bank_numbers import ibans_in
from treuwerk.domain.page_fields import find_fields
from treuwerk.domain.page_tokens import FoundField
from treuwerk.domain.page_words import ReadPage
from treuwerk.domain.rights import OutOfScope
from treuwerk.domain.submissions import OPEN, SubmissionState
from treuwerk.domain.uploads import DRAWN, FileType
from treuwerk.programme.settings import PageReading, Settings
from treuwerk.services.documents_folder import documents_of
from treuwerk.services.installation import Installation
from treuwerk.services.submissions import states as submissions
from treuwerk.services.submissions.page_knowledge import known_of
from treuwerk.services.submissions.page_recognising import FAILED, READ, Recognised, recognise
from treuwerk.services.submissions.states import CLEAN, Page, Submission
from treuwerk.store import bank_accounts, files, orders, readings
from treuwerk.store.succession import successor

READ_PAGES = "read"
"""The job that reads the pages of a file."""
HIDDEN = ("seller",)
"""Places that no person sees: the name of a seller leads to its code again."""
_log = logging.getLogger("treuwerk.reading")
_STATES = OPEN | {SubmissionState.DRAFT}
Progress = Callable[[int, int], None]
Step = Callable[[Callable[[Connection], None]], object]


def order_reading(connection: Connection, settings: Settings, found: Submission, page: Page, now: int) -> None:
    """Order the pages of a file to be read, in the transaction in which it came, was found clean or was turned."""
    if settings.page_reader is None or page.state != CLEAN or page.reader or FileType(page.media_type) not in DRAWN:
        return
    orders.submit(connection, f"read:{found.public_id}:{page.number}:{page.rotation}", READ_PAGES,
                  {"submission": found.public_id, "page": page.number}, now)


def read_pages(installation: Installation, public_id: str, number: int, now: Callable[[], int], progress: Progress,
               step: Step) -> str:
    """Read the pages of a file of a report, then find what stands on all pages of it; what came of it, in words.

    `step` does its argument in a transaction, once for an order.
    """
    reading = installation.programme.settings.page_reader
    with installation.database.reading() as connection:
        found = _open(connection, public_id)
        page = next((one for one in submissions.pages(connection, found) if one.number == number), None) \
            if found else None
    if reading is None or found is None or page is None or page.state != CLEAN:
        return "nothing to read any more"
    told = _read_file(installation, reading, page, now, progress)
    with installation.database.reading() as connection:
        known = known_of(connection, installation.programme.settings, successor(connection, found.account_id), now())
        pages = submissions.pages(connection, found)
        read = list(_read_pages(connection, pages))
    fields = find_fields([one for one, _ in read], known)
    places = {one.number: place for one, place in read}
    step(lambda connection: _keep(connection, reading, public_id, fields, places, now()))
    return f"{told}; {len(fields)} fields found"


def _open(connection: Connection, public_id: str) -> Submission | None:
    try:
        found = submissions.named(connection, public_id)
    except OutOfScope:
        return None
    return found if found.state in _STATES else None


def _read_file(installation: Installation, reading: PageReading, page: Page, now: Callable[[], int],
               progress: Progress) -> str:
    """Read what is unread of a file, page by page; each is kept at once, so that nothing is read twice."""
    most = min(page.pages, reading.head.pages)
    with installation.database.reading() as connection:
        there = {row.picture for row in readings.pages_of(connection, [page.sha256])
                 if row.rotation == page.rotation and row.state == READ}
    unread = 0
    for picture in range(1, most + 1):
        progress(picture - 1, most)
        if picture not in there:
            came = _one(installation, reading, page, picture)
            unread += came.state != READ
            installation.database.run(lambda connection, picture=picture, came=came: _note(  # type: ignore[misc]
                connection, reading, page, picture, came, now()))
    return f"{most - unread} of {page.pages} pages read"


def _one(installation: Installation, reading: PageReading, page: Page, picture: int) -> Recognised:
    path = documents_of(installation.database).picture(page.sha256, picture)
    if not path.is_file():
        return Recognised(FAILED, said="found no picture of this page any more")
    languages = [code.partition("_")[0] for code in installation.programme.settings.programme.locales]
    came = recognise(reading, path, page.rotation, picture, list(dict.fromkeys(languages)))
    if came.state != READ:
        _log.warning("page %s of a file was not read (%s): %s", picture, came.state, came.said)
    return came


def _note(connection: Connection, reading: PageReading, page: Page, picture: int, came: Recognised, now: int) -> None:
    """Keep what came of a picture, unless its file was forgotten while it was read."""
    if files.known(connection, page.sha256, locked=True) is None:
        return
    readings.put_page(connection, {
        "sha256": page.sha256, "picture": picture, "rotation": page.rotation, "reader": reading.head.reader,
        "state": came.state, "said": came.said, "width": came.width, "height": came.height,
        "words": readings.words_as_json(came.words), "read_at": now})
    bank_accounts.note_of_file(connection, page.sha256, ibans_in(word.text for word in came.words))


def _read_pages(connection: Connection, pages: Sequence[Page]) -> Iterator[tuple[ReadPage, tuple[int, int]]]:
    """The read pages of a report in their order, each with the number of its file and of its picture."""
    rows: dict[tuple[str, int], list[Any]] = {}
    for row in readings.pages_of(connection, [page.sha256 for page in pages]):
        if row.state == READ:
            rows.setdefault((row.sha256, row.rotation), []).append(row)
    number = 0
    for page in pages:
        for row in rows.get((page.sha256, page.rotation), ()):
            number += 1
            yield ReadPage(number, row.width, row.height, readings.words_from_json(row.words)), (page.number,
                                                                                                   row.picture)


def _keep(connection: Connection, reading: PageReading, public_id: str, fields: Sequence[FoundField],
          places: dict[int, tuple[int, int]], now: int) -> None:
    """Keep what was found, unless somebody has begun to enter: then it is only offered."""
    found = submissions.named(connection, public_id, locked=True)
    if found.state not in _STATES:
        return
    sure = int(1_000 * reading.head.confidence)
    there = {page.number for page in submissions.pages(connection, found)}  # others were taken out meanwhile
    rows = [_row(field, places[field.page], sure, reading, now) for field in in_order(fields, sure)
            if field.place not in HIDDEN and places[field.page][0] in there]
    said = {"number": found.number, "issued_on": found.issued_on, "delivered_on": found.issued_on,
            "seller_name": found.seller_name, "kind": found.kind}
    delivered = any(row["place"] == "delivered_on" and row["prefilled"] for row in rows)
    for row in rows:
        if found.entered or said.get(row["place"]) or (row["place"] == "issued_on" and delivered) \
                or row["place"] in ("order", "customer"):
            row["prefilled"] = 0
    readings.replace_fields(connection, found.account_id, found.id, rows)


def in_order(fields: Sequence[FoundField], sure: int) -> list[FoundField]:
    """Fields with their lines numbered anew: those whose article is sure from 1 on, and the others behind them.

    So the numbers of lines in a form follow one another, and one that is typed has a number of its own.
    """
    articles = {field.place.split(".")[1]: field.confidence >= sure for field in fields
                if field.place.endswith(".article")}
    order = sorted(articles, key=lambda one: (not articles[one], int(one)))
    numbers = {old: str(at) for at, old in enumerate(order, 1)}
    return [field._replace(place=".".join([head, numbers[rest[0]], *rest[1:]])) if rest else field
            for field in fields for head, *rest in [field.place.split(".")]]


def _row(field: FoundField, place: tuple[int, int], sure: int, reading: PageReading, now: int) -> dict[str, Any]:
    box = field.box
    return {"place": field.place, "value": field.value, "reader": reading.head.reader, "confidence": field.confidence,
            "prefilled": int(field.confidence >= sure), "page": place[0],
            "picture": place[1], "box_left": box.left, "box_top": box.top, "box_right": box.right,
            "box_bottom": box.bottom, "found_at": now}
