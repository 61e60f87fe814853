"""Points and money: an order waits for its money, goes on once it is there, and pays back what is given up."""

from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any

import attrs
import pytest
from sqlalchemy import select, text

from tests.engine.orders.test_racing_orders import all_at_once
from tests.support.ordering import Counter
from tests.support.payments import LIMIT, Till, till_counter
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.domain.payments import (
    Begun,
    ForgedMessage,
    Known,
    Message,
    PaymentAnswer,
    ProviderUnavailable,
    RefundReply,
)
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import OrderAct
from treuwerk.domain.rights import NotAllowed, OutOfScope
from treuwerk.services.orders.approving import approve, refuse
from treuwerk.services.orders.cancelling_lines import Cut, cancel_lines
from treuwerk.services.orders.moving_on import move_on
from treuwerk.services.orders.placing import Placed
from treuwerk.services.payments.beginning import begin_payment
from treuwerk.services.payments.by_hand import note_refunded
from treuwerk.services.payments.hearing import hear
from treuwerk.services.payments.looking_after import LookedAfter, look_after, look_up_own
from treuwerk.store.database import Database
from treuwerk.store.tables import order_event, order_line, payment, payment_event, payment_refund, reward_order

HOUR = 3_600 * 1_000_000
DAY = 24 * HOUR
SOON = SIX_IN_THE_EVENING + HOUR
LATE = SIX_IN_THE_EVENING + 8 * DAY
WHY = "Broken on the way"


def ordered(counter: Counter, points: int = 11_850, key: str = "K1") -> Placed:
    """Three drills (21,600 points) and two mugs (1,000), as a company with 16,000 points can have them."""
    return counter.order(("DRILL-12", 3), ("MUG-RED", 2), key=key, points=points)


def begun(counter: Counter, placed: Placed) -> str:
    """The key of its payment, which is begun."""
    begin_payment(counter.world.installation, counter.access(), placed.public_id, "de", "", SIX_IN_THE_EVENING)
    [(key,)] = counter.world.rows(select(payment.c.key).where(payment.c.order_id == placed.number))
    return str(key)


def paid(counter: Counter, till: Till, placed: Placed) -> str:
    """The key of its payment, which came in."""
    key = begun(counter, placed)
    till.pays(key, placed.money)
    look_up_own(counter.world.installation, counter.access(), placed.public_id, SOON)
    return key


def money(counter: Counter) -> list[Any]:
    """State, captured and refunded of the only payment."""
    [row] = counter.world.rows(select(payment.c.state, payment.c.captured, payment.c.refunded))
    return list(row)


def state(counter: Counter) -> str:
    """The state of the only order."""
    [(found,)] = counter.world.rows(select(reward_order.c.state))
    return str(found)


def message(key: str, cents: int, signature: str = "till") -> Message:
    """A message of the till."""
    return Message(f"{key}:{cents}".encode(), {"signature": signature})


def test_who_has_too_few_points_pays_the_rest_with_money(counter: Counter, till: Till) -> None:
    placed = ordered(counter)

    waiting = (state(counter), counter.bonus(), counter.stock(), placed.money, money(counter))
    paid(counter, till, placed)

    assert waiting == ("unpaid", 4_150, (7, 3), 10_750, ["open", 0, 0])
    assert (state(counter), counter.bonus(), money(counter)) == ("ordered", 4_150, ["paid", 10_750, 0])
    lines = counter.world.rows(select(order_line.c.points, order_line.c.money).order_by(order_line.c.line))
    assert [tuple(map(int, line)) for line in lines] == [(11_325, 10_275), (525, 475)]
    assert [kind for kind, _ in counter.spent()] == ["hold", "hold", "capture", "capture"]
    assert [kind for (kind,) in counter.world.rows(select(order_event.c.kind).order_by(order_event.c.id))] == [
        "placed", "pay", "pay", "paid"]
    assert counter.world.violated() == {}


@pytest.mark.parametrize("points", [11_299, 22_601, -1])
def test_nobody_pays_with_fewer_points_than_the_least_or_more_than_the_price(counter: Counter, points: int) -> None:
    with pytest.raises(Refusal) as refused:
        ordered(counter, points)

    assert (refused.value.code, refused.value.facts) == ("wrong_points", {"least": 11_300, "most": 22_600})
    assert (counter.orders(), counter.bonus()) == ([], 16_000)


def test_a_reward_that_takes_no_money_is_paid_with_points(counter: Counter) -> None:
    counter.shelf.bring({"reward": "DRILL", "variant": "DRILL-12", "with_money": "no"})

    with pytest.raises(Refusal) as refused:
        counter.order(("DRILL-12", 1), ("MUG-RED", 2), points=7_000)

    assert refused.value.facts == {"least": 7_700, "most": 8_200}
    assert counter.order(("DRILL-12", 1), ("MUG-RED", 2), points=7_700).money == 500
    assert '"no"' in counter.shelf.exported() or ";no;" in counter.shelf.exported()


def test_without_a_provider_nothing_is_paid_with_money(tmp_path: Path, database: Database) -> None:
    from tests.support.ordering import make_counter

    counter = make_counter(tmp_path / "league", database)

    with pytest.raises(Refusal) as refused:
        counter.order(("MUG-RED", 2), points=500)
    assert refused.value.facts == {"least": 1_000, "most": 1_000}


def test_message_return_and_look_up_at_once_book_once(counter: Counter, till: Till) -> None:
    placed = ordered(counter)
    key, installation, access = begun(counter, placed), counter.world.installation, counter.access()
    till.pays(key, 10_750)
    ways: list[Callable[[], Any]] = [
        lambda: hear(installation, "till", message(key, 10_750), SOON),
        lambda: look_up_own(installation, access, placed.public_id, SOON),
        lambda: look_after(installation, SOON)]

    outcomes = all_at_once(ways * 10)

    assert outcomes == {"done": 30}
    assert (state(counter), money(counter), counter.bonus()) == ("ordered", ["paid", 10_750, 0], 4_150)
    assert [kind for kind, _ in counter.spent()] == ["hold", "hold", "capture", "capture"]
    assert counter.world.rows(select(payment_event.c.kind, payment_event.c.amount).where(
        payment_event.c.kind == "captured")) == [("captured", 10_750)]
    assert counter.world.violated() == {}


def test_paying_and_cancelling_at_once_leave_points_or_pay_back(counter: Counter, till: Till) -> None:
    placed = ordered(counter)
    key, installation, access = begun(counter, placed), counter.world.installation, counter.access()

    all_at_once([lambda: hear(installation, "till", message(key, 10_750), SOON),
                 lambda: cancel_lines(installation, access, placed.public_id, [], SOON)])
    if state(counter) != "cancelled":
        cancel_lines(installation, access, placed.public_id, [], SOON)
    look_after(installation, SOON)

    assert (state(counter), counter.bonus(), counter.stock()) == ("cancelled", 16_000, (7, 0))
    assert money(counter)[1:] == [10_750, 10_750]
    assert list(till.refunds.values()) == [10_750]
    assert counter.world.violated() == {}


def test_a_forged_message_changes_nothing(counter: Counter) -> None:
    key, installation = begun(counter, ordered(counter)), counter.world.installation

    with pytest.raises(ForgedMessage):
        hear(installation, "till", message(key, 10_750, "mine"), SOON)
    hear(installation, "till", message("pay_00000000000000000000000000", 5), SOON)
    hear(installation, "till", message("no key", 5), SOON)
    with pytest.raises(OutOfScope):
        hear(installation, "bank", message(key, 10_750), SOON)

    assert (state(counter), money(counter)) == ("unpaid", ["open", 0, 0])


def test_too_little_is_not_enough_and_too_much_comes_back(counter: Counter, till: Till) -> None:
    key, installation = begun(counter, ordered(counter)), counter.world.installation

    hear(installation, "till", message(key, 10_000), SOON)
    little = state(counter)
    hear(installation, "till", message(key, 12_000), SOON)
    hear(installation, "till", message(key, 10_000), SOON)  # older ones may come later
    look_after(installation, SOON)

    assert (little, state(counter)) == ("unpaid", "ordered")
    assert money(counter) == ["paid", 12_000, 1_250]
    assert list(till.refunds.values()) == [1_250]
    assert counter.world.violated() == {}


def test_an_order_that_nobody_pays_is_over(counter: Counter, till: Till) -> None:
    begun(counter, ordered(counter))

    early = look_after(counter.world.installation, SIX_IN_THE_EVENING + 6 * DAY)
    late = look_after(counter.world.installation, LATE)
    again = look_after(counter.world.installation, LATE)

    assert ((early.lapsed, late.lapsed, again), till.asked) == ((0, 1, LookedAfter()), 3)
    assert (state(counter), counter.bonus(), counter.stock()) == ("cancelled", 16_000, (7, 0))
    assert counter.world.violated() == {}


def test_what_comes_in_after_all_is_paid_back(counter: Counter, till: Till) -> None:
    key = begun(counter, ordered(counter))
    look_after(counter.world.installation, LATE)

    till.pays(key, 10_750)
    after = look_after(counter.world.installation, LATE + DAY)

    assert (after.refunded, money(counter), state(counter)) == (1, ["over", 10_750, 10_750], "cancelled")
    assert counter.world.violated() == {}


def test_what_was_paid_in_the_last_minute_counts(counter: Counter, till: Till) -> None:
    till.pays(begun(counter, ordered(counter)), 10_750)

    look_after(counter.world.installation, LATE)

    assert (state(counter), money(counter)) == ("ordered", ["paid", 10_750, 0])


def test_a_provider_that_refuses_ends_the_order(counter: Counter, till: Till) -> None:
    placed = ordered(counter)
    till.begins = lambda wanted: Begun(PaymentAnswer.REFUSED, said="no card")

    reply = begin_payment(counter.world.installation, counter.access(), placed.public_id, "de", "", SOON)

    assert reply.answer is PaymentAnswer.REFUSED
    assert (state(counter), counter.bonus(), money(counter)) == ("cancelled", 16_000, ["over", 0, 0])
    with pytest.raises(Refusal) as refused:
        begin_payment(counter.world.installation, counter.access(), placed.public_id, "de", "", SOON)
    assert refused.value.code == "not_waiting"


def test_a_provider_that_accepts_and_times_out_has_one_payment(counter: Counter, till: Till) -> None:
    placed = ordered(counter)

    def silent(_wanted: Any) -> Begun:
        raise ProviderUnavailable("no answer in 10 seconds")

    till.begins = silent
    first = begin_payment(counter.world.installation, counter.access(), placed.public_id, "de", "", SOON)
    till.begins = None
    second = begin_payment(counter.world.installation, counter.access(), placed.public_id, "de", "", SOON)

    assert (first.answer, second.answer, len(till.begun)) == (PaymentAnswer.UNKNOWN, PaymentAnswer.WAITING, 1)
    assert begin_payment(counter.world.installation, counter.access(), placed.public_id, "de", "", SOON) == second


@pytest.mark.parametrize("answer", [
    Begun(PaymentAnswer.WAITING), Begun(PaymentAnswer.WAITING, "http://till.example/1"),
    Begun(PaymentAnswer.WAITING, "javascript:alert(1)"), Begun("waiting", "https://till.example"), "paid", None])  # type: ignore[arg-type]
def test_what_is_no_answer_leaves_it_unknown(counter: Counter, till: Till, answer: Any) -> None:
    placed = ordered(counter)
    till.begins = lambda wanted: answer

    reply = begin_payment(counter.world.installation, counter.access(), placed.public_id, "de", "", SOON)

    assert (reply.answer, state(counter)) == (PaymentAnswer.UNKNOWN, "unpaid")


@pytest.mark.parametrize("known", [Known(PaymentAnswer.ACCEPTED, -1), Known(PaymentAnswer.ACCEPTED, 1.5), 17])  # type: ignore[arg-type]
def test_sums_that_cannot_be_are_not_believed(counter: Counter, till: Till, known: Any) -> None:
    placed = ordered(counter)
    till.known[begun(counter, placed)] = known

    look_up_own(counter.world.installation, counter.access(), placed.public_id, SOON)

    assert money(counter) == ["open", 0, 0]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_parts_come_back_exactly_in_any_order(counter: Counter, till: Till, order: tuple[int, ...]) -> None:
    placed = ordered(counter, 11_851)
    paid(counter, till, placed)
    office, installation = counter.office(), counter.world.installation
    acts: list[Callable[[], Any]] = [
        lambda: cancel_lines(installation, office, placed.public_id, [Cut(1, 1)], SOON, reason=WHY),
        lambda: cancel_lines(installation, office, placed.public_id, [Cut(2, 1)], SOON, reason=WHY),
        lambda: cancel_lines(installation, office, placed.public_id, [Cut(1, 1), Cut(2, 1)], SOON, reason=WHY)]

    for number in order:
        acts[number]()
    move_on(installation, office, placed.public_id, OrderAct.SHIP, [Cut(1, 1)], SOON)
    move_on(installation, office, placed.public_id, OrderAct.RETURN, [Cut(1, 1)], SOON, reason=WHY)
    look_after(installation, SOON)

    assert counter.bonus() == 16_000
    assert money(counter) == ["paid", placed.money, placed.money]
    assert sum(till.refunds.values()) == placed.money
    assert counter.world.violated() == {}


def test_a_refund_is_tried_until_it_is_answered_and_paid_once(counter: Counter, till: Till) -> None:
    placed = ordered(counter)
    paid(counter, till, placed)
    cancel_lines(counter.world.installation, counter.access(), placed.public_id, [], SOON)
    keys: list[str] = []

    def silent(wanted: Any) -> RefundReply:
        keys.append(wanted.key)
        raise ProviderUnavailable("no answer")

    till.refunding = silent
    first = look_after(counter.world.installation, SOON)
    at_once = look_after(counter.world.installation, SOON)
    with pytest.raises(Refusal) as too_early:  # the provider may have paid it: people would pay it twice
        note_refunded(counter.world.installation, counter.office(), keys[0], SOON)
    till.refunding = None
    second = look_after(counter.world.installation, SOON + HOUR)
    third = look_after(counter.world.installation, SOON + 2 * HOUR)

    assert (first.unknown, at_once.unknown, second.refunded, third.refunded) == (1, 0, 1, 0)
    assert too_early.value.code == "in_flight"
    assert (keys, money(counter)) == (list(till.refunds), ["paid", 10_750, 10_750])
    assert counter.world.violated() == {}


def test_a_refund_that_is_refused_waits_for_somebody(counter: Counter, till: Till) -> None:
    placed = ordered(counter)
    paid(counter, till, placed)
    cancel_lines(counter.world.installation, counter.access(), placed.public_id, [], SOON)
    till.refunding = lambda wanted: RefundReply(PaymentAnswer.REFUSED, "account closed")

    result = look_after(counter.world.installation, SOON)

    assert (result.refused, look_after(counter.world.installation, SOON + DAY).refused) == (1, 0)
    assert counter.world.rows(select(payment_refund.c.state, payment_refund.c.said)) == [("refused", "account closed")]
    assert counter.world.violated() == {}


def test_a_part_of_what_waits_for_money_is_not_cancelled(counter: Counter) -> None:
    placed = ordered(counter)

    with pytest.raises(Refusal) as refused:
        cancel_lines(counter.world.installation, counter.access(), placed.public_id, [Cut(1, 1)], SOON)
    whole = cancel_lines(counter.world.installation, counter.access(), placed.public_id, [], SOON + DAY)

    assert (refused.value.code, whole.state, whole.points, whole.money) == ("unpaid_whole", "cancelled", 11_850, 10_750)
    assert (counter.bonus(), money(counter)) == (16_000, ["over", 0, 0])
    assert counter.world.violated() == {}


def test_who_approves_comes_after_the_money(tmp_path: Path, database: Database, till: Till) -> None:
    counter = till_counter(tmp_path / "other", database, till, LIMIT)
    first, second = (counter.order(("DRILL-12", 1), key=key, points=4_000) for key in ("K1", "K2"))
    office, installation = counter.office(), counter.world.installation

    with pytest.raises(Refusal):
        approve(installation, office, first.public_id, SOON)
    for placed in (first, second):
        paid(counter, till, placed)
    states = [one[1] for one in counter.orders()]
    approve(installation, office, first.public_id, SOON)
    refuse(installation, office, second.public_id, SOON, reason="Above the budget")
    look_after(installation, SOON)

    assert (states, [one[1] for one in counter.orders()]) == (["waiting"] * 2, ["ordered", "cancelled"])
    assert (list(till.refunds.values()), counter.bonus()) == ([3_200], 12_000)
    assert counter.world.violated() == {}


def test_others_neither_begin_nor_look(counter: Counter) -> None:
    placed = ordered(counter)
    other = counter.access("10109")
    reader = attrs.evolve(counter.access(), permissions=frozenset())

    with pytest.raises(OutOfScope):
        begin_payment(counter.world.installation, other, placed.public_id, "de", "", SOON)
    with pytest.raises(OutOfScope):
        look_up_own(counter.world.installation, other, placed.public_id, SOON)
    with pytest.raises(NotAllowed):
        begin_payment(counter.world.installation, reader, placed.public_id, "de", "", SOON)


@pytest.mark.parametrize(("tampering", "law"), [
    ("UPDATE reward_order SET money = 1", "money_of_orders_is_their_payment"),
    ("UPDATE order_line SET money = 1", "money_of_orders_is_their_payment"),
    ("UPDATE payment SET amount = 1", "money_of_orders_is_their_payment"),
    ("UPDATE payment SET state = 'open'", "money_of_orders_is_their_payment"),
    ("DELETE FROM payment", "money_of_orders_is_their_payment"),
    ("UPDATE payment SET captured = 20000", "payments_are_what_happened"),
    ("UPDATE payment SET refunded = 1", "payments_are_what_happened"),
    ("UPDATE payment_refund SET amount = 20000", "payments_are_what_happened"),
    ("DELETE FROM payment_event", "payments_are_what_happened"),
    ("UPDATE order_line SET points = points - 1", "points_of_orders_are_their_bookings"),
    ("UPDATE reward_order SET state = 'unpaid'", "order_is_its_lines"),
])
def test_what_was_changed_by_sql_shows(counter: Counter, till: Till, tampering: str, law: str) -> None:
    placed = ordered(counter)
    paid(counter, till, placed)
    cancel_lines(counter.world.installation, counter.access(), placed.public_id, [Cut(1, 1)], SOON)
    look_after(counter.world.installation, SOON)
    assert counter.world.violated() == {}

    with counter.world.database.writing() as connection:
        connection.execute(text(tampering))

    assert law in counter.world.violated()
