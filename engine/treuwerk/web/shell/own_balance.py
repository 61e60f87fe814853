"""The balance and the cart in the head of every page that somebody of a company sees."""

import attrs
from sqlalchemy import Connection

from treuwerk.domain.rights import Audience
from treuwerk.services.account import own_account
from treuwerk.services.ledger.balances import UnitBalance
from treuwerk.services.shop import cart
from treuwerk.web.shell.state import Visit


@attrs.frozen
class Chip:
    """Points that can be spent, and how many lines wait in the cart; None where there is no shop for the visitor."""

    unit: str
    available: int
    cart: int | None = None


def main_unit(visit: Visit) -> str:
    """The unit that the account is about: the first that can be spent, else the first."""
    units = visit.shell.installation.programme.settings.units
    return next((code for code, unit in units.items() if unit.spendable), next(iter(units)))


def own_chip(visit: Visit, connection: Connection, balance: UnitBalance | None = None) -> Chip | None:
    """What stands in the head of every page, for who may see it; `balance` where it is known already."""
    if not visit.access.may(own_account.READ_ACCOUNT):
        return None
    held = balance or own_account.balance(visit.access, connection, main_unit(visit), visit.now)
    sells = bool(visit.shell.installation.programme.settings.rewards.categories) and visit.access.may(cart.ORDER)
    return Chip(held.unit, held.available, cart.waiting(visit.access, connection) if sells else None)


def chip_of(visit: Visit) -> Chip | None:
    """`own_chip` for a page that reads nothing else; none in the service centre."""
    if visit.session.audience is not Audience.PORTAL:
        return None
    with visit.shell.installation.database.reading() as connection:
        return own_chip(visit, connection)
