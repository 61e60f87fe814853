"""A second opinion from the export alone, after a long random life; and two lives alike."""

import json
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from tests.engine.conftest import NewDatabase
from tests.support.ledger_worlds import ARTICLES, HOUR, SECOND, SPENDABLE, START, LedgerWorld, make_ledger_world
from tests.support.oracle import read_journal
from treuwerk.domain.refusals import Refusal
from treuwerk.services.changes.adjusting import adjust
from treuwerk.services.changes.merging import merge
from treuwerk.services.changes.reversing import reverse
from treuwerk.services.ledger.activating import activate
from treuwerk.services.ledger.cancelling import cancel
from treuwerk.services.ledger.expiring import expire
from treuwerk.services.ledger.exporting import journal_lines
from treuwerk.services.ledger.holding import capture, hold, release, release_overdue
from treuwerk.services.ledger.redeeming import redeem
from treuwerk.services.ledger.transferring import transfer
from treuwerk.services.proof.verifying import verify
from treuwerk.store.tables import balance, lot
from treuwerk.store.tables import hold as hold_table

DEEDS = [160, pytest.param(2_000, marks=pytest.mark.slow)]


class Life:
    """Deeds in an order that a seed decides; what the ledger refuses is part of it."""

    def __init__(self, world: LedgerWorld, seed: int) -> None:
        self.world, self.chance, self.now = world, Random(seed), START
        self.accounts = world.accounts(3)
        self.things: dict[str, list[tuple[int, int]]] = {"accrual": [], "hold": [], "spent": []}
        self.said: list[str] = []

    def live(self, deeds: int) -> int:
        """Do so much; returns the last instant."""
        for number in range(deeds):
            self.now += self.chance.choice([1, 60, HOUR, 7 * HOUR]) * SECOND
            try:
                self.said.append(str(self.deed(str(number))))
            except Refusal as refusal:
                self.said.append(refusal.code)
        return self.now

    def deed(self, key: str) -> object:
        kind = self.chance.choice(["earn", "earn", "redeem", "redeem", "hold", "end", "cancel", "reverse", "time",
                                   "adjust", "give", "activate"])
        account, unit = self.chance.choice(self.accounts), self.chance.choice(SPENDABLE)
        points, installation = self.chance.randrange(1, 40), self.world.installation
        if kind == "earn":
            article = self.chance.choice(sorted(ARTICLES))
            return self.note("accrual", account, self.world.earn(account, article, points, self.now))
        if kind == "redeem":
            return self.note("spent", account, redeem(installation, account, unit, points, key, self.now).row.id)
        if kind == "hold":
            ends = self.now + points * HOUR * SECOND
            return self.note("hold", account, hold(installation, account, unit, points, key, self.now, ends).row.id)
        if kind == "adjust":
            return adjust(installation, account, unit, points - 15, key, self.now, reason="right", actor="Office").state
        if kind == "give":
            other = self.chance.choice(self.accounts)
            return transfer(installation, account, other, unit, points, key, self.now).given.row.kind
        return self.take_back(kind, key, self.chance.choice([None, 1, 5]))

    def take_back(self, kind: str, key: str, some: int | None) -> object:
        installation = self.world.installation
        what = {"end": "hold", "cancel": "spent", "reverse": "accrual", "activate": "accrual"}.get(kind, "")
        if not self.things.get(what):
            return expire(installation, self.now, confirm=True).transactions + release_overdue(installation, self.now)
        account, number = self.chance.choice(self.things[what])
        if kind == "activate":
            return activate(installation, account, number, key, self.now).row.kind
        if kind == "cancel":
            return cancel(installation, account, number, key, self.now, amount=some).row.kind
        if kind == "reverse":
            return reverse(installation, account, number, key, self.now, pieces=some).row.kind
        if self.chance.random() < 0.5:
            return release(installation, account, number, key, self.now, amount=some).row.kind
        return self.note("spent", account, capture(installation, account, number, key, self.now, amount=some).row.id)

    def note(self, kind: str, account: int, number: int) -> str:
        self.things[kind].append((account, number))
        return kind


@pytest.mark.parametrize("deeds", DEEDS)
def test_the_export_alone_gives_what_the_tables_say(ledger: LedgerWorld, deeds: int) -> None:
    life = Life(ledger, seed=deeds)
    now = life.live(deeds)
    release_overdue(ledger.installation, now + 100 * HOUR * SECOND)
    merge(ledger.installation, life.accounts[0], life.accounts[1], now, actor="Office")
    assert ledger.unproven(now) == {}

    oracle = read_journal(journal_lines(ledger.database))

    assert oracle.wrong == []
    assert oracle.transactions == verify(ledger.database).transactions > deeds // 3
    assert oracle.balances() == {(row.account_id, row.unit): {
        "posted": row.posted, "held": row.held, "pending": row.pending, "deficit": row.deficit}
        for row in everything(ledger, balance)}
    assert oracle.open_lots() == {(row.account_id, row.transaction_id, row.line): row.remaining
                                  for row in everything(ledger, lot) if row.remaining}
    assert oracle.open_holds() == {(row.account_id, row.id): row.remaining
                                   for row in everything(ledger, hold_table) if row.remaining}
    assert oracle.kept == {(row.account_id, row.unit): row.keeps_until for row in everything(ledger, balance)
                           if row.keeps_until is not None}


def everything(ledger: LedgerWorld, table: Any) -> list[Any]:
    with ledger.database.reading() as connection:
        return list(connection.execute(select(table)))


def test_two_installations_with_the_same_inputs_and_clock_tell_the_same(new_database: NewDatabase,
                                                                        tmp_path: Path) -> None:
    """All is equal but ids, which are random, and what is made of them: evidence, causes, heads of the chain."""
    told = []
    with ExitStack() as stack:
        for name in ("one", "two"):
            life = Life(make_ledger_world(tmp_path / name, stack.enter_context(new_database())), seed=11)
            now = life.live(60)
            assert life.world.unproven(now) == {}
            told.append((life.said, [anonymous(line, life.accounts) for line in journal_lines(life.world.database)]))

    assert told[0][0] == told[1][0]
    assert sorted(told[0][1]) == sorted(told[1][1])
    assert len(told[0][1]) > 30


def anonymous(line: str, accounts: list[int]) -> str:
    """A line of the export without what depends on random ids."""
    found = json.loads(line)
    if "transaction" not in found:
        return json.dumps({"sealed_at": found["sealed_at"], "size": found["last"] - found["first"]})
    row = found["transaction"]
    legs = [[*leg[:7], [[line, amount] for _, line, amount in leg[7]]] for leg in row["postings"]]
    kept = {name: row[name] for name in ("kind", "occurred_on", "booked_at", "actor", "explanation")}
    return json.dumps(kept | {"account": accounts.index(int(row["account"])), "legs": legs})
