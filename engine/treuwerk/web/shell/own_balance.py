"""The balance in the head of every page that somebody of a company sees."""

from sqlalchemy import Connection

from treuwerk.domain.rights import Audience
from treuwerk.services import own_account
from treuwerk.services.balances import UnitBalance
from treuwerk.web.shell.state import Visit


def main_unit(visit: Visit) -> str:
    """The unit that the account is about: the first that can be spent, else the first."""
    units = visit.shell.installation.programme.settings.units
    return next((code for code, unit in units.items() if unit.spendable), next(iter(units)))


def own_chip(visit: Visit, connection: Connection) -> UnitBalance | None:
    """The balance that stands in the head of every page, for who may see it."""
    if not visit.access.may(own_account.READ_ACCOUNT):
        return None
    return own_account.balance(visit.access, connection, main_unit(visit), visit.now)


def chip_of(visit: Visit) -> UnitBalance | None:
    """`own_chip` for a page that reads nothing else; none in the service centre."""
    if visit.session.audience is not Audience.PORTAL:
        return None
    with visit.shell.installation.database.reading() as connection:
        return own_chip(visit, connection)
