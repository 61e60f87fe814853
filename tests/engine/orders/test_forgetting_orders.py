"""A participant is forgotten: addresses, notes and answers go, what was ordered and paid stays."""

import attrs
import pytest

from tests.support.ordering import Counter
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.domain.ids import public_user_id
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import WantedLine
from treuwerk.services.orders.cancelling_lines import Cut, cancel_lines
from treuwerk.services.orders.viewing_orders import order_of
from treuwerk.services.submissions.forgetting_uploads import forget_uploads

WHY = "Asked for by letter"


def test_an_order_keeps_its_figures_and_nobody(counter: Counter) -> None:
    ada = attrs.evolve(counter.access(), actor=public_user_id(1))
    placed = counter.order(WantedLine("MUG-RED", 2, 500, {"engraving": "Ada"}), note="Bitte klingeln", access=ada)
    cancel_lines(counter.world.installation, ada, placed.public_id, [Cut(1, 1)], SIX_IN_THE_EVENING + 1)
    cancel_lines(counter.world.installation, counter.office(), placed.public_id, [Cut(1)], SIX_IN_THE_EVENING + 1,
                 reason="Asked by phone")

    forget_uploads(counter.office(), counter.world.installation, counter.account(), SIX_IN_THE_EVENING + 2, reason=WHY)

    with counter.world.database.reading() as connection:
        order = order_of(counter.office(), connection, placed.public_id)
    assert (order.destination, order.note, order.user_id, dict(order.lines[0].details)) == (None, "", 0, {})
    assert (order.actor, [one.actor for one in order.events]) == ("", ["", "", "grace"])
    assert (order.points, order.lines[0].variant, order.state) == (1_000, "MUG-RED", "cancelled")
    assert counter.world.violated() == {}


def test_nobody_is_forgotten_who_waits_for_a_parcel(counter: Counter) -> None:
    placed = counter.order(("MUG-RED", 1))

    with pytest.raises(Refusal) as refused:
        forget_uploads(counter.office(), counter.world.installation, counter.account(), SIX_IN_THE_EVENING, reason=WHY)

    with counter.world.database.reading() as connection:
        assert order_of(counter.office(), connection, placed.public_id).destination is not None
    assert refused.value.code == "orders_open"
