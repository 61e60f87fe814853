"""The statement of an account, also as it was at the end of a past day."""

from datetime import date
from typing import Any

import pytest

from tests.support.past_lives import BERLIN, Life
from treuwerk.domain.ids import account_and_row
from treuwerk.domain.ledger import start_of_day
from treuwerk.services.account.statements import Entry, statement


def entries(life: Life, **more: Any) -> dict[str, Entry]:
    """The statement by what each booking is called."""
    with life.database.reading() as connection:
        page = statement(connection, life.books.account, "bonus", limit=500, **more)
    names = {number: name for name, number in life.done.items()}
    return {names.get(account_and_row(entry.booking.id)[2], entry.booking.id): entry for entry in page.entries}


def test_a_hold_lowers_the_balance_a_capture_leaves_it_and_a_release_raises_it(life: Life) -> None:
    found = entries(life)

    assert (found["redemption"].balance, found["hold"].balance) == (3_580, 2_680)
    assert (found["capture"].balance, found["capture"].amounts) == (2_680, {})
    assert found["release"].amounts == {"bonus": 200}  # 100 of the 300 were over by then
    assert found["settlement"].amounts == {}
    assert found["reversal"].amounts == {"bonus": -2_480}
    movements = {(one.book, one.amount) for one in found["capture"].booking.movements}
    assert movements == {("held", -500)}


def test_the_running_balance_is_the_sum_of_all_that_stands_below(life: Life) -> None:
    with life.database.reading() as connection:
        whole = statement(connection, life.books.account, "bonus", limit=500).entries

    running = 0
    for entry in reversed(whole):
        running += entry.amounts.get("bonus", 0)
        assert entry.balance == running


def test_spent_points_name_the_credits_that_they_came_from(life: Life) -> None:
    found = entries(life)

    def told(name: str) -> list[tuple[int, str]]:
        return [(one.amount, one.origin.document or one.origin.kind) for one in found[name].booking.sources.listed]

    assert told("redemption") == [(300, "opening")]
    assert told("hold") == [(700, "opening"), (200, "LS-1")]
    assert told("capture") == [(500, "opening")]
    assert told("release") == [(-100, "opening"), (100, "opening"), (-200, "LS-1")]
    assert told("expiry") == [(50, "adjustment")]
    assert told("cancellation") == [(-100, "LS-1")]
    assert told("activation") == [(150, "adjustment")]
    assert told("reversal")[-1] == (480, "LS-2")
    assert found["hold"].booking.sources.listed[1].expires_at == start_of_day(date(2029, 1, 1), BERLIN)


def test_the_statement_of_a_past_day_is_the_one_that_was_right_then(life: Life) -> None:
    closing = life.closing("2026-08-08")

    past, now = entries(life, closing=closing), entries(life)

    assert next(iter(past)) == "release"
    for name, entry in past.items():
        assert (entry.balance, entry.amounts) == (now[name].balance, now[name].amounts)
    lot = past["short"].booking.lots[0].lot
    assert (lot.remaining, now["short"].booking.lots[0].lot.remaining) == (50, 0)


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_pages_of_a_past_day_make_the_same_statement(life: Life, limit: int) -> None:
    closing, found, cursor = life.closing("2026-10-12"), list[Entry](), None
    with life.database.reading() as connection:
        while True:
            page = statement(connection, life.books.account, "bonus", at=cursor, limit=limit, closing=closing)
            found += page.entries
            if page.next is None:
                break
            cursor = page.next
        whole = statement(connection, life.books.account, "bonus", limit=500, closing=closing).entries

    assert tuple(found) == whole
    assert len(whole) == 16
