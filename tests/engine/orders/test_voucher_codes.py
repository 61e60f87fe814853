"""Vouchers: kept for an order, shown on demand, once for each line, and never as they read in the database."""

from contextlib import suppress
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import select, update

from tests.support.vouchers import BOOK, Kiosk, make_kiosk
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import OrderRefused, WantedLine
from treuwerk.domain.rights import NotAllowed, OutOfScope
from treuwerk.domain.secrets import UnknownKey
from treuwerk.services.identity.keyring import Keyring
from treuwerk.services.orders.cancelling_lines import Cut, cancel_lines
from treuwerk.services.orders.placing import Placed
from treuwerk.services.orders.revealing import codes_of, reveal
from treuwerk.services.rewards.pools import let_lapse
from treuwerk.store.database import Database
from treuwerk.store.tables import audit_entry, order_event, order_line, voucher_code

DAY = 86_400 * 1_000_000
APPROVED = (("\n[rewards.pricing]", "\n[rewards.orders]\napproval_above = 1000\n\n[rewards.pricing]"),)


@pytest.fixture
def kiosk(tmp_path: Path, database: Database) -> Kiosk:
    """Three codes, of which one ends soon."""
    kiosk = make_kiosk(tmp_path / "league", database)
    kiosk.fill("BOOK-20;AAA-1;11;2026-08-31", "BOOK-20;BBB-2;22;2027-12-31", "BOOK-20;CCC-3;;")
    return kiosk


def test_a_voucher_is_kept_for_its_order_and_shown_when_somebody_asks(kiosk: Kiosk) -> None:
    placed = kiosk.order(2)
    kept = (kiosk.counter.stock("BOOK-20"), kiosk.counter.lines(), kiosk.pool().taken)

    shown = kiosk.show(placed)

    assert kept == ((3, 2), [("BOOK-20", "ordered", 2, 0, 2)], 2)
    assert [(one.code, one.pin, str(one.valid_until), one.ended) for one in shown] == [
        ("AAA-1", "11", "2026-08-31", False), ("BBB-2", "22", "2027-12-31", False)]
    assert (kiosk.counter.stock("BOOK-20"), kiosk.counter.lines()) == (
        (1, 0), [("BOOK-20", "delivered", 2, 0, 0)])
    assert kiosk.counter.orders() == [("K1", "delivered", 4_000)]
    assert ("deliver", 2) in kiosk.counter.world.rows(select(order_event.c.kind, order_event.c.quantity))
    assert kiosk.counter.world.violated() == {}


def test_showing_again_shows_the_same_and_each_time_is_in_the_audit(kiosk: Kiosk) -> None:
    placed = kiosk.order()

    first, again = kiosk.show(placed), kiosk.show(placed, now=SIX_IN_THE_EVENING + 200 * DAY)

    assert (first[0].code, again[0].code) == ("AAA-1", "AAA-1")
    assert (first[0].ended, again[0].ended) == (False, True)
    seen = kiosk.counter.world.rows(select(audit_entry.c.after).where(audit_entry.c.action == "codes.show"))
    assert len(seen) == 2
    assert "AAA" not in str(seen)


def test_no_code_stands_in_the_database_as_it_reads(kiosk: Kiosk) -> None:
    rows = str(kiosk.counter.world.rows(select(voucher_code)))

    assert "AAA-1" not in rows
    with pytest.raises(UnknownKey):
        reveal(kiosk.counter.world.installation, kiosk.counter.access(), kiosk.order().public_id, 1,
               Keyring((b"x" * 32,)), SIX_IN_THE_EVENING)


def test_a_row_that_was_copied_over_another_opens_nothing(kiosk: Kiosk) -> None:
    placed = kiosk.order()
    [(sealed,)] = kiosk.counter.world.rows(select(voucher_code.c.sealed).where(
        voucher_code.c.valid_until == "2027-12-31"))
    with kiosk.counter.world.installation.database.writing() as connection:
        connection.execute(update(voucher_code).where(voucher_code.c.order_id > 0).values(sealed=sealed))

    with pytest.raises(UnknownKey, match="changed, or is another's"):
        kiosk.show(placed)

    assert kiosk.pool().revealed == 0


def test_only_who_may_spend_the_points_of_the_company_sees_them(kiosk: Kiosk) -> None:
    placed = kiosk.order()

    with pytest.raises(OutOfScope):
        kiosk.show(placed, access=kiosk.counter.access("10109"))
    with pytest.raises(NotAllowed):
        kiosk.show(placed, access=kiosk.counter.office())
    with pytest.raises(Refusal) as refused:
        kiosk.show(placed, line=2)

    assert (refused.value.code, kiosk.pool().revealed) == ("unknown_line", 0)


def test_an_order_that_waits_for_approval_shows_nothing(tmp_path: Path, database: Database) -> None:
    kiosk = make_kiosk(tmp_path / "league", database, APPROVED)
    kiosk.fill("BOOK-20;AAA-1;;")
    placed = kiosk.order()

    with pytest.raises(Refusal) as refused:
        kiosk.show(placed)

    assert (refused.value.code, kiosk.pool().taken, kiosk.pool().revealed) == ("wrong_state", 1, 0)


def test_more_than_there_are_is_sold_out_and_nothing_is_kept(kiosk: Kiosk) -> None:
    kiosk.order(2, key="FIRST")

    with pytest.raises(OrderRefused) as refused:
        kiosk.order(2, key="SECOND")

    assert [(one.code, dict(one.details)) for one in refused.value.problems] == [("sold_out", {"there": 1})]
    assert (kiosk.pool().free, kiosk.counter.bonus()) == (1, 12_000)


def test_a_code_that_ends_too_soon_is_not_sold(kiosk: Kiosk) -> None:
    in_august = SIX_IN_THE_EVENING + 70 * DAY

    placed = kiosk.order(1, now=in_august)

    assert kiosk.show(placed, now=in_august)[0].code == "BBB-2"


def test_a_code_that_ended_unseen_is_exchanged_for_one_that_is_good(kiosk: Kiosk) -> None:
    placed, later = kiosk.order(), SIX_IN_THE_EVENING + 120 * DAY

    [shown] = kiosk.show(placed, now=later)

    assert (shown.code, shown.ended) == ("BBB-2", False)
    assert kiosk.pool() == kiosk.pool().__class__("BOOK-20", free=1, taken=0, revealed=1, lapsed=1)
    assert kiosk.counter.stock("BOOK-20") == (1, 0)


def test_where_there_is_no_other_the_code_is_shown_as_ended(kiosk: Kiosk) -> None:
    placed = kiosk.order(3)

    shown = kiosk.show(placed, now=SIX_IN_THE_EVENING + 120 * DAY)

    assert [(one.code, one.ended) for one in shown] == [("AAA-1", True), ("BBB-2", False), ("CCC-3", False)]


def test_what_can_be_shown_is_known_without_showing_it(kiosk: Kiosk) -> None:
    placed = kiosk.order()

    with kiosk.counter.world.installation.database.reading() as connection:
        known = codes_of(connection, placed.account_id, placed.number, 1)
        nothing = codes_of(connection, placed.account_id, placed.number, 2)

    assert known is not None
    assert (known.pieces, known.revealed, str(known.valid_until), nothing) == (1, 0, "2026-08-31", None)


def test_what_a_kind_does_not_ask_is_refused(kiosk: Kiosk) -> None:
    with pytest.raises(OrderRefused) as refused:
        kiosk.counter.order(WantedLine("BOOK-20", 1, 2_000, {"engraving": "Ada"}), destination=None)

    assert [(one.code, dict(one.details)) for one in refused.value.problems] == [
        ("unknown_detail", {"detail": "engraving"})]


def test_answers_are_kept_as_they_were_understood(kiosk: Kiosk) -> None:
    with pytest.raises(OrderRefused) as refused:
        kiosk.counter.order(WantedLine("DRILL-12", 1, 7_200, {"engraving": "A" * 21}))
    kiosk.counter.order(WantedLine("DRILL-12", 1, 7_200, {"engraving": "  Ada  "}))

    assert [(one.code, dict(one.details)) for one in refused.value.problems] == [
        ("long_detail", {"detail": "engraving", "longest": 20})]
    assert kiosk.counter.world.rows(select(order_line.c.details)) == [('{"engraving":"Ada"}',)]


def test_a_voucher_without_codes_cannot_be_ordered_whatever_its_file_says(tmp_path: Path, database: Database) -> None:
    kiosk = make_kiosk(tmp_path / "league", database)

    kiosk.counter.shelf.bring({**BOOK, "stock": "500", "name_de": "Gutschein"})

    assert kiosk.counter.stock("BOOK-20") == (0, 0)
    with pytest.raises(OrderRefused):
        kiosk.order()


def test_a_code_that_nobody_saw_can_be_cancelled_and_is_sold_again(kiosk: Kiosk) -> None:
    placed = kiosk.order(2)

    cancel_lines(kiosk.counter.world.installation, kiosk.counter.access(), placed.public_id, [Cut(1, 1)],
                 SIX_IN_THE_EVENING)

    assert (kiosk.pool().free, kiosk.pool().taken, kiosk.counter.stock("BOOK-20")) == (2, 1, (3, 1))
    assert [one.code for one in kiosk.show(placed)] == ["AAA-1"]
    assert (kiosk.counter.bonus(), kiosk.counter.stock("BOOK-20")) == (14_000, (2, 0))
    assert kiosk.counter.world.violated() == {}


def test_a_code_that_was_seen_cannot(kiosk: Kiosk) -> None:
    placed = kiosk.order()
    kiosk.show(placed)

    with pytest.raises(Refusal) as refused:
        cancel_lines(kiosk.counter.world.installation, kiosk.counter.access(), placed.public_id, [Cut(1)],
                     SIX_IN_THE_EVENING)

    assert (refused.value.code, kiosk.pool().revealed) == ("wrong_state", 1)


def test_whoever_shows_and_cancels_at_once_gets_one_of_both(kiosk: Kiosk) -> None:
    placed, world = kiosk.order(), kiosk.counter.world
    barrier, done = Barrier(2), list[str]()

    def show() -> None:
        barrier.wait()
        with suppress(Refusal):
            done.extend(one.code for one in kiosk.show(placed))

    def cancel() -> None:
        barrier.wait()
        with suppress(Refusal):
            cancel_lines(world.installation, kiosk.counter.access(), placed.public_id, [Cut(1)], SIX_IN_THE_EVENING)
            done.append("cancelled")

    threads = [Thread(target=one) for one in (show, cancel)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(done) == 1
    shown = done != ["cancelled"]
    assert (kiosk.pool().revealed, kiosk.pool().free, kiosk.counter.bonus()) == (
        (1, 2, 14_000) if shown else (0, 3, 16_000))
    assert kiosk.counter.stock("BOOK-20") == ((2, 0) if shown else (3, 0))


def test_ten_at_once_get_a_code_each_while_there_are_some(kiosk: Kiosk) -> None:
    kiosk.fill(*(f"BOOK-20;MORE-{number};;" for number in range(2)))
    placed, refused, barrier = list[Placed](), list[str](), Barrier(10)

    def order(number: int) -> None:
        barrier.wait()
        try:
            placed.append(kiosk.order(key=f"K{number}"))
        except OrderRefused as error:
            refused.append(error.problems[0].code)

    threads = [Thread(target=order, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(placed), refused) == (5, ["sold_out"] * 5)
    assert len({kiosk.show(one)[0].code for one in placed}) == 5
    assert (kiosk.counter.bonus(), kiosk.counter.stock("BOOK-20")) == (6_000, (0, 0))


def test_a_voucher_that_left_the_catalogue_keeps_what_is_ordered_and_is_cancelled(kiosk: Kiosk) -> None:
    placed = kiosk.order(2)
    kiosk.counter.shelf.bring({**BOOK, "variant": "BOOK-50"})

    let_lapse(kiosk.counter.world.installation, SIX_IN_THE_EVENING)
    kept = kiosk.counter.world.violated()
    cancel_lines(kiosk.counter.world.installation, kiosk.counter.access(), placed.public_id, [Cut(1)],
                 SIX_IN_THE_EVENING)

    assert (kept, kiosk.counter.world.violated()) == ({}, {})
    assert (kiosk.counter.bonus(), kiosk.pool().free) == (16_000, 3)


def test_a_voucher_that_came_back_into_the_catalogue_knows_what_is_ordered(kiosk: Kiosk) -> None:
    kiosk.order(2)
    kiosk.counter.shelf.bring({**BOOK, "variant": "BOOK-50"})

    kiosk.counter.shelf.bring(BOOK)

    assert (kiosk.counter.stock("BOOK-20"), kiosk.counter.world.violated()) == ((3, 2), {})


def test_a_code_that_is_shown_does_not_begin_to_count_what_is_delivered_by_now(kiosk: Kiosk) -> None:
    placed = kiosk.order()
    assert not kiosk.counter.shelf.bring({**BOOK, "kind": "goods"}).problems

    shown = kiosk.show(placed)

    assert [one.code for one in shown] == ["AAA-1"]
    assert kiosk.counter.order(WantedLine("BOOK-20", 5, 2_000), key="K2").state == "ordered"
    assert kiosk.counter.world.violated() == {}


def test_what_is_delivered_by_now_in_place_of_a_code_is_not_sold_out_by_night(kiosk: Kiosk) -> None:
    assert not kiosk.counter.shelf.bring({**BOOK, "kind": "goods"}).problems

    let_lapse(kiosk.counter.world.installation, SIX_IN_THE_EVENING)

    assert kiosk.counter.order(WantedLine("BOOK-20", 5, 2_000)).state == "ordered"
