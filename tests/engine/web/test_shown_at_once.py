"""Cards are kept while nothing changes: what does change shows with the next page, in the process that kept them."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import event

from tests.engine.web.test_account_page import words
from tests.support.portal import NOW, Portal
from tests.support.reward_shop import change_reward, open_shop
from treuwerk.domain.catalogue import Window
from treuwerk.domain.promotions import Promotion
from treuwerk.store import rewards
from treuwerk.store.database import Database
from treuwerk.store.promotions import PROMOTIONS, set_budgets, take

DAY = 86_400_000_000
BIKE = "/rewards?q=bicycle"


@pytest.fixture
def portal(tmp_path: Path, sqlite_database: Database) -> Portal:
    """A shop whose cards have been drawn twice: made, and taken from what is kept."""
    portal = open_shop(tmp_path, sqlite_database)
    for _ in range(2):
        assert "5,000 bonus points 2,120 points missing" in words(portal.signed_in(), "/rewards")
    return portal


def promoted(portal: Portal, **more: object) -> None:
    """Let bicycles cost less."""
    one = Promotion("bikes", {"en": "Bicycles"}, published=True, rewards=("BIKE",), points=2_500,
                    **more)  # type: ignore[arg-type]
    with portal.installation.database.writing() as connection:
        PROMOTIONS.save(connection, [(one, 0)], "the tests", "test", NOW)
        set_budgets(connection, {one.code: one.budget}, NOW)


def test_another_price_and_another_name(portal: Portal) -> None:
    change_reward(portal, "BIKE", points=4_000)

    assert "4,000 bonus points 1,120 points missing" in words(portal.signed_in(), "/rewards")
    assert "5,000" not in words(portal.signed_in(), BIKE)


def test_the_last_piece_that_goes_and_one_that_comes_back(portal: Portal) -> None:
    client, told = portal.signed_in(), list[str]()

    for pieces in (0, 1):
        with portal.installation.database.writing() as connection:
            rewards.set_stocks(connection, {"LAMP-B": pieces}, rewards.stocks(connection, ["LAMP-B"]), NOW)
        told.append(words(client, "/rewards?q=lamp"))

    assert "Sold out" in told[0]
    assert "Sold out" not in told[1]
    assert "Only 1 left" in told[1]


def test_a_promotion_that_begins_tomorrow_and_ends_on_the_day_after(portal: Portal) -> None:
    tomorrow = date(2026, 11, 22)
    promoted(portal, window=Window(tomorrow, tomorrow))

    told = [words(portal.signed_in(now=NOW + days * DAY), BIKE) for days in range(3)]

    assert ["instead of 5,000" in one for one in told] == [False, True, False]


def test_a_promotion_whose_budget_is_spent(portal: Portal) -> None:
    promoted(portal, budget=10_000)
    assert "2,500 bonus points instead of 5,000 Your points are enough" in words(portal.signed_in(), BIKE)

    with portal.installation.database.writing() as connection:
        assert take(connection, {"bikes": 10_000}, NOW) == {}

    assert "instead of" not in words(portal.signed_in(), BIKE)


def test_other_points_for_another_company_and_after_a_delivery(portal: Portal) -> None:
    before = words(portal.signed_in("1002"), BIKE)
    portal.deliver("2026-11-20", "LS-9;10;2026-11-19;1001;M400;100;PCE;SYSTEM;")

    assert "2,120 points missing" not in before
    assert "2,120 points missing" not in words(portal.signed_in(), BIKE)


def test_each_language_its_own_words(portal: Portal) -> None:
    assert "Leuchte <Nord>" in words(portal.signed_in(language="de"), "/rewards")
    assert "Lamp <North>" in words(portal.signed_in(), "/rewards")


def test_a_heart_that_was_pressed(portal: Portal) -> None:
    client = portal.signed_in()

    client.post("/rewards/wishes", data={"reward": "BIKE", "wished": "1"})

    assert 'value="0" aria-pressed="true"' in client.get(BIKE).text


def test_a_tier_that_is_reached(portal: Portal) -> None:
    change_reward(portal, "BIKE", min_tier="gold")
    before = words(portal.signed_in(), BIKE)

    portal.deliver("2026-11-20", "LS-9;10;2026-11-19;1001;M400;900;PCE;SYSTEM;")

    assert "From Gold on" in before
    assert "From Gold on" not in words(portal.signed_in(), BIKE)
    assert "Your points are enough" in words(portal.signed_in(), BIKE)


@pytest.mark.parametrize(("path", "most"), [("/rewards", 12), (BIKE, 9), ("/rewards/wishes", 9), ("/rewards/BIKE", 13)])
def test_each_page_reads_everything_once(portal: Portal, path: str, most: int) -> None:
    client, asked = portal.signed_in(), list[str]()
    client.get(path)
    engine = portal.installation.database.engine
    event.listen(engine, "before_cursor_execute", lambda *of: asked.append(of[2]))

    client.get(path)

    selects = [one for one in asked if one.startswith("SELECT")]
    assert len(selects) <= most
    assert len([one for one in selects if "FROM balance b" in one]) == 1
