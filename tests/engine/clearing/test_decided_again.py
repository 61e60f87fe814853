"""Decisions about reports that disagree, where one line came twice, belongs to an order, or was taken back by hand."""

import pytest
from sqlalchemy import select

from tests.engine.clearing.test_conflicts import (
    DAVID,
    NOW,
    WHY,
    acting,
    again,
    bonus,
    decide,
    two_companies,
)
from tests.support.accounts import DONNELLY
from tests.support.reports import document, goods, report
from tests.support.worlds import SIX_IN_THE_EVENING, World, line, make_world
from treuwerk.domain.refusals import Refusal
from treuwerk.services.changes import conflict_deciding as deciding
from treuwerk.services.changes.conflicts import BOTH, FIRST, REJECT, SECOND, Conflict, conflict_of, open_conflicts
from treuwerk.services.changes.reversing import reverse
from treuwerk.store.database import Database
from treuwerk.store.tables import journal


def all_open(world: World) -> list[Conflict]:
    with world.database.reading() as connection:
        found = open_conflicts(acting(), connection).rows
        return [conflict_of(acting(), connection, one.id) for one in found]


def test_the_same_conflict_that_came_twice_is_paid_once(world: World) -> None:
    world.clear([line()])
    for later in (0, 5):
        world.clear([line(quantity="12")], name="other.csv", now=SIX_IN_THE_EVENING + later)
    first, second = all_open(world)

    deciding.decide(acting(), world.installation, first.id, SECOND, first.version, NOW, reason=WHY)
    with pytest.raises(Refusal) as refused:
        deciding.decide(acting(), world.installation, second.id, SECOND, again(world, second).version, NOW, reason=WHY)

    assert refused.value.code == "conflict_changed"
    assert (bonus(world), world.violated()) == (960, {})


def test_who_agrees_to_what_is_settled_meanwhile_is_refused(tmp_path_factory: pytest.TempPathFactory,
                                                            database: Database) -> None:
    world = make_world(tmp_path_factory.mktemp("league"), database, other=[
        ("batch_lines = 100", "batch_lines = 100\n[clearing.second_person]\npoints = 500")])
    world.clear([line()])
    for name in ("upload", "upload again"):
        report(world, document("LS-1", buyer=DONNELLY), name=name, owner="sub_1")
    for one in all_open(world):
        deciding.decide(acting(), world.installation, one.id, BOTH, one.version, NOW, reason=WHY)
    first, second = all_open(world)

    deciding.agree(acting(DAVID), world.installation, first.id, first.version, NOW + 1)
    with pytest.raises(Refusal) as refused:
        deciding.agree(acting(DAVID), world.installation, second.id, again(world, second).version, NOW + 1)

    assert refused.value.code == "conflict_changed"
    assert (bonus(world, DONNELLY), world.violated()) == (800, {})


def test_a_third_claimant_stays_to_be_decided(world: World) -> None:
    world.participants("customer_number;name;group;status\n10300;Dritte GmbH;installer;active\n", name="third.csv")
    two_companies(world)
    report(world, document("LS-1", buyer="10300"), name="third", owner="sub_2")
    second = next(one for one in all_open(world) if one.came.file == "second")

    deciding.decide(acting(), world.installation, second.id, BOTH, second.version, NOW, reason=WHY)

    assert [one.came.file for one in all_open(world)] == ["third"]


@pytest.mark.parametrize("act", [FIRST, REJECT, SECOND, BOTH])
def test_what_was_undone_can_be_decided_anew(world: World, act: str) -> None:
    two_companies(world)
    one = decide(world, act)
    deciding.undo(acting(DAVID), world.installation, one.id, one.version, NOW + 1, reason="It was wrong")
    before = (bonus(world), bonus(world, DONNELLY))

    decide(world, SECOND)

    assert (before, bonus(world), bonus(world, DONNELLY), world.violated()) == ((800, 0), 0, 800, {})


def test_what_a_person_took_back_by_hand_is_not_booked_anew_by_undoing(world: World) -> None:
    world.clear([line()])
    [(account_id, transaction_id)] = world.rows(select(journal.c.account_id, journal.c.id).where(
        journal.c.kind == "accrual"))
    reverse(world.installation, account_id, transaction_id, "by hand", SIX_IN_THE_EVENING + 5, pieces=4)
    report(world, document("LS-1", goods(qty=12)), name="upload", owner="sub_1", now=SIX_IN_THE_EVENING + 9)
    one = decide(world, SECOND)

    with pytest.raises(Refusal) as refused:
        deciding.undo(acting(DAVID), world.installation, one.id, one.version, NOW + 1, reason="It was wrong")

    assert refused.value.code == "cannot_be_booked"
    assert world.violated() == {}
    assert the_decision(world, one) == "done"


def the_decision(world: World, one: Conflict) -> str:
    return again(world, one).decisions[-1].state
