"""No path leads around what speaks against a reward: every way to one is tried, for each of the objections.

A new route of cart, checkout, orders or shop, or a new caller of what writes orders, makes a test fail here until it is
tried, too.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import attrs
import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

import treuwerk
from tests.engine.shop.test_cart_pages import add
from tests.engine.shop.test_checkout_pages import balance, checked
from tests.support.accounts import refused
from tests.support.portal import NOW
from tests.support.shops import SHOP, Shop, open_shop
from treuwerk.domain.catalogue import Reward, Window
from treuwerk.domain.promotions import World
from treuwerk.domain.reward_orders import Destination, OrderAct, OrderRequest, WantedLine
from treuwerk.domain.rewards import RewardState
from treuwerk.domain.rights import Access, Audience, names_for
from treuwerk.services.orders.moving_on import move_on
from treuwerk.services.orders.ordering_for import order_for
from treuwerk.services.orders.placing import place
from treuwerk.services.orders.replacing import Replacement, replace
from treuwerk.services.proof.verifying import verify
from treuwerk.services.rewards.arranging import write
from treuwerk.services.rewards.importing import import_rewards
from treuwerk.services.rewards.publishing import publish
from treuwerk.store import rewards
from treuwerk.store.database import Database
from treuwerk.store.promotions import WORLDS
from treuwerk.store.tables import order_line
from treuwerk.web.shell.routing import DeclaredRoute

CONSTRAINTS = """
[[constraints]]
name = "worth"
constraint = "value_limit"
points = 20000

[[constraints]]
name = "no_alcohol"
constraint = "category_bar"
labels = ["alcohol"]

[[constraints]]
name = "claims"
constraint = "green_claims"
claims = ["recycled"]
generic = ["eco_friendly"]

[[constraints]]"""
PLATINUM = """
[[tiers]]
code = "platinum"
name = { de = "Platin", en = "Platinum", fr = "Platine" }
unit = "status"
points = 1_000_000

[[earning]]"""
PROGRAMME = SHOP.replace("\n[[earning]]", PLATINUM, 1).replace("\n[[constraints]]", CONSTRAINTS, 1).replace(
    '"origin"]', '"origin", "reward_limits", "green_claims"]')
YESTERDAY, TOMORROW = date(2026, 11, 20), date(2026, 11, 22)
OFFICE = Access(2, "grace", Audience.OFFICE, names_for(Audience.OFFICE))
HOME = Destination("Ada Lovelace", "Dachweg 1", "10115", "Berlin", "DE", "Sonnendach")
Fields = Callable[[Reward], Mapping[str, Any]]


def _as(**fields: Any) -> Fields:
    return lambda one: fields


def _evidence_until(day: date) -> Fields:
    return lambda one: {"evidence": tuple(attrs.evolve(each, valid_until=day) for each in one.evidence)}


BARS: Mapping[str, Fields] = {
    "no evidence of origin": _as(evidence=()),
    "evidence of origin that ended": _evidence_until(YESTERDAY),
    "a country of origin that does not count": lambda one: {
        "evidence": tuple(attrs.evolve(each, country="US") for each in one.evidence)},
    "a category that is barred": _as(labels=("alcohol",)),
    "a claim without certificate": _as(labels=("recycled",)),
    "a claim that says nothing": _as(labels=("eco_friendly",)),
    "above the limit of its value": lambda one: {
        "variants": tuple(attrs.evolve(each, points=20_050) for each in one.variants)},
    "withdrawn": _as(state=RewardState.WITHDRAWN),
    "a draft": _as(state=RewardState.DRAFT),
    "not visible any more": _as(visible=Window(last=YESTERDAY)),
    "not to be redeemed yet": _as(redeemable=Window(first=TOMORROW)),
    "for another group": _as(groups=("wholesale",)),
    "for another country": _as(countries=("FR",)),
    "for a higher tier": _as(min_tier="platinum"),
    "of a kind that nobody knows": _as(kind="boats"),
    "without a price": lambda one: {
        "cost": 0, "points": 0, "variants": tuple(attrs.evolve(each, points=0, cost=0) for each in one.variants)},
    "in a world that is closed": _as(),
}
"""What can speak against a reward, each with what makes it so."""


def bar(shop: Shop, what: str) -> None:
    """Let something speak against the mug."""
    with shop.portal.installation.database.writing() as connection:
        row = rewards.by_number(connection, ["MUG"])["MUG"]
        one = rewards.read(row.content)
        rewards.save(connection, [(attrs.evolve(one, **BARS[what](one)), row.version)], "test", "test", NOW)
        if what == "in a world that is closed":
            closed = World("harvest", {"de": "Ernte", "en": "Harvest", "fr": "Récolte"}, published=True,
                           rewards=("MUG",), redeemable=Window(last=YESTERDAY))
            write(connection, WORLDS, [(closed, 0)], "tests", "page", NOW)


@attrs.frozen
class Buyer:
    """Somebody who wants the mug by all means; everything was prepared while it was offered."""

    shop: Shop
    client: TestClient
    order: str
    """An order of the mug that was placed before."""
    drill: str
    """An order of a drill that has left."""
    used: Mapping[str, str]
    """The form by which that was done."""
    stale: Mapping[str, str]
    """The form of a checkout that nobody has sent."""

    def tries(self) -> Mapping[str, Callable[[], object]]:
        """Every way by name: routes as they are declared, and what is no route."""
        post = self.client.post
        mug, one = {"variant": "MUG-RED", "quantity": "1"}, f"/orders/{self.order}"
        kept = mug | {"points": "1", "promotion": "", "later": "", "added_at": "1"}
        return {
            "cart_add": lambda: post("/cart/lines", data=mug),
            "cart_quantity": lambda: post("/cart/quantity", data=mug | {"quantity": "2"}),
            "cart_later": lambda: post("/cart/later", data=mug),
            "cart_now": lambda: post("/cart/now", data=mug),
            "cart_remove": lambda: post("/cart/remove", data=mug),
            "cart_restore": lambda: post("/cart/restore", data=kept),
            "cart_noted": lambda: post("/cart/noted"),
            "order_again": lambda: post(f"{one}/again"),
            "wish": lambda: post("/rewards/wishes", data={"reward": "MUG", "wished": "1"}),
            "watch": lambda: post("/rewards/watches", data={"variant": "MUG-RED", "watched": "1"}),
            "reward": lambda: self.client.get("/rewards/MUG"),
            "rewards": lambda: self.client.get("/rewards?q=mug"),
            "checkout_address": lambda: post("/checkout/address", data={"place": "company"}),
            "checkout_options": lambda: post("/checkout/options", data={"note": "please"}),
            "checkout_money": lambda: post("/checkout/money", data={"pay": "own", "own": "1"}),
            "order_pay": lambda: post(f"{one}/payment"),
            "order": lambda: post("/checkout", data=dict(self.stale)),
            "checkout": lambda: post("/checkout", data=self.fresh()),
            "the form that was sent before": lambda: post("/checkout", data=dict(self.used)),
            "the office orders for the participant": self.office,
            "the service with any price": self.service,
            "as a replacement of something else": self.replacement,
            "the editor publishes it": self.published,
            "a file publishes it": self.imported,
        }

    def fresh(self) -> dict[str, str]:
        """The form of the checkout as it is now, or what somebody makes of it."""
        page = self.client.get("/checkout")
        return checked(self.client) if page.status_code == 200 else dict(self.stale) | {"form_id": "another"}

    def request(self, key: str, points: int) -> OrderRequest:
        """The mug at a price."""
        account = self.shop.portal.account("1001")
        return OrderRequest(key, (WantedLine("MUG-RED", 1, points),), destination=HOME, account_id=account)

    def office(self) -> object:
        """Ordered by the service centre."""
        wanted = self.request("office", 500)
        return refused(lambda: order_for(self.shop.portal.installation, OFFICE, wanted.account_id, wanted.lines, HOME,
                                         "Asked by phone", wanted.key, NOW))

    def service(self) -> object:
        """Ordered at any price that it may have."""
        account = self.shop.portal.account("1001")
        own = Access(1, "ada", Audience.PORTAL, names_for(Audience.PORTAL), account, 1)
        return [refused(lambda price=price: place(  # type: ignore[misc]
            self.shop.portal.installation, own, self.request(f"own {price}", price), NOW))
            for price in (0, 1, 500, 20_050)]

    def replacement(self) -> object:
        """Sent in place of a drill that was damaged."""
        return refused(lambda: replace(self.shop.portal.installation, OFFICE, self.drill,
                                       Replacement(1, 1, "Came broken", "R1", "MUG-RED"), NOW))

    def published(self) -> object:
        """Put into the shop by hand."""
        def act() -> None:
            with self.shop.portal.installation.database.writing() as connection:
                row = rewards.by_number(connection, ["MUG"])["MUG"]
                publish(OFFICE, connection, self.shop.portal.installation.programme.settings, "MUG", row.version, NOW)

        return refused(act)

    def imported(self) -> object:
        """Put into the shop by a file that says nothing of what speaks against it."""
        path = self.shop.portal.folder / "again.csv"
        path.write_text("reward;variant;state;brand\nMUG;MUG-RED;published;Werk\n", "utf-8")
        return import_rewards(self.shop.portal.installation, path, NOW)


@pytest.fixture
def shop(tmp_path: Path, sqlite_database: Database) -> Shop:
    """The mug at 500 points and the drill at 7,200, under all constraints."""
    return open_shop(tmp_path, sqlite_database, PROGRAMME)


@pytest.fixture
def buyer(shop: Shop) -> Buyer:
    """The mug was ordered once, is wished for, in the cart, and ready to be ordered."""
    client = shop.portal.signed_in()
    add(client, "DRILL-12")
    drill, _ = _ordered(client)
    move_on(shop.portal.installation, OFFICE, drill, OrderAct.SHIP, [], NOW)
    add(client, "MUG-RED")
    mug, used = _ordered(client)
    client.post("/rewards/wishes", data={"reward": "MUG", "wished": "1"})
    add(client, "MUG-RED")
    return Buyer(shop, client, mug, drill, used, checked(client))


def _ordered(client: TestClient) -> tuple[str, dict[str, str]]:
    """The id of a new order, and the form by which it was placed."""
    form = checked(client)
    found = re.search(r"/orders/(ord_\w+)", client.post("/checkout", data=form).headers["location"])
    assert found
    return found[1], form


def lines(shop: Shop) -> int:
    with shop.portal.installation.database.reading() as connection:
        return connection.execute(select(func.count()).select_from(order_line)).scalar_one()


WITHOUT_PUBLISHING = ("the editor publishes it", "a file publishes it")


@pytest.mark.parametrize("what", BARS)
def test_no_way_leads_to_an_order_of_what_is_barred(shop: Shop, buyer: Buyer, what: str) -> None:
    before = lines(shop), balance(buyer.client)
    bar(shop, what)

    for name, attempt in buyer.tries().items():
        if what in ("withdrawn", "a draft") and name in WITHOUT_PUBLISHING:
            continue  # nothing else speaks against it: whoever may publish it, may
        attempt()
        assert (lines(shop), balance(buyer.client)) == before, name
        page = buyer.client.get("/checkout")
        assert page.status_code == 303, name
        assert 'href="/checkout"' not in buyer.client.get("/cart").text, name
    assert verify(shop.portal.installation.database).ok


def test_the_same_ways_lead_to_orders_while_nothing_speaks_against_it(shop: Shop, buyer: Buyer) -> None:
    tried = buyer.tries()
    for name in ("order_again", "cart_add", "cart_quantity", "cart_restore"):
        tried[name]()

        assert buyer.client.get("/checkout").status_code == 200, name
    before = lines(shop)
    answer = tried["checkout"]()

    assert (getattr(answer, "status_code", 0), lines(shop)) == (303, before + 1)
    assert [tried[name]() for name in ("the office orders for the participant", "as a replacement of something else")
            ] == ["", ""]
    assert lines(shop) == before + 3


def test_every_route_that_could_lead_to_an_order_is_tried(buyer: Buyer) -> None:
    routes = [one for one in buyer.client.app.routes if isinstance(one, DeclaredRoute)]  # type: ignore[attr-defined]
    forms = {one.name for one in routes if one.methods and "POST" in one.methods
             and re.match(r"/(cart|checkout|orders|rewards)\b", one.path)}

    assert forms - set(buyer.tries()) == {
        "order_cancel", "order_codes", "complain", "complaint_reply", "withdraw_own"}


def test_orders_are_written_where_they_are_placed_or_replaced_and_both_is_tried() -> None:
    engine = Path(treuwerk.__file__).parent
    found: dict[str, set[str]] = {}
    for path in engine.rglob("*.py"):
        text = path.read_text("utf-8")
        for word, pattern in (("writes", r"\bstore\.add\((self\._)?connection, (made\.)?order,|= order_at_once\("),
                              ("places", r"orders\.placing import [^\n]*\bplace\b"),
                              ("replaces", r"orders\.replacing import [^\n]*\breplace(_in)?\b")):
            if re.search(pattern, text):
                found.setdefault(word, set()).add(path.relative_to(engine).as_posix())

    assert found == {
        "writes": {"services/orders/placing.py", "services/orders/placing_at_once.py", "services/orders/replacing.py"},
        "places": {"services/shop/checkout.py", "services/orders/ordering_for.py", "services/demo/orders.py"},
        "replaces": {"services/orders/answering.py", "web/office/replacing_pages.py", "cli/orders_.py"}}
