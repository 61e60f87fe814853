"""A programme with a unit for each way of the ledger, and accounts to try them on."""

from collections.abc import Sequence
from itertools import count
from pathlib import Path

import attrs
from sqlalchemy import select

from tests.support.delivery_feeds import delivery_feed
from tests.support.naive_ledger import Kind
from tests.support.worlds import SIX_IN_THE_EVENING, World
from treuwerk.services.installation import claim_database, open_installation
from treuwerk.store.database import Database
from treuwerk.store.sealing import seal_pending
from treuwerk.store.tables import identifier, journal

START = SIX_IN_THE_EVENING
SECOND = 1_000_000
HOUR = 3_600
SPENDABLE = ("owed", "borne", "locked", "quiet", "timed", "act")
KINDS = {
    "owed": Kind(lives=100 * HOUR),
    "borne": Kind(lives=60 * HOUR, returns="clamp"),
    "locked": Kind(lives=200 * HOUR, returns="block"),
    "quiet": Kind(kept=80 * HOUR),
    "timed": Kind(lives=150 * HOUR, waits=20 * HOUR),
    "act": Kind(lives=90 * HOUR, by_act=True),
}
ARTICLES: dict[str, tuple[str, ...]] = {**{unit: (unit,) for unit in SPENDABLE}, "both": ("owed", "quiet")}
"""Article → units that it earns."""
TENTHS = 37
"""Points that ten pieces earn."""
_HEAD = """
plugins = ["csv_feed", "product_factor"]

[programme]
code = "league"
name = "League"
starts_on = 2024-01-01
zone = "Europe/Berlin"
locales = ["de"]

[groups.installer]
name = { de = "Installateur" }

[units.owed]
name = { de = "Geschuldet" }
manual = { limit = 1_000_000 }
transfers = { allowed = true }
expires = { after = "100h" }

[units.borne]
name = { de = "Getragen" }
manual = { limit = 1_000_000 }
transfers = { allowed = true }
expires = { after = "60h" }
returns = "clamp"

[units.locked]
name = { de = "Gesperrt" }
manual = { limit = 1_000_000 }
transfers = { allowed = true }
expires = { after = "200h" }
returns = "block"

[units.quiet]
name = { de = "Still" }
manual = { limit = 1_000_000 }
transfers = { allowed = true }
expires = { after_inactivity = "80h" }

[units.timed]
name = { de = "Wartend" }
manual = { limit = 1_000_000 }
transfers = { allowed = true }
expires = { after = "150h" }
pending = { after = "20h" }

[units.act]
name = { de = "Freizugeben" }
manual = { limit = 1_000_000 }
transfers = { allowed = true }
expires = { after = "90h" }
pending = { until = "activation" }

[clearing]
batch_lines = 100

[measures]
PCE = 1
"""
_RULE = """
[[earning]]
name = "{unit}_points"
rule = "product_factor"
title = {{ de = "Punkte" }}
unit = "{unit}"
article_kinds = [{kinds}]
attribute = "wp"
attribute_per_point = 10
"""
_numbers = count(1)


def earned(pieces: int) -> int:
    """Points of so many pieces, whole ones only."""
    return pieces * TENTHS // 10


def programme_text() -> str:
    """The programme file."""
    rules = [_RULE.format(unit=unit, kinds=", ".join(f'"{kind}"' for kind, units in ARTICLES.items() if unit in units))
             for unit in SPENDABLE]
    return _HEAD + "".join(rules) + delivery_feed("Maker")


@attrs.frozen
class LedgerWorld(World):
    """An installation in which single accounts are tried out; nothing in it is ever removed."""

    def accounts(self, many: int = 1) -> list[int]:
        """New accounts without points."""
        names = [f"P{next(_numbers)}" for _ in range(many)]
        table = "customer_number;name;group;status\n" + "".join(f"{name};Firma {name};installer;active\n"
                                                                for name in names)
        assert self.participants(table, now=START).rejected == 0
        found = dict(self.rows(select(identifier.c.written_as, identifier.c.account_id)))
        return [found[name] for name in names]

    def name_of(self, account_id: int) -> str:
        """The customer number of an account."""
        return str(self.rows(select(identifier.c.written_as).where(identifier.c.account_id == account_id))[0][0])

    def earn(self, account_id: int, article: str, pieces: int, now: int) -> int:
        """Clear a delivery of its own; returns the accrual."""
        return self.earn_all([(account_id, article, pieces)], now)[0]

    def earn_all(self, purchases: Sequence[tuple[int, str, int]], now: int) -> list[int]:
        """Clear one file of deliveries; returns their accruals."""
        first = next(_numbers)
        rows = [{"delivery_number": f"LS-{first}", "position": str(position), "delivered_on": "2026-05-04",
                 "customer_number": self.name_of(account), "article_number": article, "quantity": str(pieces),
                 "unit": "PCE"} for position, (account, article, pieces) in enumerate(purchases, start=1)]
        receipt = self.clear(rows, name=f"{first}.csv", now=now)
        assert receipt.tally.booked == len(rows), receipt
        runs = [f"deliveries:{receipt.run}:{line}" for line in range(2, len(rows) + 2)]
        found = {cause: number for number, cause in self.rows(
            select(journal.c.id, journal.c.cause).where(journal.c.kind == "accrual", journal.c.booked_at == now))}
        return [found[cause] for cause in runs]

    def unproven(self, now: int) -> dict[str, str]:
        """The laws that do not hold once all is sealed."""
        with self.database.writing() as connection:
            seal_pending(connection, now)
        return self.violated()


def make_ledger_world(folder: Path, database: Database) -> LedgerWorld:
    """The programme in a migrated database, with an article for each unit."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "programme.toml").write_text(programme_text(), "utf-8")
    claim_database(database, "league", START)
    world = LedgerWorld(folder, open_installation(folder, database, {}))
    articles = "article_number;name;kind;wp\n" + "".join(f"{name};{name};{name};{TENTHS}\n" for name in ARTICLES)
    assert world.articles(articles).rejected == 0
    return world
