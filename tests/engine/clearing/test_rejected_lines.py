"""Case 54: a broken line of a feed is quarantined alone, and booked once when somebody corrects it."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import pytest
from sqlalchemy import select

from tests.support.accounts import all_at_once
from tests.support.worlds import SIX_IN_THE_EVENING, World, line, make_world, table
from treuwerk.domain.line_fields import LineFields
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, Audience, NotAllowed
from treuwerk.services.changes import line_deciding as deciding
from treuwerk.services.changes.line_deciding import LineOutcome
from treuwerk.services.clearing.broken_lines import BrokenLine, line_of
from treuwerk.services.clearing.clearing_report import clearing_report
from treuwerk.store.database import Database
from treuwerk.store.tables import audit_entry, problem, work_item

CLARA, DAVID = 1, 2
ALL = frozenset({"deliveries.read", "deliveries.decide", "submissions.approve"})
NOW = SIX_IN_THE_EVENING + 60_000_000
DAY = date(2026, 5, 4)
WHY = "Asked the sender by phone"
OPEN_WORK = select(work_item.c.kind).where(work_item.c.state == "open")


def acting(who: int = CLARA, rights: frozenset[str] = ALL) -> Access:
    return Access(who, f"usr_{who}", Audience.OFFICE, rights)


def broken(world: World, at: int = 0) -> BrokenLine:
    rows = world.rows(select(problem.c.run_id, problem.c.number).where(problem.c.state != "warning").order_by(
        problem.c.run_id, problem.c.number))
    run_id, number = rows[at]
    with world.database.reading() as connection:
        return line_of(acting(), connection, world.installation.programme.settings, f"{run_id}-{number}")


def typed(one: BrokenLine, **more: Any) -> LineFields:
    """What somebody reads off the line as it came."""
    cells = one.raw.split(";")
    fields = attrs.evolve(
        one.fields, line=cells[1], day=DAY, buyer=cells[3], order=cells[4], article=cells[5],
        quantity=Decimal(10), unit=cells[7], amount=Decimal("812.50"), currency=cells[9],
        features={"scope": cells[10]}) if one.raw else one.fields
    return attrs.evolve(fields, **more)


def book(world: World, one: BrokenLine, who: int = CLARA, **more: Any) -> LineOutcome:
    return deciding.book(acting(who), world.installation, one.id, typed(one, **more), one.version, NOW, reason=WHY)


def one_of_three(world: World, **cells: str) -> BrokenLine:
    receipt = world.clear([line("LS-1"), line("LS-2", **(cells or {"quantity": "1o"})), line("LS-3")])
    assert (receipt.tally.booked, receipt.tally.rejected) == (2, 1)
    return broken(world)


def test_case_54_a_corrected_line_is_released_alone(world: World) -> None:
    one = one_of_three(world)
    assert (one.at_line, one.document, one.fields.seller) == (3, "LS-2", "SolarWorld")
    assert "1o" in one.raw
    before = world.counts()

    would = deciding.preview(acting(), world.installation, one.id, typed(one), NOW)

    assert (would.fate, would.points) == ("booked", {"bonus": 800, "status": 400})
    assert world.counts() == before

    assert book(world, one) == would
    assert world.balances()["10017", "bonus"] == 3 * 800
    assert world.rows(OPEN_WORK) == []
    assert broken(world).settled_at == NOW
    assert world.violated() == {}


def test_the_audit_says_who_changed_what_and_why(world: World) -> None:
    book(world, one_of_three(world))

    [(who, reason, before, after)] = world.rows(select(
        audit_entry.c.actor, audit_entry.c.reason, audit_entry.c.before, audit_entry.c.after).where(
        audit_entry.c.action == "line.book"))
    assert (who, reason) == ("usr_1", WHY)
    assert "1o" in before
    assert '"quantity":"10"' in after


def test_the_sender_who_sends_the_corrected_line_later_books_nothing_more(world: World) -> None:
    book(world, one_of_three(world))

    receipt = world.clear([line("LS-2"), line("LS-4")], name="corrected.csv", now=NOW)

    assert (receipt.tally.duplicate, receipt.tally.booked) == (1, 1)


def test_a_line_that_the_sender_corrected_before_is_a_duplicate_and_settled(world: World) -> None:
    one = one_of_three(world)
    world.clear([line("LS-2")], name="corrected.csv")

    assert book(world, one).fate == "duplicate"
    assert world.balances()["10017", "bonus"] == 3 * 800
    assert world.rows(OPEN_WORK) == []


def test_a_line_that_was_read_keeps_what_nobody_changed(world: World) -> None:
    one = one_of_three(world, quantity="1,5")
    assert one.came is not None
    assert (one.code, one.fields.quantity, one.fields.features) == ("fraction", Decimal("1.5"), {"scope": "SYSTEM"})

    assert book(world, one, quantity=Decimal(15)).points == {"bonus": 1200, "status": 600}
    assert world.violated() == {}


def test_a_line_that_is_still_wrong_is_refused_and_nothing_changes(world: World) -> None:
    one = one_of_three(world)
    before = world.counts()

    with pytest.raises(Refusal, match="unit 'XXX'") as refusal:
        book(world, one, unit="XXX")

    assert refusal.value.code == "line_cannot_be_booked"
    assert world.counts() == before


def test_a_corrected_line_may_wait_for_master_data_as_any_other(world: World) -> None:
    one = one_of_three(world)

    assert book(world, one, buyer="K-77").fate == "waiting"
    assert broken(world).settled_at == NOW
    assert world.rows(select(problem.c.state, problem.c.code).where(problem.c.settled_at.is_(None))) == [
        ("waiting", "unknown_participant")]


def test_a_line_that_does_not_count_is_closed_and_can_be_opened_again(world: World) -> None:
    one = one_of_three(world)

    deciding.close(acting(), world.installation, one.id, one.version, NOW, reason="Ordered by mistake")

    assert (broken(world).state, world.rows(OPEN_WORK)) == ("closed", [])
    deciding.reopen(acting(DAVID), world.installation, one.id, broken(world).version, NOW)
    assert (broken(world).is_open, len(world.rows(OPEN_WORK))) == (True, 1)
    assert book(world, broken(world)).fate == "booked"
    assert [made.act for made in broken(world).decisions] == ["close", "reopen", "book"]


def test_the_queue_item_stays_while_another_line_is_open(world: World) -> None:
    world.clear([line("LS-1", quantity="x"), line("LS-2", quantity="y"), *(line(f"LS-{n}") for n in range(3, 60))])

    book(world, broken(world, 0))
    assert len(world.rows(OPEN_WORK)) == 1
    book(world, broken(world, 1))

    assert world.rows(OPEN_WORK) == []


def test_an_old_view_is_refused(world: World) -> None:
    one = one_of_three(world)
    deciding.close(acting(), world.installation, one.id, one.version, NOW, reason="Ordered by mistake")

    with pytest.raises(Refusal) as refusal:
        book(world, one, DAVID)

    assert refusal.value.code == "line_changed"
    assert world.balances()["10017", "bonus"] == 2 * 800


@pytest.mark.parametrize("attempt", range(3))
def test_of_clerks_at_once_exactly_one_books(world: World, attempt: int) -> None:
    one = one_of_three(world)
    acts: list[Callable[[], object]] = [partial(
        deciding.book, acting(who), world.installation, one.id, typed(one, quantity=Decimal(who * 10)), one.version,
        NOW + attempt, reason=WHY) for who in (1, 2, 3)]
    acts.append(partial(deciding.close, acting(4), world.installation, one.id, one.version, NOW, reason=WHY))

    outcomes = all_at_once(acts)

    assert [isinstance(outcome, str) for outcome in outcomes].count(False) == 1
    assert {outcome for outcome in outcomes if isinstance(outcome, str)} == {"line_changed"}
    assert len(broken(world).decisions) == 1
    assert world.rows(OPEN_WORK) == []
    assert world.violated() == {}


def test_many_points_wait_for_a_second_person(tmp_path: Path, database: Database) -> None:
    world = make_world(tmp_path / "league", database, other=[
        ("batch_lines = 100", "batch_lines = 100\n[clearing.second_person]\npoints = 500")])
    one = one_of_three(world)
    assert book(world, one).waits
    one = broken(world)
    assert world.balances()["10017", "bonus"] == 2 * 800

    with pytest.raises(Refusal, match="expected another person"):
        deciding.agree(acting(), world.installation, one.id, one.version, NOW)
    deciding.refuse(acting(DAVID), world.installation, one.id, one.version, NOW)
    book(world, broken(world))
    one = broken(world)
    deciding.agree(acting(DAVID), world.installation, one.id, one.version, NOW)

    assert world.balances()["10017", "bonus"] == 3 * 800
    assert [(made.state, made.second) for made in broken(world).decisions] == [("refused", "usr_2"), ("done", "usr_2")]
    assert world.violated() == {}
    with world.database.reading() as connection:
        assert [row.touches for row in clearing_report(connection, 0, NOW * 2, NOW).rows] == [4]


def test_nobody_corrects_without_the_right_nor_by_a_minus(world: World) -> None:
    one = one_of_three(world)

    with pytest.raises(NotAllowed):
        deciding.book(acting(rights=ALL - {"deliveries.decide"}), world.installation, one.id, typed(one), one.version,
                      NOW, reason=WHY)
    with pytest.raises(Refusal, match="below zero"):
        book(world, one, quantity=Decimal(-1))


def test_case_54_a_broken_return_is_corrected_and_takes_back_what_the_purchase_earned(world: World) -> None:
    world.clear([line("LS-1"), line("LS-2")])
    world.clear([line("LS-1", quantity="4x", movement="RETURN"), line("LS-2", unit="XXX", movement="RETURN")],
                name="back.csv", now=NOW)
    back, whole = broken(world), broken(world, 1)
    assert (back.came, whole.fields.movement) == (None, "RETURN")
    before = world.counts()

    fields: dict[str, Any] = {"quantity": Decimal(4), "movement": "RETURN"}
    would = deciding.preview(acting(), world.installation, back.id, typed(back, **fields), NOW)
    assert (would.fate, would.points) == ("booked", {"bonus": -320, "status": -160})
    assert world.counts() == before

    assert book(world, back, **fields) == would
    assert book(world, broken(world, 1), unit="PCE").points == {"bonus": -800, "status": -400}
    assert world.balances()["10017", "bonus"] == 480
    assert world.rows(OPEN_WORK) == []
    assert world.violated() == {}

    again = world.clear([line("LS-1", quantity="4", movement="RETURN"), line("LS-2", movement="RETURN")],
                        name="mended.csv", now=NOW)
    assert (again.tally.duplicate, again.tally.booked) == (2, 0)


def test_a_corrected_return_may_wait_for_its_purchase(world: World) -> None:
    world.clear([line("LS-8", quantity="4x", movement="RETURN")])

    assert book(world, broken(world), quantity=Decimal(4), movement="RETURN").fate == "waiting"
    assert world.clear([line("LS-8")], name="late.csv", now=NOW).tally.points == {"bonus": 480, "status": 240}
    assert world.violated() == {}


def test_a_line_of_a_file_that_comes_again_is_not_booked_again(world: World) -> None:
    content = table([line("LS-1"), line("LS-2", quantity="1o")])
    world.clear(content)
    book(world, broken(world))

    receipt = world.clear(content, name="again.csv", now=NOW)

    assert (receipt.tally.duplicate, receipt.tally.rejected) == (1, 1)
    assert book(world, broken(world, 1)).fate == "duplicate"
    assert world.balances()["10017", "bonus"] == 2 * 800
