"""Expiring: everything that is due, once, whenever and however often it runs."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.engine.conftest import NewDatabase
from tests.engine.services.test_resuming import durable_url
from tests.support.waiting_points import account, expiries, picture
from tests.support.worlds import BERLIN, SIX_IN_THE_EVENING, World, line, make_world
from treuwerk.domain.ledger import instant
from treuwerk.domain.refusals import Refusal
from treuwerk.services.changes.reversing import reverse
from treuwerk.services.clocks import ImplausibleClock
from treuwerk.services.ledger.batch_redeeming import Request, redeem_all
from treuwerk.services.ledger.expiring import NotYet, expire
from treuwerk.services.ledger.holding import hold, release_overdue
from treuwerk.services.ledger.redeeming import redeem
from treuwerk.store.database import Database
from treuwerk.store.tables import journal, outbox, unsealed

MINUTE, DAY = 60_000_000, 86_400_000_000
BONUS = 'expires = { after = "36M", rounding = "end_of_year", start = "booking" }'
STATUS = 'expires = { after = "0M", rounding = "end_of_year", start = "event" }'
TEN_DAYS = (BONUS, 'expires = { after = "10D" }')
ASLEEP = (STATUS, 'expires = { after_inactivity = "20D" }')


def at(*parts: int) -> int:
    return instant(datetime(*parts, tzinfo=BERLIN))  # type: ignore[misc,arg-type]


YEAR_OVER = at(2030, 1, 1)
NEXT_MORNING = at(2030, 1, 1, 6)


@pytest.fixture
def short(tmp_path: Path, database: Database) -> World:
    """Bonus points live ten days; status points until twenty days after the last."""
    return make_world(tmp_path / "league", database, other=[TEN_DAYS, ASLEEP])


def test_points_expire_at_their_instant_and_not_a_microsecond_earlier(world: World) -> None:
    world.clear([line()])

    before = expire(world.installation, YEAR_OVER - 1, confirm=True)
    on_time = expire(world.installation, YEAR_OVER, confirm=True)

    assert before.points == {"status": 400}
    assert (on_time.points, on_time.lots, on_time.accounts, on_time.transactions) == ({"bonus": 800}, 1, 1, 1)
    assert expiries(world)[0] == ("10017", f"expiry|bonus|{YEAR_OVER}", "2029-12-31", "bonus", 800)
    assert world.balances() == {("10017", "bonus"): 0, ("10017", "status"): 0}
    assert world.violated() == {}


def test_a_run_again_finds_nothing(world: World) -> None:
    world.clear([line(), line("LS-2", customer_number="10109")])
    expire(world.installation, NEXT_MORNING, confirm=True)
    there = world.counts()

    again = expire(world.installation, NEXT_MORNING + DAY)

    assert (again.accounts, again.lots, again.points, again.transactions) == (0, 0, {}, 0)
    assert world.counts() == there


def test_a_dry_run_says_the_same_and_stores_nothing(world: World) -> None:
    world.clear([line(), line("LS-2", customer_number="10109")])
    there = world.counts()

    dry = expire(world.installation, NEXT_MORNING, confirm=True, dry_run=True)

    assert world.counts() == there
    real = expire(world.installation, NEXT_MORNING, confirm=True)
    assert (dry.points, dry.lots, dry.transactions) == (real.points, real.lots, real.transactions)
    assert real.points == {"bonus": 1600, "status": 800}


def test_what_was_spent_does_not_expire_and_each_expiry_has_its_message(world: World) -> None:
    world.clear([line()])
    redeem(world.installation, account(world), "bonus", 300, "order", SIX_IN_THE_EVENING)

    receipt = expire(world.installation, NEXT_MORNING, confirm=True)

    assert receipt.points == {"bonus": 500, "status": 400}
    told = [payload for (payload,) in world.rows(select(outbox.c.payload).where(outbox.c.topic == "points_moved"))]
    assert sum('"kind": "expiry"' in payload for payload in told) == 2
    assert world.rows(select(unsealed)) == []
    assert world.violated() == {}


def test_points_that_were_booked_behind_their_time_expire_under_a_number(world: World) -> None:
    world.clear([line(delivered_on="2025-05-04")])
    expire(world.installation, SIX_IN_THE_EVENING)
    world.clear([line("LS-2", delivered_on="2025-05-05")], name="late.csv")

    expire(world.installation, SIX_IN_THE_EVENING + DAY)

    over = at(2026, 1, 1)
    assert [key for _, key, *_ in expiries(world)] == [f"expiry|status|{over}", f"expiry|status|{over}|2"]


def test_an_overdue_hold_is_released_and_its_points_expire_on_their_own_day(short: World) -> None:
    short.clear([line()])
    hold(short.installation, account(short), "bonus", 300, "H", SIX_IN_THE_EVENING, SIX_IN_THE_EVENING + 2 * DAY)
    hold(short.installation, account(short), "bonus", 100, "K", SIX_IN_THE_EVENING, SIX_IN_THE_EVENING + 15 * DAY)

    receipt = expire(short.installation, SIX_IN_THE_EVENING + 18 * DAY)

    assert (receipt.holds_released, receipt.points, receipt.lots) == (2, {"bonus": 800}, 1)
    assert [amount for *_, amount in expiries(short)] == [700]  # the other 100 were gone when their hold ended
    assert short.balances()["10017", "bonus"] == 0
    assert short.violated() == {}


def test_overdue_holds_can_be_released_by_themselves(short: World) -> None:
    short.clear([line()])
    hold(short.installation, account(short), "bonus", 300, "H", SIX_IN_THE_EVENING, SIX_IN_THE_EVENING + 2 * DAY)

    early, late, again = (release_overdue(short.installation, SIX_IN_THE_EVENING + days * DAY) for days in (1, 18, 19))

    assert (early, late, again) == (0, 1, 0)
    assert [amount for *_, amount in expiries(short)] == [800]  # nobody spends what came back too late
    assert short.balances()["10017", "bonus"] == 0
    assert short.violated() == {}


def test_a_past_day_is_taken_at_its_end_and_one_ahead_is_refused(short: World) -> None:
    short.clear([line()])
    now = SIX_IN_THE_EVENING + 30 * DAY

    first = expire(short.installation, now, until=at(2026, 6, 12))
    second = expire(short.installation, now, until=at(2026, 6, 22))

    assert (first.points, second.points) == ({"bonus": 800}, {"status": 400})
    with pytest.raises(NotYet, match="expected an instant that is not ahead of"):
        expire(short.installation, now, until=now + 1)


WEEKS = [0, 3, 7, 12, 19, 26, 33]


def live(world: World, days: set[int]) -> None:
    """Forty days of the same purchases and holds, with a run on some of the mornings."""
    for day in range(41):
        now = SIX_IN_THE_EVENING + day * DAY
        if day in days:
            expire(world.installation, now - 12 * 3600 * 1_000_000)
        if day in (0, 3, 7):
            world.clear([line(f"LS-{day}"), line(f"LS-{day}-B", customer_number="10109")], name=f"{day}.csv", now=now)
        if day == 5:
            for number, length in enumerate((1, 4, 30)):
                hold(world.installation, account(world), "bonus", 250, f"H{number}", now, now + length * DAY)
    expire(world.installation, SIX_IN_THE_EVENING + 41 * DAY)


@pytest.mark.parametrize("days", [set(), {20}, {9, 10, 35}], ids=["no run", "one run", "some runs"])
def test_forty_missed_runs_give_what_daily_runs_give(new_database: NewDatabase, tmp_path: Path, days: set[int]) -> None:
    pictures: list[Any] = []
    for number, runs in enumerate((set(range(41)), days)):
        with new_database() as database:
            world = make_world(tmp_path / f"{number}", database, other=[TEN_DAYS, ASLEEP])
            live(world, runs)
            assert world.violated() == {}
            pictures.append(picture(world))

    assert pictures[0] == pictures[1]
    assert len(pictures[0]["expiries"]) >= 6


@pytest.mark.parametrize(("ahead", "found", "due"), [
    (timedelta(hours=-1), "clock says 2026-06-01 15:00:00 UTC, but something was booked at 2026-06-01 16:00:00 UTC",
     {"status": 400}),
    (timedelta(days=-731), "was the clock set back", {}),
    (timedelta(days=5 * 365), "1,825 days after the last booking", {"bonus": 800, "status": 400}),
], ids=["an hour back", "two years back", "five years ahead"])
def test_a_clock_that_jumped_expires_nothing_without_confirmation(world: World, ahead: timedelta, found: str,
                                                                  due: dict[str, int]) -> None:
    world.clear([line(delivered_on="2025-05-04")])
    now = SIX_IN_THE_EVENING + ahead // timedelta(microseconds=1)

    with pytest.raises(ImplausibleClock) as refused:
        expire(world.installation, now)

    assert found in str(refused.value)
    assert "treuwerk expire --dry-run --confirm" in str(refused.value)
    assert expiries(world) == []
    assert expire(world.installation, now, confirm=True).points == due
    assert world.violated() == {}


@pytest.mark.parametrize("way", ["redeem", "redeem_all", "reverse"])
def test_a_clock_far_ahead_sweeps_no_account_without_confirmation(world: World, way: str) -> None:
    world.clear([line()])
    ahead = SIX_IN_THE_EVENING + timedelta(days=5 * 365) // timedelta(microseconds=1)
    account_id, ((accrual,),) = account(world), world.rows(select(journal.c.id))
    ask: Callable[[], object] = {
        "redeem": lambda: redeem(world.installation, account_id, "bonus", 10, "A", ahead),
        "redeem_all": lambda: redeem_all(world.installation, [Request(account_id, "bonus", 10, "A")], ahead),
        "reverse": lambda: reverse(world.installation, account_id, accrual, "R", ahead),
    }[way]

    with pytest.raises(ImplausibleClock) as refused:
        ask()

    assert refused.value.code == "implausible_clock"
    assert "1,825 days after the last booking" in refused.value.reason
    assert expiries(world) == []
    assert world.violated() == {}

    expire(world.installation, ahead, confirm=True)
    with suppress(Refusal):  # there is nothing left to spend, which is told in the usual way
        ask()
    assert len(expiries(world)) == 2


def test_two_nodes_whose_clocks_are_ten_minutes_apart_expire_nothing_twice(short: World) -> None:
    short.clear([line(), line("LS-2", customer_number="10109")])
    due = at(2026, 6, 12)

    receipts = [expire(short.installation, now) for now in (due + 5 * MINUTE, due - 5 * MINUTE, due + 6 * MINUTE)]

    assert [receipt.points for receipt in receipts] == [{"bonus": 1600}, {}, {}]
    assert len(expiries(short)) == 2
    assert short.violated() == {}


@pytest.mark.parametrize(("now", "day"), [
    (at(2028, 2, 29, 12), (2028, 3, 31)), (at(2027, 1, 31, 12), (2027, 2, 28)),
    (at(2026, 2, 28, 23, 59), (2026, 3, 28)), (at(2026, 9, 25, 12), (2026, 10, 25)),
], ids=["leap day", "month end", "night to summer time", "night to winter time"])
def test_a_month_ends_with_its_last_day_in_the_zone_of_the_programme(tmp_path: Path, database: Database, now: int,
                                                                     day: tuple[int, int, int]) -> None:
    terms = 'expires = { after = "1M" }'
    world = make_world(tmp_path / "league", database, other=[(BONUS, terms), (STATUS, "expires = { never = true }")])
    world.clear([line(delivered_on="2025-05-04")], now=now)
    [(*_, end, _)] = [row for row in picture(world)["lots"] if row[2] == "bonus"]
    midnight = instant(datetime(*day, tzinfo=BERLIN) + timedelta(days=1))  # wall time: the night may be longer

    early = expire(world.installation, end - 1)
    at_two_in_the_night = expire(world.installation, midnight + 5 * 3600 * 1_000_000)

    assert early.points == {}
    assert at_two_in_the_night.points == {"bonus": 800}
    assert expire(world.installation, midnight + 5 * 3600 * 1_000_000).points == {}


EXPIRE = """
import os, signal, sys
from pathlib import Path
from treuwerk.services.ledger.expiring import expire
from treuwerk.services.installation import open_installation
from treuwerk.store.database import Database

installation = open_installation(Path(sys.argv[1]), Database(sys.argv[2]))
kill_behind = int(sys.argv[4])
def told(done, total):
    if done >= kill_behind > 0:
        os.kill(os.getpid(), signal.SIGKILL)
print("ready", flush=True)
sys.stdin.readline()
receipt = expire(installation, int(sys.argv[3]), confirm=True, lots_at_once=1, told=told)
print(receipt.lots, sorted(receipt.points.items()))
"""


def start(world: World, url: str, now: int, kill_behind: int = 0, zone: str = "UTC") -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", EXPIRE, str(world.folder), url, str(now), str(kill_behind)], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={"TZ": zone, "PATH": ""})
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n", process.communicate()[1]
    return process


def many_participants(world: World, count: int) -> None:
    numbers = [str(20_000 + number) for number in range(count)]
    world.participants("customer_number;name;group\n" + "".join(f"{one};C{one};installer\n" for one in numbers))
    world.clear([line(f"L-{one}", customer_number=one) for one in numbers])


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_run_that_is_killed_is_finished_by_the_next(tmp_path: Path, request: pytest.FixtureRequest, kind: str,
                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    url = durable_url(request, kind)
    world = make_world(tmp_path / "league", Database(url))
    many_participants(world, 300)

    _, error = start(world, url, NEXT_MORNING, kill_behind=200).communicate("go\n", timeout=120)
    left = expire(world.installation, NEXT_MORNING + MINUTE)

    assert error == ""
    assert left.accounts == 100
    assert len(expiries(world)) == 600
    assert world.points() == {"bonus": 0, "status": 0}
    assert world.violated() == {}
    world.database.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_hosts_of_all_zones_at_once_expire_the_same_points_once(tmp_path: Path, request: pytest.FixtureRequest,
                                                               kind: str) -> None:
    url = durable_url(request, kind)
    world = make_world(tmp_path / "league", Database(url))
    many_participants(world, 120)
    zones = ["UTC", "America/New_York", "Pacific/Kiritimati"]

    late = [start(world, url, YEAR_OVER - 1, zone=zone) for zone in zones]
    said = [process.communicate("go\n", timeout=120) for process in late]
    over = [start(world, url, YEAR_OVER, zone=zone) for zone in zones]
    for process in over:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    at_once = [process.communicate(timeout=120) for process in over]

    assert [error for _, error in said + at_once] == [""] * 6
    assert [out.split(" ", 1)[1].strip() for out, _ in said] == ["[('status', 48000)]", "[]", "[]"]
    assert sum(int(out.split(" ")[0]) for out, _ in at_once) == 120
    assert {day for _, key, day, *_ in expiries(world) if "bonus" in key} == {"2029-12-31"}
    assert world.points() == {"bonus": 0, "status": 0}
    assert world.violated() == {}
    world.database.close()
