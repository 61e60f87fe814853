"""Two sides work on one order in the same moment: pieces, points and money are counted once, whoever comes first."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from tests.engine.orders.test_moving_on import moved
from tests.engine.orders.test_racing_by_http import at_once, pressed
from tests.engine.orders.test_racing_orders import all_at_once
from tests.engine.shop.test_order_desk_pages import fields, ordered
from tests.support.ordering import Counter
from tests.support.payments import Till, till_counter
from tests.support.served import served
from tests.support.shops import Shop, open_shop
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.domain.complaints import ComplaintKind, ComplaintState
from treuwerk.domain.reward_orders import OrderAct
from treuwerk.services.orders.answering import Answer, answer
from treuwerk.services.orders.cancelling_lines import Cut, cancel_lines
from treuwerk.services.orders.complaining import ComplaintDraft, complain
from treuwerk.services.orders.moving_on import move_on
from treuwerk.services.payments.beginning import begin_payment
from treuwerk.services.payments.looking_after import look_after
from treuwerk.services.payments.settling import learn
from treuwerk.store.database import Database
from treuwerk.store.tables import order_line, payment, payment_refund

SOON = SIX_IN_THE_EVENING + 3_600_000_000
_LOST = {"wrong_state", "wrong_quantity"}


@pytest.fixture
def till() -> Till:
    """A provider that pays back at once."""
    return Till()


@pytest.fixture
def paid_counter(tmp_path: Path, database: Database, till: Till) -> Counter:
    """Rewards for points and money."""
    return till_counter(tmp_path / "league", database, till)


@pytest.fixture
def shop(tmp_path: Path, database: Database) -> Shop:
    """The pages of the service centre."""
    return open_shop(tmp_path, database)


def pieces(counter: Counter) -> tuple[int, ...]:
    """Shipped, cancelled and returned pieces of the only line."""
    column = order_line.c
    [row] = counter.world.rows(select(column.shipped, column.cancelled, column.returned))
    return tuple(row)


def test_pieces_are_cancelled_or_sent_and_never_both(counter: Counter) -> None:
    placed, installation = counter.order(("DRILL-12", 2)), counter.world.installation
    own, office = counter.access(), counter.office()
    acts: list[Callable[[], Any]] = [
        lambda: cancel_lines(installation, own, placed.public_id, [Cut(1, 1)], SOON),
        lambda: move_on(installation, office, placed.public_id, OrderAct.SHIP, [Cut(1, 1)], SOON)] * 8

    outcomes = all_at_once(acts)
    shipped, cancelled, returned = pieces(counter)

    assert set(outcomes) <= {"done", *_LOST}
    assert (outcomes["done"], shipped + cancelled, returned) == (2, 2, 0)
    assert counter.bonus() == 16_000 - shipped * 7_200
    assert counter.stock() == (7 - shipped, 0)
    assert counter.world.violated() == {}


def test_a_settled_complaint_and_a_return_give_points_and_money_back_once(paid_counter: Counter, till: Till) -> None:
    counter, installation = paid_counter, paid_counter.world.installation
    placed = counter.order(("DRILL-12", 1), points=4_000)
    begin_payment(installation, counter.access(), placed.public_id, "de", "https://portal.example/back",
                  SIX_IN_THE_EVENING)
    [key] = till.begun
    till.pays(key, 3_200)
    learn(installation, placed.account_id, placed.number, till.known[key], SOON, "till")
    moved(counter, placed, OrderAct.SHIP)
    draft, office = ComplaintDraft(1, ComplaintKind.DAMAGED, 1, "It does not turn."), counter.office()
    with counter.world.database.writing() as connection:
        made = complain(counter.access(), connection, installation, placed.public_id, draft, (), SOON)
    said = Answer("The points are back.", ComplaintState.POINTS_BACK, 0, 1)
    acts: list[Callable[[], Any]] = [
        lambda: counter.world.database.run(lambda connection: answer(office, connection, installation, made.public_id,
                                                                     said, SOON)),
        lambda: move_on(installation, office, placed.public_id, OrderAct.RETURN, [Cut(1, 1)], SOON,
                        reason="Came back broken"),
        lambda: look_after(installation, SOON)] * 6

    outcomes = all_at_once(acts)
    look_after(installation, SOON)

    assert set(outcomes) <= {"done", "changed_meanwhile", *_LOST}
    assert outcomes["done"] == 6 + 1  # every look, and one of the others
    assert pieces(counter) == (1, 0, 1)
    assert counter.bonus() == 16_000
    assert till.refunds == {f"{key}-1": 3_200}
    assert counter.world.rows(select(payment.c.captured, payment.c.refunded)) == [(3_200, 3_200)]
    assert counter.world.rows(select(payment_refund.c.amount)) == [(3_200,)]
    assert counter.world.violated() == {}


def ready(client: TestClient, path: str, act: str, **typed: str) -> dict[str, str]:
    """The form of a clerk who has checked the answers and is sure."""
    first = fields(client.get(f"{path}/{act}").text) | {name.replace("_", "-"): text for name, text in typed.items()}
    return fields(client.post(f"{path}/{act}", data=first).text) | {"sure": "1"}


def test_of_two_clerks_in_one_order_one_decides_and_the_other_reads_what_happened(shop: Shop) -> None:
    path = ordered(shop.portal.signed_in())
    clerks = [shop.portal.in_office("agent", name=name) for name in ("Grace Hopper", "Ada Lovelace")]
    forms = {"ship": ready(clerks[0], path, "ship", pieces_1="1", pieces_2="3"),
             "cancel": ready(clerks[1], path, "cancel", pieces_1="1", pieces_2="3", reason="Sold out for good")}

    with served(clerks[0].app) as address:
        answers = at_once([pressed(address, client, form, f"{path}/{act}")
                           for client, (act, form) in zip(clerks, forms.items(), strict=True)] * 6)
    page = clerks[0].get(path).text

    assert not any(answer.startswith("5") for answer in answers), answers
    assert {answer.split()[0] for answer in answers} == {"303", "409"}
    assert ("Parcel 1" in page) != ("1 piece cancelled" in page)
    shipped = "Parcel 1" in page
    assert shop.stock() == (6 if shipped else 7, 0)
    assert re.search(r"3 pieces cancelled", page) is None if shipped else "3 pieces cancelled" in page
