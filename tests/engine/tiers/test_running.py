"""Runs over all tiers: what they store, what missed runs leave, and that nothing is older than the bookings."""

import json
from datetime import date
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from tests.support.accounts import account
from tests.support.tiers import at, buys, stands, tier_world
from tests.support.worlds import World, line
from treuwerk.domain.ledger import moment
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.tiers import Why
from treuwerk.services.tiers.running import run
from treuwerk.store.database import Database
from treuwerk.store.tables import outbox, tier_change, tier_standing

HEAD = "seminar_code;held_on;participant;person;attended\n"


def stored(world: World) -> list[tuple[str, str, str, str, str]]:
    return [tuple(row) for row in world.rows(select(
        tier_change.c.day, tier_change.c.before, tier_change.c.after, tier_change.c.until, tier_change.c.why).order_by(
        tier_change.c.account_id, tier_change.c.id))]


def test_a_tier_has_a_day_a_reason_and_an_end(league: World) -> None:
    buys(league, "A", "2026-03-03", 400)
    buys(league, "B", "2026-05-06", 800)
    league.attendance(HEAD + "ROOF;2026-05-20;10017;Anna Berg;yes\n", now=at("2026-05-21"))

    done = run(league.installation, at("2026-06-01", "04:00"))

    assert (done.day, done.participants, done.up, done.down) == ("2026-05-31", 3, 2, 0)
    assert stored(league) == [("2026-03-03", "", "silver", "2027-12-31", "reached"),
                              ("2026-05-21", "silver", "gold", "2027-12-31", "reached")]
    gold = stands(league, account(league), "2026-06-01").walked.state
    assert (gold.tier, str(gold.since), str(gold.until), gold.why) == ("gold", "2026-05-21", "2027-12-31", Why.REACHED)
    assert {name: int(figure) for name, figure in gold.figures.items()} == {"status": 1200, "seminars": 1}
    assert run(league.installation, at("2026-06-01", "05:00")).up == 0
    assert league.rows(select(func.count()).select_from(outbox).where(outbox.c.topic == "tier_changed")) == [(0,)]


def test_who_does_not_keep_up_falls_when_the_time_is_over_and_is_told(league: World) -> None:
    buys(league, "A", "2026-03-03", 1200)
    league.attendance(HEAD + "ROOF;2026-03-01;10017;Anna Berg;yes\n", now=at("2026-03-04"))
    buys(league, "B", "2027-12-31", 400, booked="2028-01-05")
    run(league.installation, at("2027-06-01"))

    run(league.installation, at("2028-01-01"))
    assert stored(league)[-1][2] == "gold"
    run(league.installation, at("2028-02-29"))

    assert stored(league)[-2:] == [("2028-01-01", "gold", "", "", "ended"),
                                   ("2028-01-05", "", "silver", "2028-12-31", "reached")]
    told = [json.loads(text) for text, in league.rows(select(outbox.c.payload).where(
        outbox.c.topic == "tier_changed").order_by(outbox.c.id))]
    assert sorted((one["day"], one["before"], one["after"]) for one in told) == [
        ("2028-01-01", "gold", ""), ("2028-01-05", "", "silver")]
    assert league.violated() == {}


@pytest.mark.parametrize("policy", [('lasts = "next_period"', ('window = "rolling"\nmonths = 2\n'
                                     'downgrade = "at_once"\ngrace_days = 9')),
                                    ('lasts = "next_period"', 'window = "quarter"\ndowngrade = "one_step"')])
def test_forty_missed_runs_leave_what_forty_runs_leave(tmp_path: Path, sqlite_database: Database,
                                                       policy: tuple[str, str]) -> None:
    world = tier_world(tmp_path / "league", sqlite_database, policy, ("status = 1000, seminars = 1", "status = 1000"))
    for number, (day, points) in enumerate([("2026-02-27", 1000), ("2026-03-05", 80), ("2026-03-20", 400)]):
        buys(world, f"N{number}", day, points)
    run(world.installation, at("2026-02-20"))
    runs = [at("2026-02-20") + days * 86_400_000_000 for days in range(1, 140)]
    nightly = (account(world), [(one.day, one.after, one.until) for one in
                                stands(world, account(world), "2026-07-08").history])

    for now in runs:
        run(world.installation, now)

    assert moment(runs[-1]).date().isoformat() == "2026-07-09"
    by_night = [(day, after, until) for day, _, after, until, _ in stored(world)]
    assert by_night == [(str(day), after, str(until or "")) for day, after, until in nightly[1]]
    assert len(by_night) >= 3


def test_a_return_takes_its_points_away_on_the_day_when_it_is_known(league: World) -> None:
    buys(league, "A", "2026-03-03", 400)
    league.clear([line("A", delivered_on="2026-04-10", quantity="4", scope="MODULE", movement="RETURN")],
                 name="back.csv", now=at("2026-04-11"))

    before = stands(league, account(league), "2026-04-10").walked.outlook
    after = stands(league, account(league), "2026-04-11")

    assert before.next is not None
    assert int(before.next.missing[0].found) == 400
    assert after.walked.state.tier == "silver"  # dated tiers are kept until their day
    assert after.walked.outlook.next is not None
    assert int(after.walked.outlook.next.missing[0].found) == 240


def test_pages_never_lag_behind_the_bookings(league: World) -> None:
    run(league.installation, at("2026-03-03", "03:00"))
    buys(league, "A", "2026-03-03", 400)

    assert stands(league, account(league), "2026-03-03").walked.state.tier == "silver"
    assert league.rows(select(tier_standing.c.tier).where(tier_standing.c.account_id == account(league))) == [("",)]


def test_two_runs_at_once_leave_one_history(league: World) -> None:
    buys(league, "A", "2026-03-03", 400)
    start = Barrier(2)

    def go() -> None:
        start.wait(10)
        run(league.installation, at("2026-04-01"))

    both = [Thread(target=go) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(60)

    assert stored(league) == [("2026-03-03", "", "silver", "2027-12-31", "reached")]
    assert {version for version, in league.rows(select(tier_standing.c.version))} == {1}


def test_a_day_that_is_not_over_is_not_judged(league: World) -> None:
    with pytest.raises(Refusal, match="expected a day that is over: 2026-03-02"):
        run(league.installation, at("2026-03-03"), date(2026, 3, 3))
