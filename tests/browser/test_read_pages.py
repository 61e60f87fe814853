"""A clerk at a delivery note that was read by machine: places stand out, suggestions are taken, little is typed."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, expect

from tests.browser.conftest import ADMIN, Site, Visitors, serving
from tests.browser.test_accessibility import faults
from tests.browser.test_clerk import LINES, scan
from tests.conftest import create_schema
from tests.support.page_readers import read_portal, work_off
from tests.support.portal import NOW
from tests.support.reporting import handed_in
from treuwerk.services.deployment import Deployment
from treuwerk.services.identity.users import add_user, grant_role
from treuwerk.store.database import Database
from treuwerk.web.application import create_app

NUMBER = "LS-4711"
UNSURE = {NUMBER: 0.5, "12": 0.4, "HOOK": 0.6}


@attrs.frozen
class Desk:
    """The site, and the path of the report in the service centre."""

    site: Site
    path: str


def words_on_scan() -> list[list[object]]:
    """The words of the note as a reader recognises them: where they were drawn, some of them unsure."""
    draw = ImageDraw.Draw(Image.new("RGB", (1, 1)))
    texts = [(90, 100, 64, "Sonnenlicht AG"), (90, 330, 52, f"Lieferschein {NUMBER}"),
             (90, 410, 28, "Geliefert am 05.11.2026 an")]
    for at, (article, pieces, name) in enumerate(LINES):
        top = 560 + at * 90
        texts += [(90, top, 34, str(at + 1)), (170, top, 34, article), (380, top, 34, name),
                  (1010, top, 34, f"{pieces} Stk")]
    found: list[list[object]] = []
    for start, top, size, text in texts:
        left = float(start)
        for word in text.split():
            width = draw.textlength(word, font_size=size)
            found.append([word, UNSURE.get(word, 0.94), int(left), top + size // 6, int(width), size])
            left += width + draw.textlength(" ", font_size=size)
    return found


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A site whose queue holds one delivery note that was read."""
    monkeypatch.setenv("TREUWERK_DOCUMENTS", str(tmp_path / "documents"))
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    create_schema(url)
    database = Database(url)
    portal = read_portal(tmp_path, database, json.loads(json.dumps(words_on_scan())))
    with database.writing() as connection:
        admin = add_user(connection, "Clara Weiß", NOW)
        grant_role(connection, admin, "agent", NOW, granted_by="the tests")
    where = handed_in(portal.signed_in(), ("note.jpg", scan(NUMBER)))
    work_off(portal)
    app = create_app(portal.installation, clock=lambda: NOW, deployment=Deployment(per_source=0, per_session=0))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        with serving(app, listener) as address:
            yield Desk(Site(address, portal, {ADMIN: admin}), f"/office{where}")
    database.close()


@pytest.fixture
def clerks(chromium: Browser, desk: Desk) -> Iterator[Visitors]:
    """Windows at the site."""
    visitors = Visitors(chromium, desk.site)
    yield visitors
    visitors.close()
    assert visitors.complaints == []


def test_the_place_of_a_field_stands_out_and_alt_p_leads_there(clerks: Visitors, desk: Desk) -> None:
    page = clerks.signed_in(ADMIN)
    page.goto(desk.path)

    page.locator("#l2-qty").focus()

    expect(page.locator('[data-mark="line.2.qty"]')).to_have_attribute("data-on", "")
    expect(page.locator("[data-mark][data-on]")).to_have_count(1)
    page.keyboard.press("Alt+p")
    expect(page.locator('[data-mark="line.2.qty"]')).to_be_in_viewport()
    box = page.locator('[data-mark="line.2.qty"]').bounding_box()
    picture = page.locator(".page-sheet img").bounding_box()
    assert box
    assert picture
    assert abs((box["x"] - picture["x"]) / picture["width"] - 1010 / 1240) < 0.02  # where "7 Stk" was drawn
    assert abs((box["y"] - picture["y"]) / picture["height"] - 652 / 1754) < 0.02


def test_a_suggestion_is_taken_by_keyboard_and_its_mark_changes(clerks: Visitors, desk: Desk) -> None:
    page = clerks.signed_in(ADMIN)
    page.goto(desk.path)
    expect(page.locator("#number")).to_have_value("")
    note = page.locator("#read-number-note")
    expect(note).to_contain_text(f"Read: {NUMBER}")

    note.get_by_role("button").focus()
    page.keyboard.press("Enter")

    expect(page.locator("#number")).to_have_value(NUMBER)
    expect(page.locator("#number")).to_be_focused()
    expect(note).to_contain_text("Read from page 1")
    page.keyboard.type("x")
    expect(note.get_by_role("button")).to_be_visible()


def test_an_unsure_line_is_added_with_one_key(clerks: Visitors, desk: Desk) -> None:
    page = clerks.signed_in(ADMIN)
    page.goto(desk.path)
    offer = page.locator("[data-offer]")
    expect(offer).to_contain_text("HOOK")

    offer.get_by_role("button").focus()
    page.keyboard.press("Enter")

    expect(page.locator("#l8-article")).to_have_value("HOOK")
    expect(page.locator("#l8-qty")).to_have_value("64")
    expect(offer).to_have_count(0)


def test_without_a_script_a_link_leads_to_the_place(chromium: Browser, desk: Desk) -> None:
    visitors = Visitors(chromium, desk.site)
    page = visitors.signed_in(ADMIN, script=False)
    page.goto(desk.path)

    page.locator("[data-read='line.1.article'] a").click()

    assert page.url.endswith("#read-line-1-article")
    expect(page.locator("#read-line-1-article")).to_be_in_viewport()
    visitors.close()


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_and_fits(clerks: Visitors, desk: Desk, width: int, scheme: str, axe: str) -> None:
    page = clerks.signed_in(ADMIN, width=width, scheme=scheme)

    page.goto(desk.path)

    assert faults(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
