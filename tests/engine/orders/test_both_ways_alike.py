"""Orders in one statement of PostgreSQL and those by steps decide alike, whatever happens around them."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import attrs
import pytest
from sqlalchemy import Connection, update

from tests.engine.conftest import NewDatabase
from tests.engine.orders.test_placing_at_once import told
from tests.support.catalogues import DRILL
from tests.support.ordering import HOME, MUG, Counter, make_counter
from tests.support.worlds import SIX_IN_THE_EVENING, lines
from treuwerk.domain.promotions import Promotion, TargetAudience
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import OrderRefused, OrderRequest, WantedLine
from treuwerk.services.ledger.redeeming import redeem
from treuwerk.services.orders import placing, placing_at_once
from treuwerk.services.orders.placing import place
from treuwerk.store import promotions
from treuwerk.store.database import Database
from treuwerk.store.orders_at_once import order_at_once
from treuwerk.store.tables import participant

TIERS = """
[[tiers]]
code = "gold"
name = { de = "Gold" }
unit = "bonus"
points = 12000

[[tiers]]
code = "silver"
name = { de = "Silber" }
unit = "bonus"
points = 6000

[groups.certified]"""
CHANGES = [("\n[groups.certified]", TIERS), ('locales = ["de"]', 'locales = ["de"]\ncountries = ["DE", "AT"]')]
NUMBERS, STEPS = ("10017", "10109"), 80
MINUTE = 60_000_000


class Life:
    """What happens to two companies, their rewards and promotions, as chance has it."""

    def __init__(self, counter: Counter, seed: int) -> None:
        self.counter, self.chance, self.now, self.promotions = counter, Random(seed), SIX_IN_THE_EVENING, 0
        self.outcomes: list[Any] = []

    def lived(self) -> list[Any]:
        """All outcomes of its orders."""
        steps = [self.order] * 8 + [self.earn] * 2 + [self.person, self.promotion, self.reward, self.stock,
                                                      self.spend]
        for at in range(STEPS):
            self.now += MINUTE
            self.chance.choice(steps)(at)
        return self.outcomes

    def order(self, at: int) -> None:
        """One that may be dear, too large, for a country or tier that is not served, or known by its key."""
        chance = self.chance
        wanted = tuple(WantedLine(variant, chance.choice([1, 1, 1, 2, 9]), chance.choice(prices)) for variant, prices in
                      chance.sample([("MUG-RED", [500, 500, 400]), ("DRILL-12", [7_200, 7_200, 5_760]),
                                     ("MUG-RED", [500])], chance.choice([1, 1, 2])))
        request = OrderRequest(f"K{at - chance.choice([0, 0, 0, 1])}", wanted, HOME)
        access = self.counter.access(chance.choice(NUMBERS))
        for _ in range(2):
            told = outcome(partial(place, self.counter.world.installation, access, request, self.now))
            self.outcomes.append(told)
            if told[0] in ("placed", "not_enough", "participant_not_active", "key_conflict"):
                return
            now = {problem[0]: dict(problem[3])["now"] for problem in told if problem[2] == "price_changed"}
            request = attrs.evolve(request, lines=tuple(  # who sees the new prices accepts them
                attrs.evolve(one, points=now.get(line, one.points)) for line, one in enumerate(wanted, start=1)))

    def earn(self, at: int) -> None:
        """Points, and with them perhaps a tier."""
        bought = lines(self.chance.choice([5, 15]), f"MORE-{at}", customer_number=self.chance.choice(NUMBERS))
        self.counter.world.clear(bought, name=f"more-{at}.csv")  # who is blocked gets none

    def spend(self, at: int) -> None:
        """Points, and with them perhaps a tier."""
        number, points = self.chance.choice(NUMBERS), self.chance.choice([100, 3_000])
        outcome(lambda: redeem(self.counter.world.installation, self.counter.account(number), "bonus", points,
                               f"S{at}", self.now))

    def person(self, _: int) -> None:
        """Group, country or status become others."""
        values = self.chance.choice([{"group": "installer"}, {"group": "certified"}, {"country": "AT"},
                                     {"country": "DE"}, {"country": "FR"}, {"status": "blocked"},
                                     *[{"status": "active"}] * 4])
        write(self.counter, update(participant).where(
            participant.c.account_id == self.counter.account(self.chance.choice(NUMBERS))).values(**values))

    def promotion(self, _: int) -> None:
        """It begins or ends, for a tier or for all, with a budget or without."""
        chance = self.chance
        with self.counter.world.database.writing() as connection:
            made = Promotion("spring", published=chance.random() < 0.7, rewards=("MUG", "DRILL"), percent=Decimal(20),
                             audience=TargetAudience(tiers=chance.choice([(), ("gold",)])))
            promotions.PROMOTIONS.save(connection, [(made, self.promotions)], "grace", "test", self.now)
            promotions.set_budgets(connection, {"spring": chance.choice([0, 300, 5_000])}, self.now)
        self.promotions += 1

    def reward(self, _: int) -> None:
        """The mug is for others, from another tier on, or costs something else."""
        self.counter.shelf.bring({**MUG, **self.chance.choice([
            {"groups": "certified"}, {"groups": ""}, {"min_tier": "silver"}, {"min_tier": ""},
            {"countries": "AT"}, {"countries": ""}, {"variant_points": "600"}, {"state": "withdrawn"}, {}, {}])})

    def stock(self, _: int) -> None:
        """Drills come."""
        self.counter.shelf.bring({**DRILL, "stock": str(self.chance.choice([3, 8, 20]))})


def outcome(work: Callable[[], Any]) -> tuple[Any, ...]:
    """What an order answers, or all that speaks against it."""
    try:
        placed = work()
    except OrderRefused as refused:
        return tuple((one.line, one.variant, one.code, sorted(one.details.items()), [o.code for o in one.objections])
                     for one in refused.problems)
    except Refusal as refusal:
        return refusal.code, sorted((name, fact) for name, fact in refusal.facts.items()
                                    if name not in ("booked", "account"))  # ids, which are random
    return "placed", *(getattr(placed, name, None) for name in ("state", "points", "before", "after", "repeated"))


def write(counter: Counter, statement: Any) -> None:
    with counter.world.database.writing() as connection:
        connection.execute(statement)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)
def test_random_lives_go_the_same_both_ways(tmp_path: Path, new_database: NewDatabase, seed: int,
                                            monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[int | None] = []

    def noted(connection: Connection, values: Mapping[str, Any]) -> int | None:
        answers.append(order_at_once(connection, values))
        return answers[-1]

    def lived(name: str) -> Any:
        with new_database() as database:
            counter = make_counter(tmp_path / name, database, CHANGES)
            outcomes = Life(counter, seed).lived()
            assert counter.world.violated() == {}
            return outcomes, told(counter)

    monkeypatch.setattr(placing_at_once, "order_at_once", noted)
    at_once = lived("at_once")
    monkeypatch.setattr(placing, "_if_clear", lambda *_: None)

    assert at_once == lived("by_steps")
    assert sum(answer is not None for answer in answers) >= 2  # one statement has placed some of them


@pytest.fixture
def counter(tmp_path: Path, postgres_database: Database) -> Counter:
    """A mug from gold on, for certified ones and in Germany, and somebody of that kind."""
    counter = make_counter(tmp_path / "league", postgres_database, CHANGES)
    counter.shelf.bring({**MUG, "min_tier": "gold", "groups": "certified", "countries": "DE"})
    write(counter, update(participant).values(country="DE"))
    return counter


def fallen(counter: Counter) -> None:
    redeem(counter.world.installation, counter.account(), "bonus", 9_000, "elsewhere", SIX_IN_THE_EVENING)


MEANWHILE: dict[str, Callable[[Counter], None]] = {
    "the tier fell": fallen, "the group changed": lambda counter: write(counter, update(participant).values(
        group="installer")), "the country changed": lambda counter: write(counter, update(participant).values(
            country="AT"))}


@pytest.mark.parametrize("case", MEANWHILE)
def test_who_changes_between_the_look_and_the_statement_is_judged_anew(
        counter: Counter, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    answers: list[int | None] = []

    def later(connection: Connection, values: Mapping[str, Any]) -> int | None:
        if not answers:
            with ThreadPoolExecutor(1) as pool:  # somebody else: a thread that writes cannot write within
                pool.submit(MEANWHILE[case], counter).result()
        answers.append(order_at_once(connection, values))
        return answers[-1]

    monkeypatch.setattr(placing_at_once, "order_at_once", later)

    told = outcome(lambda: counter.order(("MUG-RED", 1)))

    assert answers == [None]
    if case == "the country changed":  # it goes to Germany all the same
        assert told[0] == "placed"
    else:
        assert [problem[2] for problem in told] == ["not_offered"]
    assert len(counter.orders()) == (1 if case == "the country changed" else 0)
    assert counter.world.violated() == {}
