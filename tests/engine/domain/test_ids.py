"""Ids of our own: random accounts, rows in the order of time, and the form that people see."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treuwerk.domain.ids import account_and_row, new_account_id, public_id, row_ids

NOW = 1_795_305_600_000_000  # 22 November 2026
accounts = st.integers(2**62, 2**63 - 1)
row_numbers = st.integers(0, 2**63 - 1)


def test_account_ids_fit_a_signed_column_and_lead_with_no_zero() -> None:
    drawn = {new_account_id() for _ in range(1_000)}

    assert len(drawn) == 1_000
    assert all(2**62 <= account < 2**63 for account in drawn)


def test_rows_are_numbered_upwards_and_fit_a_signed_column() -> None:
    ids = list(islice(row_ids(NOW), 100_000))

    assert ids == sorted(set(ids))
    assert ids[-1] < 2**63


def test_rows_of_a_later_millisecond_come_later() -> None:
    assert next(row_ids(NOW)) < next(row_ids(NOW + 1_000))


@given(accounts, row_numbers)
def test_a_public_id_leads_back_to_account_and_row(account: int, row: int) -> None:
    text = public_id("txn", account, row)

    assert account_and_row(text) == ("txn", account, row)
    assert account_and_row(f"  {text.upper()}\n") == ("txn", account, row)


@given(accounts, st.tuples(row_numbers, row_numbers))
def test_public_ids_of_an_account_sort_like_its_rows(account: int, rows: tuple[int, int]) -> None:
    low, high = sorted(rows)

    assert public_id("txn", account, low) <= public_id("txn", account, high)


@pytest.mark.parametrize("text", ["", "txn", "txn_", "txn_123", "_0000000000000g000000000002", "12",
                                  "txn_0000000000000g00000000000u", "txn_0000000000000g00000000000l2",
                                  "txn_٠000000000000g000000000002", "zzzz_zzzzzzzzzzzzzzzzzzzzzzzzzz"])
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no id: expected a prefix such as txn_"):
        account_and_row(text)
