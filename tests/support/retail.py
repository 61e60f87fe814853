"""A programme for the purchase log of an online shop: one point for each full pound of a line."""

import csv
import gzip
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs

from treuwerk.domain.earning import Award, Operation, Step
from treuwerk.domain.purchases import EarningEvent
from treuwerk.hookspecs import EarningRuleKind, hookimpl
from treuwerk.services.clearing.importing import import_articles, import_participants
from treuwerk.services.installation import Installation, claim_database, open_installation
from treuwerk.store.database import Database

NO_GOODS = ("POST", "DOT", "M", "D", "C2", "S", "B", "BANK CHARGES", "AMAZONFEE", "CRUK", "PADS")
PROGRAMME = """
plugins = ["csv_feed", "full_pounds"]

[programme]
code = "shop"
name = "Shop"
starts_on = 2010-01-01
zone = "Europe/London"
locales = ["en"]
currency = "GBP"

[clearing]
free_goods = "earn"
unreferenced_returns = "{returns}"

[units.points]
name = { en = "points" }

[units.extras]
name = { en = "points for postage and the like" }

[groups.shop]
name = { en = "shop" }

[[earning]]
name = "goods"
rule = "full_pounds"
title = { en = "Goods" }
unit = "points"
kind = "goods"

[[earning]]
name = "extras"
rule = "full_pounds"
title = { en = "Postage and the like" }
unit = "extras"
kind = "none"

[[sources]]
name = "shop"
reader = "csv_feed"
seller = "Online Retail"
kind = "invoice"
delimiter = ","
decimal_mark = "."
date_patterns = ["YYYY-MM-DD hh:mm:ss"]
unit = "PCE"
currency = "GBP"
amount_from_price = true
buyer_may_be_empty = true
float_ids = ["buyer"]

[sources.prefixes]
C = { kind = "credit_note" }
A = { kind = "other" }

[sources.columns]
number = "InvoiceNo"
article = "StockCode"
name = "Description"
quantity = "Quantity"
date = "InvoiceDate"
unit_price = "UnitPrice"
buyer = "CustomerID"
"""


@attrs.frozen
class FullPoundsSettings:
    """Unit, and the kind of articles that earn it."""

    unit: str
    kind: str


@attrs.frozen
class FullPounds:
    """One point for each full pound of a line."""

    settings: FullPoundsSettings

    @property
    def units(self) -> Sequence[str]:
        """The one unit."""
        return [self.settings.unit]

    def awards(self, events: Sequence[EarningEvent]) -> Iterator[Award]:
        """Nothing for a line below one pound, or of other articles."""
        for index, event in enumerate(events):
            if event.article and event.article.kind == self.settings.kind and (points := int(event.amount or 0)) > 0:
                steps = Step(Operation.START, "amount", f"{event.amount:f}"), Step(Operation.ROUND_DOWN, "points")
                yield Award(index, self.settings.unit, points, steps)


class FullPoundsPlugin:
    """The plugin, handed over as an object."""

    @hookimpl
    def earning_rule_kinds(self) -> Sequence[EarningRuleKind[Any]]:
        """Offers the rule."""
        return [EarningRuleKind("full_pounds", FullPoundsSettings, FullPounds)]


def open_shop(folder: Path, database: Database, log: Path, now: int, returns: str = "wait") -> Installation:
    """The shop with all customers and articles of its purchase log; `returns` is what becomes of those of nothing."""
    folder.mkdir()
    (folder / "programme.toml").write_text(PROGRAMME.replace("{returns}", returns), "utf-8")
    claim_database(database, "shop", now)
    shop = open_installation(folder, database, {"full_pounds": FullPoundsPlugin()})
    customers, articles = _master_data(log)
    for importer, name, rows in ((import_participants, "customers", customers),
                                 (import_articles, "articles", articles)):
        file = folder / f"{name}.csv"
        file.write_text("\n".join(rows) + "\n", "utf-8")
        receipt = importer(shop, file, now)
        assert (receipt.created, receipt.rejected) == (len(rows) - 1, 0)
    return shop


def _master_data(log: Path) -> tuple[list[str], list[str]]:
    customers, articles = set[str](), dict[str, str]()
    with gzip.open(log, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            customers.add(row["CustomerID"].removesuffix(".0"))
            code = row["StockCode"].upper()  # 79 codes stand there in both cases, and mean the same article
            articles[code] = "none" if code in NO_GOODS else "goods"
    known = sorted(customers - {""})
    return (["customer_number;name;group", *(f"{number};Customer {number};shop" for number in known)],
            ["article_number;name;kind", *(f"{code};Article {code};{kind}" for code, kind in sorted(articles.items()))])


def counted(log: Path) -> tuple[int, int]:
    """Points of goods alone, and rows that cost nothing, by a count of its own over the sales to known customers."""
    points = free = 0
    with gzip.open(log, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            price, quantity = Decimal(row["UnitPrice"]), int(row["Quantity"])
            if row["CustomerID"] and quantity > 0 and row["InvoiceNo"][0] not in "CA":
                free += not price
                points += int(price * quantity) if row["StockCode"].upper() not in NO_GOODS else 0
    return points, free


def returned_pieces(log: Path) -> tuple[int, int]:
    """Pieces that customers gave back, by a count of its own: what they had bought until that day, and what not."""
    stock, days = dict[tuple[str, str], int](), dict[str, list[tuple[tuple[str, str], int, bool]]]()
    with gzip.open(log, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            back = row["InvoiceNo"].startswith("C")
            if row["CustomerID"] and (back or int(row["Quantity"]) > 0):
                goods = row["CustomerID"], row["StockCode"].upper()
                days.setdefault(row["InvoiceDate"][:10], []).append((goods, abs(int(row["Quantity"])), back))
    taken = missing = 0
    for _, rows in sorted(days.items()):
        for goods, pieces, back in sorted(rows, key=lambda row: row[2]):
            if not back:
                stock[goods] = stock.get(goods, 0) + pieces
                continue
            found = min(pieces, stock.get(goods, 0))
            stock[goods] = stock.get(goods, 0) - found
            taken, missing = taken + found, missing + pieces - found
    return taken, missing
