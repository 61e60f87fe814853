"""Case 72: what should make a clerk look twice, each from a threshold on that the programme names."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.clerks import handed_in, line, looked_at, note, with_page
from tests.support.office import acting
from tests.support.pictures import pages, photo
from tests.support.portal import NOW, PROGRAMME, Portal, open_portal
from treuwerk.domain.entries import Entered
from treuwerk.services.clearing.hints import Hint
from treuwerk.services.clearing.importing import import_articles
from treuwerk.services.submissions.entry_hints import entry_hints
from treuwerk.services.submissions.entry_preview import preview
from treuwerk.services.submissions.pdf_signs import pdf_signs
from treuwerk.services.submissions.states import Submission
from treuwerk.store.database import Database

ARTICLES = "article_number;name;kind;wp;list_price\nM400;Sunny 400;module;400;80\nM405;Sunny 405;module;405;\n"
HOUR = 3_600_000_000
SECOND = "\n[clearing.second_person]\npoints = 1000\n"
AGAIN = b"\n1 0 obj\n<< /Edited true >>\nendobj\nstartxref\n9\n%%EOF\n"


@pytest.fixture
def desk(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Portal:
    """Two companies that bought from the usual seller, and a catalogue with prices."""
    monkeypatch.setenv("TREUWERK_DOCUMENTS", str(tmp_path / "documents"))
    portal = opened(tmp_path, database, '[clearing.hints]\nprice = "list_price"\n')
    portal.deliver("2026-05-06", *(f"LS-{number};10;2026-05-05;{customer};M400;10;PCE;MODULE;"
                                   for number, customer in enumerate(["1001"] * 4 + ["1002"])))
    return portal


def opened(folder: Path, database: Database, settings: str) -> Portal:
    portal = open_portal(folder, database, f"{PROGRAMME}\n{settings}{SECOND}")
    (folder / "prices.csv").write_text(ARTICLES, "utf-8")
    assert import_articles(portal.installation, folder / "prices.csv", NOW).rejected == 0
    return portal


def hints(portal: Portal, one: Submission, entered: Entered, now: int = NOW) -> dict[str, Hint]:
    seen = preview(portal.installation, one.account_id, entered, now)
    with portal.installation.database.reading() as connection:
        found = entry_hints(acting(), connection, portal.installation, looked_at(portal, one), entered, seen, now)
    return {hint.code: hint for hint in found}


def test_case_72_a_usual_report_raises_no_signal(desk: Portal) -> None:
    assert set(hints(desk, handed_in(desk), note(line(amount=Decimal(790))))) == set()


@pytest.mark.parametrize(("amount", "is_far"), [(800, False), (1200, False), (1210, True), (400, False), (390, True)])
def test_case_72_a_price_far_from_the_catalogue(desk: Portal, amount: int, is_far: bool) -> None:
    found = hints(desk, handed_in(desk), note(line(amount=Decimal(amount)), line("M405", 1, 20, amount=Decimal(9_999))))

    assert ("price_far_off" in found) == is_far
    if is_far:
        assert found["price_far_off"].lines == (1,)
        assert (found["price_far_off"].facts["article"], found["price_far_off"].facts["listed"]) == ("M400", "80")


def test_case_72_a_quantity_far_above_history(desk: Portal) -> None:
    assert "quantity_far_above" in hints(desk, handed_in(desk), note(line(qty=31)))
    assert "quantity_far_above" not in hints(desk, handed_in(desk), note(line(qty=30)))


def test_case_72_one_note_by_several_accounts(desk: Portal) -> None:
    handed_in(desk, "1002", number="LS-77")

    assert hints(desk, handed_in(desk), note())["note_of_others"].facts["count"] == "1"


def test_case_72_a_seller_that_nobody_else_knows(desk: Portal) -> None:
    assert "seller_of_nobody_else" in hints(desk, handed_in(desk), note(seller_name="Neue Sonne UG"))


@pytest.mark.parametrize(("file", "is_edited"), [
    (pages(["Lieferschein"]), False), (pages(["Lieferschein"]) + AGAIN, True), (photo(), False),
    (pages(["Lieferschein"]).replace(b"%%EOF", b"%%EOF\n% /Producer (Sejda 5.3) startxref"), True)],
    ids=["as made", "saved again", "a photo", "by an editor"])
def test_case_72_a_pdf_that_was_edited(desk: Portal, file: bytes, is_edited: bool) -> None:
    reported = handed_in(desk)
    with_page(desk, reported, file, "note.pdf" if file.startswith(b"%PDF") else "note.jpg")

    assert ("edited_pdf" in hints(desk, reported, note())) == is_edited


def test_case_72_a_linearized_pdf_is_none_that_was_saved_twice() -> None:
    signs = pdf_signs(b"%PDF-1.7\nstartxref\n0\n%%EOF\n...startxref\n116\n%%EOF\n/Producer (\xfe\xff\x00A\x00B)")

    assert (signs.saves, signs.writers) == (1, "AB")


def reports_at(portal: Portal, hour: int, points: int, count: int) -> None:
    """Reports of the last days, at an hour and with so many expected points."""
    from sqlalchemy import update

    from treuwerk.store.tables import submission

    for day in range(1, count + 1):
        one = handed_in(portal)
        at = NOW - day * 24 * HOUR + (hour - 11) * HOUR
        with portal.installation.database.writing() as connection:
            connection.execute(update(submission).where(submission.c.id == one.id).values(
                created_at=at, expected=f'{{"bonus":{points}}}'))


def test_case_72_a_series_at_night_and_just_under_the_limit(desk: Portal) -> None:
    reports_at(desk, hour=3, points=900, count=3)

    found = hints(desk, handed_in(desk), note(line(qty=12)))

    assert found["night_series"].facts["count"] == "3"
    assert found["just_below_limit"].facts == {"unit": "bonus", "limit": "1000", "count": "4", "days": "30"}


def test_case_72_each_signal_has_its_threshold(tmp_path: Path, sqlite_database: Database,
                                              monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREUWERK_DOCUMENTS", str(tmp_path / "documents"))
    desk = opened(tmp_path, sqlite_database, """[clearing.hints]
series = 5
night_ends = 2
near_limit_percent = 95
other_participants = 2
quantity_times = 10
price = "list_price"
price_percent = 900
seller_participants = 0
pdf_saves = 2
pdf_editors = []
""")
    desk.deliver("2026-05-06", *(f"LS-{number};10;2026-05-05;1001;M400;10;PCE;MODULE;" for number in range(4)))
    reports_at(desk, hour=3, points=900, count=4)
    handed_in(desk, "1002", number="LS-77")
    reported = handed_in(desk)
    with_page(desk, reported, pages(["Lieferschein"]) + AGAIN, "note.pdf")

    assert set(hints(desk, reported, note(line(qty=12, amount=Decimal(1_500)), seller_name="Neue Sonne UG"))) == set()
