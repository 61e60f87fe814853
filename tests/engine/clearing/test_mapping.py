"""Lines that wait for a customer or an article, and what books them: cases 41 to 43."""

import pytest

from tests.support.aliases import LATER, OPEN, SELLER, account, clerk, customer, map_article, map_customer, released
from tests.support.worlds import World, line
from treuwerk.domain.aliases import Verdict
from treuwerk.domain.refusals import Refusal
from treuwerk.services.changes.aliasing import Meant, decide, preview, stop, take_back


def test_case_41_an_article_that_nobody_knows_waits_and_the_rest_of_the_document_goes_on(world: World) -> None:
    receipt = world.clear([line(position=1), line(position=2, article_number="XY-400")])

    assert (receipt.tally.booked, receipt.tally.waiting) == (1, 1)
    assert world.balances()["10017", "bonus"] == 800

    booked = released(map_article(world, "XY-400", "SW-M-400"))

    assert (booked.booked, booked.points) == (1, {"bonus": 800, "status": 400})
    assert world.balances()["10017", "bonus"] == 1600
    assert world.rows(OPEN) == []
    assert world.violated() == {}


def test_case_42_a_number_of_fourteen_digits_is_the_gtin_of_thirteen(world: World) -> None:
    receipt = world.clear([line("LS-1", article_number="09524000041142"), line("LS-2", article_number="M400")])

    assert receipt.tally.booked == 2


def test_case_42_a_number_of_one_wholesaler_is_no_number_of_another(world: World) -> None:
    world.clear([line(article_number="4711")])

    decided = map_article(world, "4711", "SW-M-405")
    later = world.clear([line("LS-2", article_number="4711")], name="later.csv", now=LATER)

    assert decided.alias.name.scope == SELLER
    assert later.tally.booked == 1


def test_case_43_mapping_a_customer_books_all_documents_that_wait_for_it(world: World) -> None:
    receipt = world.clear([line("LS-1", customer_number="K-77"), line("LS-2", customer_number="K-77"),
                           line("LS-3", customer_number="K-78")])
    assert receipt.tally.waiting == 3

    assert released(map_customer(world, "K-77", "10109")).booked == 2
    assert world.balances()["10109", "bonus"] == 1600
    assert world.rows(OPEN) == [("unknown_participant", "LS-3")]
    assert world.violated() == {}

    again = world.clear([line("LS-4", customer_number="K-77")], name="next.csv", now=LATER)

    assert again.tally.booked == 1


def test_a_preview_tells_what_mapping_would_bring_and_stores_nothing(world: World) -> None:
    world.clear([line("LS-1", customer_number="K-77"), line("LS-2", customer_number="K-77", article_number="??")])
    before = world.counts()
    meant = Meant(customer("K-77"), account_id=account(world, "10109"))

    would = preview(clerk(), world.installation, meant, LATER)

    assert (would.booked, would.still, would.points) == (1, 1, {"bonus": 800, "status": 400})
    assert list(would.documents) == ["LS-1", "LS-2"]
    assert world.counts() == before


def test_a_mapping_that_nothing_rests_on_is_taken_back_and_another_one_is_not(world: World) -> None:
    unused = map_customer(world, "K-99", "10109")

    take_back(clerk(), world.installation, unused.alias.id, LATER)

    assert world.clear([line("LS-9", customer_number="K-99")]).tally.waiting == 1

    used = map_customer(world, "K-99", "10109")

    with pytest.raises(Refusal, match="booked by this decision"):
        take_back(clerk(), world.installation, used.alias.id, LATER)
    stop(clerk(), world.installation, used.alias.id, LATER)
    assert world.clear([line("LS-10", customer_number="K-99")], name="b.csv").tally.waiting == 1


def test_what_never_earns_is_closed_with_a_reason_and_can_be_opened_again(world: World) -> None:
    world.clear([line("LS-1", customer_number="K-77")])
    meant = Meant(customer("K-77"), Verdict.NEVER, reason="A dealer, no installer")

    decided = decide(clerk(), world.installation, meant, LATER)
    later = world.clear([line("LS-2", customer_number="K-77")], name="b.csv", now=LATER)

    assert decided.closed == 1
    assert world.rows(OPEN) == []
    assert (later.tally.waiting, later.tally.ignored, later.problems) == (0, 1, [])

    reopened = take_back(clerk(), world.installation, decided.alias.id, LATER)

    assert reopened.closed == 2
    assert released(map_customer(world, "K-77", "10109")).booked == 2
    assert world.violated() == {}
