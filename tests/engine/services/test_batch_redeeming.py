"""Many redemptions at once: the same as one by one, and the same as a plain model says."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from sqlalchemy import select

from tests.engine.conftest import NewDatabase
from tests.support.waiting_points import account, picture
from tests.support.worlds import SIX_IN_THE_EVENING, World, line, make_world
from treuwerk.domain.refusals import Refusal
from treuwerk.services.changes.reversing import reverse
from treuwerk.services.ledger.batch_redeeming import Answer, Request, redeem_all
from treuwerk.services.ledger.expiring import expire
from treuwerk.services.ledger.redeeming import redeem
from treuwerk.store.tables import journal, lot

DAY = 86_400_000_000
BONUS = 'expires = { after = "36M", rounding = "end_of_year", start = "booking" }'
TEN_DAYS = (BONUS, 'expires = { after = "10D" }')
NOW = SIX_IN_THE_EVENING + 10 * DAY


def wish(who: int, amount: int, key: str, unit: str = "bonus") -> Request:
    return Request(who, unit, amount, key)


def fates(answers: Sequence[Answer]) -> list[str]:
    return [answer.refusal.code if answer.refusal else answer.fate.value for answer in answers]


def test_each_request_is_booked_refused_or_repeated(world: World) -> None:
    world.clear([line(), line("LS-2", customer_number="10109")])
    one, other = account(world), account(world, "10109")
    redeem(world.installation, one, "bonus", 100, "before", SIX_IN_THE_EVENING)

    answers = redeem_all(world.installation, [
        wish(one, 100, "before"), wish(one, 90, "before"), wish(one, 500, "a"), wish(one, 300, "b"),
        wish(one, 200, "c"), wish(one, 1, "d"), wish(other, 800, "a"), wish(one, 500, "a"),
        wish(other, 5, "e", "status"), wish(other, 5, "f", "gold"), wish(other, 0, "g"), wish(4711, 5, "h"),
    ], NOW)

    assert fates(answers) == ["repeated", "key_conflict", "booked", "not_enough", "booked", "not_enough", "booked",
                              "repeated", "not_spendable", "unknown_unit", "wrong_amount", "not_enough"]
    assert world.balances()["10017", "bonus"] == world.balances()["10109", "bonus"] == 0
    assert answers[2].id == answers[7].id == redeem(world.installation, one, "bonus", 500, "a", NOW).id
    assert world.violated() == {}


def test_requests_of_one_account_are_served_in_their_order_whoever_stands_between(world: World) -> None:
    world.clear([line(), line("LS-2", customer_number="10109")])
    one, other = account(world), account(world, "10109")

    answers = redeem_all(world.installation, [
        wish(max(one, other), 500, "a"), wish(min(one, other), 700, "b"), wish(max(one, other), 400, "c"),
        wish(min(one, other), 100, "d"), wish(max(one, other), 300, "e")], NOW)

    assert fates(answers) == ["booked", "booked", "not_enough", "booked", "booked"]
    assert [answer.account_id for answer in answers if answer.id] == [max(one, other), min(one, other),
                                                                      min(one, other), max(one, other)]
    assert set(world.balances().values()) == {0, 400}  # the status points of both are not spent
    assert world.violated() == {}


def test_a_dry_run_gives_the_same_answers_and_stores_nothing(world: World) -> None:
    world.clear([line()])
    there, requests = world.counts(), [wish(account(world), 500, key) for key in "ab"]

    dry = redeem_all(world.installation, requests, NOW, dry_run=True)

    assert world.counts() == there
    assert fates(dry) == fates(redeem_all(world.installation, requests, NOW)) == ["booked", "not_enough"]


def test_an_account_that_owes_points_of_a_blocking_unit_redeems_nothing(tmp_path: Path,
                                                                        new_database: NewDatabase) -> None:
    with new_database() as database:
        world = make_world(tmp_path / "league", database, other=[(BONUS, f'{BONUS}\nreturns = "block"')])
        world.clear([line()])
        who = account(world)
        [(accrual,)] = world.rows(select(journal.c.id))
        redeem(world.installation, who, "bonus", 300, "order", SIX_IN_THE_EVENING)
        reverse(world.installation, who, accrual, "return", SIX_IN_THE_EVENING)

        assert fates(redeem_all(world.installation, [wish(who, 1, "a")], NOW)) == ["blocked"]


def test_a_request_that_needs_very_many_lots_finds_them_all(world: World) -> None:
    world.clear([line(f"L-{number}", quantity="1") for number in range(150)])

    answers = redeem_all(world.installation, [wish(account(world), 6_000, "a"), wish(account(world), 6_000, "b"),
                                              wish(account(world), 1, "c")], NOW)

    assert fates(answers) == ["booked", "booked", "not_enough"]
    assert world.rows(select(lot.c.remaining).where(lot.c.unit == "bonus", lot.c.open)) == []
    assert world.violated() == {}


PURCHASES = some.lists(some.tuples(some.integers(0, 1), some.integers(0, 11), some.integers(1, 5)), max_size=6)
WISHES = some.lists(some.tuples(some.integers(0, 1), some.integers(1, 400), some.integers(0, 8)), max_size=12)
NUMBERS = ("10017", "10109")


@settings(max_examples=12)
@given(purchases=PURCHASES, wishes=WISHES, size=some.integers(1, 6))
def test_a_batch_is_one_by_one_is_the_model(tmp_path_factory: pytest.TempPathFactory, new_database: NewDatabase,
                                           purchases: list[tuple[int, int, int]], wishes: list[tuple[int, int, int]],
                                           size: int) -> None:
    seen: list[Any] = []
    for at_once in (True, False):
        with new_database() as database:
            world = filled(tmp_path_factory.mktemp("world"), database, purchases)
            requests = [wish(account(world, NUMBERS[who]), amount, f"k{key}") for who, amount, key in wishes]
            if at_once:
                answers = fates(redeem_all(world.installation, requests, NOW, at_once=size))
            else:
                answers = [one_by_one(world, request) for request in requests]
            expire(world.installation, NOW)
            assert world.violated() == {}
            seen.append((answers, picture(world)))

    assert seen[0] == seen[1]
    answers, left = model(purchases, wishes)
    assert seen[0][0] == answers
    assert [row[4] for row in seen[0][1]["lots"] if row[2] == "bonus"] == left


def filled(folder: Path, database: Any, purchases: list[tuple[int, int, int]]) -> World:
    world = make_world(folder / "league", database, other=[TEN_DAYS])
    for number, (who, day, pieces) in enumerate(purchases):
        world.clear([line(f"L-{number}", customer_number=NUMBERS[who], quantity=str(pieces))], name=f"{number}.csv",
                    now=SIX_IN_THE_EVENING + (day - 2) * DAY + number * 1_000_000)
    return world


def one_by_one(world: World, request: Request) -> str:
    try:
        booked = redeem(world.installation, *request[:4], NOW)
    except Refusal as refusal:
        return refusal.code
    return "repeated" if booked.repeated else "booked"


def model(purchases: list[tuple[int, int, int]], wishes: list[tuple[int, int, int]]) -> tuple[list[str], list[int]]:
    """Points as people would count them; lots of a day more than ten days ago are gone."""
    lots = [[80 * pieces if day >= 2 else 0, day, number] for number, (_, day, pieces) in enumerate(purchases)]
    booked: dict[tuple[int, int], int] = {}
    answers = []
    for who, amount, key in wishes:
        mine = sorted((one for one in lots if purchases[one[2]][0] == who), key=lambda one: one[1:])
        if (who, key) in booked:
            answers.append("repeated" if booked[who, key] == amount else "key_conflict")
        elif sum(one[0] for one in mine) < amount:
            answers.append("not_enough")
        else:
            booked[who, key] = amount
            answers.append("booked")
            missing = amount
            for one in mine:
                taken = min(one[0], missing)
                one[0], missing = one[0] - taken, missing - taken
    today = [(NUMBERS[who], number) for number, (who, _, _) in enumerate(purchases)]
    spent = {number: left for left, _, number in lots}
    return answers, [spent[number] for _, number in sorted(today)]


@pytest.mark.slow
def test_redemption_expiry_and_reversal_meet_a_thousand_times_on_the_same_lots(tmp_path: Path, world: World) -> None:
    rounds = 333
    numbers = [str(20_000 + number) for number in range(rounds)]
    world.participants("customer_number;name;group\n" + "".join(f"{one};C{one};installer\n" for one in numbers))
    world.clear([line(f"L-{one}", customer_number=one) for one in numbers])
    due = max(end for (end,) in world.rows(select(lot.c.expires_at)))
    accruals = world.rows(select(journal.c.account_id, journal.c.id).order_by(journal.c.id))
    barrier = Barrier(4)
    expire(world.installation, due - 1, confirm=True)  # years later: from here on nobody doubts the clock

    def singly() -> None:
        barrier.wait()
        for who, _ in accruals:
            with suppress(Refusal):
                redeem(world.installation, who, "bonus", 300, "single", due - 1)

    def together() -> None:
        barrier.wait()
        redeem_all(world.installation, [wish(who, 300, "batch") for who, _ in accruals], due - 1, at_once=20)

    def back() -> None:
        barrier.wait()
        for who, accrual in accruals[::-1]:
            reverse(world.installation, who, accrual, "return", due - 1)

    def gone() -> None:
        barrier.wait()
        for _ in range(5):
            expire(world.installation, due, confirm=True, lots_at_once=30)

    with ThreadPoolExecutor(4) as pool:
        for task in [pool.submit(work) for work in (singly, together, back, gone)]:
            task.result()
    expire(world.installation, due, confirm=True)

    assert world.violated() == {}
    assert set(world.rows(select(lot.c.remaining))) == {(0,)}
    kinds = [kind for (kind,) in world.rows(select(journal.c.kind))]
    assert kinds.count("reversal") == rounds
