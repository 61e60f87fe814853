"""Points by hand as the service centre asks for them, on both databases: value date, terms, rights and the audit."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.support.accounts import account, at, open_lots, refused, unproven
from tests.support.office import CLARA, DAVID, acting, add_clerks
from tests.support.worlds import World, make_world
from treuwerk.domain.refusals import KeyConflict
from treuwerk.domain.rights import NotAllowed, OutOfScope
from treuwerk.services.changes import manual_points
from treuwerk.services.changes.adjusting import Adjustment, points_by_hand
from treuwerk.store.database import Database
from treuwerk.store.tables import audit_entry, journal

NAMES = ('name = { de = "Bonuspunkte" }\n', 'name = { de = "Statuspunkte" }\n')
NOW, TODAY = at("2026-06-01T18:00"), date(2026, 6, 1)
WHY = "goodwill: ticket 4711"


@pytest.fixture
def desk(tmp_path: Path, database: Database) -> World:
    """One person may give or take 500 points of each kind alone on a day."""
    add_clerks(database)
    return make_world(tmp_path / "league", database, other=[
        (name, f"{name}manual = {{ limit = 500 }}\n") for name in NAMES])


def ask(desk: World, points: int = 100, *, key: str = "A-1", unit: str = "bonus", day: date | None = None,
        user: int = CLARA) -> Adjustment:
    asked = points_by_hand(account(desk), unit, points, key, NOW, reason=WHY, actor="whoever")
    return manual_points.ask(acting(user), desk.installation, asked, occurred_on=day)


def value_dates(desk: World) -> list[str]:
    return [day for (day,) in desk.rows(select(journal.c.occurred_on).order_by(journal.c.id))]


def test_an_earlier_value_date_stands_in_the_books_and_the_points_are_there_at_once(desk: World) -> None:
    done = ask(desk, day=date(2026, 3, 14))

    assert (done.state, done.occurred_on, done.requested_by) == ("booked", "2026-03-14", "Clara Weiß")
    assert value_dates(desk) == ["2026-03-14"]
    assert open_lots(desk, account(desk)) == [(100, at("2030-01-01"))]  # bonus points live from their booking on
    assert unproven(desk, NOW) == {}


def test_today_is_what_is_meant_where_nothing_is_said(desk: World) -> None:
    ask(desk)
    ask(desk, key="A-2", day=TODAY)

    assert value_dates(desk) == ["2026-06-01", "2026-06-01"]


@pytest.mark.parametrize("day", [date(2026, 6, 2), date(2023, 12, 31)])
def test_a_day_to_come_and_one_before_the_programme_are_refused(desk: World, day: date) -> None:
    assert refused(lambda: ask(desk, day=day)) == "wrong_day"
    assert value_dates(desk) == []


def test_points_that_would_be_gone_already_are_not_given(desk: World) -> None:
    late = date(2025, 12, 31)  # status points live through the year of their event

    assert refused(lambda: ask(desk, unit="status", day=late)) == "gone_already"
    assert refused(lambda: manual_points.preview(acting(), desk.installation, account(desk), "status", 100, NOW,
                                                 occurred_on=late)) == "gone_already"
    ask(desk, unit="status", day=date(2026, 1, 1))
    assert open_lots(desk, account(desk), "status") == [(100, at("2027-01-01"))]


def test_the_preview_tells_until_when_the_points_live(desk: World) -> None:
    preview = manual_points.preview(acting(), desk.installation, account(desk), "bonus", 100, NOW,
                                    occurred_on=date(2026, 3, 14))

    assert preview.terms is not None
    assert (preview.occurred_on, preview.terms.expires_at, preview.after.available) == (
        "2026-03-14", at("2030-01-01"), 100)
    taken = manual_points.preview(acting(), desk.installation, account(desk), "bonus", -100, NOW)
    assert taken.terms is None


def test_a_value_date_waits_with_its_points_for_a_second_person(desk: World) -> None:
    waiting = ask(desk, 900, day=date(2026, 3, 14))
    assert value_dates(desk) == []

    manual_points.approve(acting(DAVID), desk.installation, waiting.public_id, NOW)

    assert value_dates(desk) == ["2026-03-14"]
    acts = desk.rows(select(audit_entry.c.action, audit_entry.c.actor))
    assert sorted(acts) == [("points.adjust", "Clara Weiß"), ("points.approve", "David Okafor")]


def test_the_same_key_with_another_value_date_is_another_act(desk: World) -> None:
    first = ask(desk, day=date(2026, 3, 14))

    assert ask(desk, day=date(2026, 3, 14)).id == first.id
    with pytest.raises(KeyConflict):
        ask(desk, day=date(2026, 3, 15))


def test_rights_are_asked_for_and_ids_of_others_lead_nowhere(desk: World) -> None:
    asked = points_by_hand(account(desk), "bonus", 100, "A-1", NOW, reason=WHY, actor="x")

    with pytest.raises(NotAllowed):
        manual_points.ask(acting(CLARA, ["participants.read"]), desk.installation, asked)
    for strange in ("adj_x", "txn_0000000000000g000000000002"):
        with desk.database.reading() as connection, pytest.raises(OutOfScope):
            manual_points.adjustment_of(acting(), connection, strange)
    waiting = ask(desk, 900)
    with desk.database.reading() as connection:
        assert [one.public_id for one, _ in manual_points.waiting_for(acting(), connection)] == [waiting.public_id]
    assert manual_points.withdraw(acting(), desk.installation, waiting.public_id, NOW).state == "withdrawn"


def test_the_preview_counts_what_was_booked_alone_on_the_day(desk: World) -> None:
    def alone(points: int, user: int = CLARA, now: int = NOW) -> bool:
        return manual_points.preview(acting(user), desk.installation, account(desk), "bonus", points, now).alone

    ask(desk, 450)

    assert (alone(50), alone(51), alone(-51)) == (True, False, False)
    assert alone(500, DAVID)
    assert alone(500, now=NOW + 86_400_000_000)
    assert ask(desk, 51, key="A-2").state == "waiting"
