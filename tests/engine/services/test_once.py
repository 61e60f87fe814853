"""A form that is sent twice counts once, on both databases, also when both come at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import Connection, func, insert, select

from treuwerk.services.once import KEPT_SECONDS, once
from treuwerk.store.database import Database
from treuwerk.store.tables import saved_view, used_form

NOW = 1_795_000_000_000_000


def write_view(connection: Connection, name: str) -> str:
    connection.execute(insert(saved_view).values(owner_id=1, list="x", name=name, query="", position=0, version=1))
    return f"/views/{name}"


def views(database: Database) -> int:
    with database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(saved_view)).scalar_one())


def test_the_second_time_leads_where_the_first_one_led(database: Database) -> None:
    first = once(database, "s1", "form-1", NOW, lambda connection: write_view(connection, "a"))
    second = once(database, "s1", "form-1", NOW + 1, lambda connection: write_view(connection, "b"))

    assert first == ("/views/a", True)
    assert second == ("/views/a", False)
    assert views(database) == 1


def test_forms_of_other_sessions_and_other_ids_are_other_forms(database: Database) -> None:
    for session, form_id, name in (("s1", "f1", "a"), ("s2", "f1", "b"), ("s1", "f2", "c")):
        assert once(database, session, form_id, NOW, partial(write_view, name=name))[1]

    assert views(database) == 3


def test_what_fails_may_be_sent_again(database: Database) -> None:
    def fail(connection: Connection) -> str:
        write_view(connection, "half")
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        once(database, "s1", "form-1", NOW, fail)

    assert once(database, "s1", "form-1", NOW, lambda connection: write_view(connection, "a")) == ("/views/a", True)
    assert views(database) == 1


def test_two_at_the_same_moment_do_it_once(database: Database) -> None:
    at_the_start = Barrier(8)

    def send(number: int) -> tuple[str, bool]:
        at_the_start.wait()
        return once(database, "s1", "form-1", NOW, lambda connection: write_view(connection, str(number)))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))

    assert len({where for where, _ in answers}) == 1
    assert [done for _, done in answers].count(True) == 1
    assert views(database) == 1


@pytest.mark.parametrize("form_id", ["", "x" * 65])
def test_a_form_without_an_id_of_ours_is_simply_done(database: Database, form_id: str) -> None:
    for name in "ab":
        assert once(database, "s1", form_id, NOW, partial(write_view, name=name))[1]

    assert views(database) == 2


def test_ids_are_forgotten_when_no_page_can_hold_them_any_more(database: Database) -> None:
    once(database, "s1", "old", NOW, lambda _: "/")

    once(database, "s1", "new", NOW + (KEPT_SECONDS + 1) * 1_000_000, lambda _: "/")

    with database.reading() as connection:
        assert connection.execute(select(used_form.c.form_id)).scalars().all() == ["new"]
