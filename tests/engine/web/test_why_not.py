"""Why a purchase earned nothing, and what would have given more: for participants, and all of it for the office."""

import re
from pathlib import Path

import pytest

from tests.engine.web.test_account_page import words
from tests.support.portal import PROGRAMME, Portal, open_portal
from treuwerk.programme.reading import read_programme
from treuwerk.services.installation import Installation
from treuwerk.store.database import Database

RULES = """
[groups.gold]
name = { de = "Gold", en = "Gold circle", fr = "Gold circle" }

[article_filters.hooks]
kinds = ["mounting"]

[article_filters.modules]
kinds = ["module"]

[[earning]]
name = "hooks"
rule = "rate"
title = { de = "Haken ab zehn", en = "Ten hooks and more", fr = "Ten hooks and more" }
unit = "bonus"
points = 3
articles = "hooks"
at_least = { quantity = 10 }

[[earning]]
name = "saturday"
rule = "rate"
title = { de = "Samstag", en = "Saturday", fr = "Saturday" }
unit = "bonus"
points = 5
articles = "modules"
weekdays = ["saturday"]
audience = { groups = ["partner"] }

[[earning]]
name = "tuesday"
rule = "rate"
title = { de = "Dienstag", en = "Tuesday", fr = "Tuesday" }
unit = "bonus"
points = 1
articles = "modules"
weekdays = ["tuesday"]
audience = { groups = ["partner"] }

[[earning]]
name = "circle"
rule = "rate"
title = { de = "Goldkreis", en = "For the circle", fr = "For the circle" }
unit = "bonus"
points = 9
audience = { groups = ["gold"] }

[[earning]]
name = "secret"
rule = "rate"
title = { de = "Still", en = "Quiet rule", fr = "Quiet rule" }
unit = "bonus"
points = 7
articles = "hooks"
at_least = { quantity = 12 }
hint = false

[[earning]]
name = "advent"
rule = "rate"
title = { de = "Advent", en = "Advent", fr = "Advent" }
unit = "bonus"
points = 2
articles = "hooks"
valid_from = 2026-12-01

[[sources]]"""
LATER = PROGRAMME.replace('"activity_points"]', '"activity_points", "rate"]').replace("[[sources]]", RULES, 1)


@pytest.fixture
def portal(tmp_path: Path, database: Database) -> Portal:
    """Four hooks and some modules on a Tuesday, hooks again shortly before Advent, and an article without any rule."""
    portal = open_portal(tmp_path, database, LATER)
    portal.deliver("2026-05-06", "LS-2;10;2026-05-05;1001;M400;31;PCE;MODULE;",
                   "LS-2;20;2026-05-05;1001;HOOK;4;PCE;MODULE;", "LS-3;10;2026-05-05;1002;HOOK;4;PCE;MODULE;")
    portal.deliver("2026-11-20", "LS-9;10;2026-11-19;1001;HOOK;10;PCE;MODULE;",
                   "LS-9;20;2026-11-19;1001;HOOK;9;PCE;MODULE;")
    return portal


def line_of(portal: Portal, document: str) -> str:
    [found] = re.findall(r'href="(/purchases/pur_\w+)"', portal.signed_in().get(f"/purchases?q={document}").text)
    return str(found)


def booking_of(portal: Portal, document: str) -> str:
    found = re.search(r'href="(/bookings/txn_\w+)"', portal.signed_in().get(f"/purchases?q={document}").text)
    assert found
    return found[1]


def test_a_line_that_earned_nothing_tells_what_was_missing_and_nothing_of_others(portal: Portal) -> None:
    text = words(portal.signed_in(), line_of(portal, "LS-2"))

    assert "This purchase nearly earned points" in text
    assert "Ten hooks and more 6 pieces more: 10 instead of 4 +30 bonus points" in text
    for others in ("For the circle", "Saturday", "Quiet rule"):
        assert others not in text


def test_a_rule_that_is_still_to_come_is_no_hint(portal: Portal) -> None:
    before = words(portal.signed_in(), line_of(portal, "LS-9"))

    assert "1 piece more: 10 instead of 9" in before
    assert "Advent" not in before
    office = portal.in_office("admin", language="en").get("/office" + line_of(portal, "LS-9")).text
    assert "From 1 December 2026 on" in office


def test_why_points_says_because_of_what_and_what_would_have_given_more(portal: Portal) -> None:
    text = words(portal.signed_in(), booking_of(portal, "LS-2"))

    assert "Because: Group Partner · Kind of article module · Day of the week Tuesday" in text
    assert "What would have given more" in text
    assert "scope: SYSTEM instead of MODULE +1,240 bonus points" in text
    assert "Saturday On a Saturday, such as 2 May 2026 +124 bonus points" in text
    assert "For the circle" not in text


def test_the_office_sees_every_rule_with_what_failed(portal: Portal) -> None:
    office = portal.in_office("admin", language="en")
    text = words(office, "/office" + line_of(portal, "LS-2"))

    assert "For the circle gives nothing Rule circle, revision 1 Group: Partner, needed: Gold circle" in text
    assert "Quiet rule nearly Rule secret, revision 1 · participants read nothing of it" in text
    assert "Quantity: 4, at least 12" in text
    assert "Day of the week: Tuesday, needed: Saturday" in text
    assert "Module points gives nothing Rule module_points, revision 1 The rule itself gives nothing for it." in text
    assert "What the rules say of it" in words(office, "/office" + booking_of(portal, "LS-2"))
    assert f'href="/office{line_of(portal, "LS-2")}"' in office.get(
        f"/office/participants/{portal.account('1001')}").text


def test_a_line_that_earned_leads_to_its_booking_and_what_is_not_there_is_not_found(portal: Portal) -> None:
    booking, line = booking_of(portal, "LS-2"), line_of(portal, "LS-2")
    booked = booking.replace("/bookings/txn", "/purchases/pur")

    assert portal.signed_in().get(booked).headers["location"] == booking
    assert portal.in_office("admin").get(f"/office{booked}").headers["location"] == f"/office{booking}"
    assert portal.signed_in("1002").get(line).status_code == 404
    unknown = f"{line[:-5]}00000"
    assert portal.signed_in().get(unknown).status_code == 404
    assert portal.in_office("admin").get(f"/office{unknown}").status_code == 404
    assert portal.in_office("admin").get("/office/purchases/nonsense").status_code == 404


def test_rules_that_were_changed_since_are_told_as_that(portal: Portal) -> None:
    booking, line = booking_of(portal, "LS-2"), line_of(portal, "LS-2")
    text = (portal.folder / "programme.toml").read_text("utf-8")
    changed = text.replace('name = "tuesday"', 'name = "tuesday"\nrevision = 2').replace(
        "at_least = { quantity = 10 }", "at_least = { quantity = 4 }")
    (portal.folder / "programme.toml").write_text(changed, "utf-8")
    later = Portal(Installation(read_programme(portal.folder), portal.installation.database), portal.folder)

    assert "Rules were changed since this was booked" in words(later.signed_in(), booking)
    assert "The rules were changed since this purchase came in. It stays as it is." in words(later.signed_in(), line)
    assert "Rules were changed since" not in words(portal.signed_in(), booking)


def test_a_product_that_no_rule_is_for_is_told_so(tmp_path: Path, database: Database) -> None:
    portal = open_portal(tmp_path, database)
    portal.deliver("2026-05-06", "LS-2;20;2026-05-05;1001;HOOK;4;PCE;MODULE;")

    text = words(portal.signed_in(), line_of(portal, "LS-2"))

    assert "There is no rule that gives points for this product." in text
    assert "What would have given points" not in text
