"""A changed programme that somebody proposes, another person approves, and without that books nothing."""

from collections.abc import Callable
from pathlib import Path
from threading import Barrier, Thread

import attrs
import pytest
from sqlalchemy import select

from tests.support.simulations import LATER, THRICE, Change, changed, simulated
from tests.support.worlds import World, line, make_world, programme_folder
from treuwerk.cli.managing import access_of_operator
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import NotAllowed, OutOfScope
from treuwerk.programme.reading import LoadedProgramme, read_programme
from treuwerk.services.installation import open_installation
from treuwerk.services.simulation import proposals
from treuwerk.services.simulation.approval import NotApproved, require_approval
from treuwerk.services.simulation.backtest import back_test
from treuwerk.services.simulation.proposals import Proposal, State
from treuwerk.services.simulation.reporting import report
from treuwerk.store.database import Database
from treuwerk.store.tables import audit_entry

GUARDED = ('zone = "Europe/Berlin"', 'zone = "Europe/Berlin"\nchanges_need_approval = true')
TITLE = ('title = { de = "Modulpunkte" }', 'title = { de = "Punkte für Module" }')
ADA, BOB = access_of_operator("Ada Lovelace"), access_of_operator("Bob Byron")
NOBODY = attrs.evolve(BOB, permissions=frozenset())


@pytest.fixture
def guarded(tmp_path: Path, database: Database) -> World:
    """A programme whose changes need approval, with a purchase; it was opened for booking before."""
    world = make_world(tmp_path / "league", database, other=[GUARDED])
    world.clear([line("LS-1")])
    require_approval(world.installation, LATER)
    return world


def proposed(world: World, following: LoadedProgramme, reason: str = "more for systems") -> Proposal:
    current = world.installation.programme
    effect = back_test(world.installation, following, LATER)
    with world.database.reading() as connection:
        found = report(connection, current.settings, following.settings, effect, LATER, None)
    return world.database.run(lambda connection: proposals.propose(
        ADA, connection, current, following, found, reason, LATER))


def approved(world: World, one: Proposal, access: object = BOB) -> Proposal:
    return world.database.run(lambda connection: proposals.approve(
        access, connection, one.public_id, world.installation.programme, LATER + 1_000_000))  # type: ignore[arg-type]


def opened(world: World, *changes: Change) -> None:
    """Put a changed programme in force, and open it for booking."""
    require_approval(open_installation(in_force(world, *changes), world.database), LATER)


def in_force(world: World, *changes: Change) -> Path:
    """A folder in which a changed programme is put in force."""
    return programme_folder(world.folder.parent / "in_force", other=[GUARDED, *changes])


def test_what_nobody_approved_books_nothing_until_somebody_else_agrees(guarded: World) -> None:
    following = changed(guarded, THRICE)

    with pytest.raises(NotApproved, match=r"nobody approved, expected one that a second person agreed with; put the"):
        opened(guarded, THRICE)
    one = proposed(guarded, following)
    with pytest.raises(NotApproved, match="a proposal for it waits for a second person"):
        opened(guarded, THRICE)
    done = approved(guarded, one)

    opened(guarded, THRICE)
    assert (one.state, done.state, done.second) == (State.WAITING, State.APPROVED, "Bob Byron")
    opened(guarded)  # back to the one that was given
    with pytest.raises(NotApproved):
        opened(guarded, ("SYSTEM = 2", "SYSTEM = 4"))
    assert [row[0] for row in guarded.rows(select(audit_entry.c.action).where(
        audit_entry.c.action.like("programme.%")).order_by(audit_entry.c.id))] == [
        "programme.propose", "programme.approve"]


def test_words_and_other_parts_of_the_file_need_no_approval(guarded: World) -> None:
    opened(guarded, TITLE, ('name = "League"', 'name = "Our league"'), ("batch_lines = 100", "batch_lines = 200"))

    with pytest.raises(Refusal, match="found the same rules, filters, units and levels as in force"):
        proposed(guarded, changed(guarded, TITLE))


def test_without_the_setting_a_changed_programme_books_at_once(world: World) -> None:
    programme = changed(world, THRICE)

    require_approval(attrs.evolve(world.installation, programme=programme), LATER)

    with world.database.reading() as connection:
        assert proposals.latest(ADA, connection) == []


def test_nobody_agrees_with_the_own_proposal_nor_twice_nor_without_the_right(guarded: World) -> None:
    one = proposed(guarded, changed(guarded, THRICE))

    for access, code in ((ADA, "self_approval"), (access_of_operator("lovelace, ada"), "self_approval")):
        with pytest.raises(Refusal) as refused:
            approved(guarded, one, access)
        assert refused.value.code == code
    with pytest.raises(NotAllowed):
        approved(guarded, one, NOBODY)
    with pytest.raises(OutOfScope):
        approved(guarded, attrs.evolve(one, id=one.id + 1))
    approved(guarded, one)
    with pytest.raises(Refusal, match="found it approved"):
        approved(guarded, one)


@pytest.mark.parametrize(("access", "reason", "state"), [
    (BOB, "too dear for us", State.DECLINED), (ADA, "", State.WITHDRAWN)])
def test_what_is_declined_or_withdrawn_books_nothing_and_can_be_proposed_again(
        guarded: World, access: object, reason: str, state: State) -> None:
    one = proposed(guarded, changed(guarded, THRICE))
    with pytest.raises(Refusal, match="found a proposal of the same programme that waits"):
        proposed(guarded, changed(guarded, THRICE))
    with pytest.raises(Refusal, match="expected two words or more"):
        guarded.database.run(lambda connection: proposals.decline(BOB, connection, one.public_id, LATER, "no"))

    done = guarded.database.run(lambda connection: proposals.decline(
        access, connection, one.public_id, LATER, reason))  # type: ignore[arg-type]

    assert (done.state, done.said) == (state, reason)
    with pytest.raises(NotApproved):
        opened(guarded, THRICE)
    assert proposed(guarded, changed(guarded, THRICE)).state is State.WAITING


def test_a_proposal_that_was_laid_beside_another_programme_is_outdated(guarded: World) -> None:
    one, other = (proposed(guarded, changed(guarded, change)) for change in (THRICE, ("points = 500", "points = 600")))
    approved(guarded, one)
    other_one = read_programme(in_force(guarded, THRICE))

    with pytest.raises(Refusal) as refused:
        guarded.database.run(lambda connection: proposals.approve(
            BOB, connection, other.public_id, other_one, LATER))

    assert refused.value.code == "outdated"


def test_what_is_shown_is_the_effect_with_names_and_each_setting_that_changes(guarded: World) -> None:
    following = changed(guarded, THRICE, ("points = 500", "points = 600"))
    one = proposed(guarded, following)

    with guarded.database.reading() as connection:
        found = proposals.shown(BOB, connection, one.public_id)

    assert [tuple(each) for each in found.changes] == [
        ("earning[module_points].factors.SYSTEM", "2", "3"), ("earning[seminar_points].points", "500", "600")]
    assert found.effect == simulated(guarded, following)
    assert found.effect["participants"][0]["participant"] == "10017"


def test_one_of_two_who_decide_at_once_is_told(guarded: World) -> None:
    one, outcomes, start = proposed(guarded, changed(guarded, THRICE)), list[str](), Barrier(2)

    def decide(act: Callable[[], Proposal]) -> None:
        start.wait()
        try:
            outcomes.append(act().state)
        except Refusal as refusal:
            outcomes.append(refusal.code)

    threads = [Thread(target=decide, args=(act,)) for act in (
        lambda: approved(guarded, one),
        lambda: guarded.database.run(lambda connection: proposals.decline(
            BOB, connection, one.public_id, LATER, "too dear for us")))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) in (["already_decided", "approved"], ["already_decided", "declined"])
