"""Placing an order: what is booked, what is refused and why, and that a key stands for one order."""

from decimal import Decimal
from pathlib import Path

import attrs
import pytest
from sqlalchemy import select, update

from tests.support.colleagues import namesake
from tests.support.ordering import HOME, MUG, Counter, make_counter
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.domain.promotions import Promotion, TargetAudience
from treuwerk.domain.refusals import KeyConflict, Refusal
from treuwerk.domain.reward_orders import OrderRefused, WantedLine
from treuwerk.domain.rights import NotAllowed, OutOfScope
from treuwerk.services.orders.cancelling_lines import Cut, cancel_lines
from treuwerk.store import promotions
from treuwerk.store.database import Database
from treuwerk.store.tables import (
    audit_entry,
    hold,
    order_event,
    order_line,
    outbox,
    participant,
    promotion_budget,
    reward,
    reward_order,
)

DAY = 86_400 * 1_000_000


def test_an_order_takes_points_and_stock_and_tells_of_itself(counter: Counter) -> None:
    placed = counter.order(("DRILL-12", 2), ("MUG-RED", 1))

    assert (placed.state, placed.points, placed.before, placed.after) == ("ordered", 14_900, 16_000, 1_100)
    assert counter.bonus() == 1_100
    assert counter.stock() == (7, 2)
    assert counter.lines() == [("DRILL-12", "ordered", 2, 0, 2), ("MUG-RED", "ordered", 1, 0, 0)]
    name = f"redemption|reward|{placed.public_id}"
    assert counter.spent() == [("redemption", f"{name}|1"), ("redemption", f"{name}|2")]
    assert counter.world.rows(select(order_event.c.kind, order_event.c.quantity)) == [("placed", 3)]
    [(payload,)] = counter.world.rows(select(outbox.c.payload).where(outbox.c.topic == "reward_order_placed"))
    assert placed.public_id in payload
    [(action, about)] = counter.world.rows(select(audit_entry.c.action, audit_entry.c.object).where(
        audit_entry.c.action.like("order.%")))
    assert (action, about) == ("order.place", placed.public_id)
    assert counter.world.violated() == {}


def test_an_order_keeps_what_it_was_made_from(counter: Counter) -> None:
    counter.order(("DRILL-12", 1), note="Bitte klingeln")

    counter.shelf.bring({"reward": "DRILL", "variant": "DRILL-12", "name_de": "Bohrer", "cost": "90"})

    [(version, snapshot, each)] = counter.world.rows(select(
        order_line.c.reward_version, order_line.c.snapshot, order_line.c.points_each))
    assert (version, each) == (1, 7_200)
    assert "Akkuschrauber" in snapshot
    [(where, note)] = counter.world.rows(select(reward_order.c.destination, reward_order.c.note))
    assert ("Dachweg 1" in where, note) == (True, "Bitte klingeln")


def test_the_same_form_sent_twice_is_one_order(counter: Counter) -> None:
    first = counter.order(("DRILL-12", 1))

    again = counter.order(("DRILL-12", 1))

    assert (again.number, again.repeated, again.points) == (first.number, True, 7_200)
    assert (counter.bonus(), counter.stock(), len(counter.orders())) == (8_800, (7, 1), 1)


def test_a_key_that_stands_for_another_order_is_a_conflict(counter: Counter) -> None:
    counter.order(("DRILL-12", 1))

    with pytest.raises(KeyConflict):
        counter.order(("MUG-RED", 1))

    assert len(counter.orders()) == 1


@pytest.mark.parametrize(("wanted", "code", "details"), [
    (WantedLine("DRILL-12", 1, 7_000), "price_changed", {"seen": 7_000, "now": 7_200}),
    (WantedLine("DRILL-12", 1, 9_000), "price_changed", {"seen": 9_000, "now": 7_200}),
    (WantedLine("DRILL-12", 8, 7_200), "sold_out", {"there": 7}),
    (WantedLine("MUG-RED", 0, 500), "wrong_quantity", {"most": 100}),
    (WantedLine("MUG-RED", 101, 500), "wrong_quantity", {"most": 100}),
    (WantedLine("SAW-1", 1, 500), "not_offered", {}),
])
def test_a_line_that_cannot_be_ordered_is_named_and_nothing_is_booked(
        counter: Counter, wanted: WantedLine, code: str, details: dict[str, int]) -> None:
    with pytest.raises(OrderRefused) as refused:
        counter.order(("MUG-RED", 1), wanted)

    [problem] = refused.value.problems
    assert (problem.line, problem.variant, problem.code, dict(problem.details)) == (2, wanted.variant, code, details)
    assert (counter.bonus(), counter.stock(), counter.orders(), counter.lines()) == (16_000, (7, 0), [], [])


def test_all_that_speaks_against_an_order_is_told_at_once(counter: Counter) -> None:
    with pytest.raises(OrderRefused) as refused:
        counter.order(WantedLine("DRILL-12", 9, 7_000), WantedLine("SAW-1", 1, 1), destination=None)

    assert [(one.line, one.code) for one in refused.value.problems] == [
        (1, "price_changed"), (1, "sold_out"), (1, "no_address"), (2, "not_offered")]
    assert refused.value.facts["problems"][1] == {
        "line": 1, "variant": "DRILL-12", "code": "sold_out", "there": 7, "objections": []}


def test_lines_of_one_variant_share_its_stock(counter: Counter) -> None:
    counter.earn("10017", 60, "MORE")

    with pytest.raises(OrderRefused) as refused:
        counter.order(("DRILL-12", 4), WantedLine("DRILL-12", 4, 7_200, {"engraving": "A"}))

    assert [(one.line, dict(one.details)) for one in refused.value.problems] == [(2, {"there": 3})]
    counter.order(("DRILL-12", 4), WantedLine("DRILL-12", 3, 7_200, {"engraving": "A"}))
    assert counter.stock() == (7, 7)


def test_too_few_points_name_how_many_are_missing(counter: Counter) -> None:
    with pytest.raises(Refusal) as refused:
        counter.order(("DRILL-12", 3))

    assert refused.value.as_json() | {"reason": ""} == {
        "code": "not_enough", "reason": "", "available": 16_000, "wanted": 21_600, "unit": "bonus", "missing": 5_600}
    assert (counter.bonus(), counter.stock(), counter.orders()) == (16_000, (7, 0), [])


def test_evidence_that_ends_while_something_is_in_the_cart_stops_the_order(counter: Counter) -> None:
    behind = SIX_IN_THE_EVENING + 400 * DAY
    counter.world.goes_on(behind)

    with pytest.raises(OrderRefused) as refused:
        counter.order(("DRILL-12", 1), now=behind)

    [problem] = refused.value.problems
    assert [one.reason for one in problem.objections] == ["The proof of origin ended on 2027-03-31."]


@pytest.mark.parametrize("cells", [
    {"state": "withdrawn"}, {"redeem_until": "2026-05-31"}, {"visible_until": "2026-05-31"},
    {"redeem_from": "2026-06-02"}])
def test_what_is_not_offered_today_is_not_ordered(counter: Counter, cells: dict[str, str]) -> None:
    counter.shelf.bring({**MUG, **cells})

    with pytest.raises(OrderRefused) as refused:
        counter.order(("MUG-RED", 1))

    assert refused.value.code == "not_offered"
    assert refused.value.problems[0].objections


def test_nothing_goes_to_a_country_that_is_not_served(counter: Counter) -> None:
    counter.shelf.bring({**MUG, "countries": "DE|AT"})

    counter.order(("MUG-RED", 1), destination=attrs.evolve(HOME, country="AT", postcode="1010"))
    with pytest.raises(OrderRefused) as refused:
        counter.order(("MUG-RED", 1), key="K2", destination=attrs.evolve(HOME, country="FR", postcode="75001"))

    assert [(one.code, dict(one.details)) for one in refused.value.problems] == [
        ("country_not_served", {"country": "FR"})]


def test_above_a_limit_points_are_only_reserved_until_somebody_approves(tmp_path: Path, database: Database) -> None:
    counter = make_counter(tmp_path / "league", database, [
        ('unit = "bonus"\n\n[rewards.pricing]',
         'unit = "bonus"\n\n[rewards.orders]\napproval_above = 7_000\n\n[rewards.pricing]')])

    small, large = counter.order(("MUG-RED", 1)), counter.order(("DRILL-12", 1), ("MUG-RED", 1), key="K2")

    assert (small.state, large.state) == ("ordered", "waiting")
    assert [kind for kind, _ in counter.spent()] == ["redemption", "hold", "hold"]
    assert counter.world.rows(select(hold.c.remaining).order_by(hold.c.id)) == [(7_200,), (500,)]
    assert (counter.bonus(), counter.stock()) == (7_800, (7, 1))
    [(until,)] = counter.world.rows(select(reward_order.c.approve_until).where(reward_order.c.state == "waiting"))
    assert until == SIX_IN_THE_EVENING + 14 * DAY
    assert counter.world.violated() == {}


def test_the_service_centre_orders_for_a_participant(counter: Counter) -> None:
    placed = counter.order(("MUG-RED", 1), access=counter.office(), account_id=counter.account())

    assert placed.account_id == counter.account()
    assert counter.world.rows(select(reward_order.c.actor)) == [("grace",)]


def test_who_may_not_order_does_not(counter: Counter) -> None:
    with pytest.raises(NotAllowed):
        counter.order(("MUG-RED", 1), access=counter.office("orders.place"), account_id=counter.account())
    with pytest.raises(NotAllowed):
        counter.order(("MUG-RED", 1), access=attrs.evolve(counter.access(), permissions=frozenset()))
    with pytest.raises(OutOfScope):
        counter.order(("MUG-RED", 1), access=counter.access("10109"), account_id=counter.account())
    with pytest.raises(Refusal) as refused:
        counter.order(("MUG-RED", 1), number="10200")

    assert refused.value.code == "participant_not_active"
    assert counter.orders() == []


def test_who_left_since_is_told_of_the_order_that_stands(counter: Counter) -> None:
    first = counter.order(("MUG-RED", 1))
    with counter.world.database.writing() as connection:
        connection.execute(update(participant).where(participant.c.account_id == counter.account()).values(
            status="left"))

    assert counter.order(("MUG-RED", 1)).number == first.number
    with pytest.raises(Refusal):
        counter.order(("MUG-RED", 1), key="K2")


@pytest.mark.parametrize(("more", "code"), [
    ({"note": "x" * 501}, "too_long"), ({"key": ""}, "missing"), ({"key": "x" * 201}, "too_long")])
def test_an_order_that_no_account_could_place_is_refused(counter: Counter, more: dict[str, str], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        counter.order(("MUG-RED", 1), **more)  # type: ignore[arg-type]

    assert refused.value.code == code
    assert counter.world.rows(select(reward.c.number).where(reward.c.number == "MUG")) == [("MUG",)]


def test_an_order_without_lines_is_refused(counter: Counter) -> None:
    with pytest.raises(Refusal) as refused:
        counter.order()

    assert refused.value.code == "nothing_wanted"


def on_offer(counter: Counter, budget: int, percent: int = 20, countries: tuple[str, ...] = ()) -> None:
    promotion = Promotion("spring", published=True, rewards=("MUG",), percent=Decimal(percent), budget=budget,
                          audience=TargetAudience(countries=countries))
    with counter.world.database.writing() as connection:
        known = promotions.PROMOTIONS.rows(connection)
        version = known["spring"].version if known else 0
        promotions.PROMOTIONS.save(connection, [(promotion, version)], "grace", "test", SIX_IN_THE_EVENING)
        promotions.set_budgets(connection, {"spring": budget}, SIX_IN_THE_EVENING)


def given_away(counter: Counter) -> int:
    [(spent,)] = counter.world.rows(select(promotion_budget.c.spent))
    return int(spent)


def test_a_special_price_is_paid_by_its_promotion_and_comes_back_with_the_order(counter: Counter) -> None:
    on_offer(counter, 350)
    placed = counter.order(WantedLine("MUG-RED", 2, 400))

    with pytest.raises(OrderRefused) as too_many:
        counter.order(WantedLine("MUG-RED", 2, 400), key="K2")
    spent = given_away(counter)
    cancel_lines(counter.world.installation, counter.access(), placed.public_id, [Cut(1, 1)], SIX_IN_THE_EVENING)

    assert (placed.points, spent, given_away(counter)) == (800, 200, 100)
    assert [(one.code, dict(one.details)) for one in too_many.value.problems] == [
        ("promotion_over", {"promotion": "spring", "left": 150})]
    assert counter.bonus() == 15_600


def test_a_promotion_that_ends_while_something_is_in_the_cart_changes_the_price(counter: Counter) -> None:
    on_offer(counter, 0)
    counter.order(WantedLine("MUG-RED", 1, 400))
    on_offer(counter, 0, percent=0)

    with pytest.raises(OrderRefused) as refused:
        counter.order(WantedLine("MUG-RED", 1, 400), key="K2")

    assert [(one.code, dict(one.details)) for one in refused.value.problems] == [
        ("price_changed", {"seen": 400, "now": 500})]


def test_a_price_for_a_country_is_that_of_the_company_wherever_the_parcel_goes(counter: Counter) -> None:
    on_offer(counter, 0, countries=("DE",))
    with counter.world.database.writing() as connection:
        connection.execute(update(participant).values(country="DE"))
    abroad = attrs.evolve(HOME, country="AT", postcode="1010")

    placed = counter.order(WantedLine("MUG-RED", 1, 400), destination=abroad)

    assert placed.points == 400


def test_pieces_of_a_variant_count_together_however_many_lines_name_them(tmp_path: Path, database: Database) -> None:
    counter = make_counter(tmp_path / "league", database, (
        ("\n[rewards.pricing]", "\n[rewards.orders]\nmost_pieces = 3\n\n[rewards.pricing]"),))

    with pytest.raises(OrderRefused) as refused:
        counter.order(("MUG-RED", 2), ("MUG-RED", 2))
    placed = counter.order(("MUG-RED", 2), ("MUG-RED", 1), ("DRILL-12", 1), key="K2")

    assert [(one.line, one.code, dict(one.details)) for one in refused.value.problems] == [
        (2, "wrong_quantity", {"most": 3})]
    assert placed.points == 8_700


def test_nobody_orders_for_the_own_company_from_the_service_centre(counter: Counter) -> None:
    own = namesake(counter.world, counter.office(), "10017")

    with pytest.raises(Refusal) as refused:
        counter.order(("MUG-RED", 1), access=own, account_id=counter.account())

    assert (refused.value.code, counter.orders(), counter.bonus()) == ("own_account", [], 16_000)
