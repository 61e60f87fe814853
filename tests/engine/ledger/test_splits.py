"""In one piece or in many: what is cancelled or returned bit by bit ends where one act would have ended."""

from collections import Counter
from decimal import Decimal
from itertools import accumulate, count, pairwise
from math import floor

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.support.ledger_worlds import HOUR, SECOND, START, LedgerWorld, earned
from treuwerk.domain.breakdown import points_kept
from treuwerk.domain.earning import Operation, Step, fold
from treuwerk.domain.ledger import FOREVER
from treuwerk.domain.lots import Lot, first_of, last_of, less, spending_order
from treuwerk.services.changes.reversing import reverse
from treuwerk.services.ledger.balances import balances
from treuwerk.services.ledger.cancelling import cancel
from treuwerk.services.ledger.redeeming import redeem
from treuwerk.store.tables import lot

EXAMPLES = max(5, settings().max_examples // 20)
keys, days = count(1), count(1)
decimals = st.decimals(min_value=0, max_value=900, places=3)
open_lots = st.lists(st.builds(Lot, st.integers(1, 40), st.integers(1, 3), st.integers(1, 50),
                               st.sampled_from([5, 9, 20, FOREVER])), max_size=12, unique_by=lambda one: one[:2])


@st.composite
def splits(draw: st.DrawFn, most: int) -> list[int]:
    """A number of things in parts."""
    cuts = draw(st.sets(st.integers(1, most - 1), max_size=5))
    return [later - earlier for earlier, later in pairwise([0, *sorted(cuts), most])]


@given(open_lots, st.integers(0, 700))
def test_points_are_spent_one_by_one_from_what_expires_first_and_is_oldest(lots: list[Lot], amount: int) -> None:
    one_by_one = [(one.expires_at, *one[:2]) for one in lots for _ in range(one.remaining)]

    parts = first_of(in_order(lots), amount)

    assert {(part.expires_at, *part[:2]): part.amount for part in parts} == Counter(sorted(one_by_one)[:amount])


@given(open_lots.filter(bool), st.data())
def test_parts_that_come_back_one_after_the_other_are_those_that_would_come_back_together(
        lots: list[Lot], data: st.DataObject) -> None:
    spent = first_of(in_order(lots), sum(one.remaining for one in lots))
    amount = data.draw(st.integers(1, sum(part.amount for part in spent)))
    left, back = spent, Counter[tuple[int, int]]()

    for some in data.draw(splits(amount)) if amount > 1 else [amount]:
        undone = last_of(left, some)
        left = less(left, undone)
        back.update({part[:2]: part.amount for part in undone})

    assert back == {part[:2]: part.amount for part in last_of(spent, amount)}


@given(st.integers(1, 60), decimals, decimals, st.sampled_from(["1", "2", "0.5", "1.5"]), st.booleans(), st.data())
def test_pieces_that_go_back_take_in_any_parts_what_they_gave(pieces: int, per_piece: Decimal, flat: Decimal,
                                                              factor: str, by_quantity: bool,
                                                              data: st.DataObject) -> None:
    start = Step(Operation.START, "quantity", str(pieces)) if by_quantity else Step(Operation.START, "flat", str(flat))
    tape = (start, Step(Operation.TIMES, "wp", str(per_piece)), Step(Operation.FACTOR, "scope", factor),
            Step(Operation.ROUND_DOWN, "points"))
    points = floor(fold(tape)[-1])
    returned = [0, *accumulate(data.draw(splits(pieces)) if pieces > 1 else [1])]

    kept = [points_kept(points, tape, pieces, pieces - gone) for gone in returned]

    assert (kept[0], kept[-1]) == (points, 0)
    assert all(before >= after >= 0 for before, after in pairwise(kept))


@settings(max_examples=EXAMPLES)
@given(parts=splits(80), hours=st.sampled_from([1, 70, 150]))
def test_a_redemption_that_is_cancelled_in_parts_leaves_what_one_cancellation_leaves(
        ledger: LedgerWorld, parts: list[int], hours: int) -> None:
    start = START + next(days) * 1_000 * HOUR * SECOND
    whole, bit_by_bit = two_alike(ledger, start)
    now = start + hours * HOUR * SECOND
    spent = {account: redeem(ledger.installation, account, "owed", 80, key(), start + 61 * SECOND).row.id
             for account in (whole, bit_by_bit)}

    cancel(ledger.installation, whole, spent[whole], key(), now)
    for some in parts:
        cancel(ledger.installation, bit_by_bit, spent[bit_by_bit], key(), now, amount=some)

    assert state(ledger, bit_by_bit, now) == state(ledger, whole, now)


@settings(max_examples=EXAMPLES)
@given(parts=splits(10), spent=st.integers(1, 2 * earned(10) + 20))
def test_a_delivery_that_goes_back_in_parts_leaves_what_one_return_leaves(ledger: LedgerWorld, parts: list[int],
                                                                        spent: int) -> None:
    start = START + next(days) * 1_000 * HOUR * SECOND
    whole, bit_by_bit = two_alike(ledger, start)
    now = start + HOUR * SECOND
    accrual = {account: ledger.earn(account, "owed", 10, start + 61 * SECOND) for account in (whole, bit_by_bit)}
    for account in (whole, bit_by_bit):
        redeem(ledger.installation, account, "owed", spent, key(), now)

    reverse(ledger.installation, whole, accrual[whole], key(), now)
    for some in parts:
        reverse(ledger.installation, bit_by_bit, accrual[bit_by_bit], key(), now, pieces=some)

    assert state(ledger, bit_by_bit, now) == state(ledger, whole, now)


def in_order(lots: list[Lot]) -> list[Lot]:
    return sorted(lots, key=spending_order)


def key() -> str:
    return f"split-{next(keys)}"


def two_alike(ledger: LedgerWorld, start: int) -> list[int]:
    """Two accounts with three lots each, which expire one after the other."""
    accounts = ledger.accounts(2)
    for seconds, pieces in ((0, 5), (30, 10), (60, 10)):
        ledger.earn_all([(account, "owed", pieces) for account in accounts], start + seconds * SECOND)
    return accounts


def state(ledger: LedgerWorld, account: int, now: int) -> object:
    """What is in the lots, in the order in which they came, and what is owed."""
    left = ledger.rows(select(lot.c.expires_at, lot.c.remaining).where(lot.c.account_id == account)
                       .order_by(lot.c.transaction_id))
    with ledger.database.reading() as connection:
        there = balances(connection, ["owed"], account, now)["owed"]
    return [one for one in left if one[0] > now], there.available, there.deficit
