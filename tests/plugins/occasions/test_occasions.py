"""Days that earn by themselves, booked by the rules of the programme, once each, on both databases."""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from shutil import copyfile
from typing import Any

import attrs
import pytest
from sqlalchemy import select

import treuwerk_occasions
from tests.support.worlds import BERLIN, World, line, make_world
from treuwerk.domain.ledger import instant
from treuwerk.domain.occasions import Occasion
from treuwerk.domain.participants import Participant
from treuwerk.hookspecs import OccasionKind, hookimpl
from treuwerk.services.clearing.occasions import OccasionsReceipt, mark_occasions
from treuwerk.services.installation import open_installation
from treuwerk.services.proof.digesting import state_digest
from treuwerk.store.database import Database
from treuwerk.store.tables import activity

OCCASIONS = """
[[occasions]]
name = "anniversary"
kind = "yearly"
title = { de = "Jubiläum" }

[[occasions]]
name = "recommended"
kind = "referral"
title = { de = "Empfehlung" }
side = "referrer"
amount = 1000

[[occasions]]
name = "came_by"
kind = "referral"
title = { de = "Empfohlen" }
side = "referred"
amount = 1000

[[earning]]
name = "anniversaries"
rule = "activity_points"
title = { de = "Jubiläum" }
unit = "bonus"
activity = "anniversary"
points = 200

[[earning]]
name = "recommendations"
rule = "activity_points"
title = { de = "Empfehlung" }
unit = "bonus"
activity = "recommended"
points = 1000

[[earning]]
name = "welcome"
rule = "activity_points"
title = { de = "Willkommen" }
unit = "bonus"
activity = "came_by"
points = 300
valid_from = 2026-01-01

[measures]"""
PEOPLE = """customer_number;name;group;status;joined_on;referred_by
10017;Sonnendach Brandmaier GmbH;certified;active;2024-06-03;
10109;Donnelly Renewables;installer;active;2025-02-28;10017
10200;Gesperrt & Söhne;installer;blocked;2024-06-03;10017
"""


def at(day: str, hour: int = 3) -> int:
    """An hour of a night in Berlin."""
    return instant(datetime.fromisoformat(f"{day}T{hour:02}:00").replace(tzinfo=BERLIN))


def opened(world: World, **given: Any) -> World:
    return attrs.evolve(world, installation=open_installation(
        world.folder, world.database, {"occasions": treuwerk_occasions, **given}))


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """The league with occasions; 10109 came by 10017."""
    made = make_world(tmp_path / "league", database)
    path = made.folder / "programme.toml"
    text = path.read_text("utf-8").replace('"activity_points"', '"activity_points", "occasions"', 1)
    path.write_text(text.replace("[measures]", OCCASIONS, 1), "utf-8")
    made = opened(made)
    assert made.participants(PEOPLE).rejected == 0
    return made


def nights(world: World, *days: str) -> list[OccasionsReceipt]:
    return [mark_occasions(world.installation, at(day)) for day in days]


def bonus(world: World) -> dict[str, int]:
    return {number: points for (number, unit), points in world.balances().items() if unit == "bonus"}


def test_an_anniversary_earns_once_and_missed_nights_are_made_up_for(world: World) -> None:
    first, second = nights(world, "2026-06-01", "2026-06-04")
    again = mark_occasions(world.installation, at("2026-06-04", 4))

    assert (first.occasions, second.occasions, again.occasions) == (0, 1, 0)
    assert second.points == {"bonus": 200}
    assert bonus(world) == {"10017": 200}
    assert world.rows(select(activity.c.kind, activity.c.code, activity.c.occurred_on)) == [
        ("anniversary", "2026", "2026-06-03")]
    assert world.violated() == {}


def test_caps_hold_for_occasions_too(world: World) -> None:
    path = world.folder / "programme.toml"
    cap = 'caps = [{ points = 150, per = "participant", period = "year" }]'
    path.write_text(path.read_text("utf-8").replace("points = 200", f"points = 200\n{cap}"), "utf-8")
    nights(opened(world), "2026-06-01", "2026-06-04")

    assert bonus(world) == {"10017": 150}
    assert world.violated() == {}


def test_one_night_or_forty_come_to_the_same_books(tmp_path: Path, world: World, request: pytest.FixtureRequest,
                                                   ) -> None:
    copy = tmp_path / "other.db"
    copyfile(request.getfixturevalue("_sqlite_template"), copy)
    second = Database(f"sqlite:///{copy}")
    request.addfinalizer(second.close)
    other = make_world(tmp_path / "other", second)
    (other.folder / "programme.toml").write_text((world.folder / "programme.toml").read_text("utf-8"), "utf-8")
    other = opened(other)
    other.participants(PEOPLE)
    nights(world, "2026-05-25", *(f"2026-06-{day:02}" for day in range(1, 30)))
    nights(other, "2026-05-25", "2026-06-29")

    assert state_digest(world.database) == state_digest(other.database)
    assert bonus(world) == {"10017": 200}


def test_both_sides_of_a_recommendation_earn_once_the_purchase_is_certain(world: World) -> None:
    world.clear([line("LS-1", delivered_on="2026-05-04", customer_number="10109", net_amount="812,50"),
                 line("LS-1", 2, delivered_on="2026-05-05", customer_number="10109", net_amount="187,50")])
    early, due, later = nights(world, "2026-05-18", "2026-05-19", "2026-05-20")

    assert (early.occasions, due.occasions, later.occasions) == (0, 2, 0)
    assert due.points == {"bonus": 1300}
    assert bonus(world) == {"10017": 1000, "10109": 800 + 800 + 300}
    assert world.violated() == {}


def test_goods_that_went_back_meanwhile_count_for_nothing(world: World) -> None:
    world.clear([line("LS-1", delivered_on="2026-05-04", customer_number="10109", net_amount="1000,00")])
    world.clear([line("LS-1", delivered_on="2026-05-10", customer_number="10109", movement="RETURN", quantity="1")],
                name="return.csv")

    assert [night.occasions for night in nights(world, "2026-05-30", "2026-06-01")] == [0, 0]


def test_a_purchase_that_is_cleared_late_is_not_missed(world: World) -> None:
    nights(world, "2026-05-30")
    world.clear([line("LS-1", delivered_on="2026-03-02", customer_number="10109", net_amount="2000,00")])

    assert nights(world, "2026-06-01")[0].occasions == 2


def test_who_names_nobody_is_told_and_looked_at_again_once_it_is_mended(world: World) -> None:
    world.participants("customer_number;name;group;status;referred_by\n10109;Donnelly;installer;active;777\n")
    world.clear([line("LS-1", customer_number="10109", net_amount="2000,00")])
    [told] = nights(world, "2026-05-30")
    world.participants("customer_number;name;group;status;referred_by\n10109;Donnelly;installer;active;10017\n")
    [mended] = nights(world, "2026-06-01")

    assert [(one["occasion"], one["code"]) for one in told.problems] == [("recommended", "unknown_participant")]
    assert "'777'" in told.problems[0]["reason"]
    assert (told.occasions, mended.occasions) == (1, 1)
    assert bonus(world)["10017"] == 1000


def test_nobody_recommends_himself(world: World) -> None:
    world.participants("customer_number;name;group;status;referred_by\n10017;S;certified;active;010017\n")
    world.clear([line("LS-1", net_amount="2000,00")])

    assert nights(world, "2026-05-30")[0].points == {"bonus": 300}


@attrs.frozen
class Broken:
    """A plugin whose source answers what the test says."""

    answers: Any

    once = False
    needs_purchases = False

    @hookimpl
    def occasion_kinds(self) -> list[OccasionKind[Any]]:
        """One kind."""
        return [OccasionKind("broken", NoSettings, lambda _: self)]

    def concerns(self, participant: Participant) -> bool:
        """Everybody."""
        return True

    def occasions(self, members: Any, since: Any, until: Any) -> Iterable[Any]:
        """What the test says."""
        if isinstance(self.answers, Exception):
            raise self.answers
        return [one(members, since, until) for one in self.answers]


@attrs.frozen
class NoSettings:
    """No keys of its own."""


@pytest.mark.parametrize(("answers", "named"), [
    (RuntimeError("no such file"), "RuntimeError: no such file"),
    ((lambda *_: "today",), "expected an Occasion"),
    ((lambda members, _, until: Occasion(len(members), until),), "expected an Occasion of a member from 0 to 1"),
    ((lambda *_: Occasion(0, date(2030, 6, 1)),), "expected one up to 2026-06-03"),
    ((lambda _, __, until: Occasion(0, until, "a|b"),), "without '|'")])
def test_a_source_that_fails_holds_up_no_other_and_is_asked_again(world: World, answers: Any, named: str) -> None:
    path = world.folder / "programme.toml"
    text = path.read_text("utf-8").replace('"occasions"', '"occasions", "broken"', 1)
    path.write_text(text + '\n[[occasions]]\nname = "odd"\nkind = "broken"\ntitle = { de = "Merkwürdig" }\n', "utf-8")
    nights(world, "2026-06-01")
    broken = opened(world, broken=Broken(answers))

    [receipt] = nights(broken, "2026-06-03")

    assert [(one["occasion"], one["code"]) for one in receipt.problems] == [("odd", "occasion_failed")]
    assert named in receipt.problems[0]["reason"]
    assert bonus(world) == {"10017": 200}
    mended = opened(world, broken=Broken((lambda _, since, until: Occasion(0, until, since.isoformat()),)))
    [again] = nights(mended, "2026-06-05")
    assert world.rows(select(activity.c.code).where(activity.c.kind == "odd")) == [("2026-06-02",)]
    assert again.problems == []

