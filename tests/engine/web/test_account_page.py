"""What a participant sees of the own account."""

import re
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from tests.support.portal import Portal


class Words(HTMLParser):
    """The words of a page, without tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.parts).split())


def words(client: TestClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return Words(answer.text).text


def test_the_balance_and_what_expires_next_stand_on_top(portal: Portal) -> None:
    text = words(portal.signed_in(), "/account")

    assert "Available now 3,380 bonus points" in text  # 10×400÷10 + 31×400÷10×2 + 500
    assert "Expiring next 400 usable until 31 December 2028" in text
    assert "Pending 0" in text


def test_status_counts_this_year_only_and_names_what_is_missing(portal: Portal) -> None:
    text = words(portal.signed_in(), "/account")

    assert "Silver" in text
    assert "3,760 more to Gold" in text  # 5,000 − 31×400÷10, without the factor
    assert "Counted until 31 December 2026" in text


def test_each_booking_has_delivery_note_article_points_and_running_balance(portal: Portal) -> None:
    text = words(portal.signed_in(), "/account")

    assert text.index("Seminar ROOF-1") < text.index("LS-2") < text.index("LS-1")
    assert "Sunny 400 <black> Delivery note LS-2, line 10 · on 5 May 2026" in text
    assert "+2,480 +1,240 status points 2,880" in text
    assert "+500 3,380" in text


def test_the_reason_stands_beside_each_booking(portal: Portal) -> None:
    text = words(portal.signed_in(), "/account")

    assert "Module points Rule module_points, revision 1" in text
    assert "wp × 400 12,400 wp ÷ 10 1,240 SYSTEM × 2 2,480 Rounded down 2,480 bonus points 2,480" in text


def test_the_page_of_one_booking_shows_all_that_it_rests_on(portal: Portal) -> None:
    client = portal.signed_in()
    link = re.findall(r'href="(/bookings/txn_[0-9a-z]+)"', client.get("/account?q=LS-2").text)[0]

    text = words(client, link)

    assert "+2,480 bonus points" in text
    assert "Seller Sonnenlicht AG" in text
    assert "SN-1, SN-2" in text
    assert "Usable from 6 May 2026 until 31 December 2029" in text


def test_someone_elses_booking_is_not_there(portal: Portal) -> None:
    link = re.findall(r'href="(/bookings/txn_[0-9a-z]+)"', portal.signed_in("1002").get("/account").text)[0]

    assert portal.signed_in("1001").get(link).status_code == 404
    assert portal.signed_in("1002").get(link).status_code == 200


@pytest.mark.parametrize("path", ["/bookings/txn_", "/bookings/pur_0000000000000g000000000002", "/bookings/nonsense",
                                  "/bookings/txn_zzzzzzzzzzzzzzzzzzzzzzzzzz"])
def test_what_is_no_booking_is_not_there(sqlite_portal: Portal, path: str) -> None:
    assert sqlite_portal.signed_in().get(path).status_code == 404


def test_only_own_bookings_are_listed(portal: Portal) -> None:
    assert "LS-3" not in words(portal.signed_in("1001"), "/account")
    assert "LS-3" in words(portal.signed_in("1002"), "/account")


@pytest.mark.parametrize(("query", "shown", "hidden"), [
    ("?year=2025", "LS-1", "LS-2"), ("?kind=activity", "ROOF-1", "LS-1"), ("?kind=purchase", "LS-1", "ROOF-1"),
    ("?q=ls-2", "LS-2", "LS-1"), ("?q=SN-1", "LS-2", "LS-1"), ("?q=sunny+400", "LS-1", "ROOF-1"),
])
def test_filters_narrow_the_list_and_keep_the_running_balance(portal: Portal, query: str, shown: str,
                                                              hidden: str) -> None:
    text = words(portal.signed_in(), f"/account{query}")

    assert shown in text
    assert hidden not in text.replace("ls-2", "")


def test_the_running_balance_counts_what_a_filter_hides(portal: Portal) -> None:
    assert "+2,480 +1,240 status points 2,880" in words(portal.signed_in(), "/account?q=LS-2")


@pytest.mark.parametrize("query", ["?year=26", "?year=20x6", "?kind=gift", "?at=abc", "?source=moon",
                                   "?status=lost", "?product=M400", "?product=article:%00"])
def test_addresses_that_nobody_wrote_are_refused(sqlite_portal: Portal, query: str) -> None:
    assert sqlite_portal.signed_in().get(f"/account{query}").status_code == 400


def test_a_search_for_wildcards_finds_only_these_characters(portal: Portal) -> None:
    assert "Nothing found" in words(portal.signed_in(), "/account?q=%25")


def test_pages_follow_each_other_without_gap_or_repetition(empty_portal: Portal) -> None:
    empty_portal.deliver("2026-02-02", *(f"N-{number:03};1;2026-02-01;1001;M400;1;PCE;MODULE;" for number in range(60)))
    client, path, html, seen = empty_portal.signed_in(), "/account", "", list[str]()

    while path:
        html = client.get(path).text
        seen += re.findall(r"Delivery note (N-\d+)", html)
        older = re.search(r'href="([^"]+)" rel="next"', html)
        path = older[1].replace("&amp;", "&") if older else ""

    assert sorted(seen) == [f"N-{number:03}" for number in range(60)]
    assert "40" in Words(html).text  # the oldest booking's balance is its own points


def test_a_place_that_we_did_not_hand_out_begins_the_list_anew(empty_portal: Portal) -> None:
    empty_portal.deliver("2026-02-02", *(f"N-{number:03};1;2026-02-01;1001;M400;1;PCE;MODULE;" for number in range(30)))
    client = empty_portal.signed_in()
    older = re.search(r'href="([^"]+)" rel="next"', client.get("/account").text)
    assert older is not None

    stranger = empty_portal.signed_in().get(older[1].replace("&amp;", "&"))

    assert stranger.text.count("+40 status points") == 25
    assert "1,200" in Words(stranger.text).text


def test_an_account_without_bookings_says_what_will_come(empty_portal: Portal) -> None:
    text = words(empty_portal.signed_in(), "/account")

    assert "Available now 0 bonus points" in text
    assert "No bookings yet" in text
    assert "Apply filters" not in text


def test_names_from_files_are_shown_as_text_not_as_markup(portal: Portal) -> None:
    html = portal.signed_in().get("/account").text

    assert "Müller &amp; Söhne &lt;Solar&gt;" in html
    assert "<black>" not in html


def test_the_list_can_be_taken_away_as_csv(portal: Portal) -> None:
    answer = portal.signed_in().get("/bookings.csv?q=LS-2")

    lines = answer.content.decode("utf-8-sig").splitlines()
    assert answer.headers["content-disposition"] == 'attachment; filename="bookings.csv"'
    assert lines[0].endswith("bonus points,status points,Balance")
    assert len(lines) == 2
    assert lines[1].endswith("06/05/2026,05/05/2026,Sunny 400 <black>,M400,LS-2,10,,Usable,2480,1240,2880")


def test_a_formula_in_a_name_is_harmless_in_a_spreadsheet(portal: Portal) -> None:
    portal.deliver("2026-10-10", "=1+1;10;2026-10-09;1001;M400;1;PCE;MODULE;")

    text = portal.signed_in().get("/bookings.csv").text

    assert ",'=1+1," in text
