"""A mapping that books more than one person decides: asked for, agreed with, refused, withdrawn or overtaken."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import attrs
import pytest
from sqlalchemy import select

from tests.support.accounts import DONNELLY, account, all_at_once, refused
from tests.support.aliases import LATER, OPEN, clerk, customer, map_customer, released
from tests.support.colleagues import Belonging, member, namesake
from tests.support.merges import merged
from tests.support.worlds import World, line, make_world
from treuwerk.domain.aliases import Verdict
from treuwerk.domain.rights import Access, NotAllowed
from treuwerk.services.changes import mapping_agreement as agreement
from treuwerk.services.changes.aliasing import COMMAND, Decided, Meant, decide, needs_another, preview
from treuwerk.services.changes.mapping_proposals import Proposal, proposal_of, waiting
from treuwerk.services.clearing.clearing_report import clearing_report
from treuwerk.store.database import Database
from treuwerk.store.tables import audit_entry, journal, work_item

LIMIT = [("batch_lines = 100", "batch_lines = 100\n[clearing.second_person]\npoints = 1000")]
WORK = select(work_item.c.kind).where(work_item.c.state == "open", work_item.c.kind == "mapping")


@pytest.fixture
def limited(tmp_path: Path, database: Database) -> World:
    """Two lines of an unknown customer wait, and one person decides 1,000 points."""
    world = make_world(tmp_path / "league", database, other=LIMIT)
    world.clear([line("LS-1", customer_number="K-77"), line("LS-2", customer_number="K-77")])
    return world


def person(user_id: int, *rights: str) -> Access:
    access = clerk(f"usr_{user_id}", user_id)
    return attrs.evolve(access, permissions=access.permissions | set(rights or ("submissions.approve",)))


CARLA, DAVID, EMIL = person(7), person(8), person(9)


def whole(world: World, number: str = DONNELLY) -> Meant:
    return Meant(customer("K-77"), account_id=account(world, number), written="K-77")


def asked(world: World, meant: Meant | None = None, who: Access = CARLA) -> Proposal:
    found = decide(who, world.installation, meant or whole(world), LATER)
    return as_kept(world, found.proposal)


def as_kept(world: World, public_id: str) -> Proposal:
    with world.database.reading() as connection:
        return proposal_of(CARLA, connection, public_id)


def agree(world: World, one: Proposal, who: Access = DAVID, version: int | None = None) -> Decided:
    seen = agreement.version_of(agreement.preview(CARLA, world.installation, one, LATER))
    return agreement.agree(who, world.installation, one.public_id, seen if version is None else version, LATER)


def test_nothing_is_booked_until_another_person_agrees(limited: World) -> None:
    would = preview(CARLA, limited.installation, whole(limited), LATER)
    assert needs_another(limited.installation, customer("K-77"), would)

    one = asked(limited)

    assert (one.waits, one.points["bonus"], one.participant) == (True, 1600, "Donnelly Renewables")
    assert (limited.rows(select(journal.c.id)), len(limited.rows(OPEN))) == ([], 2)
    assert limited.rows(WORK) == [("mapping",)]

    decided = agree(limited, one)

    assert released(decided).booked == 2
    assert decided.alias.actor == "usr_7 + usr_8"
    assert limited.balances()[DONNELLY, "bonus"] == 1600
    assert (limited.rows(OPEN), limited.rows(WORK)) == ([], [])
    kept = as_kept(limited, one.public_id)
    assert (kept.state, kept.second, kept.alias_id) == ("done", "usr_8", decided.alias.id)
    assert limited.rows(select(journal.c.actor).distinct()) == [("usr_7 + usr_8",)]
    assert {act for act, in limited.rows(select(audit_entry.c.action))} >= {"alias.ask", "alias.agree", "alias.map"}
    assert limited.violated() == {}


def test_both_people_count_as_touches(limited: World) -> None:
    agree(limited, asked(limited))

    with limited.database.reading() as connection:
        assert [row.touches for row in clearing_report(connection, 0, LATER * 2, LATER).rows] == [2]


def test_nobody_agrees_with_the_own_one_or_without_the_rights(limited: World) -> None:
    one = asked(limited)

    assert refused(partial(agree, limited, one, CARLA)) == "self_approval"
    assert refused(partial(agree, limited, one, attrs.evolve(DAVID, actor="usr 7"))) == "self_approval"
    for who in (clerk("usr_8", 8), attrs.evolve(DAVID, permissions=frozenset({"submissions.approve", "queue.read"}))):
        with pytest.raises(NotAllowed):
            agree(limited, one, who)
    assert as_kept(limited, one.public_id).waits


@pytest.mark.parametrize("who", [member, namesake])
def test_nobody_agrees_for_the_own_company_also_where_it_became_that(limited: World, who: Belonging) -> None:
    one, own = asked(limited), who(limited, DAVID, "10017")
    seen = agreement.version_of(agreement.preview(CARLA, limited.installation, one, LATER))
    merged(limited, (account(limited, DONNELLY), account(limited, "10017")))

    assert refused(partial(agree, limited, one, own, seen)) == "own_account"
    assert released(agree(limited, one)).booked == 2
    assert limited.balances()["10017", "bonus"] == 1600


@pytest.mark.parametrize(("who", "state"), [(CARLA, "withdrawn"), (DAVID, "refused")])
def test_what_is_refused_or_withdrawn_can_be_decided_anew(limited: World, who: Access, state: str) -> None:
    one = asked(limited)
    with pytest.raises(NotAllowed):
        agreement.refuse(clerk("usr_9", 9), limited.installation, one.public_id, LATER)

    agreement.refuse(who, limited.installation, one.public_id, LATER)

    assert (as_kept(limited, one.public_id).state, limited.rows(WORK), len(limited.rows(OPEN))) == (state, [], 2)
    assert refused(partial(agree, limited, one)) == "already_decided"
    assert released(agree(limited, asked(limited, whole(limited, "10017")))).booked == 2


def test_what_came_since_is_looked_at_before_it_is_agreed_with(limited: World) -> None:
    one = asked(limited)
    seen = agreement.version_of(agreement.preview(DAVID, limited.installation, one, LATER))
    limited.clear([line("LS-3", customer_number="K-77")], name="later.csv")

    assert refused(partial(agree, limited, one, DAVID, seen)) == "mapping_changed"
    assert len(limited.rows(OPEN)) == 3
    assert released(agree(limited, one)).booked == 3


def test_while_one_waits_nobody_else_decides_on_the_number_in_the_office(limited: World) -> None:
    asked(limited)
    part = Meant(customer("K-77"), account_id=account(limited, DONNELLY), once=True, document="LS-1")
    never = Meant(customer("K-77"), Verdict.NEVER, reason="Takes no part")

    for meant in (whole(limited, "10017"), part, never):
        assert refused(partial(decide, EMIL, limited.installation, meant, LATER)) == "waits_already"
    assert len(limited.rows(OPEN)) == 2


def test_who_maps_on_the_command_line_overtakes_it(limited: World) -> None:
    one = asked(limited)

    assert released(decide(EMIL, limited.installation, whole(limited, "10017"), LATER, origin=COMMAND)).booked == 2

    assert (as_kept(limited, one.public_id).state, limited.rows(WORK)) == ("overtaken", [])
    assert refused(partial(agree, limited, one)) == "already_decided"
    with limited.database.reading() as connection:
        assert waiting(CARLA, connection) == []


def test_a_single_document_below_the_limit_needs_one_person(limited: World) -> None:
    part = Meant(customer("K-77"), account_id=account(limited, DONNELLY), once=True, document="LS-1")

    assert released(decide(CARLA, limited.installation, part, LATER)).booked == 1
    assert released(decide(CARLA, limited.installation, whole(limited), LATER)).booked == 1


def test_a_number_once_for_all_documents_is_agreed_with_and_kept_for_nothing_later(limited: World) -> None:
    once = attrs.evolve(whole(limited), once=True)

    assert released(agree(limited, asked(limited, once))).booked == 2

    limited.clear([line("LS-3", customer_number="K-77")], name="later.csv")
    assert limited.rows(OPEN) == [("unknown_participant", "LS-3")]


def test_a_mapping_for_all_senders_stays_one(limited: World) -> None:
    decided = agree(limited, asked(limited, attrs.evolve(whole(limited), everywhere=True)))

    assert decided.alias.name.scope == ""
    assert released(decided).booked == 2


def test_many_lines_are_left_to_a_worker(limited: World) -> None:
    one = asked(limited)
    seen = agreement.version_of(agreement.preview(DAVID, limited.installation, one, LATER))

    decided = agreement.agree(DAVID, limited.installation, one.public_id, seen, LATER, at_once=1)

    assert (decided.released, decided.key) == (None, f"release:{decided.alias.id}")
    assert released(map_customer(limited, "K-77", DONNELLY)).booked == 2


@pytest.mark.parametrize("attempt", range(3))
def test_of_acts_at_once_exactly_one_counts(limited: World, attempt: int) -> None:
    one = asked(limited)
    seen = agreement.version_of(agreement.preview(DAVID, limited.installation, one, LATER))
    now = LATER + attempt
    acts: list[Callable[[], object]] = [
        partial(agreement.agree, DAVID, limited.installation, one.public_id, seen, now),
        partial(agreement.agree, EMIL, limited.installation, one.public_id, seen, now),
        partial(agreement.refuse, CARLA, limited.installation, one.public_id, now)]

    outcomes = all_at_once(acts)

    assert [isinstance(outcome, str) for outcome in outcomes].count(False) == 1
    state, booked = as_kept(limited, one.public_id).state, len(limited.rows(select(journal.c.id)))
    assert (state, booked) in (("done", 2), ("withdrawn", 0))
    assert limited.violated() == {}


def test_of_two_who_ask_at_once_one_waits(limited: World) -> None:
    acts = [partial(asked, limited, whole(limited, number), who)
            for number, who in ((DONNELLY, CARLA), ("10017", DAVID))]

    outcomes = all_at_once(acts)

    assert sorted(outcome if isinstance(outcome, str) else "asked" for outcome in outcomes) == [
        "asked", "waits_already"]
    assert limited.rows(WORK) == [("mapping",)]
