"""Laws of what orders take beside points: codes, seats and budgets of promotions; any change by SQL shows."""

from decimal import Decimal
from pathlib import Path

import attrs
import pytest
from sqlalchemy import select, text

from tests.support.catalogues import DRILL
from tests.support.ordering import Counter
from tests.support.vouchers import Kiosk, make_kiosk
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.domain.promotions import Promotion
from treuwerk.domain.reward_orders import OrderAct, WantedLine
from treuwerk.services.orders.cancelling_lines import Cut, cancel_lines
from treuwerk.services.orders.fulfilled import fulfil_by_themselves
from treuwerk.services.orders.moving_on import move_on
from treuwerk.services.orders.placing import Placed
from treuwerk.services.rewards.seat_plan import import_seats
from treuwerk.services.submissions.forgetting_uploads import forget_uploads
from treuwerk.store import promotions
from treuwerk.store.database import Database
from treuwerk.store.promotions import PROMOTIONS
from treuwerk.store.tables import order_line, reward_seat

DAY = 86_400 * 1_000_000
SLOT = "2026-06-20"
SAIL = {**DRILL, "reward": "SAIL", "variant": "SAIL-1", "kind": "experiences", "variant_points": "2000",
        "name_de": "Segeln", "category": "garden"}
OFFER = Promotion("tools_week", {"de": "Werkzeugwoche"}, published=True, categories=("tools",), percent=Decimal(50),
                  budget=10_000)


@pytest.fixture
def kiosk(tmp_path: Path, database: Database) -> Kiosk:
    """Codes, a date with three seats, and a promotion that pays half of a drill and of a voucher."""
    kiosk = make_kiosk(tmp_path / "league", database, (('"voucher_codes", ', '"voucher_codes", "experiences", '),))
    kiosk.fill("BOOK-20;AAA-1;11;2026-08-31", "BOOK-20;BBB-2;22;2027-12-31", "BOOK-20;CCC-3;;")
    world = kiosk.counter.world
    assert not kiosk.counter.shelf.bring(SAIL).problems
    plan = world.folder / "seats.csv"
    plan.write_text(f"variant;starts;seats\nSAIL-1;{SLOT};3\n", "utf-8")
    assert import_seats(world.installation, plan, SIX_IN_THE_EVENING).created == 1
    with world.installation.database.writing() as connection:
        PROMOTIONS.save(connection, [(OFFER, 0)], "ada", "page", 1)
        promotions.set_budgets(connection, {OFFER.code: OFFER.budget}, 1)
    return kiosk


def order_one_of_each(counter: Counter) -> Placed:
    return counter.order(WantedLine("BOOK-20", 2, 1_000), WantedLine("SAIL-1", 2, 2_000, {"slot": SLOT}),
                         WantedLine("DRILL-12", 2, 3_600))


def spent(counter: Counter) -> int:
    with counter.world.database.reading() as connection:
        return promotions.spent(connection)[OFFER.code]


def seats_taken(counter: Counter) -> int:
    [(taken,)] = counter.world.rows(select(reward_seat.c.taken))
    return int(taken)


@pytest.mark.parametrize(("tampering", "law"), [
    ("UPDATE voucher_code SET line = 3 WHERE state = 'taken'", "code_belongs_to_one_line"),
    ("UPDATE voucher_code SET order_id = 5 WHERE state = 'taken'", "code_belongs_to_one_line"),
    ("UPDATE voucher_code SET variant = 'DRILL-12' WHERE state = 'taken'", "code_belongs_to_one_line"),
    ("UPDATE voucher_code SET state = 'free' WHERE state = 'taken'", "code_belongs_to_one_line"),
    ("UPDATE voucher_code SET state = 'taken' WHERE state = 'free'", "code_belongs_to_one_line"),
    ("UPDATE voucher_code SET state = 'revealed' WHERE state = 'taken'", "code_belongs_to_one_line"),
    ("UPDATE voucher_code SET state = 'revealed', revealed_at = 1 WHERE state = 'taken'", "code_belongs_to_one_line"),
    ("UPDATE voucher_code SET state = 'sold'", "code_belongs_to_one_line"),
    ("DELETE FROM voucher_code WHERE valid_until = '2026-08-31'", "line_has_a_code_for_each_piece"),
    ("DELETE FROM voucher_code", "line_has_a_code_for_each_piece"),
    (("UPDATE voucher_code SET account_id = o.account_id, order_id = o.order_id, line = o.line, state = 'taken' "
      "FROM order_line o WHERE o.variant = voucher_code.variant AND voucher_code.state = 'free'"),
     "line_has_a_code_for_each_piece"),
    ("UPDATE reward_seat SET taken = 1", "seats_are_those_of_orders"),
    ("UPDATE reward_seat SET taken = 3", "seats_are_those_of_orders"),
    ("UPDATE reward_seat SET slot = '2026-06-21'", "seats_are_those_of_orders"),
    ("DELETE FROM reward_seat", "seats_are_those_of_orders"),
    ("UPDATE order_line SET details = '{}'", "seats_are_those_of_orders"),
    ("UPDATE order_line SET details = 'no JSON'", "seats_are_those_of_orders"),
    ("UPDATE promotion_budget SET spent = 0", "budgets_are_spent_by_orders"),
    ("UPDATE promotion_budget SET spent = spent + 1", "budgets_are_spent_by_orders"),
    ("DELETE FROM promotion_budget", "budgets_are_spent_by_orders"),
    ("UPDATE order_line SET promotion = ''", "budgets_are_spent_by_orders"),
    ("UPDATE order_line SET promotion = 'another' WHERE promotion <> ''", "budgets_are_spent_by_orders"),
    ("UPDATE order_line SET snapshot = 'no JSON'", "budgets_are_spent_by_orders"),
    ("UPDATE order_line SET reserved = 1 WHERE variant = 'DRILL-12'", "reserved_pieces_are_those_that_have_not_left"),
])
def test_what_was_changed_by_sql_shows(kiosk: Kiosk, tampering: str, law: str) -> None:
    order_one_of_each(kiosk.counter)
    assert kiosk.counter.world.violated() == {}

    with kiosk.counter.world.database.writing() as connection:
        connection.execute(text(tampering))

    assert law in kiosk.counter.world.violated()


def test_a_plan_below_what_is_taken_is_nothing_that_the_database_keeps_either(kiosk: Kiosk) -> None:
    order_one_of_each(kiosk.counter)
    world = kiosk.counter.world

    plan = world.folder / "seats.csv"
    plan.write_text(f"variant;starts;seats\nSAIL-1;{SLOT};1\n", "utf-8")
    receipt = import_seats(world.installation, plan, SIX_IN_THE_EVENING)

    assert [one["code"] for one in receipt.problems] == ["seats_taken"]
    assert world.violated() == {}


def test_all_that_an_order_took_is_given_back_piece_by_piece(kiosk: Kiosk) -> None:
    counter, installation = kiosk.counter, kiosk.counter.world.installation
    placed = order_one_of_each(counter)
    before = (kiosk.pool().taken, seats_taken(counter), spent(counter))

    cancel_lines(installation, counter.access(), placed.public_id, [Cut(1, 1), Cut(2, 1), Cut(3, 1)],
                 SIX_IN_THE_EVENING)
    between = (kiosk.pool().taken, seats_taken(counter), spent(counter))
    laws = counter.world.violated()
    cancel_lines(installation, counter.access(), placed.public_id, [], SIX_IN_THE_EVENING)

    assert (before, between) == ((2, 2, 9_200), (1, 1, 4_600))
    assert (kiosk.pool().taken, seats_taken(counter), spent(counter)) == (0, 0, 0)
    assert (laws, counter.world.violated(), counter.bonus()) == ({}, {}, 16_000)


def test_laws_hold_through_shipping_showing_and_coming_back(kiosk: Kiosk) -> None:
    counter, installation = kiosk.counter, kiosk.counter.world.installation
    placed = order_one_of_each(counter)

    kiosk.show(placed)
    move_on(installation, counter.office(), placed.public_id, OrderAct.SHIP, [Cut(3, 1)], SIX_IN_THE_EVENING)
    move_on(installation, counter.office(), placed.public_id, OrderAct.RETURN, [Cut(3, 1)], SIX_IN_THE_EVENING,
            reason="Came back broken")

    assert spent(counter) == 9_200 - 3_600
    assert counter.world.violated() == {}


def test_who_is_forgotten_leaves_the_seats_and_nothing_else_of_the_answers(kiosk: Kiosk) -> None:
    counter = kiosk.counter
    counter.order(WantedLine("SAIL-1", 2, 2_000, {"slot": SLOT}), destination=None)
    after = SIX_IN_THE_EVENING + 20 * DAY
    assert fulfil_by_themselves(counter.world.installation, after) == 1

    forget_uploads(counter.office(), counter.world.installation, counter.account(), after, reason="Asked by letter")

    assert counter.world.rows(select(order_line.c.details)) == [(f'{{"slot":"{SLOT}"}}',)]
    assert counter.world.violated() == {}


def test_a_kind_that_the_programme_dropped_still_gives_back_what_was_kept(kiosk: Kiosk) -> None:
    counter, installation = kiosk.counter, kiosk.counter.world.installation
    placed = order_one_of_each(counter)
    settings = attrs.evolve(installation.programme.settings, reward_kinds=[])
    without = attrs.evolve(installation, programme=attrs.evolve(installation.programme, settings=settings))

    cancel_lines(without, counter.access(), placed.public_id, [Cut(1), Cut(2)], SIX_IN_THE_EVENING)

    assert (kiosk.pool().taken, kiosk.pool().free, seats_taken(counter)) == (0, 3, 0)
    assert counter.world.violated() == {}
