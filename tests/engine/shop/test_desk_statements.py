"""The order desk asks the database as often for fifty orders as for five."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from tests.engine.shop.test_many_orders import BULK, previewed, sure
from tests.engine.shop.test_order_pages import order_of
from tests.support.portal import NOW
from tests.support.shops import MUG, SHOP, Shop, open_shop
from treuwerk.store.database import Database

LATER = NOW + 3 * 3_600_000_000
FEW, MANY, MOST = 5, 50, 40
LIMIT = "\n[rewards.orders]\napproval_above = 900\n\n[rewards.pricing]"


@pytest.fixture
def shop(tmp_path: Path, sqlite_database: Database) -> Shop:
    """An order of a single mug waits for approval."""
    shop = open_shop(tmp_path, sqlite_database, SHOP.replace("\n[rewards.pricing]", LIMIT, 1))
    shop.change(MUG, variant_points="50")
    return shop


def ordered(shop: Shop, many: int) -> list[str]:
    """So many orders of two companies."""
    first, second = shop.portal.signed_in("1001"), shop.portal.signed_in("1002")
    orders = [order_of(client, ("MUG-RED", "1")) for client in (second, *[first] * (many - 1))]
    return [path.rpartition("/")[2] for path in orders]


def statements(shop: Shop, act: Callable[[], Any]) -> int:
    """How often the database is asked while a page is made."""
    seen: list[str] = []

    def note(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    engine = shop.portal.installation.database.engine
    event.listen(engine, "before_cursor_execute", note)
    answer = act()
    event.remove(engine, "before_cursor_execute", note)
    assert answer.status_code == 200
    return len([one for one in seen if one.startswith(("SELECT", "WITH"))])


def test_fifty_orders_cost_no_more_statements_than_five(shop: Shop) -> None:
    agent = shop.portal.in_office("admin", now=LATER)
    orders = ordered(shop, FEW)
    of_few = statements(shop, lambda: agent.get("/office/orders"))
    orders += ordered(shop, MANY - FEW)

    def preview(act: str, many: int) -> int:
        return statements(shop, lambda: agent.post(BULK, data={"act": act, "query": "", "row": orders[:many]}))

    for act in ("approve", "sent", "again", "pick"):
        assert preview(act, MANY) == preview(act, FEW), act
    lists = [agent.post(BULK, data=sure(previewed(agent, "pick", *some), *some)).headers["location"]
             for some in (orders[:FEW], orders)]
    few, many = (statements(shop, partial(agent.get, path)) for path in lists)
    assert few == many
    assert statements(shop, lambda: agent.get("/office/orders")) == of_few
    assert preview("approve", MANY) <= MOST
    assert statements(shop, lambda: agent.get(f"/office/orders/{orders[0]}")) <= MOST
