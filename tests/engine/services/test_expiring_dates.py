"""When points expire, from the file to the lot: the end of a calendar year in the zone of the programme."""

from datetime import datetime

from sqlalchemy import select

from tests.support.worlds import BERLIN, World, line
from treuwerk.domain.ledger import instant
from treuwerk.store.tables import lot, posting


def expiry(world: World) -> dict[str, datetime]:
    return {unit: datetime.fromtimestamp(expires_at // 1_000_000, BERLIN)
            for unit, expires_at in world.rows(select(lot.c.unit, lot.c.expires_at))}


def test_bonus_lives_36_months_from_booking_and_status_to_the_end_of_the_year_of_the_delivery(world: World) -> None:
    world.clear([line(delivered_on="2025-12-30")], now=instant(datetime(2026, 1, 2, 8, tzinfo=BERLIN)))

    assert expiry(world) == {"bonus": datetime(2030, 1, 1, tzinfo=BERLIN),
                             "status": datetime(2026, 1, 1, tzinfo=BERLIN)}


def test_the_year_of_booking_is_that_of_the_zone_and_not_of_utc(world: World) -> None:
    half_past_eleven_in_utc = instant(datetime(2026, 1, 1, 0, 30, tzinfo=BERLIN))

    world.clear([line(delivered_on="2025-12-31")], now=half_past_eleven_in_utc)

    assert expiry(world)["bonus"] == datetime(2030, 1, 1, tzinfo=BERLIN)


def test_the_journal_keeps_the_terms_of_the_lot(world: World) -> None:
    world.clear([line()])

    kept = world.rows(select(posting.c.unit, posting.c.active_from, posting.c.expires_at)
                      .where(posting.c.book == "participant").order_by(posting.c.unit))
    assert kept == world.rows(select(lot.c.unit, lot.c.active_from, lot.c.expires_at).order_by(lot.c.unit))
