"""Acts on single lines of direct files count as touches: mapping numbers and deciding conflicts."""

from tests.support.aliases import map_customer
from tests.support.worlds import SIX_IN_THE_EVENING, World, line
from treuwerk.domain.rights import Access, Audience
from treuwerk.services.changes import conflict_deciding as deciding
from treuwerk.services.changes.conflicts import REJECT, conflict_of, open_conflicts
from treuwerk.services.clearing.clearing_report import clearing_report

LATER = SIX_IN_THE_EVENING + 60_000_000
CLERK = Access(7, "Carla Clerk", Audience.OFFICE, frozenset({"submissions.read", "submissions.decide"}))


def touches(world: World, since: int = 0) -> dict[str, int]:
    with world.database.reading() as connection:
        rows = clearing_report(connection, since, LATER * 2, LATER).rows
    return {row.reader: row.touches for row in rows}


def test_a_decision_on_a_number_is_one_touch_however_many_lines_wait_for_it(world: World) -> None:
    world.clear([line("LS-1", customer_number="K-77"), line("LS-2", customer_number="K-77")])
    world.clear([line("LS-3", customer_number="K-77")], name="second.csv")
    before = touches(world)

    map_customer(world, "K-77", "10109")
    map_customer(world, "K-78", "10109")

    assert (before, touches(world)) == ({"deliveries": 0}, {"deliveries": 1})


def test_a_decision_on_a_conflict_is_a_touch(world: World) -> None:
    world.clear([line()])
    world.clear([line(quantity="12")], name="other.csv")
    with world.database.reading() as connection:
        [found] = open_conflicts(CLERK, connection).rows
        one = conflict_of(CLERK, connection, found.id)

    deciding.decide(CLERK, world.installation, one.id, REJECT, one.version, LATER, reason="Asked the wholesaler")

    assert touches(world) == {"deliveries": 1}
    assert touches(world, SIX_IN_THE_EVENING + 1) == {}
