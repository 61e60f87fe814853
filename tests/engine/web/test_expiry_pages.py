"""The expiry calendar by lot."""

import re

import pytest
from sqlalchemy import event

from tests.engine.web.test_account_page import words
from tests.support.portal import NOW, PROGRAMME, Portal, open_portal
from treuwerk.services.ledger.redeeming import redeem
from treuwerk.store.database import Database


def test_a_day_opens_to_the_bookings_that_brought_its_points(portal: Portal) -> None:
    redeem(portal.installation, portal.account("1001"), "bonus", 100, "A-1", NOW)
    client = portal.signed_in()

    text = words(client, "/account/expiry")

    assert "until 31 December 2028 300" in text
    assert "delivery note LS-1, line 10 earned on 3 Mar 2025 · 300 of 400 are left 300" in text
    assert "until 31 December 2029 2,980" in text
    assert "Seminar ROOF-1 earned on 9 Sept 2026 500" in text
    links = re.findall(r'<ul class="lots">.*?href="(/bookings/txn_\w+)"', client.get("/account/expiry").text, re.DOTALL)
    assert "Why these points?" in words(client, links[0])


def test_many_lots_of_a_day_have_a_page_of_their_own(empty_portal: Portal) -> None:
    empty_portal.deliver("2026-02-02", *(f"N-{number:03};1;2026-02-01;1001;M400;1;PCE;MODULE;"
                                         for number in range(120)))
    client = empty_portal.signed_in()
    path = re.findall(r'href="(/account/expiry/\d+)">Show all', client.get("/account/expiry").text)[0]

    seen = list[str]()
    while path:
        html = client.get(path).text
        seen += re.findall(r"delivery note (N-\d+)", html)
        following = re.search(r'href="([^"]+)" rel="next"', html)
        path = following[1] if following else ""

    assert client.get("/account/expiry").text.count("delivery note N-") == 5
    assert seen == [f"N-{number:03}" for number in range(120)]


def test_the_number_of_statements_does_not_grow_with_lots(empty_portal: Portal) -> None:
    engine, counts = empty_portal.installation.database.engine, list[int]()
    for batch, size in enumerate((3, 60)):
        empty_portal.deliver(f"2026-02-0{batch + 1}", *(
            f"N-{batch}-{number:03};1;2026-02-01;1001;M400;1;PCE;MODULE;" for number in range(size)))
        client, asked = empty_portal.signed_in(), list[str]()
        client.get("/account/expiry")
        event.listen(engine, "before_cursor_execute", lambda *a, asked=asked: asked.append(a[2]))
        client.get("/account/expiry")
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_points_that_stay_only_while_something_is_done_have_all_their_lots_on_one_day(
        tmp_path_factory: pytest.TempPathFactory, database: Database) -> None:
    programme = PROGRAMME.replace('expires = { after = "36M", rounding = "end_of_year" }',
                                  'expires = { after_inactivity = "12M" }', 1)
    portal = open_portal(tmp_path_factory.mktemp("portal"), database, programme)
    for month in range(1, 4):
        portal.deliver(f"2026-0{month}-02", f"LS-{month};10;2026-0{month}-01;1001;M400;10;PCE;MODULE;")
    html = portal.signed_in().get("/account/expiry").text

    assert html.count('<details class="day"') == 1
    assert re.findall(r"delivery note (LS-\d)", html) == ["LS-1", "LS-2", "LS-3"]


@pytest.mark.parametrize(("path", "status"), [
    ("/account/expiry/5", 404), ("/account/expiry/never", 404), ("/account/expiry/x", 400),
    ("/account/expiry?after=x", 400), ("/account/expiry?after=99999999999999999999", 400)])
def test_days_that_are_not_there(portal: Portal, path: str, status: int) -> None:
    assert portal.signed_in().get(path).status_code == status


def test_without_points_nothing_can_expire(empty_portal: Portal) -> None:
    assert "Nothing can expire" in words(empty_portal.signed_in(), "/account/expiry")
