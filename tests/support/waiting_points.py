"""What a test of expiry looks at: the books in the words of the world, the same whatever ids and clocks were used."""

from typing import Any

from sqlalchemy import and_, select

from tests.support.worlds import World
from treuwerk.store.tables import balance, hold, identifier, journal, lot, posting


def account(world: World, number: str = "10017") -> int:
    """The account of a customer number."""
    query = select(identifier.c.account_id).where(identifier.c.scheme == "customer_number",
                                                  identifier.c.value == number)
    [(found,)] = world.rows(query)
    return int(found)


def picture(world: World) -> dict[str, list[Any]]:
    """Lots, balances, expiries by due date and open holds, by customer number and business key."""
    mine = and_(identifier.c.scheme == "customer_number", identifier.c.account_id == lot.c.account_id)
    made = and_(journal.c.account_id == lot.c.account_id, journal.c.id == lot.c.transaction_id)
    owner = and_(identifier.c.scheme == "customer_number", identifier.c.account_id == balance.c.account_id)
    return {
        "lots": sorted(world.rows(select(identifier.c.value, journal.c.business_key, lot.c.unit, lot.c.amount,
                                         lot.c.remaining, lot.c.expires_at, lot.c.open).select_from(
            lot.join(identifier, mine).join(journal, made)))),
        "balances": sorted(world.rows(select(identifier.c.value, balance.c.unit, balance.c.posted, balance.c.held)
                                      .select_from(balance.join(identifier, owner)))),
        "expiries": expiries(world),
        "holds": sorted(world.rows(select(hold.c.amount, hold.c.remaining, hold.c.expires_at))),
    }


def expiries(world: World) -> list[tuple[Any, ...]]:
    """(customer number, key, last day, unit, points) of what expired."""
    mine = and_(identifier.c.scheme == "customer_number", identifier.c.account_id == journal.c.account_id)
    legs = and_(posting.c.account_id == journal.c.account_id, posting.c.transaction_id == journal.c.id,
                posting.c.book == "expired")
    return sorted(world.rows(select(
        identifier.c.value, journal.c.business_key, journal.c.occurred_on, posting.c.unit, posting.c.amount)
        .select_from(journal.join(identifier, mine).join(posting, legs)).where(journal.c.kind == "expiry")))
