"""The end of a past day: balances, statements and liability that nothing booked later can change."""

import json
import os
import shutil
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest

from tests.support.books import Books
from tests.support.past_lives import BERLIN, UNITS, Life
from tests.support.portal import NOW, at
from treuwerk.domain.ledger import FOREVER, moment, start_of_day
from treuwerk.services.ledger.balances import balances, holdings, holdings_as_of, open_lots, open_lots_as_of
from treuwerk.services.ledger.closing import Closing, DayNotOver, NeverClosed, closed, end_of_day, last_day
from treuwerk.services.ledger.exporting import journal_lines
from treuwerk.services.ledger.redeeming import redeem
from treuwerk.services.proof.verifying import verify
from treuwerk.store.database import Database
from treuwerk.store.sealing import seal_pending

DAYS = ["2024-12-31", "2026-06-09", "2026-06-17", "2026-07-31", "2026-08-01", "2026-08-31", "2026-09-20", "2026-10-01",
        "2026-10-12", "2026-11-09", "2026-11-20"]



def recomputed(lines: list[str], closing: Closing) -> dict[str, dict[str, dict[str, int]]]:
    """Points by account, unit and state, and by month of expiry, from the export alone."""
    lots, kept, owed = dict[Any, list[int]](), dict[Any, int](), dict[Any, int]()
    entries = [json.loads(line) for line in lines if '"transaction"' in line]
    for txn in (one["transaction"] for one in entries if one["sequence"] <= closing.last_sequence):
        if txn["booked_at"] >= closing.as_of:
            continue
        for line, book, unit, amount, active, expires, keeps, uses in txn["postings"]:
            owner = (txn["account"], unit)
            kept[owner] = max(kept.get(owner, 0), keeps or 0)
            if book == "deficit":
                owed[owner] = owed.get(owner, 0) - amount
            if book in ("participant", "pending") and amount > 0 and not uses:
                lots[*owner, txn["id"], line] = [amount, 0, FOREVER if active is None else active, expires or FOREVER]
            for made_by, lot_line, used in uses:
                lots[*owner, made_by, lot_line][1 if book == "held" else 0] -= used
    return by_state(lots, kept, owed, closing)


def by_state(lots: dict[Any, list[int]], kept: dict[Any, int], owed: dict[Any, int],
             closing: Closing) -> dict[str, dict[str, dict[str, int]]]:
    """Lots as (left, held, active from, end), the last act of each unit, and what is owed, counted by their state."""
    states: dict[str, dict[str, dict[str, int]]] = {}
    for (account, unit, _, _), (left, held, active, expires) in lots.items():
        end = min(expires, kept.get((account, unit)) or FOREVER)
        name = "lapsed" if end < closing.as_of else "pending" if active >= closing.as_of else "spendable"
        month = "never" if end == FOREVER else f"{moment(end - 1).astimezone(BERLIN):%Y-%m}"
        for key, points in ((f"{name} {month}", left), (f"held {month}", held)):
            if points:
                counts = states.setdefault(account, {}).setdefault(unit, {})
                counts[key] = counts.get(key, 0) + points
    for (account, unit), points in owed.items():
        if points:
            states.setdefault(account, {}).setdefault(unit, {})["deficit never"] = points
    return states


def state(counts: dict[str, int], name: str) -> int:
    return sum(points for key, points in counts.items() if key.startswith(name))


def test_the_books_of_these_tests_are_right(life: Life) -> None:
    laws = {law.name: law.state for law in verify(life.database).invariants}

    not_written_here = {"system_books_are_their_deltas", "messages_tell_what_moved"}
    assert {name for name in laws if laws[name] != "ok"} <= not_written_here


@pytest.mark.parametrize("day", DAYS)
def test_balances_and_liability_are_what_a_stranger_recomputes_from_the_export(life: Life, day: str) -> None:
    closing = life.closing(day)
    expected = recomputed(list(journal_lines(life.database)), closing)

    report = life.report(day)
    rows = {(row["unit"], row["state"], row["expires"] or "never"): row["points"] for row in report["rows"]}
    wanted: dict[tuple[str, str, str], int] = {}
    for units in expected.values():
        for unit, counts in units.items():
            for key, points in counts.items():
                name, month = key.split()
                wanted[unit, name, month] = wanted.get((unit, name, month), 0) + points
    assert rows == wanted
    with life.database.reading() as connection:
        for one in (life.books, life.other):
            found = holdings_as_of(connection, UNITS, one.account, closing).balances
            for unit in UNITS:
                counts = expected.get(str(one.account), {}).get(unit, {})
                assert found[unit].spendable == state(counts, "spendable")
                assert (found[unit].pending, found[unit].held, found[unit].deficit) == tuple(
                    state(counts, name) for name in ("pending", "held", "deficit"))


@pytest.mark.parametrize("day", ["2026-06-17", "2026-08-31", "2026-09-20", "2026-11-20"])
def test_what_came_in_less_what_went_out_is_what_is_there(life: Life, day: str) -> None:
    for since in (None, "2026-06-12", day):
        report = life.report(day, since)
        for name, unit in report["units"].items():
            flows = [flow for flow in report["flows"] if flow["unit"] == name]
            assert unit["opening"] + unit["came_in"] - unit["went_out"] == unit["closing"]
            assert sum(flow["came_in"] - flow["went_out"] for flow in flows) == unit["came_in"] - unit["went_out"]
            assert unit["closing"] == unit["outstanding"] + unit["lapsed"] - unit["deficit"]


def test_reserving_and_releasing_are_no_flows_and_spending_is(life: Life) -> None:
    flows = {(flow["kind"], flow["book"]): (flow["came_in"], flow["went_out"])
             for flow in life.report("2026-09-30", "2026-06-01")["flows"] if flow["unit"] == "bonus"}

    assert flows == {
        ("opening", "opening"): (1_000, 0), ("redemption", "redeemed"): (0, 550), ("capture", "redeemed"): (0, 500),
        ("adjustment", "issuance"): (50, 0), ("release", "expired"): (0, 100), ("expiry", "expired"): (0, 50),
        ("cancellation", "redeemed"): (100, 0), ("transfer_out", "transfer"): (0, 2_000),
        ("transfer_in", "transfer"): (2_000, 0), ("reversal", "issuance"): (0, 2_480)}


def test_nothing_that_comes_later_changes_what_was_said(life: Life) -> None:
    before = {day: life.told(day) for day in DAYS}

    life.books.credit(999, at("2026-08-01"))  # by a clock that went back
    life.books.debit(10, NOW)
    life.portal.deliver("2026-11-21", "LATE;1;2026-06-01;1001;M400;10;PCE;SYSTEM;")
    life.books.expire(NOW, NOW + 1_000)

    assert {day: life.told(day) for day in DAYS} == before


def test_a_booking_that_was_sealed_by_a_clock_set_back_counts_on_its_own_day(life: Life) -> None:
    redeem(life.portal.installation, life.other.account, "bonus", 1, "LATE", at("2026-11-24"))
    with life.database.writing() as connection:
        seal_pending(connection, at("2026-11-22"))

    before, day = (life.closing(day, now=at("2026-11-26")) for day in ("2026-11-23", "2026-11-24"))

    with life.database.reading() as connection:
        was, now = (holdings_as_of(connection, UNITS, life.other.account, end).balances["bonus"].available
                    for end in (before, day))
    assert was - now == 1


def test_a_booking_that_came_late_is_in_the_days_that_are_asked_for_later(life: Life) -> None:
    early = life.report("2026-08-31")["units"]["bonus"]["closing"]

    life.books.credit(999, at("2026-08-01"))

    assert life.report("2026-08-31")["units"]["bonus"]["closing"] == early
    assert life.report("2026-08-30")["units"]["bonus"]["closing"] == early + 999


def test_a_restored_copy_says_the_same_in_any_zone_of_the_host(sqlite_life: Life, tmp_path: Path,
                                                               request: pytest.FixtureRequest) -> None:
    before = {day: sqlite_life.told(day) for day in DAYS}
    assert sqlite_life.database.file is not None
    shutil.copyfile(sqlite_life.database.file, tmp_path / "copy.db")
    restored = Database(f"sqlite:///{tmp_path / 'copy.db'}")
    copy = attrs.evolve(sqlite_life, portal=attrs.evolve(sqlite_life.portal, installation=attrs.evolve(
        sqlite_life.portal.installation, database=restored)))
    zone = os.environ.get("TZ")

    def back() -> None:
        os.environ.pop("TZ") if zone is None else os.environ.update(TZ=zone)
        time.tzset()

    request.addfinalizer(back)
    request.addfinalizer(restored.close)
    os.environ["TZ"] = "Pacific/Kiritimati"
    time.tzset()

    assert {day: copy.told(day) for day in DAYS} == before


def test_points_that_are_over_are_not_available_also_where_nobody_swept_them(life: Life) -> None:
    day, after = life.closing("2026-08-08"), life.closing("2026-09-01")

    with life.database.reading() as connection:
        lots = {lot.state for lot in open_lots_as_of(connection, life.books.account, day)}
    assert life.report("2026-08-08")["units"]["bonus"]["lapsed"] == 50
    assert "lapsed" in lots
    assert life.report("2026-09-01")["units"]["bonus"]["lapsed"] == 0
    assert day.last_sequence == after.last_sequence


def test_points_are_there_on_their_last_day(life: Life) -> None:
    until = start_of_day(date(2026, 12, 1), BERLIN)
    life.books.credit(123, at("2026-11-05"), expires_at=until)
    later = at("2026-12-05")

    last, next_one = (life.closing(day, later) for day in ("2026-11-30", "2026-12-01"))

    with life.database.reading() as connection:
        there, gone = (holdings_as_of(connection, UNITS, life.books.account, one).balances["bonus"].available
                       for one in (last, next_one))
    assert there - gone == 123


def test_the_balance_of_now_is_that_of_the_day_end_at_its_last_moment(life: Life) -> None:
    closing = life.closing("2026-11-20")

    with life.database.reading() as connection:
        for one in (life.books, life.other):
            past = holdings_as_of(connection, UNITS, one.account, closing).balances
            assert balances(connection, UNITS, one.account, closing.last_moment) == past
            assert holdings(connection, UNITS, one.account, closing.last_moment).balances == past
            lots = [lot for lot in open_lots_as_of(connection, one.account, closing) if lot.state != "lapsed"]
            assert lots == open_lots(connection, one.account, closing.last_moment)


def test_points_that_inactivity_ends_are_told_by_the_last_activity(life: Life) -> None:
    books = Books(life.database, life.books.account, "travel")
    books.credit(100, at("2026-01-10"), keeps_until=at("2026-07-10"), expires_at=at("2027-01-01"))
    books.debit(10, at("2026-06-01"))
    books.credit(5, at("2026-06-02"), keeps_until=at("2026-12-02"))

    early, late = life.closing("2026-05-01"), life.closing("2026-08-01")

    with life.database.reading() as connection:
        before, after, now, gone = (
            holdings_as_of(connection, ["travel"], books.account, early).balances["travel"],
            holdings_as_of(connection, ["travel"], books.account, late).balances["travel"],
            balances(connection, ["travel"], books.account, NOW)["travel"],
            balances(connection, ["travel"], books.account, at("2026-12-02"))["travel"])
    assert before.next_expiry is not None
    assert (before.available, before.next_expiry.expires_at) == (100, at("2026-07-10"))
    assert after.next_expiry is not None
    assert (after.available, after.next_expiry.amount, after.next_expiry.expires_at) == (95, 95, at("2026-12-02"))
    assert now == after
    assert (gone.available, gone.next_expiry) == (0, None)


def test_first_questions_that_come_together_agree(life: Life) -> None:
    answers, start = list[Closing](), threading.Barrier(4)
    as_of = end_of_day(date(2026, 11, 20), BERLIN, NOW)

    def ask(number: int) -> None:
        start.wait()
        life_now = NOW + number
        answers.append(closed(life.database, as_of, life_now))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 4
    assert len(set(answers)) == 1
    assert answers[0].last_sequence == len(list(journal_lines(life.database))) - len(
        [line for line in journal_lines(life.database) if line.startswith('{"seal"')])


@pytest.fixture
def read_only(life: Life) -> Iterator[Database]:
    """The same database by an address that may not write."""
    url, role = life.database.url, f"reader_{os.getpid()}"
    if life.database.is_sqlite:
        database = Database(f"sqlite:///file:{url.database}?mode=ro&uri=true")
    else:
        with life.database.writing() as connection:
            for statement in (f"CREATE ROLE {role} LOGIN", f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"):
                connection.exec_driver_sql(statement)
        database = Database(url.set(username=role).render_as_string(hide_password=False))
    yield database
    database.close()
    if not life.database.is_sqlite:
        with life.database.writing() as connection:
            connection.exec_driver_sql(f"DROP OWNED BY {role}")
            connection.exec_driver_sql(f"DROP ROLE {role}")


def test_a_read_only_database_answers_what_was_asked_before_and_says_what_was_not(life: Life,
                                                                                  read_only: Database) -> None:
    known = life.closing("2026-10-31")

    assert closed(read_only, known.as_of, NOW) == known
    with pytest.raises(NeverClosed, match=r"2026-11-01T23:00:00.*read-only"):
        closed(read_only, end_of_day(date(2026, 11, 1), BERLIN, NOW), NOW)


def test_a_day_must_be_over_in_the_zone_of_the_programme() -> None:
    just_before, just_after = (datetime(2026, 11, 20, 22, 59, 59, tzinfo=UTC), datetime(2026, 11, 20, 23, tzinfo=UTC))
    day = date(2026, 11, 20)

    with pytest.raises(DayNotOver, match="found 2026-11-20, expected a day before 2026-11-20"):
        end_of_day(day, BERLIN, int(just_before.timestamp() * 1e6))
    assert end_of_day(day, BERLIN, int(just_after.timestamp() * 1e6)) == int(just_after.timestamp() * 1e6)
    assert last_day(BERLIN, int(just_after.timestamp() * 1e6)) == day


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-02-28", 24)])
def test_a_day_is_as_long_as_the_clock_of_the_zone_says(day: str, hours: int) -> None:
    civil = date.fromisoformat(day)

    assert end_of_day(civil, BERLIN, NOW) - start_of_day(civil, BERLIN) == hours * 3_600_000_000
