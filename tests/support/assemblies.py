"""A programme in which modules, inverter and mounting of one order make a complete system."""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.support.corrections import MAY, document, goods
from tests.support.worlds import SIX_IN_THE_EVENING, World, make_world
from treuwerk.domain.documents import Document, DocumentLine
from treuwerk.store.database import Database

SYSTEM = """
[assembly]
feature = "scope"
complete = "SYSTEM"
alone = "MODULE"
missing = "derive"
within_days = 30

[assembly.parts.modules]
kinds = ["module", "kit"]
attribute = "wp"
at_least = 2000

[assembly.parts.inverter]
kinds = ["inverter", "kit"]
attribute = "watts"
share = 0.5
of = "modules"

[assembly.parts.mounting]
kinds = ["mounting", "kit"]
at_least = 4

[measures]"""
PARTS = """article_number;name;kind;wp;watts
SW-W-10H;Wechselrichter;inverter;;10000
SW-W-03;Kleiner Wechselrichter;inverter;;3000
SW-G;Gestell;mounting;;
"""


def system_world(folder: Path, database: Database, *, other: Iterable[tuple[str, str]] = ()) -> World:
    """Participants, and articles of all parts of a system; texts of the programme file may be others."""
    world = make_world(folder, database, other=[("[measures]", SYSTEM), *other])
    assert world.articles(PARTS, name="parts.csv").rejected == 0
    return world


def bare(line: int | str, qty: str, article: str = "SW-M-400", **more: Any) -> DocumentLine:
    """A line that does not say whether it is part of a system."""
    return goods(line, qty, article, features={}, **more)


def delivery(number: str, *lines: DocumentLine, after: int = 0, order: str = "A-1", **more: Any) -> Document:
    """A delivery on an order, some days after the fourth of May."""
    return document(number, *lines, orders=(order,) if order else (), day=day_after(after), **more)


def day_after(days: int) -> date:
    """So many days after the fourth of May."""
    return MAY + timedelta(days)


def later(days: int) -> int:
    """An instant of booking so many days after the others."""
    return SIX_IN_THE_EVENING + days * 86_400_000_000
