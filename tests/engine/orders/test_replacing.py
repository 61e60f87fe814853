"""Pieces that are sent once more: without points, of the stock, and never more than left."""

import attrs
import pytest
from sqlalchemy import select, text

from tests.engine.orders.test_moving_on import moved
from tests.engine.orders.test_racing_orders import all_at_once
from tests.support.catalogues import DRILL
from tests.support.colleagues import namesake
from tests.support.ordering import HOME, MUG, Counter
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.domain.refusals import KeyConflict, Refusal
from treuwerk.domain.reward_orders import Destination, LineState, OrderAct
from treuwerk.domain.rights import NotAllowed, OutOfScope
from treuwerk.services.orders.cancelling_lines import Cut, cancel_lines
from treuwerk.services.orders.handing_over import hand_over
from treuwerk.services.orders.placing import Placed
from treuwerk.services.orders.replacing import Replacement, replace
from treuwerk.services.orders.viewing_orders import order_of
from treuwerk.store.tables import audit_entry, order_line, outbox

SOON = SIX_IN_THE_EVENING + 3_600_000_000
WHY = "Broken on the way"


def sent_again(counter: Counter, placed: Placed, pieces: int = 1, *, line: int = 1, variant: str = "", key: str = "R1",
               reason: str = WHY, without: tuple[str, ...] = (), version: int | None = None) -> Placed:
    wanted = Replacement(line, pieces, reason, key, variant)
    return replace(counter.world.installation, counter.office(*without), placed.public_id, wanted, SOON,
                   version=version)


def shipped(counter: Counter, *wanted: tuple[str, int]) -> Placed:
    placed = counter.order(*(wanted or (("DRILL-12", 2),)))
    moved(counter, placed, OrderAct.SHIP)
    return placed


def replaced(counter: Counter) -> list[tuple[object, ...]]:
    line = order_line.c
    return counter.world.rows(select(line.variant, line.quantity, line.points_each, line.replaced, line.reserved)
                              .order_by(line.points_each.desc(), line.variant))


def test_a_replacement_costs_no_points_and_keeps_a_piece_of_the_stock(counter: Counter) -> None:
    placed = shipped(counter)

    again = sent_again(counter, placed)

    assert replaced(counter) == [("DRILL-12", 2, 7_200, 1, 0), ("DRILL-12", 1, 0, 0, 1)]
    assert (counter.bonus(), counter.stock(), again.points) == (16_000 - 14_400, (5, 1), 0)
    assert counter.world.rows(select(audit_entry.c.action, audit_entry.c.reason).where(
        audit_entry.c.action == "order.replace")) == [("order.replace", WHY)]
    told = counter.world.rows(select(outbox.c.topic, outbox.c.payload).where(outbox.c.topic.like("reward_order%")))
    assert ("reward_order_placed", f'{{"order": "{again.public_id}", "state": "ordered"}}') in told
    assert counter.world.violated() == {}


def test_both_orders_name_each_other(counter: Counter) -> None:
    placed = shipped(counter)
    again = sent_again(counter, placed)

    with counter.world.database.reading() as connection:
        old = order_of(counter.office(), connection, placed.public_id)
        new = order_of(counter.access(), connection, again.public_id)

    assert [(one.order, one.line, one.pieces, one.reason) for one in old.lines[0].replacements] == [
        (again.public_id, 1, 1, WHY)]
    assert new.lines[0].replaces is not None
    assert (new.lines[0].replaces.order, new.lines[0].replaces.line) == (placed.public_id, 1)
    assert new.destination == old.destination
    assert [dict(one.details) for one in old.events if one.kind == "replace"] == [
        {"order": again.public_id, "reason": WHY}]


def test_no_more_pieces_are_sent_again_than_left_and_did_not_come_back(counter: Counter) -> None:
    placed = counter.order(("DRILL-12", 2))
    moved(counter, placed, OrderAct.SHIP, Cut(1, 1))

    sent_again(counter, placed)
    with pytest.raises(Refusal) as refusal:
        sent_again(counter, placed, key="R2")

    assert (refusal.value.code, refusal.value.facts["there"]) == ("wrong_quantity", 0)
    with pytest.raises(Refusal, match="found 1 pieces"):
        moved(counter, placed, OrderAct.RETURN, Cut(1, 1))
    assert counter.bonus() == 16_000 - 14_400
    assert counter.world.violated() == {}


def test_what_came_back_for_points_is_not_sent_again(counter: Counter) -> None:
    placed = shipped(counter)
    moved(counter, placed, OrderAct.RETURN)

    with pytest.raises(Refusal) as refusal:
        sent_again(counter, placed)

    assert refusal.value.code == "wrong_state"


@pytest.mark.parametrize("act", [OrderAct.CANCEL, OrderAct.RETURN])
def test_a_replacement_that_is_cancelled_or_comes_back_frees_the_first_piece(counter: Counter, act: OrderAct) -> None:
    placed = shipped(counter)
    again = sent_again(counter, placed, 2)

    if act is OrderAct.CANCEL:
        cancel_lines(counter.world.installation, counter.office(), again.public_id, [Cut(1, 1)], SOON, reason=WHY)
    else:
        moved(counter, again, OrderAct.SHIP)
        moved(counter, again, OrderAct.RETURN, Cut(1, 1))
    between = replaced(counter)[0][3]
    moved(counter, placed, OrderAct.RETURN, Cut(1, 1))

    assert (between, replaced(counter)[0][3]) == (1, 1)
    assert counter.bonus() == 16_000 - 7_200
    assert counter.world.violated() == {}


def test_a_replacement_can_itself_be_replaced(counter: Counter) -> None:
    again = sent_again(counter, shipped(counter))
    moved(counter, again, OrderAct.SHIP)

    third = sent_again(counter, again, variant="MUG-RED", key="R2")

    assert [row[:4] for row in replaced(counter)] == [
        ("DRILL-12", 2, 7_200, 1), ("DRILL-12", 1, 0, 1), ("MUG-RED", 1, 0, 0)]
    assert third.state is LineState.ORDERED
    assert counter.world.violated() == {}


def test_another_variant_costs_no_more_and_is_offered(counter: Counter) -> None:
    placed = shipped(counter, ("MUG-RED", 1), ("DRILL-12", 1))

    with pytest.raises(Refusal) as dear:
        sent_again(counter, placed, variant="DRILL-12")
    with pytest.raises(Refusal) as unknown:
        sent_again(counter, placed, variant="SAW")
    sent_again(counter, placed, line=2, variant="MUG-RED")

    assert (dear.value.code, dear.value.facts) == ("too_dear", {"points": 7_200, "worth": 500})
    assert unknown.value.code == "not_offered"
    assert replaced(counter)[-1] == ("MUG-RED", 1, 0, 0, 0)


def test_the_same_variant_is_sent_again_although_it_is_no_longer_offered(counter: Counter) -> None:
    placed = shipped(counter, ("MUG-RED", 1))
    counter.shelf.bring({**MUG, "state": "withdrawn"})

    assert sent_again(counter, placed).state is LineState.ORDERED


def test_what_may_not_be_given_any_more_is_not_sent_again_and_the_other_ways_are_named(counter: Counter) -> None:
    placed = shipped(counter, ("MUG-RED", 1))
    counter.shelf.bring({**MUG, "origin_valid_until": "2026-01-01"})

    with pytest.raises(Refusal, match="Send another variant, give the points back, or decline") as barred:
        sent_again(counter, placed)

    assert barred.value.code == "barred"
    assert "2026-01-01" in barred.value.reason
    assert replaced(counter) == [("MUG-RED", 1, 500, 0, 0)]
    counter.shelf.bring({**MUG, "origin_valid_until": "2027-12-31", "state": "withdrawn"})
    assert sent_again(counter, placed).state is LineState.ORDERED


def test_without_a_piece_nothing_is_done(counter: Counter) -> None:
    placed = shipped(counter)
    counter.shelf.bring({**DRILL, "stock": "0"})

    with pytest.raises(Refusal) as refusal:
        sent_again(counter, placed)

    assert (refusal.value.code, refusal.value.facts["there"]) == ("sold_out", 0)
    assert replaced(counter) == [("DRILL-12", 2, 7_200, 0, 0)]


def test_the_same_form_twice_is_one_replacement(counter: Counter) -> None:
    placed = shipped(counter)

    first, second = sent_again(counter, placed), sent_again(counter, placed)

    assert (first.public_id, second.repeated) == (second.public_id, True)
    with pytest.raises(KeyConflict):
        sent_again(counter, placed, 2)


def test_a_reason_and_a_right_are_needed_and_nobody_does_it_for_the_own_company(counter: Counter) -> None:
    placed = shipped(counter)

    with pytest.raises(Refusal) as reason:
        sent_again(counter, placed, reason="broken")
    with pytest.raises(NotAllowed):
        sent_again(counter, placed, without=("orders.write",))
    with pytest.raises(OutOfScope):
        replace(counter.world.installation, counter.office(), "ord_00000000000000000000000000",
                Replacement(1, 1, WHY, "K"), SOON)
    with pytest.raises(Refusal) as changed:
        sent_again(counter, placed, version=1)
    own = namesake(counter.world, counter.office(), "10017")
    with pytest.raises(Refusal) as mine:
        replace(counter.world.installation, own, placed.public_id, Replacement(1, 1, WHY, "R1"), SOON)

    assert (reason.value.code, changed.value.code, mine.value.code) == (
        "no_reason", "changed_meanwhile", "own_account")


def test_two_who_replace_the_last_piece_at_once_send_one(counter: Counter) -> None:
    placed = shipped(counter, ("MUG-RED", 1))

    outcomes = all_at_once([lambda at=at: sent_again(counter, placed, key=f"R{at}")  # type: ignore[misc]
                            for at in range(12)])

    assert outcomes["done"] == 1
    assert sum(outcomes.values()) == 12
    assert replaced(counter) == [("MUG-RED", 1, 500, 1, 0), ("MUG-RED", 1, 0, 0, 0)]
    assert counter.world.violated() == {}


def test_replacing_and_giving_points_back_at_once_is_one_of_them(counter: Counter) -> None:
    placed = shipped(counter, ("MUG-RED", 1))

    outcomes = all_at_once([
        *(lambda at=at: sent_again(counter, placed, key=f"R{at}") for at in range(6)),
        *([lambda: moved(counter, placed, OrderAct.RETURN)] * 6)])

    assert outcomes["done"] == 1
    assert counter.world.violated() == {}


def test_a_replacement_goes_to_the_supplier_at_once(counter: Counter) -> None:
    again = sent_again(counter, shipped(counter))

    with counter.world.database.reading() as connection:
        new = order_of(counter.office(), connection, again.public_id)

    assert (new.cancel_until, new.withdrawable(SOON)) == (SOON, 0)
    assert hand_over(counter.world.installation, SOON).made == 0  # no channel here: it is sent by hand


@pytest.mark.parametrize("tampering", [
    "UPDATE order_line SET replaced = 2 WHERE points > 0", "DELETE FROM replacement",
    "UPDATE order_line SET quantity = 3 WHERE points = 0"])
def test_what_was_changed_by_sql_shows(counter: Counter, tampering: str) -> None:
    sent_again(counter, shipped(counter))

    with counter.world.database.writing() as connection:
        connection.execute(text(tampering))

    assert "replaced_pieces_were_sent_once_more" in counter.world.violated()


ELSEWHERE = Destination("Site of Sonnendach", "Kanalweg 3", "5020", "Salzburg", "AT")


def test_a_replacement_goes_to_another_address_where_one_is_named(counter: Counter) -> None:
    placed = shipped(counter)
    wanted = Replacement(1, 1, WHY, "R1", destination=ELSEWHERE)

    again = replace(counter.world.installation, counter.office(), placed.public_id, wanted, SOON)

    with counter.world.database.reading() as connection:
        assert order_of(counter.office(), connection, again.public_id).destination == ELSEWHERE
        assert order_of(counter.office(), connection, placed.public_id).destination == HOME
    with pytest.raises(KeyConflict):
        sent_again(counter, placed)


def test_it_goes_nowhere_where_the_reward_is_not_delivered(counter: Counter) -> None:
    counter.shelf.bring({**DRILL, "countries": "DE|AT"})
    placed = shipped(counter)
    wanted = Replacement(1, 1, WHY, "R1", destination=attrs.evolve(ELSEWHERE, country="FR", postcode="75001"))

    with pytest.raises(Refusal) as refusal:
        replace(counter.world.installation, counter.office(), placed.public_id, wanted, SOON)

    assert (refusal.value.code, refusal.value.facts["country"]) == ("country_not_served", "FR")
    assert [row[3] for row in replaced(counter)] == [0]
