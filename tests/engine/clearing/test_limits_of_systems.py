"""Caps where orders become a whole or are judged anew: what was cut stays cut, and nothing goes past a cap."""

from pathlib import Path

import pytest

from tests.support.assemblies import bare, delivery, later, system_world
from tests.support.corrections import bonus, clear
from tests.support.limits import counters, with_limits
from tests.support.worlds import SIX_IN_THE_EVENING, line, make_world
from treuwerk.cli.managing import access_of_operator
from treuwerk.domain.documents import Movement
from treuwerk.services.changes.recalculating import Asked, recalculate
from treuwerk.store.database import Database

PARTS = bare(3, "1", "SW-W-10H"), bare(2, "4", "SW-G")


@pytest.mark.parametrize(("points", "alone", "whole"), [(2_000, 400, 800), (650, 400, 650), (400, 400, 400),
                                                       (300, 300, 300)])
def test_what_an_order_becomes_worth_counts_against_the_cap(tmp_path: Path, database: Database, points: int, alone: int,
                                                            whole: int) -> None:
    cap = f'{{ points = {points}, per = "participant", unit = "bonus" }}'
    world = system_world(tmp_path, database, other=with_limits(cap))

    clear(world, delivery("D-1", bare(1, "10")))
    assert bonus(world) == alone
    clear(world, delivery("D-2", *PARTS, after=1), now=later(1))
    assert bonus(world) == whole == counters(world)["cap|module_points|bonus|ever|"]
    assert world.violated() == {}
    clear(world, delivery("D-3", bare(1, "1", "SW-G"), after=2), now=later(2))

    assert bonus(world) == whole
    assert world.violated() == {}


def test_what_goes_back_of_a_cut_whole_makes_room(tmp_path: Path, database: Database) -> None:
    world = system_world(tmp_path, database, other=with_limits('{ points = 650, per = "participant", unit = "bonus" }'))
    clear(world, delivery("D-1", bare(1, "10")))
    clear(world, delivery("D-2", *PARTS, after=1), now=later(1))

    clear(world, delivery("D-1", bare(1, "10", movement=Movement.CANCEL)), now=later(2))
    assert (bonus(world), counters(world)["cap|module_points|bonus|ever|"]) == (0, 0)
    clear(world, delivery("D-9", bare(1, "20"), after=3, order="A-9"), now=later(3))

    assert bonus(world) == 650
    assert world.violated() == {}


def test_a_corrected_article_gives_no_more_than_its_cap(tmp_path: Path, database: Database) -> None:
    world = make_world(tmp_path, database, other=with_limits('{ points = 1_610, per = "participant", unit = "bonus" }'))
    world.clear([line("LS-1"), line("LS-2"), line("LS-3")])
    assert bonus(world) == 1_610
    assert world.articles("article_number;name;kind;wp\nSW-M-400;Modul 400;module;410\n").changed == 1
    world.clear([line("LS-3", movement="CANCEL")], name="cancel.csv", now=SIX_IN_THE_EVENING + 1)
    asked, access = Asked("SW-M-400", "data sheet was wrong", "Ada Lovelace", "Bob Byron"), access_of_operator("Ada")

    foreseen = recalculate(world.installation, asked, SIX_IN_THE_EVENING + 2, access, dry_run=True)
    done = recalculate(world.installation, asked, SIX_IN_THE_EVENING + 2, access)
    again = recalculate(world.installation, asked, SIX_IN_THE_EVENING + 3, access)

    assert foreseen.given == done.given == {"bonus": 10, "status": 20}
    assert (again.given, again.changed) == ({}, 0)
    assert bonus(world) == counters(world)["cap|module_points|bonus|ever|"] == 1_610
    assert world.violated() == {}
