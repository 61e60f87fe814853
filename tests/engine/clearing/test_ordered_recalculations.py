"""A recalculation that the service centre orders: counted by a worker, agreed with by somebody, then booked."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from tests.engine.clearing.test_recalculating import BACK, LATER, corrected
from tests.engine.conftest import NewDatabase
from tests.support.colleagues import Belonging, member, namesake
from tests.support.corrections import bonus
from tests.support.office import CLARA, DAVID, acting
from tests.support.worlds import World, line, make_world
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import NotAllowed
from treuwerk.jobs.doing import Doer
from treuwerk.jobs.registry import JOBS
from treuwerk.services.changes import recalculation_orders, recalculation_work
from treuwerk.services.changes.recalculation_orders import Recalculation, State, Wanted
from treuwerk.store import orders
from treuwerk.store.tables import audit_entry, journal, manual_allowance, work_item

LIMIT = ('name = { de = "Bonuspunkte" }\n', 'name = { de = "Bonuspunkte" }\nmanual = { limit = 100 }\n')
STATUS_LIMIT = ('name = { de = "Statuspunkte" }\n', 'name = { de = "Statuspunkte" }\nmanual = { limit = 100 }\n')
WHY = "data sheet was wrong"


@pytest.fixture
def known(world: World) -> World:
    """Ten modules of 400 Wp that were booked, and are of 410 Wp by now."""
    world.clear([line("LS-1")])
    corrected(world, 410)
    return world


@pytest.fixture
def free_hand(tmp_path: Path, new_database: NewDatabase) -> Iterator[World]:
    """The same, where one person may book 100 points alone."""
    with new_database() as database:
        world = make_world(tmp_path / "free", database, other=[LIMIT, STATUS_LIMIT])
        world.clear([line("LS-1")])
        corrected(world, 410)
        yield world


def asked(world: World, article: str = "M400", reason: str = WHY, days: tuple[date | None, ...] = (None, None)) -> str:
    return world.database.run(lambda connection: recalculation_orders.ask(
        acting(CLARA), connection, Wanted(article, reason, *days), LATER))


def sliced(world: World, day: date) -> str:
    """What is asked of one day, counted."""
    public_id = asked(world, days=(day, day))
    worked(world)
    return public_id


def dying(done: int, _: int) -> None:
    if done == 1:
        raise KeyboardInterrupt


def booked(world: World, public_id: str, user: int = DAVID) -> bool:
    one = shown(world, public_id)
    return world.database.run(lambda connection: recalculation_orders.book(
        acting(user), world.installation, connection, public_id, one.version, LATER))


def worked(world: World, now: int = LATER) -> None:
    doer = Doer(world.installation, JOBS, lambda: now, "tests")
    with world.database.reading() as connection:
        tickets = orders.due(connection, now, 10)
    for ticket in tickets:
        doer.do(ticket)


def shown(world: World, public_id: str) -> Recalculation:
    with world.database.reading() as connection:
        return recalculation_orders.recalculation_of(acting(CLARA), connection, public_id)


def test_nothing_is_booked_before_a_second_person_agrees(known: World) -> None:
    public_id = asked(known)
    worked(known)
    counted = shown(known, public_id)
    before = bonus(known), known.rows(select(work_item.c.kind, work_item.c.state))
    alone = booked(known, public_id, CLARA)

    booked(known, public_id)
    worked(known)

    assert counted.state is State.READY
    assert counted.foreseen is not None
    assert (counted.foreseen.changed, counted.foreseen.given) == (1, {"bonus": 20, "status": 10})
    assert before == (800, [("recalculation", "open")])
    assert not alone
    done = shown(known, public_id)
    assert (done.state, done.second, bonus(known)) == (State.DONE, "David Okafor", 820)
    assert done.result is not None
    assert done.result.given == {"bonus": 20, "status": 10}
    assert known.rows(select(work_item.c.state)) == [("done",)]
    (cause,) = known.rows(select(journal.c.cause).where(journal.c.kind == "recalculation"))
    assert cause[0].endswith("data sheet was wrong; approved by David Okafor")
    assert known.violated() == {}


def test_within_the_limit_one_person_is_enough(free_hand: World) -> None:
    public_id = asked(free_hand)
    worked(free_hand)

    booked(free_hand, public_id, CLARA)
    worked(free_hand)

    done = shown(free_hand, public_id)
    assert (done.state, done.second, bonus(free_hand)) == (State.DONE, "", 820)
    assert free_hand.rows(select(work_item.c.id)) == []


def test_slices_of_a_past_do_not_pass_the_limit_of_a_day_together(free_hand: World) -> None:
    free_hand.clear([line("LS-2", delivered_on="2026-05-05")], name="next.csv")  # 20 points more than LS-1
    corrected(free_hand, 440)
    one = sliced(free_hand, date(2026, 5, 4))
    alone = booked(free_hand, one, CLARA)
    worked(free_hand)
    other = sliced(free_hand, date(2026, 5, 5))

    still_alone = booked(free_hand, other, CLARA)

    assert alone
    assert not still_alone
    assert (shown(free_hand, one).state, bonus(free_hand)) == (State.DONE, 880 + 820)
    assert free_hand.rows(select(work_item.c.object, work_item.c.state)) == [(other, "open")]
    assert booked(free_hand, other)
    worked(free_hand)
    assert bonus(free_hand) == 880 + 880


def test_who_must_decide_anew_has_the_limit_of_the_day_back(free_hand: World) -> None:
    public_id = asked(free_hand)
    worked(free_hand)
    booked(free_hand, public_id, CLARA)
    free_hand.clear([line("LS-1", quantity="4", **BACK)], name="back.csv", now=LATER)
    worked(free_hand)

    again = shown(free_hand, public_id).state, booked(free_hand, public_id, CLARA)

    assert again == (State.READY, True)
    assert free_hand.rows(select(manual_allowance.c.unit, manual_allowance.c.used)) == [("bonus", 12), ("status", 6)]


def test_where_no_purchase_changes_it_is_over_at_once(world: World) -> None:
    world.clear([line("LS-1")])

    public_id = asked(world)
    worked(world)

    one = shown(world, public_id)
    assert (one.state, one.ended_at) == (State.DONE, LATER)
    assert world.rows(select(work_item.c.id)) == []


def test_what_changed_since_it_was_counted_is_decided_anew(known: World) -> None:
    public_id = asked(known)
    worked(known)
    booked(known, public_id)
    known.clear([line("LS-1", quantity="4", **BACK)], name="back.csv", now=LATER)

    worked(known)

    one = shown(known, public_id)
    assert (one.state, one.second) == (State.READY, "")
    assert one.foreseen is not None
    assert one.foreseen.given == {"bonus": 12, "status": 6}
    assert bonus(known) == 480
    booked(known, public_id)
    worked(known)
    assert (shown(known, public_id).state, bonus(known)) == (State.DONE, 492)


def test_a_worker_that_died_halfway_is_followed_by_one_that_counts_on(known: World,
                                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    known.clear([line("LS-2"), line("LS-3")], name="more.csv")
    corrected(known, 420)
    monkeypatch.setattr("treuwerk.services.changes.recalculating._AT_ONCE", 1)
    public_id = asked(known)
    worked(known)
    booked(known, public_id)
    number = shown(known, public_id).id

    with pytest.raises(KeyboardInterrupt):
        recalculation_work.book(known.installation, number, LATER, dying)
    worked(known)

    done = shown(known, public_id)
    assert done.result is not None
    assert done.foreseen is not None
    assert (done.state, done.result.given, done.result.changed) == (State.DONE, done.foreseen.given, 3)
    assert known.violated() == {}


def test_what_changed_after_a_worker_died_halfway_is_decided_anew_and_told_as_a_whole(
        known: World, monkeypatch: pytest.MonkeyPatch) -> None:
    known.clear([line("LS-2"), line("LS-3")], name="more.csv")
    corrected(known, 420)  # 40 points for LS-1, 20 for each of the others
    monkeypatch.setattr("treuwerk.services.changes.recalculating._AT_ONCE", 1)
    public_id = asked(known)
    worked(known)
    booked(known, public_id)
    with pytest.raises(KeyboardInterrupt):
        recalculation_work.book(known.installation, shown(known, public_id).id, LATER, dying)
    halfway = bonus(known)
    corrected(known, 840)

    worked(known)

    one = shown(known, public_id)
    assert one.foreseen is not None
    assert one.result is not None
    assert (one.state, one.second, bonus(known)) == (State.READY, "", halfway)
    booked_so_far, left = one.result.given["bonus"], 3 * 1_680 - halfway
    assert one.foreseen.given["bonus"] == booked_so_far + left
    booked(known, public_id)
    worked(known)
    done = shown(known, public_id)
    assert (done.state, done.result, bonus(known)) == (State.DONE, one.foreseen, 3 * 1_680)
    assert known.violated() == {}


@pytest.mark.parametrize("belonging", [member, namesake])
def test_nobody_agrees_about_purchases_of_the_own_company(known: World, belonging: Belonging) -> None:
    known.clear([line("LS-9", customer_number="10109")], name="donnelly.csv")
    public_id = asked(known)
    worked(known)
    own = belonging(known, acting(DAVID), "10109")
    one = shown(known, public_id)

    with pytest.raises(Refusal) as refused:
        known.database.run(lambda connection: recalculation_orders.book(
            own, known.installation, connection, public_id, one.version, LATER))

    assert refused.value.code == "own_account"


def test_an_old_page_does_not_agree_with_new_figures(known: World) -> None:
    public_id = asked(known)
    worked(known)

    with pytest.raises(Refusal) as refused:
        known.database.run(lambda connection: recalculation_orders.book(
            acting(DAVID), known.installation, connection, public_id, 0, LATER))

    assert (refused.value.code, shown(known, public_id).state) == ("counted_anew", State.READY)


def test_one_of_an_article_at_a_time_and_the_next_once_it_is_over(known: World) -> None:
    public_id = asked(known)
    with pytest.raises(Refusal) as second:
        asked(known)

    known.database.run(lambda connection: recalculation_orders.refuse(acting(CLARA), connection, public_id, LATER))
    worked(known)

    assert second.value.code == "recalculated_already"
    assert shown(known, public_id).state is State.WITHDRAWN
    assert asked(known) != public_id


def test_who_refuses_says_why(known: World) -> None:
    public_id = asked(known)
    worked(known)

    with pytest.raises(Refusal) as bare:
        known.database.run(lambda connection: recalculation_orders.refuse(acting(DAVID), connection, public_id, LATER))
    known.database.run(lambda connection: recalculation_orders.refuse(
        acting(DAVID), connection, public_id, LATER, "old sheet holds"))

    one = shown(known, public_id)
    assert (bare.value.code, one.state, one.said) == ("no_reason", State.REFUSED, "old sheet holds")
    assert known.rows(select(audit_entry.c.action).where(audit_entry.c.action == "recalculation.refuse")) != []
    assert known.rows(select(work_item.c.state)) == [("done",)]


@pytest.mark.parametrize(("article", "reason", "code"), [
    ("XY-1", WHY, "unknown_article"), ("M400", "wrong", "no_reason")])
def test_what_cannot_be_counted_is_refused_at_once(known: World, article: str, reason: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        asked(known, article, reason)

    assert refused.value.code == code


def test_without_the_right_nobody_asks_or_agrees(known: World) -> None:
    reader = acting(DAVID, ["participants.read"])
    public_id = asked(known)
    worked(known)

    with pytest.raises(NotAllowed):
        known.database.run(lambda connection: recalculation_orders.ask(reader, connection, Wanted("M400", WHY), LATER))
    with pytest.raises(NotAllowed):
        known.database.run(lambda connection: recalculation_orders.book(
            reader, known.installation, connection, public_id, 1, LATER))


def test_of_two_who_agree_at_the_same_time_one_does(known: World) -> None:
    public_id = asked(known)
    worked(known)
    start, found = Barrier(2), []

    def agree() -> None:
        start.wait()
        try:
            booked(known, public_id)
        except Refusal as refusal:
            found.append(refusal.code)
        else:
            found.append("agreed")

    both = [Thread(target=agree) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    worked(known)

    assert sorted(found) == ["agreed", "already_decided"]
    assert bonus(known) == 820
