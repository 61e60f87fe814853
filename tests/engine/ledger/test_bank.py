"""The bank: however many move points about, whoever looks sees the same sum, and nobody below zero."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from random import Random
from threading import Event
from typing import Any

from sqlalchemy import Connection, func, select

from tests.support.crowds import all_at_once
from tests.support.ledger_worlds import HOUR, SECOND, START, LedgerWorld
from treuwerk.domain.refusals import Refusal
from treuwerk.services.account.statements import statement
from treuwerk.services.ledger.cancelling import cancel
from treuwerk.services.ledger.holding import capture, hold, release
from treuwerk.services.ledger.redeeming import redeem
from treuwerk.services.ledger.transferring import transfer
from treuwerk.store.tables import balance, lot, posting
from treuwerk.store.tables import hold as hold_table

ACCOUNTS, WRITERS, READERS, DEEDS = 20, 10, 2, 12
GIVEN = 3 * 37
NOW = START + HOUR * SECOND


def test_everyone_sees_a_constant_sum(ledger: LedgerWorld) -> None:
    accounts = ledger.accounts(ACCOUNTS)
    ledger.earn_all([(account, "owed", 10) for account in accounts] * 3, START)
    over, looks, finished = Event(), list[int](), list[int]()

    all_at_once([*(partial(writes, ledger, accounts, number, finished) for number in range(WRITERS)),
                 *(partial(reads, ledger, accounts, over, looks) for _ in range(READERS)),
                 partial(ends, finished, over)])

    assert len(looks) > READERS
    assert set(looks) == {ACCOUNTS * GIVEN}
    assert ledger.unproven(NOW) == {}


def writes(ledger: LedgerWorld, accounts: list[int], number: int, finished: list[int]) -> None:
    chance = Random(number)
    try:
        for deed in range(DEEDS):
            pair = chance.sample(accounts, 2)
            with suppress(Refusal):  # not enough points
                chance.choice(WAYS)(ledger, pair, chance.randrange(1, 80), f"{accounts[0]}-{number}-{deed}")
    finally:
        finished.append(number)


def pass_on(ledger: LedgerWorld, pair: list[int], points: int, key: str) -> None:
    transfer(ledger.installation, pair[0], pair[1], "owed", points, key, NOW)


def spend_and_cancel(ledger: LedgerWorld, pair: list[int], points: int, key: str) -> None:
    spent = redeem(ledger.installation, pair[0], "owed", points, key, NOW).row.id
    cancel(ledger.installation, pair[0], spent, key, NOW, amount=(points + 1) // 2)


def reserve_and_end(ledger: LedgerWorld, pair: list[int], points: int, key: str) -> None:
    held = hold(ledger.installation, pair[0], "owed", points, key, NOW, NOW + HOUR * SECOND).row.id
    capture(ledger.installation, pair[0], held, key, NOW, amount=(points + 1) // 2)
    if points > 1:
        release(ledger.installation, pair[0], held, key, NOW)


WAYS: list[Callable[[LedgerWorld, list[int], int, str], None]] = [pass_on, pass_on, spend_and_cancel, reserve_and_end]


def ends(finished: list[int], over: Event) -> None:
    """Readers look until the last writer is done."""
    while len(finished) < WRITERS:
        over.wait(0.01)
    over.set()


def reads(ledger: LedgerWorld, accounts: list[int], over: Event, looks: list[int]) -> None:
    chance = Random(len(looks))
    while True:
        last = over.is_set()
        with ledger.database.reading() as connection:
            looks.append(sum_of_all(connection, accounts, chance.choice(accounts)))
        if last:
            return


def sum_of_all(connection: Connection, accounts: list[int], one: int) -> int:
    """All points there are: to be spent, reserved, and spent. Each is told by two witnesses, who must agree."""
    there = {row.account_id: row for row in connection.execute(
        select(balance).where(balance.c.account_id.in_(accounts)))}
    assert all(min(row.posted, row.held, row.pending, row.deficit) >= 0 for row in there.values())
    books = summed(connection, posting.c.book, posting.c.amount, posting.c.account_id.in_(accounts))
    assert books["participant"] == sum(row.posted for row in there.values()) == summed(
        connection, lot.c.unit, lot.c.remaining, lot.c.account_id.in_(accounts))["owed"]
    assert books.get("held", 0) == sum(row.held for row in there.values()) == summed(
        connection, hold_table.c.unit, hold_table.c.remaining, hold_table.c.account_id.in_(accounts)).get("owed", 0)
    page = statement(connection, one, "owed", limit=500)
    assert page.entries[0].balance == there[one].posted == sum(entry.amounts["owed"] for entry in page.entries
                                                               if "owed" in entry.amounts)
    assert min(entry.balance for entry in page.entries) >= 0
    assert books.get("transfer", 0) == 0  # what one gives, the other has, at every instant
    return books["participant"] + books.get("held", 0) + books.get("redeemed", 0)


def summed(connection: Connection, by: Any, amount: Any, condition: Any) -> dict[str, int]:
    return {key: int(total) for key, total in connection.execute(
        select(by, func.sum(amount)).where(condition).group_by(by))}
