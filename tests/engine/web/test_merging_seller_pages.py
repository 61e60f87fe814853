"""Making one seller of two in the service centre: choosing, what it does, doing it and undoing it."""

import re

from starlette.testclient import TestClient

from tests.engine.web.test_seller_pages import GLN, NORD, SONNE, VAT, add, identity
from tests.support.desk import hidden
from tests.support.portal import Portal

MERGE = f"{SONNE}/merge"


def two(portal: Portal) -> TestClient:
    add(portal, "NORD", "Nordlicht Großhandel GmbH", ("gln", GLN))
    add(portal, "SONNE", "Nordlicht Solar", ("vat", VAT))
    return portal.in_office("agent", name="Clara Weiß")


def filled(client: TestClient, **values: str) -> dict[str, str]:
    return hidden(client.get(MERGE).text) | {"into": "NORD", "reason": "The same by the register"} | values


def test_similar_sellers_are_offered_and_the_effect_is_shown_before(portal: Portal) -> None:
    clerk = two(portal)
    assert f'href="{MERGE}"' in clerk.get(SONNE).text
    page = clerk.get(MERGE).text
    assert 'value="NORD"' in page
    assert 'value="SONNE"' not in page

    effect = clerk.post(MERGE, data=filled(clerk))

    assert effect.status_code == 200
    assert "Nordlicht Solar is given up, and Nordlicht Großhandel GmbH stays." in effect.text
    assert identity(portal, ("vat", VAT)) == "SONNE"


def test_one_is_made_of_two_and_undone_again(portal: Portal) -> None:
    clerk = two(portal)

    merged = clerk.post(f"{MERGE}?merge=1", data=filled(clerk))

    assert merged.headers["location"] == NORD
    page = clerk.get(NORD).text
    assert "Nordlicht Solar and this seller are one now." in page
    assert "The same by the register" in page
    assert "Former code" in page
    assert clerk.get(SONNE, follow_redirects=False).headers["location"] == NORD
    assert identity(portal, ("vat", VAT)) == "NORD"

    way_back = re.search(rf'action="({NORD}/merges/[0-9]+/undo)"', page)
    assert way_back
    clerk.post(way_back[1])

    assert "Nordlicht Solar is a seller of its own again." in clerk.get(SONNE).text
    assert identity(portal, ("vat", VAT)) == "SONNE"


def test_who_leaves_something_out_is_told_beside_the_field(portal: Portal) -> None:
    clerk = two(portal)

    nothing = clerk.post(MERGE, data=hidden(clerk.get(MERGE).text))
    short = clerk.post(f"{MERGE}?merge=1", data=filled(clerk, reason="x"))

    assert (nothing.status_code, short.status_code) == (422, 422)
    assert "Choose the seller that stays." in nothing.text
    assert "Give a reason of at least two words" in short.text


def test_a_search_finds_another_one_and_nobody_finds_what_is_not_there(portal: Portal) -> None:
    clerk = two(portal)
    add(portal, "WEST", "Westwind", ("gln", "4012345000030"))

    assert 'value="WEST"' in clerk.get(f"{MERGE}?q=westw").text
    assert "No other seller is called so." in clerk.get(f"{MERGE}?q=zzz").text
    assert clerk.get("/office/sellers/NOBODY/merge").status_code == 404
