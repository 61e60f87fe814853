"""Participants who stand there twice, for tests that make them one."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from tests.support.accounts import DONNELLY, account, at
from tests.support.worlds import World, line
from treuwerk.services.changes.merging import Merged, merge
from treuwerk.services.changes.unmerging import Unmerged, unmerge
from treuwerk.services.ledger.bookkeeping import OpenAccount
from treuwerk.store.tables import balance, lot

BONUS = 'expires = { after = "36M", rounding = "end_of_year", start = "booking" }'
MANUAL = ('[units.bonus]\nname = { de = "Bonuspunkte" }\n',
          '[units.bonus]\nname = { de = "Bonuspunkte" }\nmanual = { limit = 100000 }\n')
EARLY, NOW, LATER = at("2025-12-30T18:00"), at("2026-06-01T18:00"), at("2026-07-01T18:00")
Sides = tuple[int, int]
"""The accounts of Donnelly, who is given up, and of Brandmaier."""


def filled(world: World) -> World:
    """Donnelly has 400 old and 400 newer bonus points, Brandmaier has 80, both with status points of this year."""
    world.clear([line("LS-1", quantity="5", customer_number=DONNELLY, delivered_on="2025-12-20")], now=EARLY)
    world.clear([line("LS-2", quantity="5", customer_number=DONNELLY), line("LS-3", quantity="1")],
                now=at("2026-05-05T18:00"))
    world.database.run(lambda connection: OpenAccount(
        connection, account(world, DONNELLY), world.installation.programme.settings, NOW).sweep("status"))
    return world


def merged(world: World, sides: Sides, now: int = NOW, **options: Any) -> Merged:
    """The first side becomes the second."""
    return merge(world.installation, *sides, now, actor="ada", **options)


def unmerged(world: World, sides: Sides, now: int = LATER) -> Unmerged:
    """They are two again."""
    return unmerge(world.installation, sides[0], now, actor="ben")


def lots_of(world: World, account_id: int) -> list[tuple[Any, ...]]:
    """Everything that the lots of an account are."""
    return world.rows(select(lot).where(lot.c.account_id == account_id, lot.c.remaining > 0)
                      .order_by(lot.c.transaction_id, lot.c.line))


def balances_of(world: World, account_id: int) -> Mapping[str, tuple[int, ...]]:
    """Posted, held, pending and deficit by unit."""
    return {unit: tuple(parts) for unit, *parts in world.rows(select(
        balance.c.unit, balance.c.posted, balance.c.held, balance.c.pending, balance.c.deficit)
        .where(balance.c.account_id == account_id))}
