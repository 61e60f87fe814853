"""A programme with rewards of European origin, and files of rewards for it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from tests.support.worlds import SIX_IN_THE_EVENING, World, make_world, programme_folder
from treuwerk.services.rewards.exporting import reward_lines
from treuwerk.services.rewards.importing import RewardReceipt, import_rewards
from treuwerk.store.database import Database

REWARDS = """
[rewards]
unit = "bonus"

[rewards.pricing]
point_value = 0.01
margin = 10
step = 50

[rewards.categories]
tools = { de = "Werkzeug" }
garden = { de = "Garten" }

[[constraints]]
name = "europe"
constraint = "origin"
areas = ["EU"]
countries = ["CH"]

[units.status]"""
DRILL: Mapping[str, str] = {
    "reward": "DRILL", "variant": "DRILL-12", "state": "published", "kind": "goods", "category": "tools",
    "cost": "50.00", "freight": "4,90", "vat": "19", "stock": "7", "name_de": "Akkuschrauber",
    "summary_de": "Zwei Gänge, zwei Akkus", "origin_statement": "manufactured", "origin_country": "DE",
    "origin_document": "LE-2026-17", "origin_valid_from": "", "origin_valid_until": "2027-03-31"}
"""A drill that may be offered; its price is 7,200 points."""


@attrs.frozen
class Shelf:
    """A world with rewards, and files for it."""

    world: World

    def bring(self, *rows: Mapping[str, str], dry_run: bool = False, now: int = SIX_IN_THE_EVENING) -> RewardReceipt:
        """Import rows, with the columns that any of them has."""
        columns = list(dict.fromkeys(name for row in rows for name in row))
        return self.bring_text("".join(f"{';'.join(line)}\n" for line in [
            columns, *([row.get(name, "") for name in columns] for row in rows)]), dry_run=dry_run, now=now)

    def bring_text(self, text: str, *, dry_run: bool = False, now: int = SIX_IN_THE_EVENING) -> RewardReceipt:
        """Import a file with this content."""
        path = self.world.folder / "rewards.csv"
        path.write_text(text, "utf-8", newline="")
        return import_rewards(self.world.installation, path, now, dry_run)

    def exported(self) -> str:
        """What an export writes."""
        return "".join(reward_lines(self.world.installation))


_CHANGES = (('"activity_points"', '"activity_points", "goods", "origin", "reward_limits", "green_claims"'),
            ("\n[units.status]", REWARDS))


def shelf_folder(folder: Path) -> Path:
    """The folder of a programme that asks for European origin."""
    return programme_folder(folder, other=_CHANGES)


def make_shelf(folder: Path, database: Database, other: Sequence[tuple[str, str]] = ()) -> Shelf:
    """Such a programme, without rewards."""
    return Shelf(make_world(folder, database, filled=False, other=[*_CHANGES, *other]))
