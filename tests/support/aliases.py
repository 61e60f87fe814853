"""Deciding on numbers in tests, as a clerk does."""

from typing import Any

from sqlalchemy import select

from tests.support.worlds import SIX_IN_THE_EVENING, World
from treuwerk.domain.aliases import NUMBER, Kind, Name
from treuwerk.domain.rights import Access, Audience
from treuwerk.services.changes.aliasing import Decided, Meant, decide
from treuwerk.services.clearing.releasing import Released
from treuwerk.store.tables import identifier, problem

SELLER = "SolarWorld"
LATER = SIX_IN_THE_EVENING + 3_600_000_000
OPEN = select(problem.c.code, problem.c.document).where(
    problem.c.state == "waiting", problem.c.settled_at.is_(None)).order_by(problem.c.document, problem.c.number)
"""Lines that wait, by code and document."""


def clerk(name: str = "Carla Clerk", user_id: int = 7) -> Access:
    """Somebody of the service centre who may map."""
    return Access(user_id, name, Audience.OFFICE, frozenset({"clearing.map", "queue.read"}))


def customer(value: str, scope: str = SELLER, scheme: str = "customer_number") -> Name:
    """A customer number as a sender writes it."""
    return Name(Kind.PARTICIPANT, scope, scheme, value)


def article(value: str, scope: str = SELLER) -> Name:
    """A seller's number of an article."""
    return Name(Kind.ARTICLE, scope, NUMBER, value)


def account(world: World, number: str) -> int:
    """The account of a customer number."""
    (found,), = world.rows(select(identifier.c.account_id).where(
        identifier.c.scheme == "customer_number", identifier.c.value == number))
    return int(found)


def map_customer(world: World, value: str, number: str, *, now: int = LATER, who: Access | None = None,
                 **more: Any) -> Decided:
    """Say that a number of a sender is a participant."""
    name = more.pop("name", customer(value))
    return decide(who or clerk(), world.installation, Meant(name, account_id=account(world, number), **more), now)


def released(decided: Decided) -> Released:
    """What became of the lines, which were booked at once."""
    assert decided.released is not None
    return decided.released


def map_article(world: World, value: str, number: str, *, now: int = LATER, **more: Any) -> Decided:
    """Say that a number of a sender is an article."""
    name = more.pop("name", article(value))
    return decide(clerk(), world.installation, Meant(name, article=number, **more), now)
