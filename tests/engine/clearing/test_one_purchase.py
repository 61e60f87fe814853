"""One purchase, paid once: the same document again, numbers that meet, and the same goods by several ways."""

from datetime import date

import pytest
from sqlalchemy import select

from tests.support.accounts import DONNELLY, account
from tests.support.reports import codes, document, goods, invoice, report
from tests.support.worlds import World, line, table
from treuwerk.domain.documents import Document, Party, Purpose
from treuwerk.services.proof.digesting import state_digest
from treuwerk.store.tables import problem, purchase_evidence, purchase_line

NORD_GLN = "4012345000023"
SELLERS = f"code;name;country;aliases\nNORD;Nordlicht Großhandel GmbH;DE;gln:{NORD_GLN}|vat:DE811222333\n"
ONE = {"bonus": 800, "status": 400}
TWO = {"bonus": 1_600, "status": 800}


def fates(receipt: object) -> tuple[int, int, int, int]:
    tally = receipt.tally  # type: ignore[attr-defined]
    return tally.booked, tally.duplicate, tally.waiting, tally.rejected


def assert_sound(world: World) -> None:
    assert world.violated() == {}


def test_case_01_the_same_file_twice_is_a_repeat_and_names_the_first(world: World) -> None:
    first = world.clear([line()])
    again = world.clear([line()], name="again.csv")

    assert (fates(first), fates(again)) == ((1, 0, 0, 0), (0, 1, 0, 0))
    assert again.first == {"run": str(first.run), "file": "deliveries.csv", "at": "2026-06-01T16:00:00+00:00"}
    assert world.points() == ONE


@pytest.mark.parametrize("content", [
    "\ufeff" + table([line()]), table([line()], newline="\r\n"), table([line(), line("LS-2")]),
], ids=["byte order mark", "other line ends", "beside another one"])
def test_case_02_the_same_document_in_another_file_is_known(world: World, content: str) -> None:
    world.clear([line()])

    receipt = world.clear(content, name="other.csv")

    assert receipt.tally.duplicate == 1
    assert codes(receipt) == []
    assert_sound(world)


def test_case_03_other_content_under_the_same_key_shows_both_sides_and_the_first_stays(world: World) -> None:
    world.clear([line()])

    receipt = world.clear([line(quantity="12")], name="other.csv")

    assert fates(receipt) == (0, 0, 0, 1)
    [one] = receipt.problems
    assert one["code"] == "conflict"
    assert "Booked: 10 of SW-M-400 on 2026-05-04, line 1 of LS-1 by deliveries" in one["reason"]
    assert "Came: 12 of SW-M-400 on 2026-05-04" in one["reason"]
    [(payload,)] = world.rows(select(problem.c.payload))
    assert '"came":{"source":"deliveries"' in payload
    assert f'"account_id":"{account(world)}"' in payload
    assert world.points() == ONE


def test_case_09_the_same_number_of_two_sellers_is_two_purchases(world: World) -> None:
    world.clear([line()])

    receipt = report(world, document("LS-1", seller="Nordlicht Großhandel"), name="upload")

    assert fates(receipt) == (1, 0, 0, 0)
    assert world.points() == TWO


def test_case_10_the_same_number_in_another_year_is_another_purchase(world: World) -> None:
    world.clear([line(delivered_on="2025-05-04")])

    receipt = report(world, document("LS-1"), name="upload")

    assert fates(receipt) == (1, 0, 0, 0)
    assert world.points()["bonus"] == 1_600


def test_case_11_one_uuid_on_two_numbers_is_two_purchases_and_a_warning(world: World) -> None:
    report(world, document("LS-1", uuid="0b1c"), name="first")

    receipt = report(world, document("LS-2", uuid="0b1c"), name="second")

    assert fates(receipt) == (1, 0, 0, 0)
    [warning] = receipt.problems
    assert (warning["code"], warning["state"]) == ("uuid_twice", "warning")
    assert "delivery LS-1 of 2026 by SolarWorld" in warning["reason"]
    assert not receipt.done_in_part
    assert_sound(world)


def test_case_12_direct_and_uploaded_is_one_booking_and_the_uploader_is_told_why(world: World) -> None:
    world.clear([line(), line(position=2, quantity="5")])

    receipt = report(world, document("LS-1", goods(1), goods(2, qty=5)), name="upload")

    assert fates(receipt) == (0, 2, 0, 0)
    assert [one["line"] for one in receipt.evidence] == [1, 2]
    assert receipt.evidence[0]["booked"]["source"] == "deliveries"
    assert receipt.evidence[0]["booked"]["document"] == "LS-1"
    assert world.points() == {"bonus": 1_200, "status": 600}
    assert len(world.rows(select(purchase_evidence))) == 2
    assert_sound(world)


def test_case_12_other_line_numbers_do_not_hide_it(world: World) -> None:
    world.clear([line(), line(position=2, quantity="5")])

    receipt = report(world, document("ls-1 ", goods(10, qty=5), goods(20, "M400")), name="upload")

    assert fates(receipt) == (0, 2, 0, 0)


def test_case_13_upload_first_then_the_direct_report_changes_nothing(world: World) -> None:
    report(world, document("LS-1"), name="upload")

    receipt = world.clear([line()])

    assert fates(receipt) == (0, 1, 0, 0)
    assert receipt.evidence[0]["booked"]["source"] == "upload"
    assert world.points() == ONE
    assert_sound(world)


def test_case_13_what_the_upload_left_out_the_direct_report_adds(world: World) -> None:
    report(world, document("LS-1"), name="upload")

    receipt = world.clear([line(), line(position=2, article_number="SW-M-405", quantity="4")])

    assert fates(receipt) == (1, 1, 0, 0)
    assert_sound(world)


def test_case_14_note_and_invoice_of_the_same_goods_are_one_booking_and_the_invoice_adds_its_price(
        world: World) -> None:
    report(world, document("LS-1"), name="note")

    receipt = report(world, invoice("RE-1", goods(amount=800), deliveries=("LS-1",)), name="invoice")

    assert fates(receipt) == (0, 1, 0, 0)
    assert world.rows(select(purchase_evidence.c.kind, purchase_evidence.c.document,
                             purchase_evidence.c.net_millionths)) == [("invoice", "RE-1", 800_000_000)]
    assert world.points() == ONE
    assert_sound(world)


def test_case_14_invoice_first_owns_the_goods_of_its_note(world: World) -> None:
    report(world, invoice("RE-1", deliveries=("LS-1",)), name="invoice")

    receipt = world.clear([line()])

    assert fates(receipt) == (0, 1, 0, 0)
    assert receipt.evidence[0]["booked"]["document"] == "RE-1"
    assert world.points() == ONE


def test_case_15_of_three_notes_on_an_invoice_only_the_two_that_are_free_are_booked(world: World) -> None:
    world.clear([line("LS-2", quantity="7")])
    lines = [goods(1, qty=10, deliveries=("LS-1",)), goods(2, qty=7, deliveries=("LS-2",)),
             goods(3, qty=4, deliveries=("LS-3",))]

    receipt = report(world, invoice("RE-1", *lines), name="invoice")

    assert fates(receipt) == (2, 1, 0, 0)
    assert world.rows(select(purchase_line.c.quantity).where(purchase_line.c.document == "RE-1")
                      .order_by(purchase_line.c.line)) == [(10,), (4,)]
    for number, quantity in (("LS-1", "10"), ("LS-3", "4")):
        assert fates(world.clear([line(number, quantity=quantity)], name=number)) == (0, 1, 0, 0)
    assert world.points()["bonus"] == 80 * 21
    assert_sound(world)


def test_case_15_an_invoice_that_names_its_notes_once_for_all_lines_books_what_is_free(world: World) -> None:
    world.clear([line("LS-2", quantity="7")])

    receipt = report(world, invoice("RE-1", goods(1), goods(2, qty=7), deliveries=("LS-1", "LS-2")), name="invoice")

    assert fates(receipt) == (1, 1, 0, 0)
    assert world.points()["bonus"] == 80 * 17


def test_case_16_of_two_participants_with_one_note_the_first_gets_it_and_the_second_waits(world: World) -> None:
    report(world, document("LS-1"), name="first")

    receipt = report(world, document("LS-1", buyer=DONNELLY), name="second")

    assert fates(receipt) == (0, 0, 1, 0)
    assert codes(receipt) == ["claimed_by_other"]
    assert world.balances().get((DONNELLY, "bonus"), 0) == 0
    assert world.points() == ONE
    assert_sound(world)


def test_case_16_a_direct_report_for_another_company_waits_as_well(world: World) -> None:
    report(world, document("LS-1"), name="first")

    receipt = world.clear([line(customer_number=DONNELLY)])

    assert codes(receipt) == ["claimed_by_other"]
    assert world.points() == ONE


def test_case_17_the_same_invoice_in_four_formats_is_one_purchase(world: World) -> None:
    world.sellers(SELLERS)
    named = [Party("Nordlicht Großhandel GmbH", (("vat", "DE 811 222 333"),)), Party("", (("gln", NORD_GLN),)),
             Party("NORDLICHT GROSSHANDEL GMBH"), Party("Nordlicht", (("gln", NORD_GLN), ("vat", "DE811222333")))]

    receipts = [report(world, invoice("RE-77", goods(1, id=number), seller=seller), name=f"{number}")
                for number, seller in zip(("1", "00010", "10", "001"), named, strict=True)]

    assert [fates(receipt)[:2] for receipt in receipts] == [(1, 0), (0, 1), (0, 1), (0, 1)]
    assert world.points() == ONE
    assert world.rows(select(purchase_line.c.seller)) == [("NORD",)]
    assert_sound(world)


def test_case_17_documents_that_meet_in_one_file_are_booked_in_turns(world: World) -> None:
    receipt = report(world, invoice("RE-1", deliveries=("LS-1",)), document("LS-1"), name="both")

    assert fates(receipt) == (1, 1, 0, 0)
    assert receipt.evidence[0]["document"] == "RE-1"
    assert world.points() == ONE
    assert_sound(world)


def test_another_quantity_by_another_way_waits_with_both_sides(world: World) -> None:
    world.clear([line()])

    receipt = report(world, document("LS-1", goods(qty=12)), name="upload")

    assert codes(receipt) == ["quantity_differs"]
    assert "Booked: 10 of SW-M-400" in receipt.problems[0]["reason"]
    assert "Came: 12 of SW-M-400" in receipt.problems[0]["reason"]
    assert world.points() == ONE


def test_an_article_that_is_not_on_the_note_waits(world: World) -> None:
    world.clear([line()])

    receipt = report(world, document("LS-1", goods(1), goods(2, "SW-M-405")), name="upload")

    assert fates(receipt) == (0, 1, 1, 0)
    assert codes(receipt) == ["not_on_note"]


def test_an_invoice_of_january_finds_the_note_of_december(world: World) -> None:
    world.clear([line(delivered_on="2025-12-30")])

    receipt = report(world, invoice("RE-1", deliveries=("LS-1",), delivery_date=None, issue_date=date(2026, 1, 8)),
                     name="invoice")

    assert fates(receipt) == (0, 1, 0, 0)


def test_an_upload_of_which_nothing_was_booked_keeps_no_goods(world: World) -> None:
    report(world, document("LS-1", goods(article="SW-M-999")), name="upload")

    assert fates(world.clear([line()])) == (1, 0, 0, 0)
    assert_sound(world)


def test_a_repeated_upload_adds_no_evidence_and_changes_no_digest(world: World) -> None:
    world.clear([line()])
    report(world, document("LS-1"), name="upload", owner="sub_1")
    before, evidence = state_digest(world.database), world.rows(select(purchase_evidence))

    receipt = report(world, document("LS-1"), name="again", owner="sub_1")

    assert fates(receipt) == (0, 1, 0, 0)
    assert world.rows(select(purchase_evidence)) == evidence
    assert state_digest(world.database) == before


@pytest.mark.parametrize(("said", "left"), [
    (document("LS-1", goods(qty=8), purpose=Purpose.REPLACE, version="2026-06-01"), 640),
    (document("LS-1", purpose=Purpose.CANCEL, version="2026-06-01"), 0)])
def test_an_upload_that_is_put_right_leaves_what_the_direct_report_added(world: World, said: Document,
                                                                         left: int) -> None:
    report(world, document("LS-1"), name="upload", owner="sub_1")
    world.clear([line(), line(position=2, article_number="SW-M-405", quantity="4")])
    added = world.points()["bonus"] - ONE["bonus"]

    report(world, said, name="put right", owner="sub_1")

    assert added > 0
    assert world.points()["bonus"] == left + added
    assert_sound(world)


def test_an_upload_that_says_the_added_line_as_well_is_paid_for_it_once(world: World) -> None:
    report(world, document("LS-1"), name="upload", owner="sub_1")
    world.clear([line(), line(position=2, quantity="4", article_number="SW-M-405")])

    report(world, document("LS-1", goods(qty=8), goods(2, "SW-M-405", 4), purpose=Purpose.REPLACE,
                           version="2026-06-01"), name="put right", owner="sub_1")

    alone = world.points()
    report(world, document("LS-2", goods(qty=8), goods(2, "SW-M-405", 4)), name="another")
    assert world.points() == {unit: 2 * points for unit, points in alone.items()}
    assert_sound(world)
