"""A payment service over real HTTP: it accepts and is silent, tells twice, and others tell in its name."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.engine.orders.test_racing_orders import all_at_once
from tests.support.ordering import Counter
from tests.support.payment_server import Client, Service, running, signature
from tests.support.payments import till_counter
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.domain.payments import ForgedMessage, Message, PaymentAnswer
from treuwerk.services.orders.cancelling_lines import cancel_lines
from treuwerk.services.orders.placing import Placed
from treuwerk.services.payments.beginning import begin_payment
from treuwerk.services.payments.hearing import hear
from treuwerk.services.payments.looking_after import look_after, look_up_own
from treuwerk.store.database import Database
from treuwerk.store.tables import payment, reward_order

HOUR = 3_600 * 1_000_000
SOON = SIX_IN_THE_EVENING + HOUR


@pytest.fixture
def service() -> Iterator[Service]:
    with running() as found:
        yield found


@pytest.fixture
def counter(tmp_path: Path, database: Database, service: Service) -> Counter:
    return till_counter(tmp_path / "league", database, Client(service.url))


def begun(counter: Counter) -> tuple[Placed, PaymentAnswer]:
    """A drill that waits for 32.00, and what the service answered."""
    placed = counter.order(("DRILL-12", 1), points=4_000)
    return placed, _again(counter, placed)


def _again(counter: Counter, placed: Placed) -> PaymentAnswer:
    return begin_payment(counter.world.installation, counter.access(), placed.public_id, "de",
                         "https://portal.example/back", SIX_IN_THE_EVENING).answer


def standing(counter: Counter) -> tuple[Any, ...]:
    """State of the order, and what came in and went back."""
    [row] = counter.world.rows(select(reward_order.c.state, payment.c.captured, payment.c.refunded).where(
        payment.c.order_id == reward_order.c.id))
    return tuple(row)


def test_a_service_that_accepts_and_is_silent_has_one_payment(counter: Counter, service: Service) -> None:
    service.silent = 1
    placed, first = begun(counter)
    second = _again(counter, placed)

    assert (first, second) == (PaymentAnswer.UNKNOWN, PaymentAnswer.WAITING)
    assert len(service.asked) == 2
    assert len(service.payments) == 1


def test_a_message_that_comes_twice_while_the_browser_comes_back_counts_once(counter: Counter,
                                                                             service: Service) -> None:
    placed, _ = begun(counter)
    installation, [key] = counter.world.installation, service.payments
    body = service.pay(key)
    message = Message(body, {"x-signature": signature(body)})

    outcomes = all_at_once([lambda: hear(installation, "till", message, SOON),
                            lambda: hear(installation, "till", message, SOON),
                            lambda: look_up_own(installation, counter.access(), placed.public_id, SOON)])

    assert outcomes == {"done": 3}
    assert standing(counter) == ("ordered", 3_200, 0)
    assert counter.world.violated() == {}


def test_a_forged_message_is_not_believed(counter: Counter, service: Service) -> None:
    begun(counter)
    body = service.pay(next(iter(service.payments)))

    for headers in ({}, {"x-signature": signature(body + b" ")}):
        with pytest.raises(ForgedMessage):
            hear(counter.world.installation, "till", Message(body, headers), SOON)

    assert standing(counter) == ("unpaid", 0, 0)


def test_a_refund_that_was_done_in_silence_is_done_once(counter: Counter, service: Service) -> None:
    placed, _ = begun(counter)
    service.pay(next(iter(service.payments)))
    look_after(counter.world.installation, SOON)
    cancel_lines(counter.world.installation, counter.access(), placed.public_id, [], SOON)

    service.silent = 1
    first, second = (look_after(counter.world.installation, SOON + more * HOUR) for more in (0, 1))

    assert (first.unknown, second.refunded) == (1, 1)
    assert (list(service.refunds.values()), standing(counter)) == ([3_200], ("cancelled", 3_200, 3_200))
    assert [one.partition(" ")[0] for one in service.asked].count("/refunds") == 2
    assert counter.world.violated() == {}
