"""Messages that wait in the session: told once, with their undo, beside what others keep there."""

import json

import pytest
from sqlalchemy import insert, select, update

from treuwerk.services.telling import Told, hear, tell
from treuwerk.store.database import Database
from treuwerk.store.tables import web_session


@pytest.fixture
def session(database: Database) -> str:
    """A session that somebody else keeps something in."""
    blank = {column.name: "" if column.type.python_type is str else 0 for column in web_session.columns}
    with database.writing() as connection:
        connection.execute(insert(web_session).values(blank | {"id_hash": "s1", "data": '{"cart":[1,2]}'}))
    return "s1"


def data(database: Database) -> dict[str, object]:
    with database.reading() as connection:
        found: dict[str, object] = json.loads(connection.execute(select(web_session.c.data)).scalar_one())
    return found


def test_a_message_is_told_once(database: Database, session: str) -> None:
    saved = Told("Adresse gespeichert: Müller & Söhne", undo_path="/undo", undo_fields={"id": "7"})
    with database.writing() as connection:
        tell(connection, session, saved)

    assert hear(database, session) == [saved]
    assert hear(database, session) == []
    assert data(database) == {"cart": [1, 2]}


def test_the_last_five_wait_in_their_order(database: Database, session: str) -> None:
    with database.writing() as connection:
        for number in range(7):
            tell(connection, session, Told(f"{number}" * 600, "warn"))

    heard = hear(database, session)

    assert [one.words[0] for one in heard] == ["2", "3", "4", "5", "6"]
    assert all(len(one.words) == 500 for one in heard)


def test_a_session_that_is_over_hears_nothing(database: Database, session: str) -> None:
    with database.writing() as connection:
        tell(connection, "gone", Told("lost"))

    assert hear(database, "gone") == []


def test_what_others_change_meanwhile_is_kept(database: Database, session: str) -> None:
    with database.writing() as connection:
        tell(connection, session, Told("saved"))
        connection.execute(update(web_session).values(data=json.dumps(json.loads(connection.execute(
            select(web_session.c.data)).scalar_one()) | {"step": 3})))

    assert [one.words for one in hear(database, session)] == ["saved"]
    assert data(database) == {"cart": [1, 2], "step": 3}


def test_a_tone_that_does_not_exist_is_a_slip_of_the_page() -> None:
    with pytest.raises(ValueError, match="loud"):
        Told("x", "loud")
