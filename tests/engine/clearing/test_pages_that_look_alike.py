"""Case 71: a second scan, a photo of a screen, or changed digits: what a page looks like is a hint, and only that."""

from itertools import combinations
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import event, select

from tests.support.clerks import decided, handed_in, looked_at, note, with_page
from tests.support.office import CLARA, acting
from tests.support.pictures import delivery_note, jpeg, photo, scanned_again
from tests.support.portal import NOW, PROGRAMME, Portal, open_portal
from tests.support.reporting import handed_in as uploaded
from treuwerk.domain.uploads import FileType
from treuwerk.services.clearing.hints import Hint, Weight
from treuwerk.services.submissions.entry_hints import entry_hints, score
from treuwerk.services.submissions.entry_preview import preview
from treuwerk.services.submissions.forgetting_uploads import forget_uploads
from treuwerk.services.submissions.page_pictures import DrawingLimits, draw
from treuwerk.services.submissions.states import Submission
from treuwerk.store import page_looks
from treuwerk.store.database import Database
from treuwerk.store.tables import page_look

GOODS = [("Module 400", 10), ("Inverter 10 kW", 1), ("Rail 4.40 m", 24), ("Roof hook", 60), ("Cable 6 mm", 2)]
FEWER = GOODS[:2]
MORE = [*GOODS, *GOODS, *GOODS]


@pytest.fixture
def desk(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Portal:
    """Two companies, and a folder for what they report."""
    monkeypatch.setenv("TREUWERK_DOCUMENTS", str(tmp_path / "documents"))
    return open_portal(tmp_path, database)


def reported(portal: Portal, *files: bytes, customer: str = "1001", number: str = "LS-1") -> Submission:
    one = handed_in(portal, customer, number=number)
    for place, file in enumerate(files, 1):
        with_page(portal, one, file, f"{place}.jpg", place)
    return one


def hints(portal: Portal, one: Submission) -> list[Hint]:
    seen = preview(portal.installation, one.account_id, note(number="LS-99"), NOW)
    with portal.installation.database.reading() as connection:
        found = entry_hints(acting(), connection, portal.installation, looked_at(portal, one), note(number="LS-99"),
                            seen, NOW)
    return [hint for hint in found if hint.code == "looks_like"]


def look_of(file: bytes, folder: Path) -> int:
    """The difference hash of a picture, as the program that draws pages says it."""
    place = folder / "picture.jpg"
    place.write_bytes(file)
    [look] = draw(place, FileType.JPEG, folder, DrawingLimits(1, 50_000_000)).looks
    return int(look or "0", 16)


@pytest.mark.parametrize("again", [
    scanned_again(delivery_note(goods=GOODS)), scanned_again(delivery_note(goods=GOODS), -0.5, 1.2),
    scanned_again(delivery_note(4712, GOODS), 0, 0.6, 85, 0.92)],
    ids=["scanned again", "and larger", "darker, with another digit"])
def test_case_71_a_second_scan_is_found_by_its_looks_and_is_only_a_hint(desk: Portal, again: bytes) -> None:
    first = reported(desk, jpeg(delivery_note(7, MORE)), jpeg(delivery_note(goods=GOODS)), number="LS-4711")
    second = reported(desk, again, customer="1002")

    found = hints(desk, second)

    assert found == [Hint("looks_like", Weight.NOTICE, {
        "page": "1", "other": "2", "number": "LS-4711", "submission": first.public_id})]
    assert score(found) == 0
    assert decided(desk, second, note(number="LS-99")).points == {"bonus": 800, "status": 400}


def test_case_71_another_note_of_the_same_form_is_told_apart_by_how_much_stands_on_it(desk: Portal) -> None:
    reported(desk, jpeg(delivery_note(4711, GOODS)))

    assert hints(desk, reported(desk, jpeg(delivery_note(4712, MORE)))) == []
    assert hints(desk, reported(desk, jpeg(delivery_note(4713, GOODS * 2)), number="LS-2")) == []


def test_case_71_where_many_reports_have_the_same_form_nothing_is_told(desk: Portal) -> None:
    for number in range(3):
        reported(desk, jpeg(delivery_note(number, GOODS)), number=f"LS-{number}")
    fourth = reported(desk, jpeg(delivery_note(4, GOODS)))
    told = len(hints(desk, fourth))

    reported(desk, jpeg(delivery_note(5, GOODS)))

    assert (told, hints(desk, fourth)) == (3, [])


def test_case_71_the_programme_says_how_much_alike_is_alike(tmp_path: Path, sqlite_database: Database,
                                                            monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREUWERK_DOCUMENTS", str(tmp_path / "documents"))
    desk = open_portal(tmp_path, sqlite_database, f"{PROGRAMME}\n[clearing.hints]\nalike_reports = 0\n")
    reported(desk, jpeg(delivery_note(goods=GOODS)))

    assert hints(desk, reported(desk, jpeg(delivery_note(goods=GOODS), 60))) == []


@pytest.mark.parametrize("content", [
    jpeg(Image.new("RGB", (620, 877), "white")), jpeg(Image.new("RGB", (620, 877), (90, 90, 90))), photo()],
    ids=["white", "grey", "one line of words"])
def test_a_page_with_nearly_nothing_on_it_looks_like_no_other(desk: Portal, content: bytes) -> None:
    reported(desk, content)

    with desk.installation.database.reading() as connection:
        assert connection.execute(select(page_look)).all() == []


def test_second_scans_differ_in_fewer_bits_than_are_allowed(tmp_path: Path) -> None:
    for goods in (FEWER, GOODS, MORE):
        paper = delivery_note(goods=goods)
        first = look_of(jpeg(paper), tmp_path)
        scans = [look_of(scanned_again(paper, degrees, scale, 60, light), tmp_path)
                 for degrees, scale, light in ((0.5, 0.83, 1), (-0.5, 0.83, 0.92), (0.5, 1.2, 1), (-0.5, 0.5, 1))]

        assert max((first ^ scan).bit_count() for scan in scans) <= 3


def test_a_withdrawn_report_and_a_page_that_was_taken_out_are_not_named(desk: Portal) -> None:
    from sqlalchemy import update

    from treuwerk.store.tables import submission, submission_page

    first, second = reported(desk, jpeg(delivery_note(goods=GOODS))), reported(desk, jpeg(delivery_note(1, GOODS)))
    third = reported(desk, scanned_again(delivery_note(goods=GOODS)))
    told = len(hints(desk, third))

    with desk.installation.database.writing() as connection:
        connection.execute(update(submission).where(submission.c.id == first.id).values(state="withdrawn"))
        connection.execute(update(submission_page).where(submission_page.c.submission_id == second.id).values(
            removed_at=NOW))

    assert (told, hints(desk, third)) == (2, [])


@pytest.mark.parametrize("bits", list(combinations((0, 1, 21, 42, 63), 3)))
def test_whatever_three_bits_differ_a_part_is_the_same(bits: tuple[int, ...]) -> None:
    look = 0x0123_4567_89AB_CDEF
    other = look
    for bit in bits:
        other ^= 1 << bit

    assert any(one == two for one, two in zip(page_looks.bands_of(f"{look:016x}"), page_looks.bands_of(f"{other:016x}"),
                                              strict=True))


def test_many_pages_ask_as_few_questions_as_one(desk: Portal) -> None:
    reported(desk, jpeg(delivery_note(goods=GOODS)))
    one = reported(desk, scanned_again(delivery_note(goods=GOODS)))
    many = reported(desk, *(scanned_again(delivery_note(number, GOODS[:number]), scale=0.5) for number in range(1, 6)))

    def statements(of: Submission) -> int:
        asked = list[str]()

        def noted(*of_event: object) -> None:
            asked.append(str(of_event[2]))

        event.listen(desk.installation.database.engine, "before_cursor_execute", noted)
        hints(desk, of)
        event.remove(desk.installation.database.engine, "before_cursor_execute", noted)
        return len(asked)

    assert statements(many) <= statements(one)


def looks(portal: Portal) -> int:
    with portal.installation.database.reading() as connection:
        return len(connection.execute(select(page_look)).all())


def test_case_71_an_uploaded_page_is_known_by_its_looks_until_its_file_is_forgotten(desk: Portal) -> None:
    where = uploaded(desk.signed_in(), ("note.jpg", jpeg(delivery_note(goods=GOODS))))
    again = reported(desk, scanned_again(delivery_note(goods=GOODS)), customer="1002")
    [hint] = hints(desk, again)
    decided(desk, again, note(number="LS-99"), acting(CLARA))

    forget_uploads(acting(), desk.installation, desk.account("1002"), NOW + 1, reason="Asked for by letter")

    assert where.endswith(hint.facts["submission"])
    assert looks(desk) == 1
