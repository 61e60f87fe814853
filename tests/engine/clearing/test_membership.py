"""Who registers later, leaves, is blocked or merged, and numbers that several share: cases 44, 45 and 47."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select, update

from tests.support.aliases import LATER, OPEN, account, clerk, customer, map_customer, released
from tests.support.office import acting
from tests.support.worlds import World, line, make_world
from treuwerk.domain.documents import Document, DocumentKind, DocumentLine, Party
from treuwerk.domain.participants import ParticipantStatus
from treuwerk.services.changes.aliasing import Meant, decide, release_status
from treuwerk.services.changes.lacking import lacking, suggested_participants
from treuwerk.services.changes.merging import merge
from treuwerk.services.clearing.clearing_documents import Entry, clear_documents
from treuwerk.services.clearing.receipts import Receipt
from treuwerk.services.clearing.releasing import Released, release
from treuwerk.services.office.participant_profile import change_status
from treuwerk.store.database import Database
from treuwerk.store.tables import participant

NEW = "customer_number;name;group;identifiers;joined_on\n10300;Neu GmbH;installer;;2026-05-01\n"
Make = Callable[[str], World]
BRANCHES = """customer_number;name;group;identifiers
20001;Dach Nord, Kiel;installer;vat:DE811222333|gln:4012345000016
20002;Dach Nord, Lübeck;installer;vat:DE811222333
"""


@pytest.fixture
def league(tmp_path: Path, database: Database) -> Make:
    """A programme with settings of its own under ``[clearing]``."""
    return lambda settings: make_world(tmp_path / "league", database,
                                       other=[("[clearing]\n", f"[clearing]\n{settings}\n")])


def invoice(at: int, number: str, ids: tuple[tuple[str, str], ...]) -> Document:
    """An invoice over ten modules, to a buyer with these numbers."""
    return Document(
        "deliveries", DocumentKind.INVOICE, number, (DocumentLine(at, "1", "SW-M-400", Decimal(10), "PCE", features={
            "scope": "MODULE"}),),
        issue_date=date(2026, 5, 4), seller=Party("SolarWorld"), buyer=Party("Dach Nord", ids), currency="EUR")


def cleared(world: World, documents: Sequence[Document], name: str = "a.xml") -> Receipt:
    return clear_documents(world.installation, documents, Entry("deliveries", name, name), LATER, actor="feed")


def booked_again(world: World) -> Released:
    return release(world.installation, [], LATER, actor="system")


@pytest.mark.parametrize(("settings", "booked"), [
    ("", ["LS-1", "LS-2", "LS-3"]), ('retroactive = "registration"', ["LS-3"]),
    ('retroactive = "days"\nretroactive_days = 30', ["LS-2", "LS-3"])])
def test_case_44_who_registers_later_earns_as_far_back_as_the_programme_says(league: Make, settings: str,
                                                                            booked: list[str]) -> None:
    world = league(settings)
    days = {"LS-1": "2026-03-01", "LS-2": "2026-04-15", "LS-3": "2026-05-01"}
    rows = [line(number, customer_number="10300", delivered_on=day) for number, day in days.items()]
    assert world.clear(rows).tally.waiting == 3
    world.participants(NEW, name="new.csv")

    first, second = booked_again(world), booked_again(world)

    assert (first.booked, first.rejected) == (len(booked), 3 - len(booked))
    assert (second.lines, second.booked) == (0, 0)
    assert world.balances().get(("10300", "bonus"), 0) == 800 * len(booked)
    assert world.clear(rows, name="again.csv", now=LATER).tally.booked == 0
    assert world.violated() == {}


def test_case_44_the_day_of_registration_is_that_of_the_import_where_nobody_says_another(league: Make) -> None:
    world = league('retroactive = "registration"')
    world.clear([line("LS-1", customer_number="10300"), line("LS-2", customer_number="10300",
                                                             delivered_on="2026-06-01")])
    world.participants("customer_number;name;group\n10300;Neu GmbH;installer\n", name="new.csv")

    booked = booked_again(world)

    assert (booked.booked, booked.rejected) == (1, 1)


def test_case_45_who_left_earns_up_to_that_day_and_nothing_after_it(world: World) -> None:
    world.participants("customer_number;name;group;status;left_on\n"
                       "10017;Sonnendach Brandmaier GmbH;certified;left;2026-05-10\n", name="left.csv")

    receipt = world.clear([line("LS-1", delivered_on="2026-05-10"), line("LS-2", delivered_on="2026-05-11")])

    assert receipt.tally.booked == 1
    assert [(one["code"], one["state"]) for one in receipt.problems] == [("participant_left", "rejected")]


def test_case_45_leaving_without_a_day_counts_from_the_first_file_that_says_so(world: World) -> None:
    says_left = "customer_number;name;group;status\n10017;Sonnendach Brandmaier GmbH;certified;left\n"
    world.participants(says_left, name="left.csv")
    world.participants(says_left, name="left.csv", now=LATER + 5 * 86_400_000_000)

    assert world.rows(select(participant.c.left_on).where(participant.c.status == "left")) == [("2026-06-01",)]


def test_case_45_what_a_blocked_participant_bought_waits_and_is_booked_once_it_is_active(world: World) -> None:
    assert world.clear([line("LS-1", customer_number="10200")]).tally.waiting == 1
    blocked = account(world, "10200")
    with world.database.reading() as connection:
        found, _ = lacking(clerk(), connection)
    assert [(one.name.kind, one.lines) for one in found] == [("status", 1)]

    world.database.run(lambda connection: change_status(
        acting(), connection, blocked, ParticipantStatus.ACTIVE, 1, LATER, reason="Has paid"))
    booked = release_status(world.installation, blocked, LATER, actor="Clara")

    assert booked.booked == 1
    assert world.balances()["10200", "bonus"] == 800
    assert world.rows(OPEN) == []


def test_case_45_after_a_merge_lines_go_to_who_stays_and_nothing_is_booked_twice(world: World) -> None:
    world.clear([line("LS-1")])
    world.clear([line("LS-2", customer_number="K-77")], name="b.csv")
    given_up, into = account(world, "10017"), account(world, "10109")
    map_customer(world, "K-88", "10017")
    merge(world.installation, given_up, into, LATER, actor="Ben")

    assert released(decide(clerk(), world.installation, Meant(customer("K-77"), account_id=into), LATER)).booked == 1
    by_alias = world.clear([line("LS-3", customer_number="K-88")], name="c.csv", now=LATER)
    again = world.clear([line("LS-1"), line("LS-2", customer_number="K-77")], name="d.csv", now=LATER)

    assert by_alias.tally.booked == 1
    assert (again.tally.booked, again.tally.duplicate) == (0, 2)
    assert world.balances()["10109", "bonus"] == 3 * 800
    assert world.violated() == {}


def test_case_47_a_vat_id_of_several_branches_is_a_matter_for_a_clerk(world: World) -> None:
    assert world.participants(BRANCHES, name="branches.csv").rejected == 0
    rows = [invoice(1, "LS-1", (("vat", "DE811222333"),)), invoice(2, "LS-2", (("vat", "DE811222333"),))]

    receipt = cleared(world, rows)

    assert {one["code"] for one in receipt.problems} == {"ambiguous_participant"}
    with world.database.reading() as connection:
        (one,), _ = lacking(clerk(), connection)
        names = [who.name for who in suggested_participants(connection, one)]
    assert (one.ambiguous, one.lines, names) == (True, 2, ["Dach Nord, Kiel", "Dach Nord, Lübeck"])

    kiel = Meant(one.name, account_id=account(world, "20001"), once=True, document="LS-1")
    luebeck = Meant(one.name, account_id=account(world, "20002"), once=True, document="LS-2")

    assert released(decide(clerk(), world.installation, kiel, LATER)).booked == 1
    assert released(decide(clerk(), world.installation, luebeck, LATER)).booked == 1
    assert (world.balances()["20001", "bonus"], world.balances()["20002", "bonus"]) == (400, 400)
    assert cleared(world, [invoice(3, "LS-3", (("vat", "DE811222333"),))], "b.xml").tally.waiting == 1


@pytest.mark.parametrize(("better", "number"), [(("gln", "4012345000016"), "20001"),
                                                (("customer_number", "20002"), "20002"),
                                                (("customer_number", "10109"), "10109")])
def test_case_47_gln_and_customer_number_come_before_the_vat_id(world: World, better: tuple[str, str],
                                                               number: str) -> None:
    world.participants(BRANCHES, name="branches.csv")

    receipt = cleared(world, [invoice(4, "LS-1", (("vat", "DE811222333"), better))])

    assert receipt.tally.booked == 1
    assert world.balances()[number, "bonus"] == 400


def test_case_47_a_branch_that_left_leaves_the_number_to_the_other_one(world: World) -> None:
    world.participants(BRANCHES, name="branches.csv")
    with world.database.writing() as connection:
        connection.execute(update(participant).where(participant.c.name == "Dach Nord, Kiel").values(status="left"))

    assert cleared(world, [invoice(5, "LS-1", (("vat", "DE811222333"),))]).tally.booked == 1
    assert world.balances()["20002", "bonus"] == 400
