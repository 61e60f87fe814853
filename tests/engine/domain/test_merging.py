"""Merging as legs: nothing appears and nothing vanishes, whatever is there, and what came back is what went."""

from collections.abc import Iterable, Sequence

from hypothesis import given
from hypothesis import strategies as st

from treuwerk.domain.ledger import FOREVER, Book
from treuwerk.domain.lots import Lot, Part, total
from treuwerk.domain.merging import Debts, Owned, Taken, handed_back, moved_in, moved_out, returned
from treuwerk.domain.movements import Leg, Recoverable

UNITS = ("bonus", "status")
NOW = 1_000
points = st.integers(1, 1_000)
ends = st.sampled_from([NOW - 1, NOW, NOW + 1, 5_000, FOREVER])
owned = st.builds(Owned, st.integers(1, 10**6), st.integers(1, 9), st.sampled_from([Book.PARTICIPANT, Book.PENDING]),
                  st.sampled_from(UNITS), points, st.none() | st.integers(0, NOW), ends)
lots = st.lists(owned, max_size=8, unique_by=lambda lot: lot[:2])
debts = st.dictionaries(st.sampled_from(UNITS), st.integers(0, 1_000))
parts = st.lists(st.builds(Part, st.integers(1, 10**6), st.integers(1, 9), points, ends), max_size=5,
                 unique_by=lambda part: part[:2])
open_lots = st.lists(st.builds(Lot, st.integers(1, 10**6), st.integers(1, 9), points, ends), max_size=5,
                     unique_by=lambda lot: lot[:2])


def sums(legs: Iterable[Leg], *books: Book) -> dict[str, int]:
    """By unit: what the legs move in these books, or in all of them."""
    found: dict[str, int] = {}
    for leg in legs:
        if not books or leg.book in books:
            found[leg.unit] = found.get(leg.unit, 0) + leg.amount
    return {unit: amount for unit, amount in found.items() if amount}


def traced(legs: Sequence[Leg]) -> bool:
    """Whether each leg with parts moves as many points as its parts have, and none moves nothing."""
    return all(leg.amount and (not leg.parts or abs(leg.amount) == total(leg.parts)) for leg in legs)


@given(lots, debts)
def test_what_leaves_one_account_comes_to_the_other(there: list[Owned], owed: dict[str, int]) -> None:
    out, coming = moved_out(there, owed), moved_in(there, owed, {"bonus": 7})
    into = [leg for leg, _ in coming]

    assert sums(out) == sums(into) == {}
    assert sums((*out, *into), Book.TRANSFER) == {}
    for book in (Book.PARTICIPANT, Book.PENDING, Book.DEFICIT):
        assert sums((*out, *into), book) == {}
    assert traced(out)
    assert traced(into)


@given(lots, debts)
def test_lots_arrive_with_their_terms_each_by_itself(there: list[Owned], owed: dict[str, int]) -> None:
    arrived = [(leg, lot) for leg, lot in moved_in(there, owed, {}) if lot is not None]

    assert sorted(lot for _, lot in arrived) == sorted(there)
    for leg, lot in arrived:
        assert (leg.book, leg.unit, leg.amount, leg.active_from) == (lot.book, lot.unit, lot.remaining, lot.active_from)
        assert (FOREVER if leg.expires_at is None else leg.expires_at) == lot.expires_at
        assert leg.makes_lot


@given(st.builds(Taken, parts, parts, st.integers(0, 500)),
       st.builds(Recoverable, open_lots, open_lots, st.integers(0, 500), open_lots),
       st.sampled_from([Book.DEFICIT, Book.CLAWBACK]),
       st.builds(Debts, st.integers(0, 500), parts, st.none() | st.integers(NOW, 5_000)))
def test_what_comes_home_is_what_the_other_side_gives(taken: Taken, there: Recoverable, missing_to: Book,
                                                      owes: Debts) -> None:
    home, away = returned("bonus", taken), handed_back("bonus", taken, there, missing_to, owes, NOW)

    assert sums(home) == sums(away) == {}
    assert sums((*home, *away), Book.TRANSFER) == {}
    assert sums(home, Book.PARTICIPANT).get("bonus", 0) == total(taken.participant)
    assert sums(home, Book.PENDING).get("bonus", 0) == total(taken.pending)
    assert sums(home, Book.DEFICIT).get("bonus", 0) == -taken.deficit
    assert traced(home)
    assert traced(away)
