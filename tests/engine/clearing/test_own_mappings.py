"""Nobody maps waiting purchases to the own company; on the command line one person maps what is many points."""

from functools import partial
from pathlib import Path

import pytest

from tests.support.accounts import DONNELLY, account, refused
from tests.support.aliases import LATER, OPEN, article, clerk, customer, map_article, map_customer, released
from tests.support.colleagues import Belonging, member, namesake
from tests.support.merges import merged
from tests.support.worlds import World, line, make_world
from treuwerk.domain.aliases import Verdict
from treuwerk.services.changes.aliasing import COMMAND, Meant, decide, preview
from treuwerk.store.database import Database

LIMITED = [("batch_lines = 100", "batch_lines = 100\n[clearing.second_person]\npoints = 1000")]


@pytest.mark.parametrize("who", [member, namesake])
def test_nobody_maps_to_the_own_company_or_looks_what_it_would_bring(world: World,
                                                                     who: Belonging) -> None:
    world.clear([line(customer_number="K-77")])
    own = who(world, clerk(), DONNELLY)
    meant = Meant(customer("K-77"), account_id=account(world, DONNELLY))
    once = Meant(customer("K-77"), account_id=account(world, DONNELLY), once=True, document="LS-1")

    codes = [refused(lambda: decide(own, world.installation, meant, LATER)),
             refused(lambda: decide(own, world.installation, once, LATER)),
             refused(lambda: preview(own, world.installation, meant, LATER))]

    assert codes == ["own_account"] * 3
    assert world.rows(OPEN) == [("unknown_participant", "LS-1")]
    assert released(map_customer(world, "K-77", "10017", who=own)).booked == 1


def test_nobody_maps_to_a_company_that_has_become_the_own_one(world: World) -> None:
    world.clear([line(customer_number="K-77")])
    sides = account(world, DONNELLY), account(world, "10017")
    own = member(world, clerk(), "10017")
    merged(world, sides)

    for mapped_to in sides:
        meant = Meant(customer("K-77"), account_id=mapped_to)
        assert refused(partial(decide, own, world.installation, meant, LATER)) == "own_account"


def test_whoever_belongs_to_a_company_closes_lines_and_maps_articles_all_the_same(world: World) -> None:
    world.clear([line("LS-1", customer_number="K-77"), line("LS-2", customer_number=DONNELLY, article_number="XY")])
    own = member(world, clerk())
    never = Meant(customer("K-77"), Verdict.NEVER, reason="A dealer, no installer")

    assert decide(own, world.installation, never, LATER).closed == 1
    articles = Meant(article("XY"), article="SW-M-400")
    assert released(decide(own, world.installation, articles, LATER)).booked == 1


def test_above_them_somebody_maps_on_the_command_line_and_articles_are_mapped_as_ever(tmp_path: Path,
                                                                                     database: Database) -> None:
    world = make_world(tmp_path / "league", database, other=LIMITED)
    world.clear([line("LS-1", customer_number="K-77"), line("LS-2", customer_number="K-77"),
                 *(line(f"LS-{number}", article_number="XY") for number in range(3, 6))])
    whole = Meant(customer("K-77"), account_id=account(world, DONNELLY))

    assert released(decide(clerk(), world.installation, whole, LATER, origin=COMMAND)).booked == 2
    assert released(map_article(world, "XY", "SW-M-400")).booked == 3
