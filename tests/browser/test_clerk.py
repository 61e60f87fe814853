"""A clerk at reported purchases, by keyboard alone: journey 2, on a site of its own."""

import socket
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from pathlib import Path

import attrs
import pytest
from babel.numbers import format_decimal
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from tests.browser.conftest import ADMIN, MANAGER, Site, Visitors, serving
from tests.browser.keyboard import words
from tests.browser.test_accessibility import faults
from tests.conftest import create_schema
from tests.support.clerks import handed_in, looked_at, with_page
from tests.support.portal import NOW, PROGRAMME, open_portal
from treuwerk.domain.entries import read_entered
from treuwerk.domain.submissions import SubmissionState
from treuwerk.services.deployment import Deployment
from treuwerk.services.identity.users import add_user, grant_role
from treuwerk.services.submissions.states import Submission
from treuwerk.store.database import Database
from treuwerk.store.tables import local_login
from treuwerk.web.application import create_app

AGAIN = "Lines were credited before from the document %(document)s. They bring nothing a second time."
LINES = [("M400", 10, "Sunny 400 <black>"), ("M405", 7, "Sunny 405"), ("M400", 31, "Sunny 400 <black>"),
         ("M405", 12, "Sunny 405"), ("M400", 4, "Sunny 400 <black>"), ("M405", 20, "Sunny 405"),
         ("M400", 2, "Sunny 400 <black>"), ("HOOK", 64, "Roof hook")]


def scan(number: str) -> bytes:
    """A delivery note as somebody photographed it."""
    image = Image.new("RGB", (1240, 1754), "#fcfbf7")
    draw = ImageDraw.Draw(image)
    draw.text((90, 100), "Sonnenlicht AG", fill="#1c2b4a", font_size=64)
    draw.text((90, 200), "Industriestr. 5, 53113 Bonn", fill="#444", font_size=28)
    draw.text((90, 330), f"Lieferschein {number}", fill="black", font_size=52)
    draw.text((90, 410), "Geliefert am 05.11.2026 an Müller & Söhne, Weg 1, 10115 Berlin", fill="black", font_size=28)
    for at, (article, pieces, name) in enumerate(LINES):
        top = 560 + at * 90
        draw.line((90, top - 20, 1150, top - 20), fill="#bbb", width=2)
        for left, text in ((90, str(at + 1)), (170, article), (380, name), (1010, f"{pieces} Stk")):
            draw.text((left, top), text, fill="black", font_size=34)
    content = BytesIO()
    image.rotate(0.6, fillcolor="#dcd9d2").save(content, "JPEG", quality=80)
    return content.getvalue()


@attrs.frozen
class Desk:
    """The site with two reported purchases, the second one a repetition of the first."""

    site: Site
    first: Submission
    second: Submission


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A site whose queue holds two delivery notes."""
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    create_schema(url)
    database = Database(url)
    portal = open_portal(tmp_path, database, PROGRAMME)
    portal.deliver("2026-11-10", "LS-8;10;2026-10-20;1001;M400;10;PCE;SYSTEM;")
    with database.writing() as connection:
        admin = add_user(connection, "Clara Weiß", NOW)
        grant_role(connection, admin, "agent", NOW, granted_by="the tests")
    portal.add_login("anna", "1001")
    first = handed_in(portal, due_on="2026-11-22", number="LS-4711", seller_name="Sonnenlicht AG")
    second = handed_in(portal, due_on="2026-11-24", number="LS-8")
    with_page(portal, first, scan("LS-4711"), "IMG_2041.jpg")
    with_page(portal, second, scan("LS-8"), "IMG_2042.jpg")
    app = create_app(portal.installation, clock=lambda: NOW, deployment=Deployment(per_source=0, per_session=0))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        with serving(app, listener) as address:
            manager = next(iter(_users(database, "anna")))
            yield Desk(Site(address, portal, {ADMIN: admin, MANAGER: manager}), first, second)
    database.close()


def _users(database: Database, login: str) -> list[int]:
    with database.reading() as connection:
        return list(connection.execute(select(local_login.c.user_id).where(local_login.c.login == login)).scalars())


@pytest.fixture
def clerks(chromium: Browser, desk: Desk) -> Iterator[Visitors]:
    """Windows at the site; they complain like those of the others."""
    visitors = Visitors(chromium, desk.site)
    yield visitors
    visitors.close()
    assert visitors.complaints == []


def type_line(page: Page, article: str, pieces: int) -> None:
    """One line, each cell left by Enter."""
    page.keyboard.type(article)
    expect(page.locator("#suggestions [data-value]").first).to_be_visible()
    page.keyboard.press("Enter")  # the first suggestion, and on to the quantity
    page.keyboard.type(str(pieces))
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")  # the unit is right
    page.keyboard.type("S")  # SYSTEM
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")  # no serial numbers: the next line


@pytest.mark.parametrize(("locale", "day"), [("en-GB", "{}/{}/2026"), ("de-DE", "{}.{}.2026"), ("fr-FR", "{}/{}/2026")])
def test_journey_2_eight_lines_are_entered_and_decided_without_the_mouse(clerks: Visitors, desk: Desk, locale: str,
                                                                         day: str) -> None:
    said = partial(words, locale[:2])
    page = clerks.signed_in(ADMIN, locale=locale)

    page.keyboard.press("t")
    page.wait_for_url(f"**/office/submissions/{desk.first.public_id}")
    expect(page.get_by_role("img", name=said("Page %(number)s of the document") % {"number": 1})).to_be_visible()
    expect(page.locator("#day")).to_be_focused()  # the participant said all but the day
    page.keyboard.type(day.format("05", "11"))
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")  # a delivery note
    for article, pieces, _ in LINES:
        type_line(page, article, pieces)
    expect(page.locator("#l8-points")).to_contain_text(said("no points"))
    # 31 times 400 Wp by 10, twice for a system
    expect(page.locator("#l3-points")).to_contain_text(format_decimal(2_480, locale=locale[:2]))
    expect(page.locator("#preview")).to_contain_text(said("Kept as a draft."))
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    expect(page.locator("#l8-decision")).to_be_focused()
    page.keyboard.type(said("Decline: %(reason)s") % {"reason": said("Not in the programme")})
    page.keyboard.press("Tab")
    page.keyboard.type("Nur Module bringen Punkte.")
    page.keyboard.press("Alt+a")

    page.wait_for_url(f"**/office/submissions/{desk.second.public_id}")
    done = said("%(number)s is accepted in part.") % {"number": "LS-4711"}
    expect(page.get_by_role("status").filter(has_text=done)).to_be_visible()
    kept = looked_at(desk.site.portal, desk.first)
    entered = read_entered(kept.entered)
    assert kept.state is SubmissionState.PARTLY
    assert [line.outcome for line in entered.lines] == ["booked"] * 7 + [""]
    assert (entered.lines[7].reason, entered.lines[7].words) == ("not_in_programme", "Nur Module bringen Punkte.")
    assert {line.page for line in entered.lines} == {1}

    participant = clerks.signed_in(MANAGER, locale="fr-FR")
    participant.goto(f"/submissions/{desk.first.public_id}")
    expect(participant.locator("main")).to_contain_text("Nur Module bringen Punkte.")
    expect(participant.locator("html")).to_have_attribute("lang", "fr")
    expect(participant.locator("main")).to_contain_text("Accepté en partie")

    page.keyboard.type("Sonnenlicht AG")  # the seller
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")  # the number is there
    page.keyboard.type(day.format("20", "10"))
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    type_line(page, "M400", 10)
    expect(page.locator("#preview")).to_contain_text(said(AGAIN) % {"document": "LS-8"})
    page.locator("#reason").focus()
    page.keyboard.type(said("Credited before"))
    page.keyboard.press("Alt+r")
    page.wait_for_url("**/office/queue")
    assert looked_at(desk.site.portal, desk.second).reason == "already_booked"


def test_the_same_without_a_script(clerks: Visitors, desk: Desk) -> None:
    page = clerks.signed_in(ADMIN, script=False, width=320)

    page.goto(f"/office/submissions/{desk.first.public_id}")
    page.get_by_label("Delivered on").fill("05/11/2026")
    page.locator("#l1-article").fill("M400")
    page.locator("#l1-qty").fill("ten")
    page.get_by_role("button", name="Add lines").click()
    expect(page.locator("#l1-qty")).to_have_value("ten")
    clerks.take_refusal(422)
    page.locator("#l1-qty").fill("10")
    page.locator("#l1-f_scope").select_option("SYSTEM")
    page.get_by_role("button", name="Show the points").click()
    expect(page.locator("#preview")).to_contain_text("800")
    page.get_by_role("button", name="Accept the lines").click()

    assert looked_at(desk.site.portal, desk.first).state is SubmissionState.ACCEPTED
    assert page.url.endswith(f"/office/submissions/{desk.second.public_id}")


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_is_accessible(clerks: Visitors, desk: Desk, axe: str, scheme: str, width: int) -> None:
    page = clerks.signed_in(ADMIN, scheme=scheme, width=width)
    page.goto(f"/office/submissions/{desk.first.public_id}")
    page.locator("#l1-article").fill("M400")
    expect(page.locator("#suggestions")).to_be_visible()

    assert faults(page, axe) == []
