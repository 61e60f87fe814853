"""The stream of everything: complete, in order, and at the same cost on every page."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event, func, insert, select

from tests.support.office import CLARA, acting, add_clerks
from tests.support.portal import NOW, Portal
from treuwerk.domain.ids import row_ids
from treuwerk.domain.notes import NoteDraft, NoteKind
from treuwerk.domain.rights import NotAllowed
from treuwerk.services import auditing
from treuwerk.services.changes import adjusting
from treuwerk.services.changes.merging import merge
from treuwerk.services.office import activity_stream
from treuwerk.services.office.activity_stream import Event, kinds_open_to
from treuwerk.services.participants import notes
from treuwerk.store.tables import journal, membership, sign_in_event

DAY = 86_400_000_000


@pytest.fixture
def lived(portal: Portal) -> Portal:
    """A company that everything happened to."""
    add_clerks(portal.installation.database)
    account, database = portal.account("1001"), portal.installation.database
    portal.add_login("anna", "1001")
    adjusting.adjust(portal.installation, account, "bonus", 50, "k", NOW + DAY, reason="Ticket 4711 goodwill",
                     actor="Clara Weiß")
    with database.writing() as connection:
        for number in range(12):
            notes.write_note(acting(), connection, account, NoteDraft(NoteKind.MAIL, f"note {number}"),
                             NOW + 2 * DAY + number * 2_000)
        user = connection.execute(select(membership.c.user_id)).scalar_one()
        connection.execute(insert(sign_in_event).values(
            user_id=user, id=next(row_ids(NOW + 3 * DAY)), happened_at=NOW + 3 * DAY, outcome="signed_in",
            method="password", source="192.0.2.0/24", agent="Firefox"))
        auditing.note_act(connection, acting(), "participant.status", account, "", now=NOW + 4 * DAY,
                          before={"status": "applied"}, after={"status": "active"})
    merge(portal.installation, portal.account("1002"), account, NOW + 5 * DAY, actor="Clara Weiß")
    return portal


def stream(lived: Portal, limit: int = 4, **narrowed: Any) -> list[Event]:
    found, after = list[Event](), None
    with lived.installation.database.reading() as connection:
        while True:
            page, after = activity_stream.stream(acting(), connection, lived.account("1001"), after=after, limit=limit,
                                                 **narrowed)
            found += page
            if after is None:
                return found


def test_everything_is_there_once_the_latest_first(lived: Portal) -> None:
    found = stream(lived)

    kinds = [one.kind for one in found]
    with lived.installation.database.reading() as connection:
        booked = connection.execute(select(func.count()).select_from(journal).where(
            journal.c.account_id == lived.account("1001"))).scalar_one()
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "booking": booked, "purchase": 1, "adjustment": 1, "note": 12, "sign_in": 1, "change": 1, "merge": 1}
    assert [one.id for one in found] == sorted({one.id for one in found}, reverse=True)
    assert kinds[:1] == ["booking"] or kinds[:1] == ["merge"]
    assert [one.at for one in found] == sorted((one.at for one in found), reverse=True)


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_pages_of_any_length_tell_the_same(lived: Portal, limit: int) -> None:
    assert [(one.kind, one.id) for one in stream(lived, limit)] == [(one.kind, one.id) for one in stream(lived, 7)]


def test_a_kind_alone(lived: Portal) -> None:
    assert [one.what.draft.text for one in stream(lived, kinds=["note"])] == [
        f"note {number}" for number in reversed(range(12))]
    assert [one.who for one in stream(lived, kinds=["sign_in"])] == ["anna"]


@contextmanager
def counting(connection: Connection) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement != "BEGIN":  # only the first page of a connection has it
            seen.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield seen
    event.remove(connection, "before_cursor_execute", note)


def test_every_page_costs_the_same_number_of_queries(lived: Portal) -> None:
    lived.deliver("2026-05-07", *(f"X-{number};10;2026-05-05;1001;M400;1;PCE;MODULE;" for number in range(60)))
    counted = []

    with lived.installation.database.reading() as connection:
        for limit in (25, 60):
            with counting(connection) as statements:
                activity_stream.stream(acting(), connection, lived.account("1001"), limit=limit)
            counted.append(len(statements))

    assert counted[0] == counted[1] <= 11


def test_what_somebody_may_not_see_is_left_out(lived: Portal) -> None:
    access = acting(CLARA, ["participants.read"])
    assert set(kinds_open_to(access)) == {"booking", "purchase", "adjustment", "sign_in", "merge"}

    with lived.installation.database.reading() as connection:
        found, _ = activity_stream.stream(access, connection, lived.account("1001"), kinds=["note"])
        assert found == []
        with pytest.raises(NotAllowed):
            activity_stream.stream(acting(CLARA, []), connection, lived.account("1001"))
