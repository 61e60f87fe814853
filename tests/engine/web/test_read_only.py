"""A database that takes no writes: pages are read, what is sent is told to be lost by nobody, and kept in the page."""

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from tests.support.portal import HOST, NOW, PASSWORD, USUAL, Portal, open_portal
from treuwerk.services.installation import Installation
from treuwerk.store.database import Database
from treuwerk.store.faults import DatabaseReadOnly
from treuwerk.store.tables import address

MINUTE, NOBODY = 60_000_000, 65_534


@pytest.fixture
def place(database: Database) -> Iterator[Path]:
    """A folder that other users may enter, since a test that runs as root must become one of them."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def portal(place: Path, database: Database) -> Iterator[Portal]:
    """Some deliveries, on a database that can be put where nobody may write to it."""
    opened = open_portal(place, _moved(database, place))
    for day, lines in USUAL.items():
        opened.deliver(day, *lines)
    yield opened
    opened.installation.database.close()


def _moved(database: Database, place: Path) -> Database:
    if database.file is None:
        return database
    shutil.copyfile(database.file, place / "treuwerk.db")
    return Database(f"sqlite:///{place / 'treuwerk.db'}")


@contextmanager
def read_only(portal: Portal) -> Iterator[None]:
    """Take the right to write from the database, as maintenance does."""
    database = portal.installation.database
    database.close()
    with _without_permission(portal.folder) if database.file else _by_default(portal.installation):
        yield
    database.close()


@contextmanager
def _without_permission(folder: Path) -> Iterator[None]:
    """Files that the process may not write to. Root may always, and so opens them as somebody else."""
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)
    with _opened_as_nobody() if os.geteuid() == 0 else nullcontext():
        yield
    folder.chmod(0o755)
    for path in folder.iterdir():
        path.chmod(0o644)


@contextmanager
def _opened_as_nobody() -> Iterator[None]:
    """SQLite opens files for reading where it may not do more; that lasts as long as the connection."""
    connect, takes_writes = SQLiteDialect_pysqlite.connect, Database.takes_writes
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SQLiteDialect_pysqlite, "connect",
                      lambda *place, **options: _as_nobody(lambda: connect(*place, **options)))
        patch.setattr(Database, "takes_writes", lambda database: _as_nobody(lambda: takes_writes(database)))
        yield


def _as_nobody(work: Callable[[], Any]) -> Any:
    os.seteuid(NOBODY)
    try:
        return work()
    finally:
        os.seteuid(0)


@contextmanager
def _by_default(installation: Installation) -> Iterator[None]:
    def change(word: str) -> None:
        engine = installation.database.engine
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("SET default_transaction_read_only = off")
            name = engine.dialect.identifier_preparer.quote(engine.url.database or "")
            connection.exec_driver_sql(f"ALTER DATABASE {name} SET default_transaction_read_only = {word}")
        installation.database.disconnect()

    change("on")
    try:
        yield
    finally:
        change("off")


def test_writing_is_refused_as_what_it_is(portal: Portal) -> None:
    database = portal.installation.database
    assert database.takes_writes()

    with read_only(portal):
        assert not database.takes_writes()
        with pytest.raises(DatabaseReadOnly):
            database.run(lambda connection: connection.execute(address.delete()))
        with pytest.raises(DatabaseReadOnly), database.writing() as connection:
            connection.execute(address.delete())

    assert database.takes_writes()
    database.run(lambda connection: connection.execute(address.delete()))


@pytest.mark.parametrize("path", ["/", "/account", "/purchases", "/account?q=LS-2", "/profile/security"])
def test_who_is_signed_in_goes_on_reading(portal: Portal, path: str) -> None:
    client = portal.signed_in(now=NOW - 60 * MINUTE)
    later = portal.visitor()
    later.cookies.set("__Host-sid", client.cookies["__Host-sid"], domain=HOST)

    with read_only(portal):
        answer = later.get(path)

    assert answer.status_code == 200


def test_what_was_typed_is_kept_in_the_page_and_sent_again(portal: Portal) -> None:
    agent, home = portal.in_office("agent"), f"/office/participants/{portal.account('1001')}/notes/new"
    page = agent.get(home).text
    hidden = dict(re.findall(r'<input type="hidden" name="(form_id|version)" value="([^"]+)">', page))
    typed = {"kind": "call_in", "text": 'He said: "Müller & <Sons>"', "status": "done"}

    with read_only(portal):
        assert not portal.installation.database.takes_writes()
        answer = agent.post(home, data=hidden | typed)
        assert not portal.installation.database.takes_writes()
        again = agent.get("/office/roles")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert "Nothing can be changed at the moment" in answer.text
    assert again.status_code in (200, 403)
    form = re.search(rf'<form class="row" method="post" action="{home}">(.*?)</form>', answer.text, re.DOTALL)
    assert form
    kept = {name: unescape(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', form[1])}
    assert kept == hidden | typed
    assert agent.post(home, data=kept).status_code == 303
    assert "Müller &amp; &lt;Sons&gt;" in agent.get(home.removesuffix("/notes/new")).text


def test_pages_say_for_a_while_that_nothing_can_be_changed(portal: Portal) -> None:
    client = portal.signed_in()

    with read_only(portal):
        client.post("/profile/security/sessions/end-others")
        page = client.get("/account").text

    assert "You can go on reading." in page


def test_the_sign_in_page_says_that_nobody_can_sign_in(portal: Portal) -> None:
    portal.add_login("anna", "1001")
    visitor = portal.visitor()
    usual = visitor.get("/login").text

    with read_only(portal):
        page = visitor.get("/login")
        tried = visitor.post("/login", data={"login": "anna", "password": PASSWORD})

    assert "nobody can sign in" not in usual
    assert (page.status_code, tried.status_code) == (200, 503)
    assert "nobody can sign in" in page.text
    assert PASSWORD not in tried.text
    assert "Send it once more" not in tried.text


def test_data_of_participants_is_not_shown_where_that_cannot_be_noted(portal: Portal) -> None:
    agent = portal.in_office("agent")

    with read_only(portal):
        answer = agent.get(f"/office/participants/{portal.account('1001')}")

    assert answer.status_code == 503
    assert "Nothing can be changed at the moment" in answer.text
