"""Imports that are taken back: what somebody else took meanwhile stays with them."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from tests.support.catalogues import DRILL, Shelf, make_shelf
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.domain.rights import PERMISSIONS, Access, Audience, names_for
from treuwerk.services.rewards.bringing import Undone, kept_receipt, undo, written_by
from treuwerk.services.rewards.importing import Plan, import_rewards
from treuwerk.store import reward_imports
from treuwerk.store.database import Database
from treuwerk.store.tables import reward, reward_import, reward_stock, reward_variant

GRACE = Access(2, "grace", Audience.OFFICE, names_for(Audience.OFFICE, PERMISSIONS))


@pytest.fixture
def shelf(tmp_path: Path, database: Database) -> Shelf:
    return make_shelf(tmp_path / "league", database)


def test_a_variant_that_belongs_to_another_reward_by_now_stays_there(shelf: Shelf) -> None:
    small, large = ({**DRILL, "variant": variant, "variant_name_de": variant}
                    for variant in ("DRILL-12", "DRILL-18"))
    assert not shelf.bring(small, large).problems
    noted_import(shelf, 7, small)
    assert not shelf.bring({**large, "reward": "MACHINE"}).problems

    undone = taken_back(shelf)

    assert undone == Undone(0, ("DRILL",))
    assert sorted(shelf.world.rows(reward_variant.select())) == [("DRILL-12", "DRILL"), ("DRILL-18", "MACHINE")]


def test_a_reward_that_stays_keeps_its_stock(shelf: Shelf) -> None:
    noted_import(shelf, 7, {**DRILL})
    shelf.bring({**DRILL, "brand": "Werk"})

    undone = taken_back(shelf)

    assert undone == Undone(0, ("DRILL",))
    assert stock(shelf) == [("DRILL-12", 7)]


@pytest.mark.parametrize(("since", "left"), [("7", []), ("9", [("DRILL-12", 9)])])
def test_stock_that_was_counted_since_stays_counted(shelf: Shelf, since: str, left: list[tuple[str, int]]) -> None:
    shelf.bring({**DRILL, "stock": "unlimited"})
    noted_import(shelf, 7, {**DRILL})
    shelf.bring({**DRILL, "stock": since})

    taken_back(shelf)

    assert stock(shelf) == left


def test_what_would_not_be_published_today_comes_back_as_a_draft_that_says_why(shelf: Shelf) -> None:
    kettle = {**DRILL, "reward": "KETTLE", "variant": "KETTLE-1"}
    assert not shelf.bring(DRILL, kettle).held
    noted_import(shelf, 7, {**DRILL, "brand": "Werk", "origin_valid_until": "2028-12-31"},
                 {**kettle, "brand": "Werk", "origin_valid_until": "2028-12-31"})
    shelf.bring(kettle)
    in_april_2027 = SIX_IN_THE_EVENING + 310 * 86_400_000_000

    undone = taken_back(shelf, in_april_2027)

    assert (undone.restored, undone.left, undone.drafts) == (1, ("KETTLE",), ("DRILL",))
    assert shelf.world.rows(select(reward.c.number, reward.c.state).order_by(reward.c.number)) == [
        ("DRILL", "draft"), ("KETTLE", "published")]
    [receipt] = shelf.world.rows(select(reward_import.c.receipt))
    assert [fault["reward"] for fault in json.loads(receipt[0])["drafts"]] == ["DRILL"]


def taken_back(shelf: Shelf, now: int = SIX_IN_THE_EVENING) -> Undone:
    return shelf.world.database.run(lambda connection: undo(GRACE, shelf.world.installation, connection, 7, now))


def stock(shelf: Shelf) -> list[tuple[Any, ...]]:
    return shelf.world.rows(select(reward_stock.c.variant, reward_stock.c.on_hand))


def noted_import(shelf: Shelf, number: int, *rows: dict[str, str]) -> None:
    """Import rows in a way that can be taken back."""
    def noted(connection: Connection, plan: Plan) -> None:
        reward_imports.add(connection, {
            "id": number, "sha256": "0" * 64, "name": "one.csv", "source": "page", "state": reward_imports.DONE,
            "differences": "", "receipt": kept_receipt(plan), "written": written_by(plan), "user_id": 1,
            "actor": "ada", "made_at": SIX_IN_THE_EVENING, "decided_by": "ada", "decided_at": SIX_IN_THE_EVENING})

    path = shelf.world.folder / "one.csv"
    path.write_text("".join(f"{';'.join(line)}\n" for line in (rows[0], *(row.values() for row in rows))), "utf-8")
    assert not import_rewards(shelf.world.installation, path, SIX_IN_THE_EVENING, beside=noted).problems
