"""Worlds with caps and budgets, and what is used of them."""

from pathlib import Path

from sqlalchemy import select

from tests.support.worlds import World, line, make_world
from treuwerk.store.database import Database
from treuwerk.store.tables import earning_budget, limit_counter

FACTORS = "factors = { SYSTEM = 2, MODULE = 1 }"
_SPRING = """
[budgets.spring]
title = { de = "Frühjahr" }
unit = "bonus"
"""


def with_limits(caps: str = "", budget: str = "") -> list[tuple[str, str]]:
    """What makes the rule for modules have these caps, and this budget where there is one."""
    named = f"caps = [{caps}]\n" + 'budget = "spring"\n' * bool(budget)
    table = [("[measures]", f"{_SPRING}{budget}\n\n[measures]")] if budget else []
    return [(FACTORS, f"{FACTORS}\n{named}"), *table]


def limited(folder: Path, database: Database, caps: str = "", budget: str = "") -> World:
    """A world with such limits; a line of ten modules of a system earns 800 bonus and 400 status points."""
    return make_world(folder, database, other=with_limits(caps, budget))


def notes(count: int, *, customer: str = "10017", first: int = 1, **cells: str) -> list[dict[str, str]]:
    """Delivery notes of one line each."""
    return [line(f"LS-{number}", customer_number=customer, **cells) for number in range(first, first + count)]


def counters(world: World) -> dict[str, int]:
    """What is used of caps, all accounts together."""
    found: dict[str, int] = {}
    for name, used in world.rows(select(limit_counter.c.counter, limit_counter.c.used)):
        found[name] = found.get(name, 0) + used
    return found


def spent(world: World) -> int:
    """What budgets gave."""
    return sum(points for (points,) in world.rows(select(earning_budget.c.points)))
