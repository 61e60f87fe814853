"""Dates with seats and voucher codes in the service centre: checked, counted, and no code is ever shown."""

from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import Executable, func, select
from starlette.testclient import TestClient

from tests.support.catalogue_desk import SAW, bring, fields, open_catalogue, press, send
from tests.support.portal import Portal
from treuwerk.store.database import Database
from treuwerk.store.tables import reward_seat, reward_stock, voucher_code

FLIGHT, BOOK = "/office/rewards/FLIGHT", "/office/rewards/BOOK"


@pytest.fixture
def desk(tmp_path: Path, database: Database) -> Portal:
    """A flight without dates and a voucher in two sizes without codes, both in the shop."""
    portal = open_catalogue(tmp_path, database, rewards="stock_low = 2", plugins=["experiences", "voucher_codes"])
    plain = {**SAW, "stock": ""}
    bring(portal, {**plain, "reward": "FLIGHT", "variant": "FLIGHT-1", "kind": "experiences"},
          {**plain, "reward": "BOOK", "variant": "BOOK-10", "kind": "voucher_codes", "variant_name_de": "10"},
          {**plain, "reward": "BOOK", "variant": "BOOK-20", "kind": "voucher_codes", "variant_name_de": "20"}, SAW)
    return portal


def rows(portal: Portal, query: Executable) -> list[tuple[Any, ...]]:
    with portal.installation.database.reading() as connection:
        return [tuple(row) for row in connection.execute(query)]


def stock(portal: Portal, variant: str) -> list[tuple[Any, ...]]:
    return rows(portal, select(reward_stock.c.on_hand).where(reward_stock.c.variant == variant))


def test_dates_are_checked_with_every_difference_before_they_hold(desk: Portal) -> None:
    editor = desk.in_office("admin")
    assert "No date to come: it is sold out" in editor.get(FLIGHT).text

    checked = send(editor, f"{FLIGHT}/dates", r0__day="05/12/2026", r0__time="18:00", r0__seats="8", r0__place="Ulm",
                   r1__day="06/12/2026", r1__seats="4", step="check")
    before = rows(desk, select(func.count()).select_from(reward_seat))
    planned = _next(editor, checked.text, "plan")
    page = editor.get(planned.headers["location"]).text

    assert "6 December 2026" in checked.text
    assert "8 seats, Ulm" in " ".join(checked.text.split())
    assert before == [(0,)]
    assert "2 dates are planned. Seats can be ordered now." in page
    assert rows(desk, select(reward_seat.c.slot, reward_seat.c.capacity, reward_seat.c.place).order_by("slot")) == [
        ("2026-12-05T18:00", 8, "Ulm"), ("2026-12-06", 4, "")]
    assert stock(desk, "FLIGHT-1") == [(12,)]
    assert "Dates of a reward planned" in editor.get("/office/audit").text

    again = send(editor, f"{FLIGHT}/dates", r0__seats="3", step="check")
    _next(editor, again.text, "plan")

    assert "8 seats" in again.text
    assert stock(desk, "FLIGHT-1") == [(7,)]
    assert "Nothing differs from what is planned already." in send(editor, f"{FLIGHT}/dates", step="check").text


@pytest.mark.parametrize(("typed", "words"), [
    ({"r1__day": "05/12/2020", "r1__seats": "4"}, "Choose a day after today."),
    ({"r1__day": "05/12/2026", "r1__seats": "4"}, "This date stands here twice."),
    ({"r1__day": "07/12/2026", "r1__seats": "4", "r1__time": "25:00"}, "Enter a time such as 18:00"),
    ({"r0__seats": "2"}, "3 seats are ordered already."), ({"r0__seats": ""}, "Seats")])
def test_a_date_that_cannot_be_planned_says_why_at_its_field(desk: Portal, typed: dict[str, str], words: str) -> None:
    editor = desk.in_office("admin")
    _next(editor, send(editor, f"{FLIGHT}/dates", r0__day="05/12/2026", r0__seats="8", step="check").text, "plan")
    with desk.installation.database.writing() as connection:
        connection.execute(reward_seat.update().values(taken=3))

    answer = send(editor, f"{FLIGHT}/dates", **typed, step="check")

    assert answer.status_code == 422
    assert words in answer.text
    assert 'aria-invalid="true"' in answer.text or 'class="error' in answer.text


def test_who_comes_second_is_told_and_plans_nothing_over_it(desk: Portal) -> None:
    first, second = desk.in_office("admin"), desk.in_office("admin")
    _next(first, send(first, f"{FLIGHT}/dates", r0__day="05/12/2026", r0__seats="8", step="check").text, "plan")
    late = send(second, f"{FLIGHT}/dates", r0__seats="9", step="check").text
    _next(first, send(first, f"{FLIGHT}/dates", r0__seats="5", step="check").text, "plan")

    answer = _next(second, late, "plan")

    assert answer.status_code == 409
    assert "Somebody else changed this meanwhile." in answer.text
    assert rows(desk, select(reward_seat.c.capacity)) == [(5,)]


def test_dates_of_a_draft_are_seats_once_it_is_published(desk: Portal) -> None:
    editor = desk.in_office("admin")
    here = send(editor, "/office/add-reward", number="HIKE", kind="experiences", category="garden",
                name="Wandern").headers["location"]
    checked = send(editor, f"{here}/dates", r0__day="05/12/2026", r0__seats="6", step="check").text
    planned = editor.get(_next(editor, checked, "plan").headers["location"]).text
    assert "Seats can be ordered once the reward is published." in planned
    assert stock(desk, "HIKE") == []

    send(editor, f"{here}/texts", summary_de="Weit", name_en="Hike", summary_en="Far", name_fr="Marche",
         summary_fr="Loin")
    send(editor, f"{here}/facts", points="1,500")
    send(editor, f"{here}/evidence", r0__kind="origin", r0__statement="manufactured", r0__country="at",
         r0__document="LE-7", r0__valid_until="2027-12-31")
    press(editor, here, "publish")

    assert stock(desk, "HIKE") == [(6,)]


def test_codes_are_counted_named_by_their_lines_and_never_shown(desk: Portal) -> None:
    editor = desk.in_office("admin")
    assert "No codes left" in editor.get(BOOK).text

    first = _bring(editor, "code;pin;valid_until\nAAA-111;42;2027-12-31\nBBB-222\nAAA-111\n\nCCC-333\n")
    told = editor.get(first.headers["location"]).text
    again = editor.get(_bring(editor, "", "BBB-222\r\nDDD-444 Ü\r\n".encode("cp1252")).headers["location"]).text
    page = editor.get(BOOK).text

    assert "3 codes were added. Twice in the text: lines 4." in told
    assert "1 code was added. There already: lines 1." in again
    assert rows(desk, select(voucher_code.c.variant, func.count()).group_by(voucher_code.c.variant)) == [("BOOK-10", 4)]
    assert stock(desk, "BOOK-10") == [(4,)]
    assert page.count("Few codes left") == 0
    assert page.count("No codes left") == 1
    for html in (told, again, page, editor.get("/office/audit").text):
        assert not any(code in html for code in ("AAA-111", "BBB-222", "CCC-333", "DDD-444"))


@pytest.mark.parametrize(("text", "content", "words"), [
    ("", b"", "Paste codes, or choose a file"),
    ("GOOD-1\nBAD;1;2027-13-01\nOLD;;2020-01-01", b"", "cannot be read: 2, 3"),
    ("", b"\x00\x01\x02", "This file is no text.")])
def test_a_text_with_a_line_that_cannot_be_read_adds_nothing(desk: Portal, text: str, content: bytes,
                                                             words: str) -> None:
    answer = _bring(desk.in_office("admin"), text, content)

    assert answer.status_code == 422
    assert words in answer.text
    assert "GOOD-1" not in answer.text
    assert rows(desk, select(func.count()).select_from(voucher_code)) == [(0,)]


def test_a_reward_of_another_kind_has_neither(desk: Portal) -> None:
    editor = desk.in_office("admin")

    assert "have no dates" in editor.get("/office/rewards/SAW/dates").text
    assert "have no codes" in editor.get("/office/rewards/SAW/codes").text
    refused = editor.post("/office/rewards/SAW/codes", data={"variant": "SAW-1", "codes": "A-1", "valid_until": ""})
    assert "Rewards of this kind have no codes." in refused.text
    refused = editor.post("/office/rewards/SAW/dates", data={
        "r0-day": "05/12/2026", "r0-seats": "4", "r0-variant": "", "r0-time": "", "r0-place": "", "r0-seen": "",
        "step": "plan"})
    assert "Rewards of this kind have no dates." in refused.text
    assert "by a supplier" in editor.get("/office/rewards/SAW").text


def _next(editor: TestClient, html: str, step: str) -> Response:
    """Press a button of the page that told the differences."""
    action = f"{FLIGHT}/dates" if FLIGHT in html else "/office/rewards/HIKE/dates"
    answer: Response = editor.post(action, data=fields(html, action) | {"step": step})
    return answer


def _bring(editor: TestClient, text: str, content: bytes = b"") -> Response:
    """Paste codes, and send a file with them."""
    files = [("file", ("codes.txt", content, "text/plain"))] if content else None
    answer: Response = editor.post(f"{BOOK}/codes", data={
        "variant": "BOOK-10", "codes": text, "valid_until": ""}, files=files)
    return answer
