"""A small installation for tests: a programme folder, master data, and delivery files as a partner would send them."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import attrs
from sqlalchemy import Connection, Engine, func, select

from tests.support.delivery_feeds import ALL, delivery_feed
from treuwerk.domain.earning import Award, Doubt
from treuwerk.domain.ledger import instant
from treuwerk.domain.purchases import EarningEvent
from treuwerk.hookspecs import ClearingSource, ClearingSourceKind, EarningRuleKind, hookimpl
from treuwerk.services.clearing.attending import AttendanceReceipt, import_attendance
from treuwerk.services.clearing.clearing import clear_file
from treuwerk.services.clearing.importing import import_articles, import_participants, import_sellers, import_serials
from treuwerk.services.clearing.receipts import Receipt
from treuwerk.services.installation import Installation, claim_database, open_installation
from treuwerk.services.master_files import ImportReceipt
from treuwerk.services.proof.verifying import verify
from treuwerk.store.database import Database
from treuwerk.store.tables import balance, identifier, metadata

BERLIN = ZoneInfo("Europe/Berlin")
SIX_IN_THE_EVENING = instant(datetime(2026, 6, 1, 18, tzinfo=BERLIN))
COLUMNS = ("delivery_number", "position", "delivered_on", "customer_number", "order_number", "article_number",
           "quantity", "unit", "net_amount", "currency", "scope", "serials", "movement")
PARTICIPANTS = """customer_number;name;group;status;identifiers
10017;Sonnendach Brandmaier GmbH;certified;active;gln:4012345000009
10109;Donnelly Renewables;installer;active;
10200;Gesperrt & Söhne;installer;blocked;
"""
ARTICLES = """article_number;name;kind;wp;gtin;aliases;pieces_per_pallet
SW-M-400;Modul 400;module;400;9524000041142;M400;31
SW-M-405;Modul 405;module;405;;;
SW-W-10H;Wechselrichter;inverter;;;;
"""
PROGRAMME = """
plugins = ["csv_feed", "product_factor", "activity_points"{plugins}]

[programme]
code = "league"
name = "League"
starts_on = 2024-01-01
zone = "Europe/Berlin"
locales = ["de"]

[units.bonus]
name = {{ de = "Bonuspunkte" }}
expires = {{ after = "36M", rounding = "end_of_year", start = "booking" }}

[units.status]
name = {{ de = "Statuspunkte" }}
spendable = false
expires = {{ after = "0M", rounding = "end_of_year", start = "event" }}

[groups.certified]
name = {{ de = "Fachpartner" }}

[groups.installer]
name = {{ de = "Installateur" }}

[[earning]]
name = "module_points"
rule = "product_factor"
title = {{ de = "Modulpunkte" }}
unit = "bonus"
unit_without_factor = "status"
article_kinds = ["module"]
attribute = "wp"
attribute_per_point = 10
feature = "scope"
factors = {{ SYSTEM = 2, MODULE = 1 }}

[[earning]]
name = "seminar_points"
rule = "activity_points"
title = {{ de = "Seminarpunkte" }}
unit = "bonus"
activity = "seminar"
points = 500
{earning}{feed}{sources}
[measures]
PCE = 1
PAL = "pieces_per_pallet"

[clearing]
batch_lines = 100
"""
EXTRA_RULE = """
[[earning]]
name = "extra"
rule = "extra"
title = { de = "Test" }
"""
EXTRA_SOURCE = """
[[sources]]
name = "extra"
reader = "extra"
"""
Answers = Callable[[Sequence[EarningEvent]], Iterable[Any]]
Row = Mapping[str, str]


@attrs.frozen
class NoSettings:
    """A kind without keys of its own."""


@attrs.frozen
class ExtraRule:
    """A rule whose answers the test gives."""

    answers: Answers
    units: tuple[str, ...] = ("bonus",)

    def awards(self, events: Sequence[EarningEvent]) -> Iterable[Award | Doubt]:
        """What the test answers."""
        return self.answers(events)


@attrs.frozen
class Extra:
    """A plugin that is handed over as an object, with one rule or one source of the test's own."""

    rule: Answers | None = None
    source: ClearingSource | None = None

    @hookimpl
    def earning_rule_kinds(self) -> Sequence[EarningRuleKind[Any]]:
        """The rule, if there is one."""
        rule = self.rule
        return [EarningRuleKind("extra", NoSettings, lambda _: ExtraRule(rule))] if rule else []

    @hookimpl
    def clearing_sources(self) -> Sequence[ClearingSourceKind[Any]]:
        """The source, if there is one."""
        source = self.source
        return [ClearingSourceKind("extra", NoSettings, lambda _name, _settings: source)] if source else []


@attrs.frozen
class World:
    """An installation with what a test does to it."""

    folder: Path
    installation: Installation

    @property
    def database(self) -> Database:
        """The database of the installation."""
        return self.installation.database

    def file(self, name: str, content: str | bytes) -> Path:
        """A file beside the programme."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def clear(self, rows: Iterable[Row] | str | bytes, *, name: str = "deliveries.csv", now: int = SIX_IN_THE_EVENING,
              source: str | None = None, dry_run: bool = False) -> Receipt:
        """The receipt of a delivery file with these rows or this content."""
        content = rows if isinstance(rows, str | bytes) else table(rows)
        return clear_file(self.installation, self.file(name, content), now, source=source, dry_run=dry_run)

    def participants(self, content: str | bytes, *, name: str = "participants.csv", dry_run: bool = False,
                     now: int = SIX_IN_THE_EVENING) -> ImportReceipt:
        """Import participants."""
        return import_participants(self.installation, self.file(name, content), now, dry_run)

    def articles(self, content: str | bytes, *, name: str = "articles.csv", dry_run: bool = False,
                 now: int = SIX_IN_THE_EVENING) -> ImportReceipt:
        """Import articles."""
        return import_articles(self.installation, self.file(name, content), now, dry_run)

    def sellers(self, content: str | bytes, *, name: str = "sellers.csv", dry_run: bool = False,
                now: int = SIX_IN_THE_EVENING) -> ImportReceipt:
        """Import sellers."""
        return import_sellers(self.installation, self.file(name, content), now, dry_run)

    def serials(self, content: str | bytes, *, name: str = "serials.csv", dry_run: bool = False,
                now: int = SIX_IN_THE_EVENING) -> ImportReceipt:
        """Import serial numbers that makers issued."""
        return import_serials(self.installation, self.file(name, content), now, dry_run)

    def attendance(self, content: str | bytes, *, name: str = "attendance.csv", dry_run: bool = False,
                   now: int = SIX_IN_THE_EVENING) -> AttendanceReceipt:
        """Import an attendance list."""
        return import_attendance(self.installation, self.file(name, content), now, dry_run)

    def goes_on(self, now: int) -> None:
        """Somebody else buys something, so that a clock of these days is no surprise."""
        self.participants("customer_number;name;group;status\nELSE;Somebody else;installer;active\n", now=now)
        assert self.clear([line(f"LS-{now}", customer_number="ELSE")], name=f"{now}.csv", now=now).tally.booked == 1

    def rows(self, query: Any) -> list[tuple[Any, ...]]:
        """What a query finds."""
        with self.database.reading() as connection:
            return [tuple(row) for row in connection.execute(query)]

    def balances(self) -> dict[tuple[str, str], int]:
        """Points by customer number and unit."""
        query = select(identifier.c.value, balance.c.unit, balance.c.posted).join(
            balance, balance.c.account_id == identifier.c.account_id).where(identifier.c.scheme == "customer_number")
        return {(number, unit): posted for number, unit, posted in self.rows(query)}

    def points(self) -> dict[str, int]:
        """Points of all participants together by unit."""
        sums: dict[str, int] = {}
        for (_, unit), posted in self.balances().items():
            sums[unit] = sums.get(unit, 0) + posted
        return sums

    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        with self.database.reading() as connection:
            return row_counts(connection)

    def violated(self, *, apart_from: str = "") -> dict[str, str]:
        """The laws that do not hold, each with its first violation; `apart_from` one that is known not to."""
        return {law.name: law.first_violation for law in verify(self.database).invariants
                if law.state != "ok" and law.name != apart_from}


def row_counts(connection: Connection) -> dict[str, int]:
    """Rows by table."""
    return {table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables}


def programme_folder(folder: Path, *, rule: bool = False, source: bool = False,
                     other: Iterable[tuple[str, str]] = ()) -> Path:
    """A folder with a programme file; with room for a rule or a source of the plugin ``extra``.

    `other` are texts of the file, each with what stands there instead.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = PROGRAMME.format(plugins=', "extra"' * (rule or source), earning=EXTRA_RULE * rule,
                            feed=delivery_feed("SolarWorld", ALL, scope=True), sources=EXTRA_SOURCE * source)
    for old, new in other:
        assert old in text, old
        text = text.replace(old, new, 1)
    (folder / "programme.toml").write_text(text, "utf-8")
    return folder


def make_world(folder: Path, database: Database, *, rule: Answers | None = None, source: ClearingSource | None = None,
               filled: bool = True, other: Iterable[tuple[str, str]] = ()) -> World:
    """An installation in a migrated database, with participants and articles unless it shall be empty."""
    place = programme_folder(folder, rule=rule is not None, source=source is not None, other=other)
    claim_database(database, "league", SIX_IN_THE_EVENING)
    given = {"extra": Extra(rule, source)} if rule or source else {}
    world = World(place, open_installation(place, database, given))
    if filled:
        assert world.participants(PARTICIPANTS).rejected == 0
        assert world.articles(ARTICLES).rejected == 0
    return world


def line(number: str = "LS-1", position: int | str = 1, **cells: str) -> dict[str, str]:
    """A delivery of ten modules of 400 Wp as part of a system: 800 bonus and 400 status points."""
    plain = {"delivery_number": number, "position": str(position), "delivered_on": "2026-05-04",
             "customer_number": "10017", "order_number": "B-1", "article_number": "SW-M-400", "quantity": "10",
             "unit": "PCE", "net_amount": "812,50", "currency": "EUR", "scope": "SYSTEM"}
    return plain | cells


def lines(count: int, number: str = "LS", **cells: str) -> list[dict[str, str]]:
    """Delivery notes of ten lines each."""
    return [line(f"{number}-{index // 10}", index % 10 + 1, **cells) for index in range(count)]


def table(rows: Iterable[Row], columns: Sequence[str] = COLUMNS, newline: str = "\n") -> str:
    """Rows as a delivery file."""
    return newline.join([";".join(columns), *(";".join(cells) for cells in _cells(rows, columns)), ""])


def _cells(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[list[str]]:
    for row in rows:
        yield [_quoted(row.get(column, "")) for column in columns]


def _quoted(cell: str) -> str:
    if not set(cell) & set(';"'):
        return cell
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="").writerow([cell])
    return text.getvalue()


def connections_in_use(engine: Engine) -> int:
    """Connections that somebody took from the pool and has not given back."""
    pool: Any = engine.pool
    used: int = pool.checkedout()
    return used
