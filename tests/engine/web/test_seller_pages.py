"""The registry of sellers in the service centre: list, one seller, a new one, and adding one beside a document."""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.engine.web.test_entry_pages import path, row, send
from tests.support.clerks import SELLER, handed_in, looked_at
from tests.support.desk import hidden
from tests.support.office import acting
from tests.support.portal import DELIVERIES, NOW, Portal, at
from treuwerk.domain.documents import Party
from treuwerk.domain.entries import read_entered
from treuwerk.domain.sellers import Seller
from treuwerk.services.clearing import sellers
from treuwerk.services.clearing.clearing import clear_file

GLN, VAT = "4012345000023", "DE811222333"
NORD, SONNE = "/office/sellers/NORD", "/office/sellers/SONNE"


@pytest.fixture(autouse=True)
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where uploaded files lie, also where the database is no file."""
    monkeypatch.setenv("TREUWERK_DOCUMENTS", str(tmp_path / "documents"))


def add(portal: Portal, code: str, name: str, *aliases: tuple[str, str]) -> None:
    with portal.installation.database.writing() as connection:
        sellers.create_seller(acting(), connection, Seller(code, name, "DE", aliases), NOW)


def identity(portal: Portal, *ids: tuple[str, str], name: str = "") -> str:
    with portal.installation.database.reading() as connection:
        known = sellers.registry(connection, portal.installation.programme.settings)
        return known.sellers.identity(Party(name, ids))


def undo(client: TestClient, page: str) -> None:
    fields_, button = r"((?:\s*<input[^>]+>)+)", r"\s*<button[^>]*>(?:<svg.*?</svg>)?Undo"
    form = re.search(rf'<form method="post" action="([^"]+)">{fields_}{button}', page, re.DOTALL)
    assert form, page
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form[2]))
    assert client.post(form[1], data=fields).status_code == 303


def test_without_sellers_the_page_says_how_they_come_in(portal: Portal) -> None:
    page = portal.in_office("agent").get("/office/sellers").text

    assert "No seller is registered yet" in page
    assert "treuwerk import sellers sellers.csv" in page
    assert 'href="/office/add-seller"' in page


@pytest.mark.parametrize("typed", ["nordlicht", "4012 3450", "de 811", "NO"])
def test_a_seller_is_listed_and_found_by_name_number_and_code(portal: Portal, typed: str) -> None:
    add(portal, "NORD", "Nordlicht Großhandel GmbH", ("gln", GLN), ("vat", VAT))
    add(portal, "SUED", "Süd Solar")
    clerk = portal.in_office("agent")

    everyone, found, nothing = (clerk.get("/office/sellers", params={"q": words}).text for words in ("", typed, "--"))

    assert "Süd Solar" in everyone
    assert GLN in everyone
    assert f'href="{NORD}"' in found
    assert "Süd Solar" not in found
    assert "Nothing found" in nothing


def test_the_list_goes_on_behind_fifty(portal: Portal) -> None:
    for number in range(51):
        add(portal, f"S{number}", f"Seller {number:02}")
    clerk = portal.in_office("agent")

    first, second = (clerk.get(f"/office/sellers?page={page}").text for page in (1, 2))

    assert "Seller 49" in first
    assert "Seller 50" not in first
    assert "Seller 50" in second
    assert 'rel="prev"' in second


def test_a_new_seller_gets_a_code_from_its_name_and_is_found_by_its_numbers(portal: Portal) -> None:
    clerk = portal.in_office("agent")
    form = hidden(clerk.get("/office/add-seller").text) | {
        "name": "Nordlicht Großhandel GmbH", "vat": "DE 811 222 333", "gln": GLN, "country": "de", "code": ""}

    answer = clerk.post("/office/add-seller", data=form)

    assert (answer.status_code, answer.headers["location"]) == (303, "/office/sellers/NORDLICHT-GROSSHANDEL-GMBH")
    page = clerk.get(answer.headers["location"]).text
    assert "The seller is in the registry." in page
    assert "Germany" in page
    assert identity(portal, ("vat", VAT), name="Somebody") == "NORDLICHT-GROSSHANDEL-GMBH"


@pytest.mark.parametrize(("typed", "words"), [
    ({"name": ""}, "Enter the name as documents write it."),
    ({"gln": "4012345000024"}, "A GLN has 13 digits, of which the last one checks the others."),
    ({"vat": VAT}, "This leads to the seller NORD already."),
    ({"name": "nordlicht"}, "This leads to the seller NORD already."),
    ({"code": "NORD"}, "A seller has this code already."),
    ({"country": "D"}, "Enter a country as two letters"),
])
def test_what_is_wrong_with_a_new_seller_is_told_beside_its_field(
        portal: Portal, typed: dict[str, str], words: str) -> None:
    add(portal, "NORD", "Nordlicht", ("vat", VAT))
    clerk = portal.in_office("agent")
    whole = {"name": "Westwind", "vat": "DE1", "gln": "", "country": "", "code": ""} | typed

    answer = clerk.post("/office/add-seller", data=hidden(clerk.get("/office/add-seller").text) | whole)

    assert answer.status_code == 422
    assert words in answer.text
    assert f'href="#{next(iter(typed))}"' in answer.text
    assert f'value="{whole["vat"]}"' in answer.text


def test_a_number_is_added_and_taken_back_by_undo(portal: Portal) -> None:
    add(portal, "NORD", "Nordlicht")
    clerk = portal.in_office("agent")

    answer = clerk.post(f"{NORD}/aliases", data=hidden(clerk.get(NORD).text) | {"scheme": "vat", "value": VAT})

    assert answer.headers["location"] == NORD
    assert identity(portal, ("vat", VAT)) == "NORD"
    undo(clerk, clerk.get(NORD).text)
    assert identity(portal, ("vat", VAT)) == f"vat:{VAT}"


def test_what_is_taken_away_comes_back_by_undo_of_whatever_scheme(portal: Portal) -> None:
    add(portal, "NORD", "Nordlicht", ("own", "7"))
    clerk = portal.in_office("agent")

    clerk.post(f"{NORD}/aliases/take", data={"scheme": "own", "value": "7"})

    assert identity(portal, ("own", "7"), name="X") == "X"
    undo(clerk, clerk.get(NORD).text)
    assert identity(portal, ("own", "7"), name="X") == "NORD"


def test_a_number_of_another_seller_is_refused_and_named(portal: Portal) -> None:
    add(portal, "NORD", "Nordlicht")
    add(portal, "SUED", "Süd", ("gln", GLN))
    clerk = portal.in_office("agent")

    answer = clerk.post(f"{NORD}/aliases", data=hidden(clerk.get(NORD).text) | {"scheme": "gln", "value": GLN})

    assert answer.status_code == 422
    assert "This leads to the seller SUED already." in answer.text
    assert identity(portal, ("gln", GLN)) == "SUED"


def test_documents_from_before_the_registration_are_counted(portal: Portal) -> None:
    clerk = portal.in_office("agent")

    def counted() -> int:
        found = re.search(r'Documents with purchases</dt><dd class="figure">([0-9]+)<', clerk.get(SONNE).text)
        assert found
        return int(found[1])

    add(portal, "SONNE", SELLER)
    before = counted()
    portal.deliver("2026-05-06", "LS-901;10;2026-05-06;1001;M400;3;PCE;SYSTEM;",
                   "LS-901;20;2026-05-06;1001;M405;3;PCE;SYSTEM;", "LS-902;10;2026-05-06;1001;M400;4;PCE;SYSTEM;")

    assert before > 0
    assert counted() == before + 2
    assert clerk.get("/office/sellers/NOBODY").status_code == 404


def test_the_clerk_adds_a_seller_and_keeps_what_was_typed_and_the_draft(portal: Portal) -> None:
    reported, clerk = handed_in(portal), portal.in_office("agent")
    send(clerk, reported, "draft", seller="Westwind KG", **row(1, "M400", "3"))
    before = looked_at(portal, reported)

    offered = clerk.get(path(reported)).text
    answer = send(clerk, reported, "seller", seller="Westwind KG", vat=VAT, gln=GLN, **row(1, "M400", "10"))

    assert "This seller is in no registry." in offered
    assert answer.status_code == 200
    assert 'href="/office/sellers/WESTWIND-KG"' in answer.text
    assert 'value="10"' in answer.text
    assert "This seller is in no registry." not in answer.text
    assert looked_at(portal, reported) == before
    assert read_entered(before.entered).seller_name == "Westwind KG"
    assert identity(portal, ("gln", GLN)) == identity(portal, name="westwind kg") == "WESTWIND-KG"


def test_a_wrong_number_keeps_the_form_and_a_second_click_finds_the_seller(portal: Portal) -> None:
    reported, clerk = handed_in(portal), portal.in_office("agent")

    wrong = send(clerk, reported, "seller", seller="Westwind KG", gln="123", **row(1, "M400", "10"))
    twice = [send(clerk, reported, "seller", seller="Westwind KG", gln=GLN, **row(1, "M400", "10")) for _ in range(2)]

    assert wrong.status_code == 422
    assert "A GLN has 13 digits" in wrong.text
    assert 'value="123"' in wrong.text
    assert [answer.status_code for answer in twice] == [200, 200]
    assert all('href="/office/sellers/WESTWIND-KG"' in answer.text for answer in twice)


def test_known_sellers_are_linked_and_those_of_feeds_are_not_offered(portal: Portal) -> None:
    add(portal, "NORD", "Nordlicht")
    reported, clerk = handed_in(portal), portal.in_office("agent")
    version = str(looked_at(portal, reported).version)

    def part(name: str, offered: str = "") -> str:
        return clerk.post(f"{path(reported)}/preview", data=row(1, "M400", "10") | {
            "seller": name, "number": "LS-77", "day": "05/11/2026", "version": version, "offered": offered}).text

    assert f'href="{NORD}"' in part("nordlicht")
    assert "in no registry" not in part(SELLER)
    assert "in no registry" in part("Westwind")
    assert "entry-seller" not in part("Westwind", offered="Westwind")


def test_a_sender_on_the_mapping_page_leads_to_its_seller(portal: Portal) -> None:
    file = portal.folder / "unknown.csv"
    file.write_text(DELIVERIES + "LS-91;10;2026-05-05;K-77;M400;10;PCE;SYSTEM;\n", "utf-8")
    add(portal, "SONNE", SELLER)
    assert clear_file(portal.installation, file, at("2026-05-06")).tally.waiting == 1
    clerk = portal.in_office("agent")
    link = re.search(r'href="(/office/mapping/one[^"]+)"', clerk.get("/office/mapping").text)
    assert link

    page = clerk.get(link[1].replace("&amp;", "&")).text

    assert 'href="/office/sellers/SONNE"' in page
