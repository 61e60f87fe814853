"""A portal with rewards of European origin: within the balance of company 1001 (3,380 points), beyond it, and gone."""

from collections.abc import Iterator
from pathlib import Path

import attrs

from tests.support.portal import NOW, PROGRAMME, USUAL, Portal, open_portal
from treuwerk.domain.catalogue import Reward
from treuwerk.services.rewards.importing import import_rewards
from treuwerk.store import rewards as store
from treuwerk.store.database import Database

SHOP = """
[rewards]
unit = "bonus"

[rewards.pricing]
point_value = 0.01
margin = 10
step = 50

[rewards.categories]
home = { de = "Haus & Küche", en = "Home & kitchen", fr = "Maison" }
tools = { de = "Werkzeug", en = "Tools", fr = "Outils" }

[[constraints]]
name = "europe"
constraint = "origin"
areas = ["EU"]

[groups.partner]"""
LAMP = {
    "reward": "LAMP", "variant": "LAMP-B", "variant_name_de": "Blau", "variant_name_en": "Blue", "variant_points": "",
    "stock": "2", "state": "published", "kind": "goods", "category": "home", "points": "1200", "cost": "9.00",
    "delivery_days": "3", "countries": "DE|IE",
    "name_de": "Leuchte <Nord>", "name_en": "Lamp <North>", "name_fr": "Lampe",
    "summary_de": "Für den Tisch", "summary_en": "For the desk", "summary_fr": "Pour la table",
    "text_en": "First paragraph.\\nSecond paragraph.", "origin_statement": "manufactured", "origin_country": "DE",
    "origin_document": "LE-17", "origin_valid_from": "", "origin_valid_until": "2027-03-31"}


def _rows() -> Iterator[dict[str, str]]:
    yield LAMP
    yield LAMP | {"variant": "LAMP-R", "variant_name_de": "Rot", "variant_name_en": "Red", "variant_points": "1400",
                  "stock": "0"}
    for number, name, more in (
            ("DRILL", "Drill", {"points": "3000", "category": "tools"}), ("BIKE", "Bicycle", {"points": "5000"}),
            ("KETTLE", "Kettle", {"origin_valid_until": "2026-11-21"}), ("DRAFT", "Draft", {"state": "draft"}),
            ("GONE", "Gone", {"stock": "0"})):
        yield LAMP | {"reward": number, "variant": f"{number}-1", "variant_name_de": "", "variant_name_en": "",
                      "stock": "unlimited", "name_de": name, "name_en": name, "name_fr": name} | more


def with_shop(programme: str = PROGRAMME) -> str:
    """The programme with a shop."""
    return programme.replace('"activity_points"', '"activity_points", "goods", "origin"', 1).replace(
        "\n[groups.partner]", SHOP, 1)


def stock_shop(portal: Portal) -> None:
    """Bring the rewards."""
    columns, path = list(LAMP), portal.folder / "rewards.csv"
    path.write_text("\n".join(";".join(row) for row in [columns, *([row[name] for name in columns]
                                                                    for row in _rows())]), "utf-8")
    receipt = import_rewards(portal.installation, path, NOW)
    assert not receipt.problems, receipt.problems


def open_shop(folder: Path, database: Database) -> Portal:
    """The portal with points of company 1001 and with its rewards."""
    portal = open_portal(folder, database, with_shop())
    for day, lines in USUAL.items():
        portal.deliver(day, *lines)
    stock_shop(portal)
    return portal


def change_reward(portal: Portal, number: str, **changes: object) -> None:
    """Give a reward another version."""
    with portal.installation.database.writing() as connection:
        row = store.by_number(connection, [number])[number]
        changed: Reward = attrs.evolve(store.read(row.content), **changes)  # type: ignore[arg-type]
        store.save(connection, [(changed, row.version)], "the tests", "test", NOW)
