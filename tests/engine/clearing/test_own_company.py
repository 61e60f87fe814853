"""Nobody decides on the own company, whatever the way: conflict, broken line, entry on behalf, points by hand."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.engine.clearing import test_conflicts as conflicts
from tests.engine.clearing import test_rejected_lines as lines
from tests.support.accounts import DONNELLY, account, refused
from tests.support.colleagues import Belonging, member, namesake
from tests.support.merges import merged
from tests.support.reports import submit
from tests.support.worlds import World, line
from treuwerk.domain.ids import SUBMISSION, public_id
from treuwerk.domain.rights import Access, Audience
from treuwerk.services.changes import adjusting, conflict_deciding, line_deciding
from treuwerk.services.submissions import deciding
from treuwerk.services.submissions.entering import begin_for, sheet

NOW = lines.NOW
STAYS = "10017"
CLERK = Access(1, "usr_1", Audience.OFFICE, conflicts.ALL | lines.ALL)
Act = Callable[[Access], object]


def a_conflict(world: World) -> Act:
    """Donnelly reports what Brandmaier has."""
    conflicts.two_companies(world)

    def act(access: Access) -> object:
        one = conflicts.the_conflict(world)
        return conflict_deciding.decide(access, world.installation, one.id, "reject", one.version, NOW,
                                        reason=lines.WHY)

    return act


def a_broken_line(world: World) -> Act:
    """A line of Donnelly's has a quantity that is none."""
    world.clear([line("LS-1"), line("LS-2", quantity="1o", customer_number=DONNELLY), line("LS-3")])

    def act(access: Access) -> object:
        one = lines.broken(world)
        return line_deciding.book(access, world.installation, one.id, lines.typed(one), one.version, NOW,
                                  reason=lines.WHY)

    return act


def a_broken_return(world: World) -> Act:
    """What Donnelly sent back has a quantity that is none."""
    world.clear([line("LS-2", customer_number=DONNELLY)])
    world.clear([line("LS-2", quantity="1o", customer_number=DONNELLY, movement="RETURN")], name="back.csv")

    def act(access: Access) -> object:
        one = lines.broken(world)
        return line_deciding.book(access, world.installation, one.id, lines.typed(one, movement="RETURN"), one.version,
                                  NOW, reason=lines.WHY)

    return act


def an_entry_on_behalf(world: World) -> Act:
    """A clerk begins what Donnelly sent by mail."""
    company = account(world, DONNELLY)

    def act(access: Access) -> object:
        with world.database.writing() as connection:
            return begin_for(access, connection, company, NOW, "2026-05-05")

    return act


def a_report(world: World) -> Act:
    """Donnelly reported a purchase, and a clerk asks about it."""
    company = account(world, DONNELLY)
    submit(world, company, "LS-9", row=9)
    return lambda access: deciding.ask(access, world.installation, public_id(SUBMISSION, company, 9), "Which roof?", 0,
                                       NOW)


WAYS = pytest.mark.parametrize("way", [a_conflict, a_broken_line, a_broken_return, an_entry_on_behalf, a_report])


@WAYS
@pytest.mark.parametrize("who", [member, namesake])
def test_nobody_decides_on_the_own_company(world: World, way: Callable[[World], Act], who: Belonging) -> None:
    act, own = way(world), who(world, CLERK, DONNELLY)

    assert refused(partial(act, own)) == "own_account"
    assert refused(partial(act, CLERK)) == ""


@WAYS
@pytest.mark.parametrize("who", [member, namesake])
def test_nobody_decides_on_a_company_that_has_become_the_own_one(world: World, way: Callable[[World], Act],
                                                                 who: Belonging) -> None:
    act, own = way(world), who(world, CLERK, STAYS)
    merged(world, (account(world, DONNELLY), account(world, STAYS)))

    assert refused(partial(act, own)) == "own_account"


@pytest.mark.parametrize("number", [DONNELLY, STAYS])
def test_nobody_gives_points_to_a_company_that_has_become_the_own_one(world: World, number: str) -> None:
    sides = account(world, DONNELLY), account(world, STAYS)
    own = namesake(world, CLERK, number)
    merged(world, sides)

    code = refused(lambda: adjusting.adjust(world.installation, sides[1], "bonus", 10, "A-1", NOW,
                                            reason="For the fair", actor=own.actor))

    assert code == "own_account"


@pytest.mark.parametrize("who", [member, namesake])
def test_the_desk_says_before_that_it_is_the_own_company(world: World, who: Belonging) -> None:
    company, own = account(world, DONNELLY), who(world, CLERK, STAYS)
    submit(world, company, "LS-9", row=9)
    merged(world, (company, account(world, STAYS)))

    with world.database.reading() as connection:
        on_desk = sheet(own, connection, world.installation.programme.settings, public_id(SUBMISSION, company, 9), NOW)

    assert on_desk.hindrance == "own_account"
