"""Anything in any order: the ledger against a plain list of lots, on both databases."""

from collections.abc import Callable, Iterator
from math import inf
from typing import Any

import attrs
import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine
from sqlalchemy import func, select

from tests.support.ledger_worlds import ARTICLES, HOUR, KINDS, SECOND, SPENDABLE, START, LedgerWorld, earned
from tests.support.naive_ledger import Credit, Naive, Refused
from tests.support.worlds import row_counts
from treuwerk.domain.refusals import KeyConflict, Refusal
from treuwerk.services.bookkeeping import Booked
from treuwerk.services.cancelling import cancel
from treuwerk.services.holding import capture, hold, release, release_overdue
from treuwerk.services.redeeming import redeem
from treuwerk.services.reversing import reverse
from treuwerk.services.statements import balances, statement
from treuwerk.store.tables import balance, lot, posting
from treuwerk.store.tables import hold as hold_table

EXAMPLES = max(6, settings().max_examples // 16)  # 100 unless --hypothesis-profile says otherwise
STEPS = 30
units = st.sampled_from(SPENDABLE)
points = st.integers(1, 60)
accounts = st.integers(0, 1)
some = st.one_of(st.none(), st.integers(1, 25))
Ask = Callable[[int], Booked]


@attrs.frozen
class Thing:
    """An accrual, a hold or a redemption: whose it is, its id, and what the plain ledger knows of it."""

    account: int
    id: int
    naive: Any


class Ledger(RuleBasedStateMachine):
    """Every rule asks both ledgers for the same and compares what they say; every step compares all that they hold."""

    accruals: Bundle[Thing] = Bundle("accruals")
    holds: Bundle[Thing] = Bundle("holds")
    spent: Bundle[Thing] = Bundle("spent")

    def __init__(self, world: LedgerWorld) -> None:
        super().__init__()
        self.world, self.installation = world, world.installation
        release_overdue(self.installation, START + 100_000 * HOUR * SECOND)  # holds that other examples left open
        self.ids = world.accounts(2)
        self.naive = [Naive(KINDS), Naive(KINDS)]
        self.seconds, self.keys = 0, 0
        self.answered: list[tuple[Ask, Ask, str]] = []

    @property
    def now(self) -> int:
        return START + self.seconds * SECOND

    def later(self, account: int) -> Naive:
        """One second later, so that bookings have an order."""
        self.seconds += 1
        return self.naive[account].at(self.seconds)

    def both(self, account: int, plain: Callable[[Naive], Any], ask: Ask, other: Ask) -> tuple[int, Any] | None:
        """What the ledger and the plain one answer; None where both refuse, and say why in the same words."""
        naive = self.later(account)
        try:
            expected = plain(naive)
        except Refused as refused:
            self.refuses(ask, str(refused))
            return None
        booked = ask(self.now)
        assert not booked.repeated
        self.answered.append((ask, other, booked.id))
        return booked.row.id, expected

    def refuses(self, ask: Ask, code: str) -> None:
        before = self.counts()
        with pytest.raises(Refusal) as refusal:
            ask(self.now)
        assert refusal.value.code == code, refusal.value
        assert self.counts() == before

    def counts(self) -> dict[str, int]:
        with self.world.database.reading() as connection:
            return row_counts(connection)

    def key(self) -> str:
        self.keys += 1
        return f"{self.ids[0]}-{self.keys}"

    @rule(target=accruals, account=accounts, article=st.sampled_from(sorted(ARTICLES)), pieces=st.integers(1, 20))
    def earn(self, account: int, article: str, pieces: int) -> Thing:
        credit = Credit(pieces, {unit: [earned(count) for count in range(pieces + 1)] for unit in ARTICLES[article]})
        self.later(account).earn(credit)
        return Thing(account, self.world.earn(self.ids[account], article, pieces, self.now), credit)

    @rule(target=spent, account=accounts, unit=units, amount=points)
    def redeem(self, account: int, unit: str, amount: int) -> Any:
        of, key = self.ids[account], self.key()
        return self.thing(account, self.both(
            account, lambda naive: naive.spend(unit, amount),
            lambda now: redeem(self.installation, of, unit, amount, key, now),
            lambda now: redeem(self.installation, of, unit, amount + 1, key, now)))

    @rule(target=holds, account=accounts, unit=units, amount=points, hours=st.integers(1, 120))
    def hold(self, account: int, unit: str, amount: int, hours: int) -> Any:
        of, key, until = self.ids[account], self.key(), self.seconds + hours * HOUR
        ends = START + until * SECOND
        return self.thing(account, self.both(
            account, lambda naive: naive.hold(unit, amount, until),
            lambda now: hold(self.installation, of, unit, amount, key, now, ends),
            lambda now: hold(self.installation, of, unit, amount, key, now, ends + 1)))

    @rule(target=spent, held=holds, amount=some)
    def capture(self, held: Thing, amount: int | None) -> Any:
        of, key = self.ids[held.account], self.key()
        return self.thing(held.account, self.both(
            held.account, lambda naive: naive.capture(held.naive, amount),
            lambda now: capture(self.installation, of, held.id, key, now, amount=amount),
            lambda now: capture(self.installation, of, held.id, key, now, amount=99)))

    @rule(held=holds, amount=some)
    def release(self, held: Thing, amount: int | None) -> None:
        of, key = self.ids[held.account], self.key()
        self.both(held.account, lambda naive: naive.give_back(held.naive, amount),
                  lambda now: release(self.installation, of, held.id, key, now, amount=amount),
                  lambda now: release(self.installation, of, held.id, key, now, amount=99))

    @rule(done=spent, amount=some)
    def cancel(self, done: Thing, amount: int | None) -> None:
        of, key = self.ids[done.account], self.key()
        self.both(done.account, lambda naive: naive.give_back(done.naive, amount),
                  lambda now: cancel(self.installation, of, done.id, key, now, amount=amount),
                  lambda now: cancel(self.installation, of, done.id, key, now, amount=99))

    @rule(credit=accruals, pieces=st.one_of(st.none(), st.integers(1, 12)))
    def reverse(self, credit: Thing, pieces: int | None) -> None:
        of, key = self.ids[credit.account], self.key()
        self.both(credit.account, lambda naive: naive.give_up(credit.naive, pieces),
                  lambda now: reverse(self.installation, of, credit.id, key, now, pieces=pieces),
                  lambda now: reverse(self.installation, of, credit.id, key, now, pieces=99))

    @rule()
    def end_overdue_holds(self) -> None:
        self.seconds += 1
        ended = sum(naive.at(self.seconds).time_out() for naive in self.naive)

        assert release_overdue(self.installation, self.now) == ended
        assert release_overdue(self.installation, self.now) == 0

    @rule(data=st.data())
    def ask_again(self, data: st.DataObject) -> None:
        if not self.answered:
            return
        ask, other, answer = data.draw(st.sampled_from(self.answered))
        before = self.counts()

        again = ask(self.now)

        assert (again.id, again.repeated) == (answer, True)
        with pytest.raises(KeyConflict):
            other(self.now)
        assert self.counts() == before

    @rule(hours=st.sampled_from([1, 19, 21, 61, 81, 101, 250]))
    def wait(self, hours: int) -> None:
        self.seconds += hours * HOUR
        for naive in self.naive:
            naive.at(self.seconds)

    def thing(self, account: int, answer: tuple[int, Any] | None) -> Any:
        return multiple(Thing(account, *answer)) if answer else multiple()

    @invariant()
    def they_agree(self) -> None:
        for account_id, naive in zip(self.ids, self.naive, strict=True):
            with self.world.database.reading() as connection:
                assert seen(connection, account_id, self.now) == expected(naive)
                assert lots(connection, account_id, self.now) == plain_lots(naive)
                assert open_holds(connection, account_id) == plain_holds(naive)
                assert unbalanced(connection, account_id) == []

    def teardown(self) -> None:
        """The statement tells the same story, and the proof is green."""
        for account_id in self.ids:
            with self.world.database.reading() as connection:
                for unit in SPENDABLE:
                    assert_statement_adds_up(connection, account_id, unit)
        assert self.world.unproven(self.now) == {}


def seen(connection: Any, account_id: int, now: int) -> dict[str, tuple[int, int, int, int, int]]:
    """Unit → available, pending, held, missing, lost: as people see them."""
    lost = {unit: -int(amount) for unit, amount in connection.execute(
        select(posting.c.unit, func.sum(posting.c.amount))
        .where(posting.c.account_id == account_id, posting.c.book == "clawback").group_by(posting.c.unit))}
    return {unit: (one.available, one.pending, one.held, one.deficit, lost.get(unit, 0))
            for unit, one in balances(connection, SPENDABLE, account_id, now).items()}


def expected(naive: Naive) -> dict[str, tuple[int, int, int, int, int]]:
    return {unit: (naive.spendable(unit) - naive.deficit.get(unit, 0), pending(naive, unit), naive.held(unit),
                   naive.deficit.get(unit, 0), naive.lost.get(unit, 0)) for unit in SPENDABLE}


def pending(naive: Naive, unit: str) -> int:
    everything = [*naive.alive(unit), *naive.alive(unit, waiting=True)]
    return sum(grain.left for grain in everything) - naive.spendable(unit)


def lots(connection: Any, account_id: int, now: int) -> list[tuple[Any, ...]]:
    """Open lots that have not expired: unit, remaining, end, active from; in the order of spending."""
    kept = func.coalesce(balance.c.keeps_until, 2**63 - 1)
    rows = connection.execute(
        select(lot.c.unit, lot.c.remaining, lot.c.expires_at, lot.c.active_from)
        .join(balance, (balance.c.account_id == lot.c.account_id) & (balance.c.unit == lot.c.unit))
        .where(lot.c.account_id == account_id, lot.c.remaining > 0, lot.c.expires_at > now, kept > now)
        .order_by(lot.c.unit, lot.c.book, lot.c.expires_at, lot.c.transaction_id))
    return [tuple(row) for row in rows]


def plain_lots(naive: Naive) -> list[tuple[Any, ...]]:
    return [(grain.unit, grain.left, 2**63 - 1 if grain.until == inf else START + int(grain.until) * SECOND,
             None if grain.since is None else START + int(grain.since) * SECOND)
            for unit in sorted(SPENDABLE) for waiting in (False, True) for grain in naive.alive(unit, waiting=waiting)]


def open_holds(connection: Any, account_id: int) -> list[tuple[Any, ...]]:
    rows = connection.execute(select(hold_table.c.unit, hold_table.c.remaining, hold_table.c.expires_at)
                              .where(hold_table.c.account_id == account_id, hold_table.c.remaining > 0))
    return sorted(tuple(row) for row in rows)


def plain_holds(naive: Naive) -> list[tuple[Any, ...]]:
    return sorted((one.unit, one.points, START + int(one.until) * SECOND) for one in naive.holds if one.points)


def unbalanced(connection: Any, account_id: int) -> list[Any]:
    return list(connection.execute(select(posting.c.transaction_id).where(posting.c.account_id == account_id)
                                   .group_by(posting.c.transaction_id, posting.c.unit)
                                   .having(func.sum(posting.c.amount) != 0)))


def assert_statement_adds_up(connection: Any, account_id: int, unit: str) -> None:
    running = 0
    for entry in reversed(list(pages(connection, account_id, unit))):
        running += entry.amounts.get(unit, 0)
        assert entry.balance == running


def pages(connection: Any, account_id: int, unit: str) -> Iterator[Any]:
    cursor = None
    while True:
        page = statement(connection, account_id, unit, before=cursor, limit=7)
        yield from page.entries
        if page.next is None:
            return
        cursor = page.next


def test_the_ledger_is_what_a_plain_list_of_lots_would_be(ledger: LedgerWorld) -> None:
    thorough = EXAMPLES > 6
    machine = type("Ledger", (Ledger,), {"__init__": lambda self: Ledger.__init__(self, ledger)})
    run_machine(machine, settings=settings(
        max_examples=EXAMPLES, stateful_step_count=STEPS,
        phases=(Phase.generate, Phase.shrink) if thorough else (Phase.generate,)))  # shrinking takes minutes
