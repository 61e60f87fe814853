"""Pools of codes: filled by file, once for each code, and emptied of what ended."""

from datetime import date
from pathlib import Path
from threading import Barrier, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.support.vouchers import KEYS, Kiosk, make_kiosk
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.tabular import UnreadableFile
from treuwerk.domain.voucher_codes import BITS, written
from treuwerk.services.identity.keyring import Keyring
from treuwerk.services.rewards.code_pool import import_codes, make_codes
from treuwerk.services.rewards.code_vault import open_vault, reseal
from treuwerk.services.rewards.pools import let_lapse
from treuwerk.store.database import Database
from treuwerk.store.tables import voucher_code, voucher_key

DAY = 86_400 * 1_000_000


@pytest.fixture
def kiosk(tmp_path: Path, database: Database) -> Kiosk:
    """No codes yet."""
    return make_kiosk(tmp_path / "league", database)


def test_codes_of_a_file_are_stock_and_come_in_once(kiosk: Kiosk) -> None:
    first = kiosk.fill("BOOK-20;AAA-1;;", "BOOK-20;BBB-2;;2027-12-31", "BOOK-20;AAA-1;;")

    again = kiosk.fill("BOOK-20;BBB-2;;", "BOOK-20;CCC-3;;")

    assert [(one.created, one.unchanged, one.rejected) for one in (first, again)] == [(2, 1, 0), (1, 1, 0)]
    assert (kiosk.pool().free, kiosk.pool().first_end, kiosk.counter.stock("BOOK-20")) == (3, "2027-12-31", (3, 0))


def test_a_dry_run_keeps_nothing(kiosk: Kiosk) -> None:
    receipt = kiosk.fill("BOOK-20;AAA-1;;", dry_run=True)

    assert (receipt.created, kiosk.counter.stock("BOOK-20")) == (1, (0, 0))
    assert kiosk.counter.world.rows(select(voucher_code)) == []


@pytest.mark.parametrize(("row", "code", "reason"), [
    ("NOTHING;AAA;;", "unknown_variant", "column variant: found 'NOTHING', expected a variant of a reward"),
    ("DRILL-12;AAA;;", "no_pool", "column variant: found 'DRILL-12', which is none of a kind with codes"),
    ("BOOK-20;;;", "empty_cell", "column code: found nothing"),
    ("BOOK-20;AAA;;soon", "bad_date", "column valid_until: "),
    ("BOOK-20;AAA;;2026-05-31", "bad_date", "column valid_until: found 2026-05-31, expected 2026-06-01"),
    (f"BOOK-20;{'A' * 201};;", "too_long", "column code: found 201 characters")])
def test_a_row_that_cannot_be_taken_is_named_and_others_are(kiosk: Kiosk, row: str, code: str, reason: str) -> None:
    receipt = kiosk.fill(row, "BOOK-20;GOOD;;")

    assert (receipt.created, [(one["line"], one["code"]) for one in receipt.problems]) == (1, [(2, code)])
    assert reason in receipt.problems[0]["reason"]


def test_a_column_that_is_not_known_refuses_its_rows_and_a_missing_one_the_file(kiosk: Kiosk) -> None:
    receipt = kiosk.fill("BOOK-20;AAA;20", header="variant;code;worth")

    assert [one["code"] for one in receipt.problems] == ["unknown_column"]
    with pytest.raises(UnreadableFile):
        kiosk.fill("AAA", header="code")


def test_codes_of_our_own_are_told_once_and_are_stock(kiosk: Kiosk) -> None:
    made = make_codes(kiosk.counter.world.installation, "BOOK-20", 50, date(2027, 12, 31), KEYS, SIX_IN_THE_EVENING)

    assert len(set(made)) == 50
    assert (kiosk.pool().free, kiosk.counter.stock("BOOK-20")) == (50, (50, 0))
    assert kiosk.show(kiosk.order())[0].code in made


@pytest.mark.parametrize(("variant", "pieces", "day", "code"), [
    ("DRILL-12", 1, date.max, "no_pool"), ("BOOK-20", 0, date.max, "wrong_quantity"),
    ("BOOK-20", 1, date(2026, 5, 1), "day_is_over")])
def test_what_cannot_be_made_is_refused(kiosk: Kiosk, variant: str, pieces: int, day: date, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        make_codes(kiosk.counter.world.installation, variant, pieces, day, KEYS, SIX_IN_THE_EVENING)

    assert refused.value.code == code


def test_what_ended_is_no_stock_any_more(kiosk: Kiosk) -> None:
    kiosk.fill("BOOK-20;AAA-1;;2026-08-31", "BOOK-20;BBB-2;;2026-09-20", "BOOK-20;CCC-3;;")

    gone = let_lapse(kiosk.counter.world.installation, SIX_IN_THE_EVENING + 92 * DAY)

    assert (gone, kiosk.pool().lapsed, kiosk.pool().free) == (1, 1, 2)
    assert kiosk.counter.stock("BOOK-20") == (1, 0)  # one ends too soon to be sold


def test_two_files_at_once_bring_a_code_once(kiosk: Kiosk) -> None:
    barrier, world = Barrier(4), kiosk.counter.world

    def bring(number: int) -> None:
        path = world.folder / f"codes{number}.csv"
        path.write_text("\n".join(["variant;code", *(f"BOOK-20;CODE-{at}" for at in range(40))]), "utf-8")
        barrier.wait()
        import_codes(world.installation, path, KEYS, SIX_IN_THE_EVENING)

    threads = [Thread(target=bring, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert world.rows(select(func.count()).select_from(voucher_code)) == [(40,)]
    assert (kiosk.counter.stock("BOOK-20"), world.rows(select(func.count()).select_from(voucher_key))) == (
        (40, 0), [(1,)])


def test_keys_can_be_changed_without_touching_a_code(kiosk: Kiosk) -> None:
    kiosk.fill("BOOK-20;AAA-1;;")
    before = kiosk.counter.world.rows(select(voucher_code.c.sealed))
    both = Keyring((b"n" * 32, *KEYS.keys))

    with kiosk.counter.world.installation.database.writing() as connection:
        done = reseal(connection, both), reseal(connection, both)
    with kiosk.counter.world.installation.database.writing() as connection:
        open_vault(connection, Keyring((b"n" * 32,)), SIX_IN_THE_EVENING)

    assert done == (True, False)
    assert kiosk.counter.world.rows(select(voucher_code.c.sealed)) == before


@given(st.integers(0, 2**BITS - 1), st.integers(0, 2**BITS - 1))
def test_two_numbers_are_two_codes(one: int, other: int) -> None:
    assert (written(one) == written(other)) is (one == other)
    assert len(written(one)) == 15
