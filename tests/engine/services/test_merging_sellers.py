"""Two sellers of the registry that are one: what it does, that nothing is paid twice, and making them two again."""

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import select

from tests.support.accounts import all_at_once, refused
from tests.support.aliases import OPEN, article, customer, map_article, map_customer
from tests.support.office import acting
from tests.support.reports import document, goods, report
from tests.support.worlds import SIX_IN_THE_EVENING, World
from treuwerk.domain.documents import Party
from treuwerk.domain.rights import NotAllowed
from treuwerk.domain.sellers import Seller
from treuwerk.jobs.running import run_now
from treuwerk.services.changes import seller_merging as merging
from treuwerk.services.clearing.known_sellers import standing
from treuwerk.services.clearing.sellers import create_seller, registry, seller_of, take_alias
from treuwerk.store.tables import audit_entry, work_order

LATER = SIX_IN_THE_EVENING + 60_000_000
NORD, NORDLICHT = Party("Nord", (("gln", "4012345000023"),)), Party("Nordlicht", (("vat", "DE811222333"),))
FILE = "code;name;country;aliases\nNORD;Nord;DE;gln:4012345000023\nLICHT;Nordlicht;DE;vat:DE811222333\n"
WHY = "The same company by the register"


@pytest.fixture
def two(world: World) -> World:
    """Two sellers, of which one is the other by another number."""
    world.sellers(FILE)
    return world


def merge(world: World, code: str = "LICHT", into: str = "NORD", now: int = LATER) -> int:
    return world.database.run(lambda connection: merging.merge(acting(), connection, code, into, now, reason=WHY))


def undo(world: World, number: int, now: int = LATER + 1) -> merging.Standing:
    return world.database.run(lambda connection: merging.undo(acting(), connection, number, now))


def preview(world: World, code: str = "LICHT", into: str = "NORD") -> merging.Merge:
    with world.database.reading() as connection:
        return merging.preview(acting(), connection, world.installation.programme.settings, code, into)


def identity(world: World, party: Party) -> str:
    with world.database.reading() as connection:
        return registry(connection, world.installation.programme.settings).identity(document(seller=party))


def looked_again(world: World) -> None:
    """What a worker does that was ordered."""
    for key, in world.rows(select(work_order.c.key).where(work_order.c.state == "open")):
        run_now(world.installation, key, lambda: LATER, "test")


def test_all_that_led_to_one_leads_to_the_other(two: World) -> None:
    would = preview(two)
    assert (would.given_up.name, would.into.name, would.documents, would.both) == ("Nordlicht", "Nord", 0, [])

    merge(two)

    for party in (NORD, NORDLICHT, Party("Nordlicht"), Party("LICHT"), Party("nord")):
        assert identity(two, party) == "NORD"
    with two.database.reading() as connection:
        assert ("vat", "DE811222333") in seller_of(acting(), connection, "NORD").aliases
        assert standing(acting(), connection, two.installation.programme.settings, "LICHT").code == "NORD"
        assert merging.now_at(acting(), connection, "LICHT") == "NORD"
        assert [one.code for one in merging.standing(acting(), connection, "NORD")] == ["LICHT"]
    assert two.rows(select(audit_entry.c.reason).where(audit_entry.c.action == "seller.merge")) == [(WHY,)]


def test_what_was_booked_of_the_one_is_known_when_it_comes_as_the_others(two: World) -> None:
    report(two, document("LS-1", seller=NORDLICHT), name="before")
    assert preview(two).documents == 1
    merge(two)

    receipt = report(two, document("LS-1", seller=NORD), name="after")

    assert (receipt.tally.booked, receipt.tally.duplicate) == (0, 1)
    assert two.points()["bonus"] == 800
    assert two.violated() == {}


def test_documents_that_both_have_are_named_before(two: World) -> None:
    for number, party in (("LS-1", NORD), ("LS-1", NORDLICHT), ("LS-2", NORDLICHT)):
        report(two, document(number, seller=party), name=f"{number} {party.name}")

    assert list(preview(two).both) == ["LS-1"]


def test_decisions_on_numbers_go_with_it_and_lines_that_waited_are_booked(two: World) -> None:
    map_customer(two, "K-77", "10017", name=customer("K-77", "NORD"))
    report(two, document("LS-1", buyer="K-77", seller=NORDLICHT), name="waits")
    map_article(two, "XY", "SW-M-400", name=article("XY", "LICHT"))
    assert (preview(two).mappings, preview(two).waiting) == (1, 1)

    merge(two)
    looked_again(two)

    assert two.rows(OPEN) == []
    assert two.points()["bonus"] == 800
    assert report(two, document("LS-2", goods(article="XY"), seller=NORD), name="after").tally.booked == 1
    assert two.violated() == {}


def test_numbers_that_were_decided_otherwise_hold_it_up(two: World) -> None:
    map_customer(two, "K-77", "10017", name=customer("K-77", "NORD"))
    map_customer(two, "K-77", "10109", name=customer("K-77", "LICHT"))
    map_customer(two, "K-78", "10109", name=customer("K-78", "NORD"))
    map_customer(two, "K-78", "10109", name=customer("K-78", "LICHT"))

    assert list(preview(two).differing) == ["K-77"]
    assert refused(partial(merge, two)) == "mappings_differ"
    assert identity(two, NORDLICHT) == "LICHT"


def test_they_are_two_again_with_all_that_each_had(two: World) -> None:
    map_article(two, "XY", "SW-M-400", name=article("XY", "LICHT"))
    number = merge(two)

    was = undo(two, number)

    assert (was.code, identity(two, NORDLICHT), identity(two, NORD)) == ("LICHT", "LICHT", "NORD")
    with two.database.reading() as connection:
        assert seller_of(acting(), connection, "LICHT").aliases == (("name", "Nordlicht"), ("vat", "DE811222333"))
        assert merging.standing(acting(), connection, "NORD") == []
    assert report(two, document("LS-2", goods(article="XY"), seller=NORDLICHT), name="after").tally.booked == 1
    assert refused(partial(undo, two, number)) == "ended"
    assert merge(two, now=LATER + 2) != number


def test_nothing_is_made_two_again_once_something_was_booked_of_one(two: World) -> None:
    report(two, document("LS-0", seller=NORD), name="before")
    number = merge(two)
    report(two, document("LS-1", seller=NORDLICHT), name="after", now=LATER + 60_000_000)

    assert refused(partial(undo, two, number, LATER + 120_000_000)) == "rests_on_it"

    assert report(two, document("LS-1", seller=NORD), name="again", now=LATER + 180_000_000).tally.duplicate == 1


def test_of_three_the_last_is_undone_first(two: World) -> None:
    with two.database.writing() as connection:
        create_seller(acting(), connection, Seller("SUED", "Süd"), LATER)
    first, second = merge(two), merge(two, "NORD", "SUED", LATER + 1)
    assert identity(two, NORDLICHT) == "SUED"

    assert refused(partial(undo, two, first, LATER + 2)) == "merged_further"
    undo(two, second, LATER + 2)
    undo(two, first, LATER + 3)

    assert (identity(two, NORDLICHT), identity(two, NORD)) == ("LICHT", "NORD")


def test_a_code_that_was_given_up_is_not_taken_by_another_seller(two: World) -> None:
    merge(two)

    with two.database.writing() as connection:
        assert refused(lambda: create_seller(acting(), connection, Seller("LICHT", "Other"), LATER)) == "seller_known"
        assert refused(lambda: take_alias(acting(), connection, "NORD", "code", "LICHT", LATER)) == "merged_seller"
    assert [problem["code"] for problem in two.sellers(FILE).problems] == ["taken"]


def test_it_takes_the_right_two_sellers_and_a_reason(two: World) -> None:
    with two.database.writing() as connection:
        with pytest.raises(NotAllowed):
            merging.merge(acting(permissions=["submissions.read"]), connection, "LICHT", "NORD", LATER, reason=WHY)
        assert refused(lambda: merging.merge(acting(), connection, "LICHT", "NORD", LATER, reason="x")) == "no_reason"
    assert refused(partial(merge, two, "NORD", "NORD")) == "same_seller"
    assert refused(partial(merge, two, "NORD", "WEST")) == "unknown_seller"


@pytest.mark.parametrize("attempt", range(3))
def test_of_two_merges_at_once_that_cross_one_counts(two: World, attempt: int) -> None:
    acts: list[Callable[[], object]] = [partial(merge, two, code, into, LATER + attempt)
                                        for code, into in (("LICHT", "NORD"), ("NORD", "LICHT"))]

    outcomes = all_at_once(acts)

    assert [isinstance(outcome, str) for outcome in outcomes].count(False) == 1
    assert "unknown_seller" in outcomes
    assert identity(two, NORD) == identity(two, NORDLICHT)
