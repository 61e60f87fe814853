"""A clock that was set back: bookings keep the order in which they were made."""

from tests.support.worlds import SIX_IN_THE_EVENING, World, line
from treuwerk.services.finding import account_of
from treuwerk.services.redeeming import redeem
from treuwerk.services.statements import statement

HOUR = 3_600_000_000


def test_statements_keep_the_order_of_booking_when_the_clock_is_set_back(world: World) -> None:
    world.clear([line("LS-1", quantity="1")], name="first.csv")
    world.clear([line("LS-2", quantity="2")], name="second.csv", now=SIX_IN_THE_EVENING - HOUR)
    with world.database.reading() as connection:
        account_id = account_of(connection, "10017")
    redeem(world.installation, account_id, "bonus", 10, "A-1", SIX_IN_THE_EVENING)
    world.clear([line("LS-3", quantity="3")], name="third.csv", now=SIX_IN_THE_EVENING - 3 * HOUR)

    with world.database.reading() as connection:
        page = statement(connection, account_id, "bonus")

    assert [entry.balance for entry in page.entries] == [80 + 160 - 10 + 240, 80 + 160 - 10, 80 + 160, 80]
