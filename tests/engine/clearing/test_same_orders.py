"""Order, article and quantity by two ways: perhaps one purchase, so a person looks; never between two direct feeds."""

from tests.support.accounts import DONNELLY
from tests.support.reports import codes, document, goods, invoice, report
from tests.support.worlds import World, line


def fates(receipt: object) -> tuple[int, int, int, int]:
    tally = receipt.tally  # type: ignore[attr-defined]
    return tally.booked, tally.duplicate, tally.waiting, tally.rejected


def test_an_upload_of_what_was_delivered_on_the_same_order_waits_with_both_sides(world: World) -> None:
    world.clear([line()])

    receipt = report(world, invoice("RE-1", orders=("B-1",)), name="invoice")

    assert fates(receipt) == (0, 0, 1, 0)
    [one] = receipt.problems
    assert one["code"] == "order_known"
    assert "order B-1" in one["reason"]
    assert "line 1 of LS-1 by deliveries" in one["reason"]
    assert world.points()["bonus"] == 800


def test_a_direct_delivery_on_the_order_of_an_upload_waits_as_well(world: World) -> None:
    report(world, invoice("RE-1", orders=("B-1",)), name="invoice")

    receipt = world.clear([line(), line(position=2, quantity="3")])

    assert fates(receipt) == (1, 0, 1, 0)
    assert codes(receipt) == ["order_known"]


def test_two_direct_deliveries_on_one_order_are_two_purchases(world: World) -> None:
    world.clear([line()])

    assert fates(world.clear([line("LS-2")], name="second")) == (1, 0, 0, 0)


def test_what_a_person_confirmed_is_booked_and_the_direct_file_again_is_no_doubt(world: World) -> None:
    world.clear([line()])

    confirmed = report(world, invoice("RE-1", orders=("B-1",)), name="invoice", confirmed=frozenset({1}))
    again = world.clear([line(), line("LS-9", order_number="B-9")], name="again")

    assert fates(confirmed) == (1, 0, 0, 0)
    assert fates(again) == (1, 1, 0, 0)
    assert world.violated() == {}


def test_another_quantity_or_another_company_on_the_order_is_no_doubt(world: World) -> None:
    world.clear([line()])

    assert fates(report(world, document("LS-7", goods(qty=11), orders=("B-1",)), name="more")) == (1, 0, 0, 0)
    assert fates(report(world, document("LS-8", orders=("B-1",), buyer=DONNELLY), name="other")) == (1, 0, 0, 0)
