"""Steps of the schema that meet orders of an older release: what they make of them is what is written today."""

from alembic import command
from sqlalchemy import insert, select

from tests.engine.orders.test_order_parcels import SOON, sent
from tests.engine.store.test_migrating import step_to
from tests.support.ordering import Counter
from treuwerk.domain.reward_orders import OrderAct
from treuwerk.services.orders.arriving import parcel_arrived
from treuwerk.services.orders.cancelling_lines import Cut
from treuwerk.services.orders.moving_on import move_on
from treuwerk.store.migrating import migrate
from treuwerk.store.tables import handover, order_parcel, order_parcel_line

BEFORE_PARCELS, BEFORE_FOLLOWING = "0051", "0055"


def parcels(counter: Counter) -> list[tuple[object, ...]]:
    inside, columns = order_parcel_line.c, order_parcel.c
    return [*counter.world.rows(select(columns.order_id, columns.number, columns.carrier, columns.tracking,
                                       columns.sent_at, columns.delivered_at).order_by(columns.order_id,
                                                                                       columns.number)),
            *counter.world.rows(select(inside.order_id, inside.parcel, inside.line, inside.pieces).order_by(
                inside.order_id, inside.parcel, inside.line))]


def test_parcels_become_rows_of_what_happened_before_there_were_any(counter: Counter) -> None:
    world, office = counter.world, counter.office()
    in_parts = counter.order(("MUG-RED", 3), ("DRILL-12", 1))
    sent(counter, in_parts, Cut(1, 1))
    sent(counter, in_parts, Cut(1, 2), Cut(2, 1), carrier="UPS", tracking="1Z")
    parcel_arrived(world.installation, office, in_parts.public_id, 1, SOON + 1)
    parcel_arrived(world.installation, office, in_parts.public_id, 2, SOON + 1)
    at_once = counter.order(("MUG-RED", 2), key="K2")
    move_on(world.installation, office, at_once.public_id, OrderAct.DELIVER, (), SOON)
    counter.order(("MUG-RED", 1), key="K3")
    today = parcels(counter)

    step_to(world.database, command.downgrade, BEFORE_PARCELS)
    migrate(world.database)

    assert len(today) == 3 + 4
    assert parcels(counter) == today
    assert world.violated() == {}


def test_suppliers_that_have_an_order_are_asked_what_they_sent(counter: Counter) -> None:
    made = {"supplier": "tools", "lines": "[]", "said": "", "attempts": 1, "not_before": 0, "made_at": 1,
            "changed_at": 1}
    database = counter.world.database
    step_to(database, command.downgrade, BEFORE_FOLLOWING)
    with database.writing() as connection:
        connection.execute(insert(handover), [made | {"key": state, "state": state}
                                              for state in ("accepted", "waiting", "refused")])

    migrate(database)

    assert counter.world.rows(select(handover.c.key, handover.c.follow_at, handover.c.recalled).order_by("key")) == [
        ("accepted", 1, "[]"), ("refused", 0, "[]"), ("waiting", 0, "[]")]
