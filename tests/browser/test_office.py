"""The service centre in a real browser: by keyboard alone, without a script, and what comes while a page lies open."""

import socket
from collections.abc import Iterator
from csv import DictReader
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from tests.browser.conftest import ADMIN, Site, Visitors, serving
from tests.browser.keyboard import MOST_PRESSES
from tests.browser.test_accessibility import faults
from tests.conftest import create_schema
from tests.support.portal import NOW, PROGRAMME, Portal
from treuwerk.domain import ids
from treuwerk.domain.notes import NoteDraft, NoteKind, NoteStatus
from treuwerk.domain.rights import Access, Audience, names_for
from treuwerk.programme.reading import read_programme
from treuwerk.services.deployment import Deployment
from treuwerk.services.identity.users import add_user, grant_role
from treuwerk.services.installation import Installation
from treuwerk.services.participants.notes import write_note
from treuwerk.store.database import Database
from treuwerk.store.tables import journal, purchase_line
from treuwerk.web.application import create_app

MINUTE = 60_000_000


def at_desk(visitors: Visitors, **wishes: object) -> Page:
    page = visitors.signed_in(ADMIN, **wishes)
    page.on("dialog", lambda dialog: dialog.accept())
    return page


def tab_to(page: Page, target: Locator) -> None:
    """Go on by the tabulator until something has the focus; nothing else is pressed."""
    for _ in range(MOST_PRESSES):
        if target.evaluate("(one) => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{target} is not reached by keyboard")


def line_of(site: Site, document: str) -> str:
    """The booking of the first line of a delivery note."""
    with site.portal.installation.database.reading() as connection:
        row = connection.execute(select(journal.c.account_id, journal.c.id).join(
            purchase_line, (purchase_line.c.account_id == journal.c.account_id) & (purchase_line.c.id == journal.c.id))
            .where(purchase_line.c.document == document)).first()
    assert row is not None
    return ids.public_id(ids.TRANSACTION, row.account_id, row.id)


def test_a_call_is_noted_done_and_undone_by_keyboard_alone(visitors: Visitors) -> None:
    page = at_desk(visitors)

    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("weg muell")
    page.keyboard.press("Enter")
    page.wait_for_url("**/office/search?**")
    tab_to(page, page.get_by_role("link", name="Müller & Söhne <Solar>").first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Müller & Söhne <Solar>")

    page.keyboard.press("n")
    page.wait_for_url("**/notes/new")
    tab_to(page, page.get_by_label("Text", exact=True))
    page.keyboard.type("Asks where LS-501 is")
    tab_to(page, page.get_by_label("Processing"))
    page.keyboard.type("Waiting for the p")
    tab_to(page, page.get_by_label("Due on"))
    page.keyboard.type("27/11/2026")  # Friday
    tab_to(page, page.get_by_role("button", name="Save the note"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("The note is saved.")).to_be_visible()

    page.keyboard.press("q")
    page.wait_for_url("**/office/queue")
    tab_to(page, page.get_by_role("link", name="Asks where LS-501 is"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Follow-up")
    page.keyboard.press("d")
    expect(page.get_by_role("status").filter(has_text="Done.")).to_be_visible()
    expect(page.get_by_role("link", name="Asks where LS-501 is")).to_have_count(0)
    tab_to(page, page.get_by_role("button", name="Undo"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("This is open again.")).to_be_visible()
    page.keyboard.press("q")
    page.wait_for_url("**/office/queue")
    expect(page.get_by_role("link", name="Asks where LS-501 is")).to_be_visible()

    for action, words in (("work.reopen", "Work reopened"), ("work.done", "Work done"), ("note.write", "Note written"),
                          ("search.query", "Searched")):
        page.goto(f"/office/audit?action={action}")  # in tests all happens in one moment, and pages are short
        expect(page.get_by_role("rowheader", name=words).first).to_be_visible()


@pytest.mark.parametrize("width", [1280, 320])
def test_the_same_call_without_a_script(visitors: Visitors, width: int) -> None:
    page = at_desk(visitors, script=False, width=width)

    page.get_by_role("searchbox").fill("weg muell")
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("link", name="Müller & Söhne <Solar>").first.click()
    page.get_by_role("link", name="Write a note", exact=True).click()
    page.get_by_label("Text", exact=True).fill(f"No script at {width}")
    page.get_by_label("Processing").select_option("waiting_participant")
    page.get_by_label("Due on").fill("27/11/2026")
    page.get_by_role("button", name="Save the note").click()
    page.goto("/office/queue?q=No+script")
    page.get_by_role("link", name=f"No script at {width}").click()
    page.get_by_role("button", name="Mark as done").click()
    expect(page.get_by_role("link", name=f"No script at {width}")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    page.goto("/office/queue?q=No+script")

    expect(page.get_by_role("link", name=f"No script at {width}")).to_be_visible()
    page.get_by_label(f"Choose No script at {width}").check()
    page.get_by_role("button", name="Preview", exact=True).click()
    page.get_by_role("main").get_by_role("button", name="Mark as done").click()
    expect(page.get_by_text("Done for 1 row.")).to_be_visible()


def test_points_are_booked_and_a_line_is_taken_back_by_keyboard_alone(visitors: Visitors, site: Site) -> None:
    page = at_desk(visitors)
    page.goto(f"/office/participants/{site.portal.account('1002')}")

    page.keyboard.press("b")
    page.wait_for_url("**/adjust")
    tab_to(page, page.get_by_label("Points", exact=True))
    page.keyboard.type("40")
    tab_to(page, page.get_by_label("What for"))
    page.keyboard.type("Ticket 4711")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What it does")).to_be_visible()
    tab_to(page, page.get_by_role("button", name="Book the points"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("The points are booked.")).to_be_visible()

    page.goto(f"/office/bookings/{line_of(site, 'LS-3')}")
    page.keyboard.press("r")
    page.wait_for_url("**/reverse")
    tab_to(page, page.get_by_label("All that is left"))
    page.keyboard.press("ArrowDown")
    tab_to(page, page.get_by_label("Pieces that go back"))
    page.keyboard.type("1")
    tab_to(page, page.get_by_label("What for"))
    page.keyboard.type("Ticket 4712")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What it does")).to_be_visible()
    expect(page.get_by_label("What for")).to_have_value("Ticket 4712")
    tab_to(page, page.get_by_role("button", name="Take the booking back"))
    page.keyboard.press("Enter")

    expect(page.get_by_text("The booking is taken back.")).to_be_visible()
    pair = page.get_by_role("region", name="Belongs together")
    expect(pair.get_by_role("rowheader")).to_have_count(3)
    expect(pair).to_contain_text("What is left of it")


def test_a_disputed_line_becomes_a_pair_that_the_participant_sees(visitors: Visitors, site: Site) -> None:
    booking = line_of(site, "LS-504")
    page = at_desk(visitors, script=False)
    page.goto(f"/office/bookings/{booking}")
    page.get_by_role("link", name="Write a note about this").click()
    page.get_by_label("Text", exact=True).fill("Disputes LS-504")
    page.get_by_label("Processing").select_option("open")
    page.get_by_label("Due on").fill("27/11/2026")
    page.get_by_role("button", name="Save the note").click()

    page.goto(f"/office/bookings/{booking}")
    page.get_by_role("link", name="Take back").click()
    expect(page.get_by_label("Disputes LS-504")).to_be_checked()
    if page.get_by_label("All that is left").count():
        page.get_by_label("All that is left").check()
    page.get_by_label("What for").fill("Ticket 4713")
    page.get_by_role("button", name="Show the effect").click()
    page.get_by_role("button", name="Take the booking back").click()

    expect(page.get_by_text("All of this booking is taken back.")).to_be_visible()
    expect(page.get_by_role("complementary").get_by_text("Done", exact=True)).to_be_visible()
    own = visitors.signed_in(script=False)
    own.goto(f"/bookings/{booking}")
    expect(own.get_by_role("region", name="Belongs together").get_by_role("rowheader")).to_have_count(3)
    rows = list(DictReader(own.request.get("/bookings.csv?form=machine").text().splitlines()))
    assert len(rows) > 40
    balances, amounts = ([int(row[name]) for row in rows] for name in ("Balance", "bonus points"))
    assert [newer - older for newer, older in pairwise(balances)] == amounts[:-1]


@pytest.fixture
def empty(tmp_path: Path, chromium: Browser) -> Iterator[Visitors]:
    """A service centre on its first day: a programme, an administrator, and nothing else."""
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    create_schema(url)
    database = Database(url)
    (tmp_path / "programme.toml").write_text(PROGRAMME, "utf-8")
    installation = Installation(read_programme(tmp_path), database)
    with database.writing() as connection:
        admin = add_user(connection, "Ada Admin", NOW)
        grant_role(connection, admin, "admin", NOW, granted_by="the tests")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        app = create_app(installation, clock=lambda: NOW, deployment=Deployment(per_source=0, per_session=0))
        with serving(app, listener) as address:
            visitors = Visitors(chromium, Site(address, Portal(installation, tmp_path), {ADMIN: admin}))
            yield visitors
            visitors.close()
            assert visitors.complaints == []
    database.close()


@pytest.mark.parametrize("locale", ["de-DE", "fr-FR"])
def test_the_first_day_has_words_and_a_way_on_everywhere(empty: Visitors, axe: str, locale: str) -> None:
    page, found = empty.signed_in(ADMIN, locale=locale), {}

    for path in ("/office", "/office/queue", "/office/participants", "/office/adjustments", "/office/search?q=x",
                 "/office/audit?object=txn_", "/office/users", "/office/users/new", "/office/roles", "/office/plugins"):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        found[path] = faults(page, axe)
        if path in ("/office/queue", "/office/participants", "/office/adjustments", "/office/audit?object=txn_"):
            expect(page.locator("main .empty")).to_be_visible()

    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_letters_can_be_switched_off(visitors: Visitors) -> None:
    page = at_desk(visitors)

    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(keys).to_contain_text("Take the next task")
    keys.get_by_label("Use single keys in this browser").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("q")
    page.keyboard.press("?")

    expect(keys).to_be_hidden()
    expect(page).to_have_url(f"{visitors.site.url}/office")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("searchbox")).to_be_focused()


def test_what_comes_in_is_announced_and_moves_no_row(visitors: Visitors, site: Site) -> None:
    page = at_desk(visitors)
    page.clock.install()
    page.goto("/office/queue")
    before = page.get_by_role("rowheader").all_text_contents()

    database = site.portal.installation.database
    access = Access(site.users[ADMIN], "Ada Admin", Audience.OFFICE, names_for(Audience.OFFICE))
    draft = NoteDraft(NoteKind.INTERNAL, "Came while it lay open", NoteStatus.OPEN, date(2026, 11, 1))
    with database.writing() as connection:
        write_note(access, connection, site.portal.account("1002"), draft, NOW + MINUTE)
    page.clock.fast_forward(46_000)

    news = page.get_by_role("link", name="1 new – show")
    expect(news).to_be_visible()
    assert page.get_by_role("rowheader").all_text_contents() == before
    news.click()
    expect(page.get_by_role("link", name="Came while it lay open")).to_be_visible()
    expect(news).to_have_count(0)


def test_the_end_of_a_view_as_a_participant_is_told_two_minutes_before(visitors: Visitors, site: Site) -> None:
    page = at_desk(visitors)
    page.goto(f"/office/participants/{site.portal.account('1002')}/view-as")
    page.get_by_label("Reason").fill("Ticket 4711 points")
    page.clock.install()
    page.get_by_role("button", name="Show the portal").click()
    page.wait_for_url(f"{visitors.site.url}/")
    soon = page.get_by_role("alert").filter(has_text="ends in two minutes")

    page.clock.fast_forward("27:30")
    expect(soon).to_be_hidden()
    page.clock.fast_forward("00:45")
    expect(soon).to_be_visible()

    page.get_by_role("link", name="Go on with a new reason").click()
    expect(page.get_by_label("Reason")).to_be_visible()
    page.goto("/")
    page.get_by_role("button", name="Back to the service centre").click()
