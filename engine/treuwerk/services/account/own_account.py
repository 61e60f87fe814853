"""What a participant sees of the own company. Each function asks for its right; the account is that of the access."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from treuwerk.domain.ids import TRANSACTION
from treuwerk.domain.rights import Access, OutOfScope, row_named
from treuwerk.programme.settings import Settings
from treuwerk.services.account import purchase_history, statements
from treuwerk.services.account.explaining import Explanation, explain
from treuwerk.services.account.latest import Latest
from treuwerk.services.account.latest import latest as latest_of
from treuwerk.services.account.purchase_history import ArticleTotal, Bought, Purchase, PurchaseFilters
from treuwerk.services.account.totals_ahead import Ahead, ahead
from treuwerk.services.ledger import balances as all_balances
from treuwerk.services.ledger.balances import Holdings, UnitBalance
from treuwerk.services.ledger.kept_calendars import Calendars

READ_ACCOUNT, READ_PURCHASES = "own.account.read", "own.purchases.read"


def holdings(access: Access, connection: Connection, units: Iterable[str], now: int,
             kept: Calendars | None = None) -> Holdings:
    """Balances and expiry calendar; calendars may be `kept` for connections that only read."""
    return all_balances.holdings(connection, units, _account(access, READ_ACCOUNT), now, kept)


def balance(access: Access, connection: Connection, unit: str, now: int) -> UnitBalance:
    """What there is of one unit, without what goes next."""
    account_id = _account(access, READ_ACCOUNT)
    return all_balances.balances(connection, [unit], account_id, now, with_expiry=False)[unit]


def statement(access: Access, connection: Connection, unit: str, **narrowed: Any) -> statements.Page:
    """One page of bookings, narrowed as `statements.statement` has it."""
    return statements.statement(connection, _account(access, READ_ACCOUNT), unit, **narrowed)


def latest(access: Access, connection: Connection, unit: str, rows: int) -> Sequence[Latest]:
    """The newest bookings in few words."""
    return latest_of(connection, _account(access, READ_ACCOUNT), unit, rows)


def totals_ahead(access: Access, connection: Connection, settings: Settings, now: int) -> list[Ahead]:
    """What counts in the periods of now, and what comes next."""
    return ahead(connection, settings, _account(access, READ_ACCOUNT), now)


def first_booking_at(access: Access, connection: Connection) -> int | None:
    """When the account was first used."""
    return statements.first_booking_at(connection, _account(access, READ_ACCOUNT))


def booking(access: Access, connection: Connection, public_id: str) -> Explanation:
    """One booking with everything that it rests on.

    Raises:
        OutOfScope: it is someone else's, or none.
        NotFound: there is none of this id.
    """
    own = _account(access, READ_ACCOUNT)
    account_id, _ = row_named(public_id, TRANSACTION)
    if account_id != own:
        raise OutOfScope
    return explain(connection, public_id)


def purchases(access: Access, connection: Connection, **narrowed: Any) -> tuple[list[Purchase], int | None]:
    """Purchase lines, newest first, narrowed as `purchase_history.purchases` has it."""
    return purchase_history.purchases(connection, _account(access, READ_PURCHASES), **narrowed)


def article_totals(access: Access, connection: Connection, unit: str,
                   filters: PurchaseFilters | None = None) -> list[ArticleTotal]:
    """What each product brought."""
    return purchase_history.article_totals(connection, _account(access, READ_PURCHASES), unit, filters)


def bought_lately(access: Access, connection: Connection) -> list[Bought]:
    """Articles of the last purchases; none for who may not see purchases."""
    if not access.may(READ_PURCHASES):
        return []
    return purchase_history.bought_lately(connection, _account(access, READ_PURCHASES))


def purchase_years(access: Access, connection: Connection) -> list[int]:
    """Calendar years with purchases, newest first."""
    return purchase_history.purchase_years(connection, _account(access, READ_PURCHASES))


def account_of(access: Access) -> int:
    """The account whose points somebody may see.

    Raises:
        NotAllowed: the right is not there.
    """
    return _account(access, READ_ACCOUNT)


def _account(access: Access, permission: str) -> int:
    access.require(permission)
    return access.account_id
