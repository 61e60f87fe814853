"""A shop as participants see it: rewards, who looks at them, and what they find."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
from sqlalchemy import event, select

from tests.support.catalogues import DRILL, Shelf, make_shelf
from tests.support.worlds import ARTICLES, SIX_IN_THE_EVENING, line
from treuwerk.domain.promotions import Promotion, World
from treuwerk.services.shop.searching import Found, Query, search
from treuwerk.services.shop.shelf import Shelf as Published
from treuwerk.services.shop.shelf import shelf_of
from treuwerk.services.shop.viewer import Viewer, viewer_of
from treuwerk.store import rewards as store
from treuwerk.store.promotions import PROMOTIONS, WORLDS, set_budgets, take
from treuwerk.store.tables import identifier

DAY = 86_400_000_000
TIERS = """
[[tiers]]
code = "gold"
name = { de = "Gold" }
unit = "status"
points = 300

[groups.certified]"""
MEMBERS = "customer_number;name;group;country\n10017;Smith;certified;DE\n10109;Jones;installer;AT\n"
RICH, POOR = "10017", "10109"


def row(number: str, name: str, points: int, **more: str) -> dict[str, str]:
    """A reward of one variant for a file."""
    return {**DRILL, "reward": number, "variant": number, "name_de": name, "summary_de": f"{name} aus Europa",
            "variant_points": str(points), "stock": "unlimited", **more}


ROWS = [row("DRILL", "Akkuschrauber Profi", 7_200, stock="7", labels="cordless|new_model"),
        row("LADDER", "Dachleiter", 12_000, stock="2"), row("CAN", "Thermoskanne", 500, category="garden"),
        row("BOOTS", "Stiefel", 2_000, category="garden", stock="0", labels="leather"),
        row("SAW", "Säge für Äste", 950, category="garden", labels="cordless"),
        row("MUG", "Becher", 300, category="garden", variant="MUG-RED", variant_name_de="Rot", stock="0")]
BLUE = {"reward": "MUG", "variant": "MUG-BLUE", "variant_name_de": "Blau", "variant_points": "350", "stock": "4"}


@attrs.frozen
class Shop:
    """A catalogue with two participants: one with points and a tier, one without."""

    shelf: Shelf

    @property
    def world(self) -> Any:
        """What both stand in."""
        return self.shelf.world

    def viewer(self, who: str = RICH, now: int = SIX_IN_THE_EVENING, locale: str = "de") -> Viewer:
        """A participant by number."""
        with self.world.database.reading() as connection:
            account = connection.execute(select(identifier.c.account_id).where(identifier.c.value == who)).scalar_one()
            return viewer_of(connection, self.world.installation.programme.settings, account, now, locale)

    def published(self) -> Published:
        """The shelf as it is now."""
        with self.world.database.reading() as connection:
            return shelf_of(self.world.installation, connection)

    def find(self, text: str = "", who: str = RICH, *, now: int = SIX_IN_THE_EVENING, **query: Any) -> Found:
        """What somebody finds."""
        return search(self.published(), self.viewer(who, now), Query(text, **query))

    def statements(self, text: str) -> int:
        """How many statements a search takes, viewer included."""
        seen: list[str] = []

        def note(*arguments: Any) -> None:
            seen.append(arguments[2])

        event.listen(self.world.database.engine, "before_cursor_execute", note)
        self.find(text)
        event.remove(self.world.database.engine, "before_cursor_execute", note)
        return len([one for one in seen if one.startswith("SELECT")])

    def change(self, number: str, now: int = SIX_IN_THE_EVENING, **fields: Any) -> None:
        """Keep a reward otherwise."""
        with self.world.database.writing() as connection:
            [kept] = store.by_number(connection, [number]).values()
            changed = attrs.evolve(store.read(kept.content), **fields)
            store.save(connection, [(changed, kept.version)], "test", "test", now)

    def arrange(self, worlds: Sequence[World] = (), promotions: Sequence[Promotion] = ()) -> None:
        """Keep new worlds and promotions."""
        with self.world.database.writing() as connection:
            WORLDS.save(connection, [(one, 0) for one in worlds], "test", "test", SIX_IN_THE_EVENING)
            PROMOTIONS.save(connection, [(one, 0) for one in promotions], "test", "test", SIX_IN_THE_EVENING)
            set_budgets(connection, {one.code: one.budget for one in promotions}, SIX_IN_THE_EVENING)

    def spend(self, promotion: str, points: int) -> None:
        """Let a promotion give points away."""
        with self.world.database.writing() as connection:
            assert take(connection, {promotion: points}, SIX_IN_THE_EVENING) == {}

    def stock(self, **pieces: int | None) -> None:
        """Set the stock of variants, written with _ for -."""
        wanted: Mapping[str, int | None] = {name.replace("_", "-"): some for name, some in pieces.items()}
        with self.world.database.writing() as connection:
            store.set_stocks(connection, wanted, store.stocks(connection, wanted), SIX_IN_THE_EVENING)


def make_shop(folder: Path, database: Any) -> Shop:
    """The shop with all rewards of `ROWS`; the first participant has 10,400 points and is gold."""
    shelf = make_shelf(folder, database, [("\n[groups.certified]", TIERS)])
    world = shelf.world
    assert world.participants(MEMBERS).rejected == 0
    world.articles(ARTICLES)
    assert world.clear([line(f"LS-{number}") for number in range(13)]).tally.booked == 13
    receipt = shelf.bring(*ROWS, BLUE)
    assert (receipt.created, receipt.held) == (6, [])
    return Shop(shelf)
