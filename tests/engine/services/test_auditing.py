"""The audit: with its act or not at all, and one entry for much paging."""

from functools import partial

import pytest
from sqlalchemy import select

from tests.support.accounts import all_at_once
from treuwerk.domain.ids import new_account_id
from treuwerk.domain.rights import Access, Audience
from treuwerk.services.auditing import READING_SECONDS, note_act, note_reading
from treuwerk.store.database import Database
from treuwerk.store.tables import audit_entry

NOW, SECOND = 1_790_000_000_000_000, 1_000_000
ACCESS = Access(7, "Olga Office", Audience.OFFICE, frozenset(), session="abc", request_id="r-1")
ACCOUNT = new_account_id()


def entries(database: Database) -> list[tuple[str, int]]:
    with database.reading() as connection:
        rows = connection.execute(select(audit_entry.c.action, audit_entry.c.account_id).order_by(audit_entry.c.id))
        return [(row.action, row.account_id) for row in rows]


def test_an_act_is_noted_with_what_changed(database: Database) -> None:
    with database.writing() as connection:
        note_act(connection, ACCESS, "note.write", ACCOUNT, "not_1", now=NOW, before={"status": "open"},
                 after={"status": "done"}, reason="called back")

    with database.reading() as connection:
        row = connection.execute(select(audit_entry)).one()
    assert (row.actor, row.before, row.after) == ("Olga Office", '{"status":"open"}', '{"status":"done"}')
    assert (row.session, row.request_id, row.reason) == ("abc", "r-1", "called back")


def test_an_act_that_fails_leaves_no_entry(database: Database) -> None:
    def act_that_fails() -> None:
        with database.writing() as connection:
            note_act(connection, ACCESS, "note.write", ACCOUNT, "", now=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act_that_fails()

    assert entries(database) == []


@pytest.mark.parametrize("field", ["password", "new_password", "Token", "password_hash", "link_code"])
def test_secrets_are_kept_out(sqlite_database: Database, field: str) -> None:
    with pytest.raises(ValueError, match="secret"), sqlite_database.writing() as connection:
        note_act(connection, ACCESS, "user.change", 0, "", now=NOW, after={field: "x"})


def test_paging_is_noted_once_in_a_quarter_of_an_hour(database: Database) -> None:
    for after in (0, 5, 60, READING_SECONDS - 1):
        note_reading(database, ACCESS, "participant.read", ACCOUNT, NOW + after * SECOND)
    note_reading(database, ACCESS, "participant.read", new_account_id(), NOW)
    note_reading(database, ACCESS, "note.read", ACCOUNT, NOW)

    assert note_reading(database, ACCESS, "participant.read", ACCOUNT, NOW + (READING_SECONDS + 1) * SECOND)
    assert len(entries(database)) == 4


def test_looking_at_once_is_noted_at_least_once(database: Database) -> None:
    all_at_once([partial(note_reading, database, ACCESS, "participant.read", ACCOUNT, NOW) for _ in range(4)])

    assert ("participant.read", ACCOUNT) in entries(database)
