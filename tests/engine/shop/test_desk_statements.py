"""The order desk asks the database as often for fifty orders as for five."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import event

from tests.engine.shop.test_many_orders import BULK, LIMIT
from tests.engine.shop.test_order_pages import order_of
from tests.support.portal import NOW
from tests.support.shops import SHOP, Shop, open_shop
from treuwerk.store.database import Database
from treuwerk.store.tables import membership

LATER = NOW + 3 * 3_600_000_000
FEW, MANY = 5, 50


@pytest.fixture
def shop(tmp_path: object, sqlite_database: Database) -> Shop:
    """Orders of two mugs or more wait for approval."""
    rich = SHOP.replace("\n[rewards.pricing]", LIMIT, 1)
    return open_shop(tmp_path, sqlite_database, rich)  # type: ignore[arg-type]


def ordered(shop: Shop, many: int) -> list[str]:
    """So many orders, every other of them by somebody else."""
    clients = [shop.portal.signed_in("1001"), shop.portal.signed_in("1002")]
    return [order_of(clients[at % 2 if at < FEW else 0], ("MUG-RED", "1")).rpartition("/")[2] for at in range(many)]


def statements(shop: Shop, act: Callable[[], object]) -> list[str]:
    """What is asked while something is done."""
    seen: list[str] = []

    def note(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    engine = shop.portal.installation.database.engine
    event.listen(engine, "before_cursor_execute", note)
    act()
    event.remove(engine, "before_cursor_execute", note)
    return [one for one in seen if one.startswith(("SELECT", "WITH"))]
