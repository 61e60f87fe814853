"""Two ledgers that are asked for the same: the real one and a plain list of lots."""

from collections.abc import Callable
from typing import Any

import attrs
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule
from sqlalchemy import func, select

from tests.support.ledger_views import (
    assert_statement_adds_up,
    expected,
    lots,
    open_holds,
    plain_holds,
    plain_lots,
    seen,
    unbalanced,
)
from tests.support.ledger_worlds import ARTICLES, HOUR, KINDS, SECOND, SPENDABLE, START, LedgerWorld, earned
from tests.support.naive_ledger import Credit, Merge, Naive, Refused
from treuwerk.domain.refusals import KeyConflict, Refusal
from treuwerk.services.changes.adjusting import adjust
from treuwerk.services.changes.merging import merge
from treuwerk.services.changes.reversing import reverse
from treuwerk.services.changes.unmerging import unmerge
from treuwerk.services.ledger.activating import activate
from treuwerk.services.ledger.batch_redeeming import Fate, Request, redeem_all
from treuwerk.services.ledger.bookkeeping import Booked
from treuwerk.services.ledger.cancelling import cancel
from treuwerk.services.ledger.expiring import expire
from treuwerk.services.ledger.holding import capture, hold, release, release_overdue
from treuwerk.services.ledger.redeeming import redeem
from treuwerk.services.ledger.transferring import transfer
from treuwerk.store.tables import account_merge, journal, lot, lot_use, manual_booking, posting, unsealed
from treuwerk.store.tables import hold as hold_table

units = st.sampled_from(SPENDABLE)
points = st.integers(1, 60)
accounts = st.integers(0, 2)
some = st.one_of(st.none(), st.integers(1, 25))
WRITTEN = (journal, posting, lot, lot_use, hold_table, unsealed, manual_booking, account_merge)
CLOCKS: dict[int, int] = {}
Ask = Callable[[int], Any]


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
        self.seconds = CLOCKS.get(id(world), 0)  # time goes on: what others left open is over by now
        release_overdue(self.installation, self.now)
        self.ids = world.accounts(3)
        self.naive = [Naive(KINDS), Naive(KINDS), Naive(KINDS)]
        self.merged: Merge | None = None
        self.keys = 0
        self.answered: list[tuple[Ask, Ask, int]] = []

    @property
    def now(self) -> int:
        return START + self.seconds * SECOND

    def later(self, account: int) -> Naive:
        """One second later, so that bookings have an order."""
        self.seconds += 1
        for naive in self.naive:
            naive.at(self.seconds)
        return self.naive[account]

    def at_home(self, account: int) -> int:
        """The last account is one with the first while they are merged."""
        return 0 if self.merged and account == 2 else account

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
        self.answered.append((ask, other, answer_of(booked)))
        return answer_of(booked), expected

    def refuses(self, ask: Ask, code: str) -> None:
        before = self.counts()
        with pytest.raises(Refusal) as refusal:
            ask(self.now)
        assert refusal.value.code == code, refusal.value
        assert self.counts() == before

    def counts(self) -> list[tuple[Any, ...]]:
        """How much was written: nothing can be booked without a transaction, a lot, a decision or a merge."""
        return self.world.rows(select(*(select(func.count()).select_from(one).scalar_subquery() for one in WRITTEN)))

    def key(self) -> str:
        self.keys += 1
        return f"{self.ids[0]}-{self.keys}"

    @initialize(target=accruals)
    def begin_with_points(self) -> Any:
        """Some of each unit for everyone, so that there is something to move."""
        wanted = [(account, article) for account in range(3) for article in sorted(ARTICLES)]
        plain = [credit_of(article, 12) for _, article in wanted]
        self.later(0)
        for (account, _), credit in zip(wanted, plain, strict=True):
            self.naive[account].earn(credit)
        made = self.world.earn_all([(self.ids[account], article, 12) for account, article in wanted], self.now)
        return multiple(*(Thing(account, number, credit)
                          for (account, _), number, credit in zip(wanted, made, plain, strict=True)))

    @rule(target=accruals, account=accounts, article=st.sampled_from(sorted(ARTICLES)), pieces=st.integers(1, 20))
    def earn(self, account: int, article: str, pieces: int) -> Thing:
        account = self.at_home(account)
        credit = credit_of(article, pieces)
        self.later(account).earn(credit)
        return Thing(account, self.world.earn(self.ids[account], article, pieces, self.now), credit)

    @rule(target=spent, account=accounts, unit=units, amount=points)
    def redeem(self, account: int, unit: str, amount: int) -> Any:
        account = self.at_home(account)
        of, key = self.ids[account], self.key()
        return self.thing(account, self.both(
            account, lambda naive: naive.spend(unit, amount),
            lambda now: redeem(self.installation, of, unit, amount, key, now),
            lambda now: redeem(self.installation, of, unit, amount + 1, key, now)))

    @rule(target=holds, account=accounts, unit=units, amount=points, hours=st.integers(1, 120))
    def hold(self, account: int, unit: str, amount: int, hours: int) -> Any:
        account = self.at_home(account)
        of, key, until = self.ids[account], self.key(), self.seconds + hours * HOUR
        ends = START + until * SECOND
        return self.thing(account, self.both(
            account, lambda naive: naive.hold(unit, amount, until),
            lambda now: hold(self.installation, of, unit, amount, key, now, ends),
            lambda now: hold(self.installation, of, unit, amount + 1, key, now, ends)))

    @rule(target=spent, held=holds, amount=some)
    def capture(self, held: Thing, amount: int | None) -> Any:
        if self.at_home(held.account) != held.account:
            return multiple()
        of, key = self.ids[held.account], self.key()
        return self.thing(held.account, self.both(
            held.account, lambda naive: naive.capture(held.naive, amount),
            lambda now: capture(self.installation, of, held.id, key, now, amount=amount),
            lambda now: capture(self.installation, of, held.id, key, now, amount=99)))

    @rule(held=holds, amount=some)
    def release(self, held: Thing, amount: int | None) -> None:
        if self.at_home(held.account) != held.account:
            return
        of, key = self.ids[held.account], self.key()
        self.both(held.account, lambda naive: naive.give_back(held.naive, amount),
                  lambda now: release(self.installation, of, held.id, key, now, amount=amount),
                  lambda now: release(self.installation, of, held.id, key, now, amount=99))

    @rule(done=spent, amount=some)
    def cancel(self, done: Thing, amount: int | None) -> None:
        if self.at_home(done.account) != done.account:
            return
        of, key = self.ids[done.account], self.key()
        self.both(done.account, lambda naive: naive.give_back(done.naive, amount),
                  lambda now: cancel(self.installation, of, done.id, key, now, amount=amount),
                  lambda now: cancel(self.installation, of, done.id, key, now, amount=99))

    @rule(credit=accruals, pieces=st.one_of(st.none(), st.integers(1, 12)))
    def reverse(self, credit: Thing, pieces: int | None) -> None:
        if self.at_home(credit.account) != credit.account:
            return
        of, key = self.ids[credit.account], self.key()
        self.both(credit.account, lambda naive: naive.give_up(credit.naive, pieces),
                  lambda now: reverse(self.installation, of, credit.id, key, now, pieces=pieces),
                  lambda now: reverse(self.installation, of, credit.id, key, now, pieces=99))

    @rule()
    def end_overdue_holds(self) -> None:
        self.seconds += 1
        ended = sum(naive.at(self.seconds).time_out() for naive in self.naive)  # one merged has no holds

        assert release_overdue(self.installation, self.now) == ended
        assert release_overdue(self.installation, self.now) == 0

    @rule(credit=accruals)
    def activate(self, credit: Thing) -> None:
        if self.at_home(credit.account) != credit.account:
            return
        of, key = self.ids[credit.account], self.key()
        self.both(credit.account, lambda naive: naive.activate(credit.naive),
                  lambda now: activate(self.installation, of, credit.id, key, now),
                  lambda now: activate(self.installation, of, credit.id + 1, key, now))

    @rule(account=accounts, unit=units, amount=st.integers(-30, 30).filter(bool))
    def adjust(self, account: int, unit: str, amount: int) -> None:
        account = self.at_home(account)
        of, key = self.ids[account], self.key()
        given: dict[str, Any] = {"reason": "put right", "actor": "Office"}
        self.both(account, lambda naive: naive.adjust(unit, amount, None),
                  lambda now: adjust(self.installation, of, unit, amount, key, now, **given),
                  lambda now: adjust(self.installation, of, unit, amount + 100, key, now, **given))

    @rule(pair=st.permutations([0, 1, 2]), unit=units, amount=points)
    def transfer(self, pair: list[int], unit: str, amount: int) -> None:
        giver, receiver = (self.at_home(account) for account in pair[:2])
        if giver == receiver:
            return
        of, to, key = self.ids[giver], self.ids[receiver], self.key()
        self.both(giver, lambda naive: naive.give(self.naive[receiver], unit, amount),
                  lambda now: transfer(self.installation, of, to, unit, amount, key, now).given,
                  lambda now: transfer(self.installation, of, to, unit, amount + 1, key, now).given)

    @rule(target=spent, account=accounts, wanted=st.lists(st.tuples(units, points), min_size=1, max_size=4))
    def redeem_several(self, account: int, wanted: list[tuple[str, int]]) -> Any:
        account = self.at_home(account)
        naive, of, key = self.later(account), self.ids[account], self.key()
        plain = [self.plainly(naive, unit, amount) for unit, amount in wanted]

        answers = redeem_all(self.installation, [Request(of, unit, amount, f"{key}-{number}")
                                                 for number, (unit, amount) in enumerate(wanted)], self.now)

        assert [answer.refusal.code if answer.refusal else "" for answer in answers] == [
            one if isinstance(one, str) else "" for one in plain]
        return multiple(*(Thing(account, answer.transaction_id, one) for answer, one in zip(answers, plain, strict=True)
                          if answer.fate is Fate.BOOKED))

    def plainly(self, naive: Naive, unit: str, amount: int) -> Any:
        try:
            return naive.spend(unit, amount)
        except Refused as refused:
            return str(refused)

    @rule()
    def expire(self) -> None:
        self.seconds += 1
        for naive in self.naive:
            naive.at(self.seconds).time_out()

        expire(self.installation, self.now, confirm=True)
        assert expire(self.installation, self.now, confirm=True).transactions == 0

    @rule()
    def merge(self) -> None:
        if self.merged:
            return
        naive, (into, _, given_up) = self.later(2), self.ids
        try:
            self.merged = naive.merge_into(self.naive[0])
        except Refused as refused:
            self.refuses(lambda now: merge(self.installation, given_up, into, now, actor="Office"), str(refused))
        else:
            merge(self.installation, given_up, into, self.now, actor="Office")

    @rule()
    def unmerge(self) -> None:
        if self.merged is None or self.merged.owed:  # a debt comes back by rules of its own, see its tests
            return
        self.later(2).come_back(self.naive[0], self.merged)
        self.merged = None
        unmerge(self.installation, self.ids[2], self.now, actor="Office")

    @rule(number=st.integers(0, 99))
    def ask_again(self, number: int) -> None:
        if not self.answered:
            return
        ask, other, answer = self.answered[number % len(self.answered)]
        before = self.counts()

        again = ask(self.now)

        assert (answer_of(again), again.repeated) == (answer, True)
        with pytest.raises(KeyConflict):
            other(self.now)
        assert self.counts() == before

    @rule(hours=st.sampled_from([1, 2, 19, 21, 41, 61, 101]))
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
        CLOCKS[id(self.world)] = self.seconds + 1_000 * HOUR
        for account_id in self.ids:
            with self.world.database.reading() as connection:
                for unit in SPENDABLE:
                    assert_statement_adds_up(connection, account_id, unit)
        assert self.world.unproven(self.now) == {}


def credit_of(article: str, pieces: int) -> Credit:
    """What pieces of an article earn, and what fewer of them would have earned."""
    return Credit(pieces, {unit: [earned(count) for count in range(pieces + 1)] for unit in ARTICLES[article]})


def answer_of(booked: Any) -> int:
    """The id of a transaction."""
    number: int = booked.row.id if isinstance(booked, Booked) else booked.transaction_id
    return number
