"""A database of an earlier step that is in use: brought to the newest one, with everything that was in it."""

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Table, insert, inspect, select

from tests.engine.store.test_migrating import step_to
from tests.support.accounts import account, at, unproven
from tests.support.office import DAVID, acting, add_clerks
from tests.support.worlds import World, line, make_world
from treuwerk.domain.notes import NoteDraft, NoteKind
from treuwerk.services import searching
from treuwerk.services.changes import manual_points
from treuwerk.services.changes.adjusting import points_by_hand
from treuwerk.services.identity.linking import make_link_code, open_codes
from treuwerk.services.office import audit_trail
from treuwerk.services.office.audit_trail import AuditFilters
from treuwerk.services.participants import notes, participant_list
from treuwerk.services.participants.participant_list import Narrowed, Ordered
from treuwerk.store.database import Database
from treuwerk.store.migrating import check_schema, migrate
from treuwerk.store.tables import address, metadata

NOW = at("2026-06-01T18:00")
MADE_ANEW = {"directory", "search_word"}

NOT_SAID_THEN = {("participant", "joined_on"), ("participant", "left_on")}
"""What master data says since."""


@pytest.fixture
def used(tmp_path: Path, database: Database) -> World:
    """Points, a booking by hand that waits, a note, a code that waits, and a preferred address."""
    add_clerks(database)
    world = make_world(tmp_path / "league", database)
    world.clear([line()], now=at("2026-05-05T18:00"))
    asked = points_by_hand(account(world), "bonus", 100, "A-1", NOW, reason="goodwill: ticket 4711", actor="whoever")
    manual_points.ask(acting(), world.installation, asked)
    make_link_code(database, account(world), NOW, role="member", created_by="Clara")
    with database.writing() as connection:
        notes.write_note(acting(), connection, account(world), NoteDraft(NoteKind.CALL_IN, "Asks for LS-1"), NOW)
        connection.execute(insert(address).values(
            account_id=account(world), id=7, label="Warehouse", name="Gate 3", street="Kesselhaus 12",
            postcode="13089", city="Neustadt", country="DE", preferred=True, changed_at=NOW, version=1, changed_by=0,
            removed_at=0))
    return world


def rows_of(database: Database, table: Table) -> list[dict[str, object]]:
    with database.reading() as connection:
        return [{name: value for name, value in row.items() if (table.name, name) not in NOT_SAID_THEN}
                for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]


def test_everything_of_the_first_service_centre_is_there_afterwards(used: World) -> None:
    database = used.installation.database
    before = {name: rows_of(database, table) for name, table in metadata.tables.items() if name not in MADE_ANEW}
    step_to(database, command.downgrade, "0006")
    with database.reading() as connection:
        assert "former_membership" not in inspect(connection).get_table_names()

    migrate(database)

    check_schema(database)
    assert {name: rows_of(database, metadata.tables[name]) for name in before} == before
    assert unproven(used, NOW) == {}


def test_lists_search_and_what_waits_work_on_it_at_once(used: World) -> None:
    database, settings = used.installation.database, used.installation.programme.settings
    step_to(database, command.downgrade, "0006")

    migrate(database)

    with database.reading() as connection:
        [code] = open_codes(connection, account(used), NOW)
        listed = participant_list.participants(acting(), connection, settings, Narrowed(), Ordered())
        acts = audit_trail.entries(acting(permissions=["audit.read"]), connection,
                                   AuditFilters(settings.programme.time_zone, action="note"))
        [(waiting, _)] = manual_points.waiting_for(acting(), connection)
    assert (code.role, code.name) == ("member", "")
    assert account(used) in [one.account_id for one in listed.rows]
    assert [one.action for one in acts.rows] == ["note.write"]
    found = searching.find(acting(), database, "kesselhaus", [], NOW)
    assert [one.account_id for one in found.participants] == [account(used)]
    assert manual_points.approve(acting(DAVID), used.installation, waiting.public_id, NOW).state == "booked"
