"""Serial numbers: a thing is bought once, and can be bought again when it came back."""

import pytest
from sqlalchemy import select

from tests.support.accounts import DONNELLY
from tests.support.reports import codes, document, goods, invoice, report
from tests.support.worlds import World, line, make_world
from treuwerk.store.database import Database
from treuwerk.store.serials import free_serials
from treuwerk.store.tables import purchase_line, serial_claim

TWO = "SN-0001|SN-0002"


def fates(receipt: object) -> tuple[int, int, int, int]:
    tally = receipt.tally  # type: ignore[attr-defined]
    return tally.booked, tally.duplicate, tally.waiting, tally.rejected


def test_case_68_a_serial_that_is_booked_blocks_the_second_document_and_both_are_shown(world: World) -> None:
    world.clear([line(quantity="2", serials=TWO)])

    receipt = world.clear([line("LS-2", quantity="1", serials="sn 0002", customer_number=DONNELLY)], name="second")

    assert fates(receipt) == (0, 0, 1, 0)
    [one] = receipt.problems
    assert one["code"] == "serial_known"
    assert "serial SN0002" in one["reason"]
    assert "Booked: 2 of SW-M-400 on 2026-05-04, line 1 of LS-1" in one["reason"]
    assert "Came: 1 of SW-M-400 on 2026-05-04, line 1 of LS-2" in one["reason"]
    assert world.violated() == {}


def test_case_68_a_serial_twice_in_one_document_blocks_the_second_line(world: World) -> None:
    receipt = world.clear([line(quantity="1", serials="SN-1"), line(position=2, quantity="1", serials="SN-1")])

    assert fates(receipt) == (1, 0, 1, 0)
    assert "line 1 of LS-1 as well" in receipt.problems[0]["reason"]


def test_case_68_a_serial_of_another_article_is_another_thing(world: World) -> None:
    receipt = world.clear([line(quantity="1", serials="SN-1"),
                           line(position=2, quantity="1", serials="SN-1", article_number="SW-M-405")])

    assert fates(receipt) == (2, 0, 0, 0)


def test_case_68_after_a_return_the_serial_is_free_again(world: World) -> None:
    world.clear([line(quantity="2", serials=TWO)])
    [(line_id,)] = world.rows(select(purchase_line.c.id))

    with world.database.writing() as connection:
        freed = free_serials(connection, [line_id], ["SN0002"])

    assert freed == 1
    assert fates(world.clear([line("LS-2", quantity="1", serials="SN-0002")], name="sold again")) == (1, 0, 0, 0)
    assert fates(world.clear([line("LS-3", quantity="1", serials="SN-0001")], name="not returned")) == (0, 0, 1, 0)
    assert fates(world.clear([line(quantity="2", serials=TWO)] * 2, name="again")) == (0, 2, 0, 0)
    assert world.violated() == {}


def test_the_same_file_again_meets_its_own_serials(world: World) -> None:
    world.clear([line(quantity="2", serials=TWO)])

    assert fates(world.clear([line(quantity="2", serials=TWO), line("LS-2")], name="again")) == (1, 1, 0, 0)
    assert len(world.rows(select(serial_claim))) == 2


def test_an_invoice_with_the_serials_of_the_note_needs_no_reference_to_it(world: World) -> None:
    world.clear([line(quantity="2", serials=TWO)])

    receipt = report(world, invoice("RE-1", goods(qty=2, serials=("SN-0001", "SN-0002"))), name="invoice")

    assert fates(receipt) == (0, 1, 0, 0)
    assert receipt.evidence[0]["booked"]["document"] == "LS-1"


def test_a_line_that_is_not_booked_keeps_no_serials(world: World) -> None:
    world.clear([line(quantity="2")])

    assert codes(world.clear([line(quantity="2", serials=TWO)], name="conflict")) == ["conflict"]
    assert world.rows(select(serial_claim)) == []


def test_case_69_too_few_serials_are_a_warning_and_points_go_by_quantity(world: World) -> None:
    receipt = world.clear([line(quantity="10", serials=TWO)])

    assert fates(receipt) == (1, 0, 0, 0)
    [one] = receipt.problems
    assert (one["code"], one["state"], one["line"]) == ("serial_count", "warning", 2)
    assert "found 2 different serial numbers and 10 pieces" in one["reason"]
    assert world.points()["bonus"] == 800
    assert world.violated() == {}


@pytest.fixture
def strict(tmp_path_factory: pytest.TempPathFactory, database: Database) -> World:
    """A programme where such lines wait."""
    return make_world(tmp_path_factory.mktemp("strict") / "league", database, other=[
        ("[clearing]\n", '[clearing]\nserial_count = "wait"\n')])


def test_case_69_where_the_programme_says_so_the_line_waits_until_a_person_confirms_it(strict: World) -> None:
    one = document("LS-1", goods(serials=("SN-1", "SN-2")))

    waiting = report(strict, one, name="first", owner="sub_1")
    confirmed = report(strict, one, name="confirmed", owner="sub_1", confirmed=frozenset({1}))

    assert (fates(waiting), codes(waiting)) == ((0, 0, 1, 0), ["serial_count"])
    assert fates(confirmed) == (1, 0, 0, 0)
    assert strict.points()["bonus"] == 800


def test_a_rehearsal_says_the_same_and_takes_no_serial(world: World) -> None:
    world.clear([line(quantity="2", serials=TWO)])

    rehearsed = world.clear([line("LS-2", quantity="1", serials="SN-0002")], name="second", dry_run=True)

    assert fates(rehearsed) == (0, 0, 1, 0)
    assert len(world.rows(select(serial_claim))) == 2


LIST = "serial_number;article_number\n" + "".join(f"SN-{at:04};SW-M-400\n" for at in range(1, 5)) + "X-9;SW-M-405\n"


@pytest.fixture
def listed(world: World) -> World:
    """A world whose makers told four serials of the one module, and one of the other."""
    receipt = world.serials(LIST)
    assert (receipt.created, receipt.rejected) == (5, 0)
    return world


def test_case_70_a_serial_outside_the_list_of_its_maker_waits_for_a_person(listed: World) -> None:
    receipt = listed.clear([line(quantity="2", serials="SN-0001|SN-4711"),
                            line("LS-2", quantity="1", serials="sn 0002")])

    assert fates(receipt) == (1, 0, 1, 0)
    [one] = receipt.problems
    assert (one["code"], one["line"]) == ("serial_not_issued", 2)
    assert "found serial SN4711" in one["reason"]


def test_case_70_a_serial_of_another_product_waits_and_names_it(listed: World) -> None:
    receipt = listed.clear([line(quantity="1", serials="x9"),
                            line("LS-2", quantity="1", serials="X-9", article_number="SW-W-10H")])

    assert fates(receipt) == (0, 0, 2, 0)
    assert [one["code"] for one in receipt.problems] == ["serial_of_other_article"] * 2
    assert "issued for SWM405" in receipt.problems[0]["reason"] or "SW-M-405" in receipt.problems[0]["reason"]


def test_case_70_articles_without_a_list_are_not_checked(listed: World) -> None:
    assert fates(listed.clear([line(quantity="1", serials="W-1", article_number="SW-W-10H")])) == (0, 0, 0, 0)
    assert fates(listed.clear([line("LS-2", quantity="1", serials="SN-0003")], name="second")) == (1, 0, 0, 0)


def test_case_70_a_clerk_sees_the_doubt_and_can_confirm_the_line(listed: World) -> None:
    one = document("LS-1", goods(qty=1, serials=("SN-4711",)))

    waiting = report(listed, one, name="first", owner="sub_1")
    confirmed = report(listed, one, name="confirmed", owner="sub_1", confirmed=frozenset({1}))

    assert codes(waiting) == ["serial_not_issued"]
    assert fates(confirmed) == (1, 0, 0, 0)


def test_a_list_again_changes_nothing_and_unknown_articles_are_named(listed: World) -> None:
    receipt = listed.serials(LIST + "Y-1;NOPE\n;SW-M-400\n")

    assert (receipt.created, receipt.unchanged, receipt.rejected) == (0, 5, 2)
