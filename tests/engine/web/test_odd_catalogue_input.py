"""Input to shop and catalogue that no page of ours sends: refused on both databases, and never an error of ours."""

from pathlib import Path

import pytest

from tests.support.catalogue_desk import SAW, bring, fields, open_catalogue
from tests.support.portal import Portal
from treuwerk.store.database import Database

VARIANTS = "/office/rewards/SAW/variants"
MANY = "0" * 12 + "9" * 5_000


@pytest.fixture
def shop(tmp_path: Path, database: Database) -> Portal:
    portal = open_catalogue(tmp_path, database)
    bring(portal, SAW)
    return portal


@pytest.mark.parametrize("points", [MANY, MANY[:60], "²", "1_000"])
@pytest.mark.parametrize("name", ["from", "to", "page"])
def test_figures_beyond_every_price_are_refused(shop: Portal, name: str, points: str) -> None:
    assert shop.signed_in().get("/rewards", params={name: points}).status_code == 400


@pytest.mark.parametrize("seen", [MANY, "1_000", "-", "²"])
def test_a_stock_that_no_page_has_shown_is_refused(shop: Portal, seen: str) -> None:
    editor = shop.in_office("admin")
    form = fields(editor.get(VARIANTS).text, VARIANTS) | {"seen": f"SAW-1={seen}"}

    assert editor.post(VARIANTS, data=form).status_code == 400


@pytest.mark.parametrize("act", ["", "/history", "/publish", "/restore"])
def test_a_number_that_no_reward_can_have_is_not_there(shop: Portal, act: str) -> None:
    editor, path = shop.in_office("admin"), f"/office/rewards/%00{act}"

    answer = editor.post(path, data={"version": "1"}) if act in ("/publish", "/restore") else editor.get(path)

    assert answer.status_code == 404
