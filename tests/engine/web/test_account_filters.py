"""The filters of the points account, leafing in both directions, and how far a page looks."""

import re
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from tests.engine.web.test_account_page import words
from tests.support.portal import NOW, PROGRAMME, Portal, open_portal
from treuwerk.domain.ledger import instant
from treuwerk.services.account import statements
from treuwerk.services.changes import reversing
from treuwerk.services.installation import claim_database
from treuwerk.services.ledger import holding, redeeming
from treuwerk.store.database import Database
from treuwerk.store.tables import journal

LATER = instant(datetime(2026, 11, 20, 10, tzinfo=UTC))
IN_2030 = instant(datetime(2030, 2, 1, tzinfo=UTC))


def rows(client: TestClient, query: str) -> list[str]:
    """What the rows of the account are about, newest first."""
    html = client.get(f"/account{query}").text
    assert "bookings-title" in html
    return re.findall(r'class="title with-icon">.*?<span>(.*?)</span>', html, re.DOTALL)


def csv_rows(client: TestClient, query: str) -> list[str]:
    return client.get(f"/bookings.csv{query}").text.splitlines()[1:]


@pytest.fixture
def lively(portal: Portal) -> Portal:
    """Bookings of all states: some spent, some reserved, some taken back, some by hand."""
    installation, account = portal.installation, portal.account("1001")
    with installation.database.reading() as connection:
        first = connection.execute(journal.select().where(journal.c.account_id == account).order_by(
            journal.c.id)).first()
    assert first is not None
    reversing.reverse(installation, account, first.id, "back", LATER)
    redeeming.redeem(installation, account, "bonus", 300, "A-1", LATER + 1_000_000)
    holding.hold(installation, account, "bonus", 200, "A-2", LATER + 2_000_000, LATER + 90 * 86_400_000_000)
    return portal


@pytest.mark.parametrize(("query", "found"), [
    ("?source=feed", ["Sunny 400 &lt;black&gt;", "Sunny 400 &lt;black&gt;"]),
    ("?source=activity", ["Seminar ROOF-1"]),
    ("?source=rule", ["Reservation", "Redemption", "Reversal", "Expiry"]),
    ("?source=hand", []),
    ("?product=article:M400", ["Sunny 400 &lt;black&gt;", "Sunny 400 &lt;black&gt;"]),
    ("?product=article:HOOK", []),
    ("?product=group:module&year=2026", ["Sunny 400 &lt;black&gt;"]),
    ("?status=reversed", ["Reversal", "Sunny 400 &lt;black&gt;"]),
    ("?status=held", ["Reservation"]),
    ("?status=spent", ["Redemption"]),
    ("?status=active", ["Seminar ROOF-1", "Sunny 400 &lt;black&gt;"]),
    ("?status=pending", []),
    ("?status=reversed&source=feed", ["Sunny 400 &lt;black&gt;"]),
])
def test_filters_leave_what_they_say(lively: Portal, query: str, found: list[str]) -> None:
    client = lively.signed_in()

    assert rows(client, query) == found
    assert len(csv_rows(client, query)) == len(found)


def test_points_that_expired_are_told_as_expired(portal: Portal) -> None:
    client = portal.signed_in(now=IN_2030)

    assert len(rows(client, "?status=expired")) == 3
    assert rows(client, "?status=active") == []


def test_the_running_balance_counts_what_filters_hide(lively: Portal) -> None:
    html = lively.signed_in().get("/account?status=reversed").text

    balances = re.findall(r'data-label="Balance">([\d,]+)<', html)

    assert balances == ["2,980", "400"]


def test_each_filter_is_a_chip_that_takes_it_away(lively: Portal) -> None:
    html = lively.signed_in().get("/account?status=reversed&source=feed&product=article:M400&q=LS").text

    chips = dict(re.findall(r'<a class="chip" href="([^"]+)">(.*?)<svg', html))

    assert list(chips.values()) == ["Reported deliveries", "Sunny 400 &lt;black&gt;", "Reversed", "“LS”"]
    assert all("status=reversed" in href for href, told in chips.items() if told != "Reversed")
    assert '<details class="more-filters" open>' in html


def test_nothing_found_offers_to_take_the_filters_away(lively: Portal) -> None:
    text = words(lively.signed_in(), "/account?status=pending")

    assert "Nothing found" in text
    assert "Reset filters" in text


def leafed(client: TestClient, path: str, relation: str) -> list[list[str]]:
    """The documents of each page in one direction."""
    pages = []
    while path:
        html = client.get(path).text
        pages.append(re.findall(r"Delivery note (N-\d+)", html))
        following = re.search(rf'href="([^"]+)" rel="{relation}"', html)
        path = following[1].replace("&amp;", "&") if following else ""
    return pages


def last_page(client: TestClient, path: str) -> str:
    while following := re.search(r'href="([^"]+)" rel="next"', client.get(path).text):
        path = following[1].replace("&amp;", "&")
    return path


@pytest.fixture
def many(empty_portal: Portal) -> Portal:
    """Sixty bookings; every third one has another article."""
    empty_portal.deliver("2026-02-02", *(f"N-{number:03};1;2026-02-01;1001;{'M405' if number % 3 else 'M400'};1;PCE;"
                                         "MODULE;" for number in range(60)))
    return empty_portal


@pytest.mark.parametrize("query", ["", "?product=article:M405"])
def test_leafing_back_shows_the_pages_that_one_came_from(many: Portal, query: str) -> None:
    client = many.signed_in()

    there = leafed(client, f"/account{query}", "next")
    back = leafed(client, last_page(client, f"/account{query}"), "prev")

    whole = [document for page in there for document in page]
    assert sorted(whole) == sorted(set(whole))
    assert len(whole) == (40 if query else 60)
    assert back[0] == there[-1]
    assert back[-1] == there[0]  # the newest page is always a full one
    assert {document for page in back for document in page} == set(whole)


def test_balances_are_the_same_in_both_directions(many: Portal) -> None:
    client = many.signed_in()
    second = re.findall(r'href="([^"]+)" rel="next"', client.get("/account").text)[0].replace("&amp;", "&")
    third = re.findall(r'href="([^"]+)" rel="next"', client.get(second).text)[0].replace("&amp;", "&")
    back = re.findall(r'href="([^"]+)" rel="prev"', client.get(third).text)[0].replace("&amp;", "&")

    def balances(path: str) -> list[tuple[str, ...]]:
        return re.findall(r'(N-\d+), line.*?data-label="Balance">([\d,]+)<', client.get(path).text, re.DOTALL)

    assert len(balances(second)) == 25
    assert balances(back) == balances(second)


def test_a_page_looks_through_so_many_bookings_and_offers_to_go_on(many: Portal,
                                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "WINDOW", 20)
    many.attend("2026-02-01", "ROOF-1;2026-02-01;1001;Anna Berg;yes")
    client = many.signed_in()

    first = client.get("/account?product=article:M400&q=N-00")

    assert "No booking since 2 Feb 2026 matches these filters. Older ones were not looked at." in words(
        client, "/account?product=article:M400&q=N-00")
    onward = re.findall(r'href="([^"]+)" rel="next"', first.text)[0].replace("&amp;", "&")
    found = leafed(client, onward, "next")
    assert [document for page in found for document in page] == ["N-009", "N-006", "N-003", "N-000"]
    assert client.get("/bookings.csv?product=article:M400&q=N-00").text.count("N-00") == 4


def test_balances_stay_right_behind_a_page_that_found_nothing(many: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    client = many.signed_in()
    whole = dict(re.findall(r'(N-\d+), line.*?data-label="Balance">([\d,]+)<', "".join(
        client.get(path).text for path in ("/account?product=article:M400",)), re.DOTALL))
    monkeypatch.setattr(statements, "WINDOW", 20)

    onward = re.findall(r'href="([^"]+)" rel="next"', client.get("/account?product=article:M400&q=N-00").text)[0]
    onward = re.findall(r'href="([^"]+)" rel="next"', client.get(onward.replace("&amp;", "&")).text)[0]
    found = re.findall(r'(N-\d+), line.*?data-label="Balance">([\d,]+)<',
                       client.get(onward.replace("&amp;", "&")).text, re.DOTALL)

    assert found
    assert all(whole[document] == balance for document, balance in found)


def test_several_sources_of_deliveries_are_told_apart(tmp_path_factory: pytest.TempPathFactory,
                                                      sqlite_database: Database) -> None:
    other = PROGRAMME[PROGRAMME.index("[[sources]]"):].replace('name = "deliveries"', 'name = "uploads"', 1)
    claim_database(sqlite_database, "sunny", NOW)
    portal = open_portal(tmp_path_factory.mktemp("portal"), sqlite_database, PROGRAMME + other)
    client = portal.signed_in()

    assert client.get("/account?source=feed:uploads").status_code == 200
    assert client.get("/account?source=feed:nothing").status_code == 400
