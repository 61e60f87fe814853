"""Points that were away while all others went by inactivity: what comes later does not bring them back to life."""

import pytest
from sqlalchemy import select

from tests.support.ledger_worlds import HOUR, SECOND, START, LedgerWorld
from treuwerk.services.ledger.balances import balances
from treuwerk.services.ledger.cancelling import cancel
from treuwerk.services.ledger.expiring import expire
from treuwerk.services.ledger.holding import capture, hold, release, release_overdue
from treuwerk.services.ledger.redeeming import redeem
from treuwerk.store.tables import journal, posting

QUIET = 80  # hours that an activity keeps the points of this unit
EARNED = 37  # points of ten pieces


def at(hours: int) -> int:
    return START + hours * HOUR * SECOND


def available(ledger: LedgerWorld, account: int, now: int) -> int:
    with ledger.database.reading() as connection:
        return balances(connection, ["quiet"], account, now)["quiet"].available


def expired(ledger: LedgerWorld, account: int) -> list[tuple[str, int]]:
    """Day and points of each expiry, oldest first."""
    return [(day, int(points)) for day, points in ledger.rows(
        select(journal.c.occurred_on, posting.c.amount)
        .join(posting, (posting.c.account_id == journal.c.account_id) & (posting.c.transaction_id == journal.c.id))
        .where(journal.c.account_id == account, posting.c.book == "expired").order_by(journal.c.id))]


@pytest.fixture
def account(ledger: LedgerWorld) -> int:
    """With 37 quiet points."""
    account = ledger.accounts()[0]
    ledger.earn(account, "quiet", 10, at(0))
    return account


def test_spent_points_that_come_back_are_gone_if_the_others_went_meanwhile(ledger: LedgerWorld, account: int) -> None:
    spent = redeem(ledger.installation, account, "quiet", 20, f"A-{account}", at(1))
    ledger.earn(account, "quiet", 10, at(1 + QUIET))

    cancel(ledger.installation, account, spent.row.id, f"A-{account}", at(2 + QUIET))

    assert available(ledger, account, at(2 + QUIET)) == EARNED
    assert [points for _, points in expired(ledger, account)] == [EARNED - 20, 20]
    assert ledger.unproven(at(2 + QUIET)) == {}


@pytest.mark.parametrize("captured", [False, True], ids=["released", "captured and cancelled"])
def test_reserved_points_that_come_back_are_gone_if_the_others_went_meanwhile(
        ledger: LedgerWorld, account: int, captured: bool) -> None:
    held = hold(ledger.installation, account, "quiet", 20, f"H-{account}", at(1), at(500)).row.id
    ledger.earn(account, "quiet", 10, at(1 + QUIET))

    if captured:
        spent = capture(ledger.installation, account, held, f"H-{account}", at(2 + QUIET))
        cancel(ledger.installation, account, spent.row.id, f"H-{account}", at(3 + QUIET))
    else:
        release(ledger.installation, account, held, f"H-{account}", at(3 + QUIET))

    assert available(ledger, account, at(3 + QUIET)) == EARNED
    assert sum(points for _, points in expired(ledger, account)) == EARNED
    assert ledger.unproven(at(3 + QUIET)) == {}


@pytest.mark.parametrize("run", ["expire", "release_overdue"])
def test_an_overdue_hold_does_not_live_on_with_points_that_came_later(ledger: LedgerWorld, account: int,
                                                                      run: str) -> None:
    hold(ledger.installation, account, "quiet", 20, f"H-{account}", at(1), at(10))
    ledger.earn(account, "quiet", 10, at(1 + QUIET))

    if run == "expire":
        receipt = expire(ledger.installation, at(2 + QUIET), confirm=True)
        assert receipt.points["quiet"] >= 20
    else:
        release_overdue(ledger.installation, at(2 + QUIET))

    assert available(ledger, account, at(2 + QUIET)) == EARNED
    days = expired(ledger, account)
    assert [points for _, points in days] == [EARNED - 20, 20]
    assert len({day for day, _ in days}) == 1  # they lived as long as the others
    assert ledger.unproven(at(2 + QUIET)) == {}


def test_points_that_come_back_live_on_where_the_unit_was_never_forgotten(ledger: LedgerWorld, account: int) -> None:
    spent = redeem(ledger.installation, account, "quiet", 20, f"A-{account}", at(1))
    for hours in (QUIET, 2 * QUIET - 1):  # never as long as that without anything
        ledger.earn(account, "quiet", 10, at(hours))

    cancel(ledger.installation, account, spent.row.id, f"A-{account}", at(2 * QUIET + 5))

    assert available(ledger, account, at(2 * QUIET + 5)) == 3 * EARNED
    assert expired(ledger, account) == []
