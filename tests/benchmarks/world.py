"""A world to measure in: 10,000 participants, 30 articles, some rules, and delivery files of any length."""

import random
from datetime import date, timedelta
from pathlib import Path

from tests.support.delivery_feeds import ALL, delivery_feed

PARTICIPANTS, ARTICLES = 10_000, 30
KINDS = ("module", "inverter", "mounting")
HEADER = ("delivery_number;position;delivered_on;customer_number;order_number;article_number;quantity;unit;net_amount;"
          "currency;scope;serials\n")
_RULE = """
[[earning]]
name = "{kind}_points"
rule = "product_factor"
title = {{ en = "Points for {kind}" }}
unit = "bonus"
article_kinds = ["{kind}"]
attribute = "wp"
attribute_per_point = 10
feature = "scope"
factors = {{ SYSTEM = 2, MODULE = 1 }}
"""
_PROGRAMME = """
plugins = ["csv_feed", "product_factor"]

[programme]
code = "benchmark"
name = "Benchmark"
starts_on = 2020-01-01
zone = "Europe/Berlin"
locales = ["en"]

[units.bonus]
name = { en = "points" }
expires = { after = "36M", rounding = "end_of_year" }

[groups.installer]
name = { en = "Installer" }
"""


_LIMITS = """\
caps = [{ points = 900_000_000, per = "participant", period = "month" }, { points = 9_000_000, per = "document" }]
budget = "all"
"""
_BUDGET = """
[budgets.all]
title = { en = "All" }
unit = "bonus"
points = 900_000_000_000
"""


def write_world(folder: Path, rules: int = len(KINDS), *, limits: bool = False) -> None:
    """The programme folder and its master data, with a rule for each of so many kinds of articles, at most 30.

    With `limits` each rule has caps and a budget, which are counted and never met.
    """
    kinds = [KINDS[number] if number < len(KINDS) else f"kind{number}" for number in range(rules)]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "programme.toml").write_text(
        _PROGRAMME + delivery_feed("Maker", [name for name in ALL if name != "movement"], scope=True)
        + "".join(_RULE.format(kind=kind) + _LIMITS * limits for kind in kinds) + _BUDGET * limits)
    (folder / "participants.csv").write_text("customer_number;name;group\n" + "".join(
        f"{100_000 + number};Company {number};installer\n" for number in range(PARTICIPANTS)))
    (folder / "articles.csv").write_text("article_number;name;kind;wp\n" + "".join(
        f"A-{number};Article {number};{kinds[number % rules]};{300 + 5 * number}\n" for number in range(ARTICLES)))


def write_deliveries(path: Path, lines: int, seed: int) -> None:
    """A delivery file: documents of one to five lines, buyers by a zipf-like law, days over one year."""
    chance, written, document = random.Random(seed), 0, 0
    with path.open("w", encoding="utf-8") as out:
        out.write(HEADER)
        while written < lines:
            document += 1
            buyer = 100_000 + int(PARTICIPANTS * chance.random() ** 3)
            day = date(2025, 1, 1) + timedelta(days=chance.randrange(365))
            scope = chance.choice(("SYSTEM", "MODULE"))
            for position in range(1, min(chance.randint(1, 5), lines - written) + 1):
                written, quantity = written + 1, chance.randint(1, 60)
                out.write(f"LS-{seed}-{document:08d};{position};{day};{buyer};O-{document};A-{chance.randrange(ARTICLES)};"
                          f"{quantity};PCE;{quantity * 101},50;EUR;{scope};\n")
