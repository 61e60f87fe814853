"""Case 34: who says what goods are part of, where the parts of their order say otherwise."""

from pathlib import Path

import pytest
from sqlalchemy import select

from tests.engine.web.test_account_page import words
from tests.support.assemblies import bare, delivery, system_world
from tests.support.clerks import handed_in, line, looked_at, note
from tests.support.corrections import bonus, clear, goods
from tests.support.office import acting
from tests.support.portal import NOW, PROGRAMME, Portal, open_portal
from treuwerk.domain.entries import Entered
from treuwerk.domain.ids import TRANSACTION, public_id
from treuwerk.services.clearing.clearing_documents import Entry, clear_documents
from treuwerk.services.submissions.entry_hints import entry_hints
from treuwerk.services.submissions.entry_preview import preview
from treuwerk.store.database import Database
from treuwerk.store.tables import journal

ASSEMBLY = """
[assembly]
feature = "scope"
complete = "SYSTEM"
alone = "MODULE"

[assembly.parts.modules]
kinds = ["module"]
attribute = "wp"
at_least = 2000

[assembly.parts.mounting]
kinds = ["mounting"]

"""


def test_case_34_the_senders_word_holds_for_a_direct_delivery_and_the_clerk_is_told(tmp_path: Path,
                                                                                  database: Database) -> None:
    world = system_world(tmp_path / "league", database)
    alone = {"scope": "MODULE"}

    receipt = clear(world, delivery("D-1", goods(1, "10", features=alone), bare(2, "1", "SW-W-10H"),
                                    bare(3, "4", "SW-G")))

    [told] = receipt.problems
    assert (told["code"], told["state"], told["line"]) == ("assembly_differs", "warning", 1)
    assert "all parts of SYSTEM on order A-1 since 2026-05-04" in told["reason"]
    assert bonus(world) == 400
    assert world.violated() == {}


@pytest.fixture
def portal(tmp_path: Path, database: Database) -> Portal:
    """A programme in which modules and hooks make a system; runs once per database."""
    return open_portal(tmp_path, database, PROGRAMME + ASSEMBLY)


def hints_of(portal: Portal, entered: Entered) -> dict[str, tuple[int, ...]]:
    one = handed_in(portal)
    seen = preview(portal.installation, one.account_id, entered, NOW)
    with portal.installation.database.reading() as connection:
        found = entry_hints(acting(), connection, portal.installation, looked_at(portal, one), entered, seen, NOW)
    return {hint.code: hint.lines for hint in found if hint.code.startswith("parts_")}


def test_case_34_the_form_tells_what_the_parts_of_the_order_say(portal: Portal) -> None:
    system, module = {"scope": "SYSTEM"}, {"scope": "MODULE"}
    hooks = line("HOOK", 20, at=20, features=module)

    complete = hints_of(portal, note(line(features=module), hooks))
    lacking = hints_of(portal, note(line(features=system)))

    assert complete == {"parts_complete": (1, 2)}
    assert lacking == {"parts_missing": (1,)}


def test_the_portal_tells_by_which_order_modules_are_a_system(tmp_path: Path, database: Database) -> None:
    derived = ASSEMBLY.replace('alone = "MODULE"', 'alone = "MODULE"\nmissing = "derive"')
    portal = open_portal(tmp_path, database, PROGRAMME + derived)
    for number, goods_of in (("D-1", bare(1, "10", "M400")), ("D-2", bare(1, "20", "HOOK"))):
        clear_documents(portal.installation, [delivery(number, goods_of, buyer="1001")],
                        Entry("deliveries", number, f"{number:0>64}"), NOW, actor="system")
    (account, completion), = portal_rows(portal)

    browser = portal.signed_in()

    assert "part of order A-1, complete since" in words(browser, "/purchases")
    assert "+800" in words(browser, "/purchases")
    page = words(browser, f"/bookings/{public_id(TRANSACTION, account, completion)}")
    assert "part of order A-1, complete since" in page
    assert "Booked before" in page


def portal_rows(portal: Portal) -> list[tuple[int, int]]:
    with portal.installation.database.reading() as connection:
        return [(row.account_id, row.id) for row in connection.execute(
            select(journal.c.account_id, journal.c.id).where(journal.c.kind == "completion"))]
