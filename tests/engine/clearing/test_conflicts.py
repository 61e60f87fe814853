"""Two reports that disagree: a person decides with both sides before the eyes, once, and the decision can be undone."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.support.accounts import DONNELLY, account, all_at_once
from tests.support.reports import document, goods, report
from tests.support.worlds import SIX_IN_THE_EVENING, World, line, make_world
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, Audience, NotAllowed
from treuwerk.services.changes import conflict_deciding as deciding
from treuwerk.services.changes.conflicts import BOTH, FIRST, REJECT, SECOND, Conflict, conflict_of, open_conflicts
from treuwerk.store.database import Database
from treuwerk.store.tables import audit_entry, conflict_decision, purchase_evidence

CLARA, DAVID = 1, 2
ALL = frozenset({"submissions.read", "submissions.decide", "submissions.approve"})
NOW = SIX_IN_THE_EVENING + 60_000_000
WHY = "Asked the wholesaler today"


def acting(who: int = CLARA, rights: frozenset[str] = ALL) -> Access:
    return Access(who, f"usr_{who}", Audience.OFFICE, rights)


def the_conflict(world: World, who: int = CLARA) -> Conflict:
    with world.database.reading() as connection:
        [one] = open_conflicts(acting(who), connection).rows
        return conflict_of(acting(who), connection, one.id)


def again(world: World, one: Conflict) -> Conflict:
    with world.database.reading() as connection:
        return conflict_of(acting(), connection, one.id)


def decide(world: World, act: str, who: int = CLARA) -> Conflict:
    one = the_conflict(world, who)
    deciding.decide(acting(who), world.installation, one.id, act, one.version, NOW, reason=WHY)
    return again(world, one)


def bonus(world: World, customer: str = "10017") -> int:
    return world.balances().get((customer, "bonus"), 0)


def two_companies(world: World) -> None:
    world.clear([line()])
    report(world, document("LS-1", buyer=DONNELLY), name="second")


def test_a_conflict_shows_both_sides_with_who_brought_them(world: World) -> None:
    two_companies(world)

    one = the_conflict(world)

    [first] = one.booked
    assert (one.code, one.came.participant, one.came.quantity) == ("claimed_by_other", "Donnelly Renewables", 10)
    assert (first.participant, first.file, first.left) == ("Sonnendach Brandmaier GmbH", "deliveries.csv", 10)
    assert first.points == {"bonus": 800, "status": 400}
    assert (one.came.file, one.came.actor) == ("second", "clara")


@pytest.mark.parametrize(("act", "first", "second"), [(FIRST, 800, 0), (REJECT, 800, 0), (SECOND, 0, 800),
                                                      (BOTH, 800, 800)])
def test_a_decision_books_and_takes_back_what_it_says(world: World, act: str, first: int, second: int) -> None:
    two_companies(world)

    decided = decide(world, act)

    assert (bonus(world), bonus(world, DONNELLY)) == (first, second)
    assert decided.settled
    assert [(one.act, one.state, one.reason) for one in decided.decisions] == [(act, "done", WHY)]
    with world.database.reading() as connection:
        assert open_conflicts(acting(), connection).rows == ()
    assert ("conflict.decide",) in world.rows(select(audit_entry.c.action))
    assert world.violated() == {}


@pytest.mark.parametrize(("act", "taken"), [(FIRST, 800), (SECOND, 960), (BOTH, 1_760)])
def test_a_decided_file_that_comes_again_changes_nothing(world: World, act: str, taken: int) -> None:
    world.clear([line()])
    report(world, document("LS-1", goods(qty=12)), name="upload", owner="sub_1")

    decide(world, act)
    world.clear([line()], name="again.csv")

    assert bonus(world) == taken
    assert world.violated() == {}


def test_a_conflict_within_one_feed_can_be_two_purchases_and_is_known_from_then_on(world: World) -> None:
    world.clear([line()])
    world.clear([line(quantity="12")], name="other.csv")

    decide(world, BOTH)
    receipt = world.clear([line(quantity="12"), line("LS-2")], name="again.csv")

    assert (receipt.tally.duplicate, receipt.tally.rejected) == (1, 0)
    assert bonus(world) == 80 * 32
    assert world.violated() == {}


@pytest.mark.parametrize("act", [SECOND, BOTH])
def test_a_serial_that_two_documents_name_is_decided(world: World, act: str) -> None:
    report(world, document("LS-1", goods(qty=1, serials=("A1",))), name="one")
    report(world, document("LS-2", goods(qty=1, serials=("A1",))), name="two")

    decide(world, act)

    assert bonus(world) == (80 if act == SECOND else 160)
    assert world.violated() == {}


def test_the_first_stays_and_the_second_proves_it(world: World) -> None:
    world.clear([line()])
    report(world, document("LS-1", goods(qty=12)), name="upload", owner="sub_1")

    decide(world, FIRST)

    assert world.rows(select(purchase_evidence.c.quantity)) == [(12,)]


@pytest.mark.parametrize("act", [FIRST, REJECT, SECOND, BOTH])
def test_another_person_undoes_a_decision_and_it_can_be_decided_anew(world: World, act: str) -> None:
    two_companies(world)
    one = decide(world, act)

    with pytest.raises(Refusal, match="expected another person"):
        deciding.undo(acting(), world.installation, one.id, one.version, NOW, reason="It was wrong")
    deciding.undo(acting(DAVID), world.installation, one.id, one.version, NOW + 1, reason="It was wrong")

    assert (bonus(world), bonus(world, DONNELLY)) == (800, 0)
    decide(world, SECOND)
    assert (bonus(world), bonus(world, DONNELLY)) == (0, 800)
    assert world.violated() == {}


def test_a_decision_on_an_old_view_is_refused(world: World) -> None:
    two_companies(world)
    one = the_conflict(world)
    decide(world, FIRST)

    with pytest.raises(Refusal, match="look at both sides"):
        deciding.decide(acting(), world.installation, one.id, SECOND, one.version, NOW, reason=WHY)

    assert (bonus(world), bonus(world, DONNELLY)) == (800, 0)


@pytest.mark.parametrize("attempt", range(3))
def test_of_two_clerks_at_once_exactly_one_decides(world: World, attempt: int) -> None:
    two_companies(world)
    one = the_conflict(world)
    acts: list[Callable[[], object]] = [
        partial(deciding.decide, acting(who), world.installation, one.id, act, one.version, NOW + attempt, reason=WHY)
        for who, act in ((CLARA, SECOND), (DAVID, BOTH), (3, SECOND), (4, FIRST))]

    outcomes = all_at_once(acts)

    assert [isinstance(outcome, str) for outcome in outcomes].count(False) == 1
    assert {outcome for outcome in outcomes if isinstance(outcome, str)} == {"conflict_changed"}
    assert len(world.rows(select(conflict_decision.c.turn))) == 1
    assert world.violated() == {}


def test_many_points_wait_for_a_second_person(tmp_path: Path, database: Database) -> None:
    world = make_world(tmp_path / "league", database, other=[
        ("batch_lines = 100", "batch_lines = 100\n[clearing.second_person]\npoints = 500")])
    two_companies(world)
    one = decide(world, SECOND)
    assert one.waiting is not None
    assert (bonus(world), bonus(world, DONNELLY)) == (800, 0)

    with pytest.raises(Refusal, match="expected another person"):
        deciding.agree(acting(), world.installation, one.id, one.version, NOW)
    deciding.agree(acting(DAVID), world.installation, one.id, one.version, NOW)

    assert (bonus(world), bonus(world, DONNELLY)) == (0, 800)
    assert [(row.state, row.second) for row in again(world, one).decisions] == [("done", "usr_2")]
    assert world.violated() == {}


def test_a_second_person_who_does_not_agree_leaves_it_open(tmp_path: Path, database: Database) -> None:
    world = make_world(tmp_path / "league", database, other=[
        ("batch_lines = 100", "batch_lines = 100\n[clearing.second_person]\npoints = 500")])
    two_companies(world)
    one = decide(world, BOTH)

    deciding.refuse(acting(DAVID), world.installation, one.id, one.version, NOW)

    assert decide(world, FIRST).settled
    assert world.points()["bonus"] == 800


def test_nobody_decides_without_the_right_or_for_the_own_company(world: World) -> None:
    two_companies(world)
    one = the_conflict(world)

    with pytest.raises(NotAllowed):
        deciding.decide(acting(rights=frozenset({"submissions.read"})), world.installation, one.id, FIRST, one.version,
                        NOW, reason=WHY)

    assert account(world) in one.accounts


def test_a_line_that_cannot_be_booked_is_told_and_nothing_changes(world: World) -> None:
    two_companies(world)
    one = the_conflict(world)
    world.participants("customer_number;name;group;status\n10109;Donnelly Renewables;installer;blocked\n")

    with pytest.raises(Refusal, match="is blocked"):
        deciding.decide(acting(), world.installation, one.id, SECOND, one.version, NOW, reason=WHY)

    assert bonus(world) == 800
