"""The portal of a programme with rewards: a company with points to spend, and a shelf to spend them on."""

import re
from collections.abc import Mapping
from pathlib import Path

import attrs
from sqlalchemy import Connection, select
from starlette.testclient import TestClient

from tests.support.catalogues import DRILL
from tests.support.desk import filled
from tests.support.pictures import photo
from tests.support.portal import NOW, PROGRAMME, USUAL, Portal, open_portal
from treuwerk.domain.ids import account_and_row
from treuwerk.domain.reward_orders import OrderAct
from treuwerk.services.installation import Installation
from treuwerk.services.orders.changing import OpenOrder
from treuwerk.services.rewards.importing import RewardReceipt, import_rewards
from treuwerk.store.database import Database
from treuwerk.store.tables import cart_line, reward_stock

REWARDS = """
[rewards]
unit = "bonus"

[rewards.pricing]
point_value = 0.01
margin = 10
step = 50

[rewards.categories]
tools = { de = "Werkzeug", en = "Tools", fr = "Outils" }
garden = { de = "Garten", en = "Garden", fr = "Jardin" }

[[constraints]]
name = "europe"
constraint = "origin"
areas = ["EU"]

[units.status]"""
PLUGINS = '"activity_points", "goods", "origin"]'
SHOP = PROGRAMME.replace('"activity_points"]', PLUGINS).replace("\n[units.status]", REWARDS, 1)
LAWFUL = """
[legal]
withdrawal = true
"""
"""Behind a programme: consumers may withdraw."""
TEXTS = {"name_en": "Cordless drill", "summary_en": "Two gears, two batteries", "name_fr": "Perceuse sans fil",
         "summary_fr": "Deux vitesses, deux batteries"}
TOOL: Mapping[str, str] = {**DRILL, **TEXTS, "stock": "7"}
"""A drill of 7,200 points; seven pieces."""
MUG: Mapping[str, str] = {
    **TOOL, "reward": "MUG", "variant": "MUG-RED", "variant_name_de": "Rot", "variant_name_en": "Red",
    "variant_name_fr": "Rouge", "variant_points": "500", "category": "garden", "stock": "unlimited",
    "name_de": "Becher", "name_en": "Mug", "name_fr": "Tasse", "summary_de": "Aus Steingut",
    "summary_en": "Of stoneware", "summary_fr": "En grès"}
"""A mug of 500 points that is not counted."""


@attrs.frozen
class Shop:
    """The portal, and what a shop is changed by."""

    portal: Portal

    def bring(self, *rows: Mapping[str, str], now: int = NOW, held: int = 0) -> RewardReceipt:
        """Import rows of rewards; all that they lack must be there, but for so many as are `held`."""
        columns = list(dict.fromkeys(name for row in rows for name in row))
        path = self.portal.folder / "rewards.csv"
        path.write_text("".join(f"{';'.join(line)}\n" for line in [
            columns, *([row.get(name, "") for name in columns] for row in rows)]), "utf-8")
        receipt = import_rewards(self.portal.installation, path, now)
        assert not receipt.problems, receipt.problems
        assert len(receipt.held) == held, receipt.held
        return receipt

    def change(self, row: Mapping[str, str], **cells: str) -> None:
        """Change some cells of a reward."""
        self.bring({**row, **cells})

    def stock(self, variant: str = "DRILL-12") -> tuple[int, int]:
        """Pieces on hand, and those of them that are reserved."""
        with self.portal.installation.database.reading() as connection:
            row = connection.execute(select(reward_stock).where(reward_stock.c.variant == variant)).one()
        return row.on_hand, row.reserved

    def cart(self) -> list[tuple[str, int, bool]]:
        """Variant, pieces and whether it is for later, of all carts."""
        with self.portal.installation.database.reading() as connection:
            rows = connection.execute(select(cart_line).order_by(cart_line.c.added_at, cart_line.c.variant)).all()
        return [(row.variant, row.quantity, bool(row.later)) for row in rows]


def open_shop(folder: Path, database: Database, programme: str = SHOP) -> Shop:
    """The usual deliveries and a large one: company 1001 has 11,380 points to spend."""
    portal = open_portal(folder, database, programme)
    for day, lines in USUAL.items():
        portal.deliver(day, *lines)
    portal.deliver("2026-06-01", "LS-9;10;2026-05-30;1001;M400;100;PCE;SYSTEM;")
    portal.attend("2026-09-10", "ROOF-1;2026-09-09;1001;Anna Berg;yes")
    shop = Shop(portal)
    shop.bring(TOOL, MUG)
    return shop


_REPLACES = "Sent without points, instead of"  # of an order of the same moment, either may stand first


def order_of(client: TestClient) -> str:
    """Something in the cart, and an order of it where there is none yet; the id of the order."""
    if "/orders/ord_" not in client.get("/orders").text:
        _fill_cart(client)
        form = dict(re.findall(r'name="(form_id|seen)" value="([^"]+)"', client.get("/checkout").text))
        answer = client.post("/checkout", data=form)
        assert answer.status_code == 303, answer.text
    if 'href="/checkout"' not in client.get("/cart").text:
        _fill_cart(client)
    orders: list[str] = re.findall(r"/orders/(ord_\w+)", client.get("/orders").text)
    return next(order for order in orders if _REPLACES not in client.get(f"/orders/{order}").text)


def _fill_cart(client: TestClient) -> None:
    for variant in ("DRILL-1", "LAMP-B"):
        assert client.post("/cart/lines", data={"variant": variant, "quantity": "1"}).status_code == 303


def send_off(installation: Installation, order: str, line: int = 1) -> None:
    """Let a line of an order leave for its address."""
    _, account_id, number = account_and_row(order)

    def work(connection: Connection) -> None:
        opened = OpenOrder(connection, installation.programme.settings, account_id, number, NOW)
        opened.apply(line, OrderAct.SHIP)
        opened.finish()

    installation.database.run(work)


def complaint_of(portal: Portal, client: TestClient, order: str) -> str:
    """A complaint about the first line of an order, where there is none yet; its id."""
    if "/complaints/cmp_" not in client.get(f"/orders/{order}").text:
        if 'name="kind"' not in client.get(f"/orders/{order}/lines/1/complaint").text:
            send_off(portal.installation, order)
        path = f"/orders/{order}/lines/1/complaint"
        answer = client.post(path, data=filled(client, path, kind="damaged", pieces="1", text="It rattles."),
                             files={"photos": ("parcel.jpg", photo("Parcel"), "image/jpeg")})
        assert answer.status_code == 303, answer.text
    found = re.search(r"/complaints/(cmp_\w+)/1.jpg", client.get(f"/orders/{order}").text)
    assert found
    return found[1]


def withdrawal_of(portal: Portal) -> tuple[str, str]:
    """A withdrawal of an order that nobody knows, declared without a login: token of its receipt, and its id."""
    client = portal.visitor()
    said = {"name": "Grace Hopper", "order": "4711", "contact": "grace@example.org", "words": ""}
    form = filled(client, "/withdraw") | said
    assert client.post("/withdraw", data=form).status_code == 200
    where = client.post("/withdraw?step=confirm", data=form).headers["location"]
    found = re.search(r"wdr_\w+", client.get(where).text)
    assert found
    return where.rpartition("/")[2], found[0]
