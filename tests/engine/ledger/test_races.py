"""Several want the same points at once: the last ones are spent once, and who is late is told so politely."""

import subprocess
import sys
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import Connection, func, select, text

from tests.support.crowds import all_at_once, done, refusals
from tests.support.ledger_worlds import HOUR, SECOND, START, LedgerWorld, earned
from tests.support.worlds import connections_in_use
from treuwerk.domain.ledger import Book, TransactionKind
from treuwerk.domain.lots import first_of
from treuwerk.domain.movements import taken
from treuwerk.services.changes.merging import merge
from treuwerk.services.changes.reversing import reverse
from treuwerk.services.ledger.balances import balances
from treuwerk.services.ledger.batch_redeeming import Fate, Request, redeem_all
from treuwerk.services.ledger.bookkeeping import OpenAccount, Order
from treuwerk.services.ledger.cancelling import cancel
from treuwerk.services.ledger.expiring import expire
from treuwerk.services.ledger.holding import capture, hold, release, release_overdue
from treuwerk.services.ledger.redeeming import redeem
from treuwerk.services.ledger.transferring import transfer
from treuwerk.store.tables import journal, lot, lot_use

NOW = START + HOUR * SECOND
CROWD = 200
SPENDERS = """
import sys
from pathlib import Path
from functools import partial
from tests.support.crowds import all_at_once, done
from treuwerk.services.installation import open_installation
from treuwerk.services.ledger.redeeming import redeem
from treuwerk.store.database import Database

folder, url, account, now, name = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
installation = open_installation(folder, Database(url), {})
print("ready", flush=True)
sys.stdin.readline()
works = [partial(redeem, installation, account, "owed", 7, f"{name}-{number}", now) for number in range(100)]
outcomes = all_at_once(works)
print(len(done(outcomes)))
installation.database.close()
"""


def available(ledger: LedgerWorld, account: int, unit: str = "owed", now: int = NOW) -> int:
    with ledger.database.reading() as connection:
        return balances(connection, [unit], account, now)[unit].available


def assert_sound(ledger: LedgerWorld) -> None:
    assert ledger.unproven(NOW) == {}
    assert connections_in_use(ledger.database.engine) == 0


def filled(ledger: LedgerWorld, lots: int = 10, pieces: int = 10) -> int:
    """An account with lots of 37 points each."""
    (account,) = ledger.accounts()
    ledger.earn_all([(account, "owed", pieces)] * lots, START)
    return account


def test_two_hundred_want_the_last_points(ledger: LedgerWorld) -> None:
    account = filled(ledger)

    outcomes = all_at_once([partial(redeem, ledger.installation, account, "owed", 7, f"last-{account}-{number}", NOW)
                            for number in range(CROWD)])

    assert len(done(outcomes)) == 370 // 7
    assert refusals(outcomes) == {"not_enough": CROWD - 370 // 7}
    assert available(ledger, account) == 370 % 7
    assert len({booked.id for booked in done(outcomes)}) == 370 // 7
    assert_sound(ledger)


def test_two_processes_want_the_last_points(ledger: LedgerWorld) -> None:
    account = filled(ledger)
    url = ledger.database.url.render_as_string(hide_password=False)
    started: list[Any] = [subprocess.Popen(
        [sys.executable, "-c", SPENDERS, str(ledger.folder), url, str(account), str(NOW), name],
        cwd=Path(__file__).parents[3], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True) for name in ("one", "two")]
    for process in started:
        assert process.stdout.readline() == "ready\n", process.stderr.read()

    for process in started:
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=120) for process in started]

    assert [error for _, error in said] == ["", ""]
    assert sum(int(output) for output, _ in said) == 370 // 7
    assert available(ledger, account) == 370 % 7
    assert_sound(ledger)


def test_one_order_that_is_sent_two_hundred_times_is_booked_once(ledger: LedgerWorld) -> None:
    account = filled(ledger)

    outcomes = all_at_once([partial(redeem, ledger.installation, account, "owed", 7, "same", NOW)] * CROWD)

    assert len({booked.id for booked in outcomes}) == 1
    assert sum(not booked.repeated for booked in outcomes) == 1
    assert available(ledger, account) == 363
    assert_sound(ledger)


def test_one_key_for_two_orders_at_once_is_booked_for_one_of_them(ledger: LedgerWorld) -> None:
    account = filled(ledger)

    outcomes = all_at_once([partial(redeem, ledger.installation, account, "owed", 7 + number % 2, "both", NOW)
                            for number in range(40)])

    assert refusals(outcomes) == {"key_conflict": 20}
    assert len({booked.id for booked in done(outcomes)}) == 1
    assert_sound(ledger)


def test_a_hold_that_is_captured_and_released_at_once_gives_each_point_once(ledger: LedgerWorld) -> None:
    account = filled(ledger)
    held = hold(ledger.installation, account, "owed", 100, "cart", NOW, NOW + HOUR * SECOND).row.id
    ends = [partial(way, ledger.installation, account, held, f"{number}", NOW, amount=30)
            for number in range(10) for way in (capture, release)]

    outcomes = all_at_once(ends)

    captured = sum(booked.row.kind == "capture" for booked in done(outcomes))
    assert len(done(outcomes)) == 3
    assert refusals(outcomes) == {"not_enough": 17}
    assert available(ledger, account) == 270 + 30 * (3 - captured)
    assert_sound(ledger)


def test_an_overdue_hold_that_several_end_comes_back_once(ledger: LedgerWorld) -> None:
    account = filled(ledger)
    hold(ledger.installation, account, "owed", 100, "overdue", NOW, NOW + SECOND)

    outcomes = all_at_once([partial(release_overdue, ledger.installation, NOW + SECOND)] * 8)

    assert sum(outcomes) == 1
    assert available(ledger, account, now=NOW + SECOND) == 370
    assert_sound(ledger)


@pytest.mark.parametrize(("amount", "succeed", "back"), [(None, 1, 100), (30, 3, 90)], ids=["whole", "parts"])
def test_a_redemption_that_many_cancel_comes_back_once(ledger: LedgerWorld, amount: int | None, succeed: int,
                                                       back: int) -> None:
    account = filled(ledger)
    spent = redeem(ledger.installation, account, "owed", 100, "order", NOW).row.id

    outcomes = all_at_once([partial(cancel, ledger.installation, account, spent, f"{number}", NOW, amount=amount)
                            for number in range(30)])

    assert len(done(outcomes)) == succeed
    assert refusals(outcomes) == {"not_enough": 30 - succeed}
    assert available(ledger, account) == 270 + back
    assert_sound(ledger)


def test_pieces_that_many_return_go_back_once(ledger: LedgerWorld) -> None:
    (account,) = ledger.accounts()
    accrual = ledger.earn(account, "owed", 10, START)

    outcomes = all_at_once([partial(reverse, ledger.installation, account, accrual, f"{number}", NOW, pieces=3)
                            for number in range(20)])

    assert len(done(outcomes)) == 3
    assert refusals(outcomes) == {"too_many_pieces": 17}
    assert available(ledger, account) == earned(1)
    assert_sound(ledger)


def test_spending_expiring_and_returning_the_same_lots_at_once_loses_nothing(ledger: LedgerWorld) -> None:
    (account,) = ledger.accounts()
    old = ledger.earn(account, "owed", 10, START)
    young = ledger.earn(account, "owed", 10, START + 50 * HOUR * SECOND)
    late = START + 100 * HOUR * SECOND  # the first lot is gone
    works: list[Any] = [partial(redeem, ledger.installation, account, "owed", 5, f"{number}", late)
                        for number in range(20)]
    works += [partial(reverse, ledger.installation, account, young, f"{number}", late, pieces=5) for number in range(4)]
    works += [partial(reverse, ledger.installation, account, old, "old", late)]
    works += [partial(expire, ledger.installation, late, confirm=True)] * 3

    outcomes = all_at_once(works)

    spent = 5 * sum(getattr(booked, "row", None) is not None and booked.row.kind == "redemption"
                    for booked in done(outcomes))
    assert available(ledger, account, now=late) == -spent  # all was taken back, what was spent is owed
    assert set(refusals(outcomes)) <= {"not_enough", "too_many_pieces"}
    assert refusals(outcomes)["too_many_pieces"] == 2
    expiries = select(func.count()).where(journal.c.account_id == account, journal.c.kind == "expiry")
    assert ledger.rows(expiries) == [(1,)]
    assert_sound(ledger)


def test_a_file_that_is_cleared_beside_redemptions_of_the_same_accounts(ledger: LedgerWorld) -> None:
    accounts = ledger.accounts(4)
    ledger.earn_all([(account, article, 10) for account in accounts for article in ("both", "locked")], START)
    for account in accounts:  # each owes points, which the file makes good
        owed = ledger.earn(account, "locked", 10, START + SECOND)
        redeem(ledger.installation, account, "locked", 50, "before", NOW)
        reverse(ledger.installation, account, owed, "back", NOW)
    file = [(account, article, 10) for account in accounts for article in ("both", "locked", "timed")] * 10
    works: list[Any] = [partial(redeem, ledger.installation, account, "quiet", 1, f"{number}", NOW)
                        for number in range(15) for account in accounts]

    outcomes = all_at_once([partial(ledger.earn_all, file, NOW), partial(ledger.earn_all, file, NOW), *works])

    assert set(refusals(outcomes)) <= {"blocked"}
    for account in accounts:
        spent = sum(getattr(booked, "row", None) is not None and booked.row.account_id == account
                    for booked in done(outcomes))
        assert available(ledger, account, "locked") == 37 + 20 * 37 - 50
        assert available(ledger, account, "quiet") == 21 * 37 - spent
    assert_sound(ledger)


def test_points_that_go_both_ways_between_two_accounts_meet_nobody_in_a_deadlock(ledger: LedgerWorld) -> None:
    one, two = filled(ledger, lots=2), filled(ledger, lots=2)

    outcomes = all_at_once([partial(transfer, ledger.installation, *ways, "owed", 5, f"{one}-{number}-{ways[0]}", NOW)
                            for number in range(30) for ways in ((one, two), (two, one))])

    given = sum(moved.given.row.account_id == one for moved in done(outcomes))
    assert set(refusals(outcomes)) <= {"not_enough"}
    assert available(ledger, one) == 74 - 5 * given + 5 * (len(done(outcomes)) - given)
    assert available(ledger, one) + available(ledger, two) == 148
    assert_sound(ledger)


def test_one_transfer_that_is_sent_many_times_is_booked_once(ledger: LedgerWorld) -> None:
    one, two = filled(ledger, lots=1), ledger.accounts()[0]

    outcomes = all_at_once([partial(transfer, ledger.installation, one, two, "owed", 5, "same-transfer", NOW)] * 40)

    assert len({(moved.given.id, moved.received.id) for moved in outcomes}) == 1
    assert (available(ledger, one), available(ledger, two)) == (32, 5)
    assert_sound(ledger)


def test_two_files_of_redemptions_beside_single_ones_spend_each_point_once(ledger: LedgerWorld) -> None:
    accounts = [filled(ledger, lots=2) for _ in range(3)]
    files = [[Request(account, "owed", 5, f"{name}-{number}") for number in range(12) for account in order]
             for name, order in (("up", accounts), ("down", accounts[::-1]))]
    works: list[Any] = [partial(redeem_all, ledger.installation, file, NOW) for file in files]
    works += [partial(redeem, ledger.installation, account, "owed", 5, f"single-{number}", NOW)
              for number in range(5) for account in accounts]

    outcomes = all_at_once(works)

    answers = [answer for batch in outcomes[:2] for answer in batch]
    assert {answer.refusal.code for answer in answers if answer.refusal} == {"not_enough"}
    spent = sum(answer.fate is Fate.BOOKED for answer in answers) + len(done(outcomes[2:]))
    assert spent == 3 * (74 // 5)
    assert [available(ledger, account) for account in accounts] == [74 % 5] * 3
    assert_sound(ledger)


def test_the_key_of_a_hold_s_end_in_time_cannot_be_taken_before(ledger: LedgerWorld) -> None:
    account = filled(ledger)
    held = hold(ledger.installation, account, "owed", 100, "squatted", NOW, NOW + SECOND).row.id
    release(ledger.installation, account, held, f"{held}|time", NOW, amount=1)

    assert release_overdue(ledger.installation, NOW + SECOND) == 1
    assert available(ledger, account, now=NOW + SECOND) == 370
    assert_sound(ledger)


def test_a_repeated_hold_is_answered_when_it_is_over(ledger: LedgerWorld) -> None:
    account = filled(ledger)
    first = hold(ledger.installation, account, "owed", 100, "late answer", NOW, NOW + SECOND)

    again = hold(ledger.installation, account, "owed", 100, "late answer", NOW + HOUR * SECOND, NOW + SECOND)

    assert (again.id, again.repeated) == (first.id, True)


def test_a_repeated_transfer_is_answered_when_the_giver_has_left(ledger: LedgerWorld) -> None:
    one, two, three = filled(ledger, lots=1), *ledger.accounts(2)
    moved = transfer(ledger.installation, one, two, "owed", 5, "before leaving", NOW)
    merge(ledger.installation, one, three, NOW, actor="Office")

    again = transfer(ledger.installation, one, two, "owed", 5, "before leaving", NOW)

    assert (again.given.id, again.given.repeated) == (moved.given.id, True)


def test_points_given_to_somebody_who_was_inactive_for_long_do_not_vanish(ledger: LedgerWorld) -> None:
    one, two = ledger.accounts(2)
    ledger.earn(two, "quiet", 10, START)
    later = START + 90 * HOUR * SECOND  # those are gone
    ledger.earn(one, "quiet", 10, later)

    transfer(ledger.installation, one, two, "quiet", 30, "to the quiet", later + SECOND)

    assert available(ledger, two, "quiet", later + 2 * SECOND) == 30
    assert available(ledger, two, "quiet", later + 80 * HOUR * SECOND) == 0  # as it would have been with the giver
    assert_sound(ledger)


def test_lots_are_read_behind_the_lock(postgres_ledger: LedgerWorld) -> None:
    """Read together with the lock, lots would be as they were before the wait, and would be spent twice."""
    ledger, account = postgres_ledger, filled(postgres_ledger, lots=2)
    locked, go_on, outcome = Event(), Event(), list[Any]()

    def first(connection: Connection) -> None:
        open_account = OpenAccount(connection, account, ledger.installation.programme.settings, NOW)
        locked.set()
        assert go_on.wait(30)
        parts = first_of(open_account.lots("owed", 37), 37)
        open_account.book(Order(account, TransactionKind.REDEMPTION, "redemption|first", ("owed", 37), "first"),
                          taken("owed", parts, Book.REDEEMED))

    one = Thread(target=partial(ledger.database.run, first))
    two = Thread(target=lambda: outcome.append(redeem(ledger.installation, account, "owed", 37, "second", NOW)))
    one.start()
    assert locked.wait(30)
    two.start()
    until_one_waits_for_a_lock(ledger)
    go_on.set()
    one.join()
    two.join()

    uses = ledger.rows(select(lot_use.c.lot_transaction_id, lot_use.c.amount).where(lot_use.c.account_id == account))
    assert len({lot_id for lot_id, _ in uses}) == 2
    assert [amount for _, amount in uses] == [37, 37]
    assert ledger.rows(select(lot.c.remaining).where(lot.c.account_id == account)) == [(0,), (0,)]
    assert_sound(ledger)


def until_one_waits_for_a_lock(ledger: LedgerWorld) -> None:
    waits = text("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() "
                 "AND wait_event_type = 'Lock'")
    for _ in range(100_000):
        if ledger.rows(waits) != [(0,)]:
            return
    pytest.fail("nobody waits for the lock")
