"""Covers in the service centre and in the shop: uploaded, told in words, changed, taken away, and who comes second."""

from pathlib import Path

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from tests.support.arranging import arranged
from tests.support.catalogue_desk import fields, picture
from tests.support.portal import Portal
from tests.support.reward_shop import open_shop
from treuwerk.domain.catalogue import Picture
from treuwerk.services.documents_folder import VARIABLE
from treuwerk.store.database import Database
from treuwerk.store.promotions import WORLDS

WORLD = "/office/worlds/harvest"
COVER = f"{WORLD}/cover"
WORDS = {"cover_alt_de": "Ein Korb", "cover_alt_en": "A basket", "cover_alt_fr": "Un panier"}


@pytest.fixture
def shop(tmp_path: Path, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> Portal:
    """A shop with a published world."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "documents"))
    portal = open_shop(tmp_path, sqlite_database)
    arranged(portal)
    return portal


def cover(portal: Portal) -> Picture | None:
    with portal.installation.database.reading() as connection:
        return WORLDS.every(connection)["harvest"].cover


def sent(browser: TestClient, content: bytes = b"", /, *stale: dict[str, str], **said: str) -> Response:
    files = {"file": ("basket.png", content, "image/png")} if content else None
    [form] = stale or [fields(browser.get(COVER).text, COVER)]
    answer: Response = browser.post(COVER, data=form | said, files=files)
    return answer


def test_a_cover_is_uploaded_told_and_shown_in_the_shop(shop: Portal) -> None:
    admin, client = shop.in_office("admin"), shop.signed_in()
    before = client.get("/rewards?world=harvest").text

    answer = sent(admin, picture(1200, 900), **WORDS)
    world, front, page = admin.get(WORLD).text, client.get("/rewards").text, client.get("/rewards?world=harvest").text

    found = cover(shop)
    assert answer.headers["location"] == WORLD
    assert found
    assert (found.width, found.height) == (960, 720)
    address = f"/rewards/pictures/{found.sha256}"
    assert address not in before
    assert f'src="/office{address}-480.webp"' in world
    assert 'alt="A basket"' in world
    assert f'src="{address}-480.webp" alt=""' in front  # its name stands beside it in the same link
    assert f'src="{address}-960.webp" alt="A basket"' in page
    assert client.get(f"{address}-960.webp").headers["content-type"] == "image/webp"


def test_words_change_without_a_file_and_it_is_taken_away_and_back(shop: Portal) -> None:
    admin = shop.in_office("admin")
    sent(admin, picture(), **WORDS)
    first = cover(shop)

    sent(admin, cover_alt_en="Apples in a basket")
    told = cover(shop)
    sent(admin, away="1")
    gone = cover(shop)
    page = admin.get(WORLD).text
    admin.post(f"{WORLD}/restore", data={"wanted": "3", "version": "4"})
    admin.post(WORLD, data=fields(admin.get(WORLD).text, WORLD) | {"name_en": "Harvest time"})

    assert (first and first.sha256, told and told.alt["en"], gone) == (told and told.sha256, "Apples in a basket", None)
    assert "This world has no cover." in page
    assert cover(shop) == told  # brought back, and not lost by the form of the world


@pytest.mark.parametrize(("content", "said", "words"), [
    (picture(), {"cover_alt_fr": "", "cover_alt_de": "", "cover_alt_en": ""}, "Say in each language what is on"),
    (picture(300, 200), WORDS, "This picture is too small."), (b"<svg/>", WORDS, "Drawings in SVG are not taken."),
    (b"no picture", WORDS, "This is no picture that can be shown"),
    (picture(), {**WORDS, "cover_alt_en": "a" * 301}, "Shorten this to 300 characters.")])
def test_what_is_wrong_with_a_cover_is_said_and_nothing_changes(shop: Portal, content: bytes, said: dict[str, str],
                                                                words: str) -> None:
    answer = sent(shop.in_office("admin"), content, **said)

    assert answer.status_code == 422
    assert words in answer.text
    assert cover(shop) is None


def test_who_comes_second_or_may_not_publish_changes_nothing(shop: Portal) -> None:
    admin = shop.in_office("admin")
    stale = fields(admin.get(COVER).text, COVER)
    admin.post(WORLD, data=fields(admin.get(WORLD).text, WORLD) | {"name_en": "Harvest time"})

    late = sent(admin, picture(), stale, **WORDS)

    assert (late.status_code, cover(shop)) == (409, None)
    assert "Somebody changed this a moment before." in late.text
    assert admin.get("/office/worlds/cellar/cover").status_code == 404
    assert shop.in_office("viewer").get(COVER).status_code in (403, 404)
