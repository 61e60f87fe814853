"""Waiting for pieces: who asked is told once, in the transaction that brings them, and nobody is forgotten."""

import json
from datetime import date
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import select

from tests.support.accounts import refused
from tests.support.showcases import POOR, RICH, Shop
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.domain.catalogue import Window
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rewards import RewardState
from treuwerk.domain.rights import Access, Audience, names_for
from treuwerk.services.shop import watching
from treuwerk.store import reward_orders, rewards, stock_watches
from treuwerk.store.retrying import retrying
from treuwerk.store.tables import outbox


def person(shop: Shop, user_id: int, who: str = RICH) -> Access:
    return Access(user_id, f"usr_{user_id}", Audience.PORTAL, names_for(Audience.PORTAL),
                  account_id=shop.viewer(who).account_id, person_id=2)


def wait(shop: Shop, access: Access, variant: str = "BOOTS", after: int = 5) -> bool:
    with shop.world.database.writing() as connection:
        return watching.watch(access, connection, shop.world.installation.programme.settings, variant,
                              SIX_IN_THE_EVENING + after)


def told(shop: Shop) -> list[tuple[int, dict[str, Any]]]:
    query = select(outbox.c.account_id, outbox.c.payload).where(outbox.c.topic == "reward_in_stock")
    return sorted(((account, json.loads(payload)) for account, payload in shop.world.rows(query.order_by(outbox.c.id))),
                  key=lambda one: one[1]["user"])


def waiting(shop: Shop, access: Access) -> list[str]:
    with shop.world.database.reading() as connection:
        return watching.watched(access, connection)


def test_who_waits_is_told_once_when_there_are_pieces_again(shop: Shop) -> None:
    anna, bert = person(shop, 5), person(shop, 6, POOR)
    assert [wait(shop, anna), wait(shop, anna), wait(shop, bert), wait(shop, bert, "MUG-RED", 6)] == [
        True, False, True, True]
    shop.stock(BOOTS=0)
    assert told(shop) == []

    shop.stock(BOOTS=3)
    shop.stock(BOOTS=0)
    shop.stock(BOOTS=4)

    assert [(account, one["reward"], one["variant"], one["locale"]) for account, one in told(shop)] == [
        (anna.account_id, "BOOTS", "BOOTS", ""), (bert.account_id, "BOOTS", "BOOTS", "")]
    assert (waiting(shop, anna), waiting(shop, bert)) == ([], ["MUG-RED"])
    assert shop.world.violated() == {}


def test_pieces_that_come_back_from_an_order_are_told(shop: Shop) -> None:
    shop.stock(BOOTS=1)
    with shop.world.database.writing() as connection:
        assert reward_orders.reserve(connection, "BOOTS", 1, 2)
    wait(shop, person(shop, 5))

    with shop.world.database.writing() as connection:
        reward_orders.give_back(connection, "BOOTS", 1, 3)

    assert len(told(shop)) == 1


def test_a_variant_that_is_not_counted_any_more_is_there(shop: Shop) -> None:
    wait(shop, person(shop, 5))

    shop.stock(BOOTS=None)

    assert len(told(shop)) == 1


def test_nobody_is_told_of_what_is_withdrawn(shop: Shop) -> None:
    anna = person(shop, 5)
    wait(shop, anna)
    shop.change("BOOTS", state=RewardState.WITHDRAWN)

    shop.stock(BOOTS=3)

    assert (told(shop), waiting(shop, anna)) == ([], ["BOOTS"])


def test_a_message_is_rolled_back_with_the_stock(shop: Shop) -> None:
    anna = person(shop, 5)
    wait(shop, anna)
    with shop.world.database.writing() as connection:
        rewards.set_stocks(connection, {"BOOTS": 3}, rewards.stocks(connection, ["BOOTS"]), 3)
        assert watching.watched(anna, connection) == []
        connection.rollback()

    assert (told(shop), waiting(shop, anna)) == ([], ["BOOTS"])


@pytest.mark.parametrize(("variant", "code"), [
    ("LOST", "unknown_reward"), ("DRILL", "in_stock"), ("CAN", "in_stock"), ("MUG-BLUE", "in_stock")])
def test_only_what_is_sold_out_is_waited_for(shop: Shop, variant: str, code: str) -> None:
    assert refused(lambda: wait(shop, person(shop, 5), variant)) == code


@pytest.mark.parametrize("hidden", [
    {"groups": ("installer",)}, {"countries": ("AT",)}, {"state": RewardState.WITHDRAWN}, {"evidence": ()},
    {"visible": Window(date(2026, 6, 2))}])
@pytest.mark.parametrize("pieces", [0, 3])
def test_what_is_hidden_from_who_asks_is_answered_like_what_does_not_exist(
        shop: Shop, hidden: dict[str, Any], pieces: int) -> None:
    def answer(variant: str) -> tuple[str, str]:
        with pytest.raises(Refusal) as refusal:
            wait(shop, person(shop, 5), variant)
        return refusal.value.code, str(refusal.value).replace(variant, "…")

    shop.stock(BOOTS=pieces)
    shop.change("BOOTS", **hidden)

    assert answer("BOOTS") == answer("LOST")
    assert waiting(shop, person(shop, 5)) == []


def test_somebody_waits_for_so_many_and_can_stop(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = person(shop, 5)
    monkeypatch.setattr(watching, "MOST", 1)
    wait(shop, anna)
    assert refused(lambda: wait(shop, anna, "MUG-RED")) == "too_many"

    with shop.world.database.writing() as connection:
        stopped = [watching.unwatch(anna, connection, "BOOTS"), watching.unwatch(anna, connection, "BOOTS")]

    assert (stopped, waiting(shop, anna)) == ([True, False], [])


def test_people_who_move_to_another_account_go_on_waiting_once(shop: Shop) -> None:
    before, after = person(shop, 5, POOR), person(shop, 5)
    for access in (before, after):
        wait(shop, access)
    wait(shop, before, "MUG-RED")

    with shop.world.database.writing() as connection:
        stock_watches.move(connection, before.account_id, after.account_id, {5})

    assert (waiting(shop, before), sorted(waiting(shop, after))) == ([], ["BOOTS", "MUG-RED"])


def test_nobody_waits_for_pieces_that_came_in_the_same_moment(shop: Shop) -> None:
    people = [person(shop, number) for number in range(10, 18)]
    together, outcomes = Barrier(len(people) + 1), list[str]()

    def ask(access: Access) -> None:
        together.wait()
        try:
            retrying(lambda: wait(shop, access))
            outcomes.append("waits")
        except Refusal as error:
            outcomes.append(error.code)

    def bring() -> None:
        together.wait()
        retrying(lambda: shop.stock(BOOTS=1))

    threads = [*(Thread(target=ask, args=[one]) for one in people), Thread(target=bring)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(outcomes) == len(people)
    assert len(told(shop)) == outcomes.count("waits")
    assert [waiting(shop, one) for one in people] == [[]] * len(people)
