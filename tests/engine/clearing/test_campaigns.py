"""Two rules of one programme meet the same purchase."""

from pathlib import Path

import pytest
from sqlalchemy import select

from tests.support.corrections import bonus
from tests.support.worlds import World, line, make_world
from treuwerk.domain import ids
from treuwerk.services.account.explaining import explain
from treuwerk.services.installation import open_installation
from treuwerk.store.database import Database
from treuwerk.store.tables import journal

SPRING = """
[[earning]]
name = "spring"
rule = "product_factor"
title = { de = "Frühling" }
valid_from = 2026-05-01
valid_until = 2026-05-31
unit = "bonus"
article_kinds = ["module"]
attribute = "wp"
attribute_per_point = 40
feature = "scope"
factors = { SYSTEM = 1, MODULE = 1 }

[[sources]]"""


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """Modules earn 80 points a piece, and in May 10 more."""
    return make_world(tmp_path / "league", database, other=[("[[sources]]", SPRING)])


def test_case_52_two_campaigns_that_match_add_up_as_configured(world: World) -> None:
    world.clear([line("LS-1"), line("LS-2", delivered_on="2026-04-30")])

    assert bonus(world) == (800 + 100) + 800
    assert world.violated() == {}


def test_case_52_what_goes_back_takes_back_what_both_gave_also_when_one_is_gone(world: World) -> None:
    world.clear([line("LS-1")])
    text = (world.folder / "programme.toml").read_text("utf-8")
    (world.folder / "programme.toml").write_text(text.replace(SPRING, "\n[[sources]]"), "utf-8")
    later = World(world.folder, open_installation(world.folder, world.database))

    later.clear([line("LS-1", movement="RETURN", quantity="4", delivered_on="2026-05-20")], name="back.csv")
    assert bonus(later) == 480 + 60
    later.clear([line("LS-1", movement="CANCEL", delivered_on="2026-05-21")], name="all.csv")

    assert bonus(later) == 0
    assert later.violated() == {}


def test_case_52_the_explanation_names_both_campaigns(world: World) -> None:
    world.clear([line("LS-1")])
    [(account, number)] = world.rows(select(journal.c.account_id, journal.c.id))

    with world.database.reading() as connection:
        told = explain(connection, ids.public_id(ids.TRANSACTION, account, number))

    assert "module_points" in str(told)
    assert "spring" in str(told)
