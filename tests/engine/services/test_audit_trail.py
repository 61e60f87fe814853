"""The audit as it is read: by people who have no user, at the ends of time, forth and back, and as a file."""

from datetime import date
from zoneinfo import ZoneInfo

import attrs
import pytest

from tests.support.office import CLARA, DAVID, acting
from tests.support.portal import NOW
from treuwerk.domain.rights import Access, Audience, names_for
from treuwerk.services.auditing import note_act
from treuwerk.services.office import audit_trail
from treuwerk.services.office.audit_trail import AuditFilters
from treuwerk.store.database import Database

ZONE = ZoneInfo("Europe/Berlin")
ALL = AuditFilters(ZONE)
OPERATOR = Access(0, "Otto Operator", Audience.OFFICE, names_for(Audience.OFFICE))
PORTAL_USER = attrs.evolve(OPERATOR, user_id=77, actor="usr_00000000000000000000000009")
HOUR = 3_600_000_000


@pytest.fixture
def acted(database: Database) -> Database:
    """Five acts an hour apart by four actors, about three things."""
    acts = [(acting(CLARA), "note.write", "note_1"), (OPERATOR, "user.create", "usr_2"),
            (PORTAL_USER, "notebook.read", ""), (acting(DAVID), "note.change", "note_1"),
            (attrs.evolve(OPERATOR, actor="sign_in:corp"), "user.roles", "usr_2")]
    with database.writing() as connection:
        for number, (access, action, thing) in enumerate(acts):
            note_act(connection, access, action, 0, thing, now=NOW + number * HOUR)
    return database


def found(database: Database, filters: AuditFilters, *, falling: bool = True) -> list[str]:
    with database.reading() as connection:
        page = audit_trail.entries(acting(), connection, filters, falling=falling)
        assert audit_trail.counted(acting(), connection, [filters], 100) == [len(page.rows)]
    assert [one.id for one in audit_trail.all_entries(acting(), database, filters, falling=falling)] == [
        one.id for one in page.rows]
    return [one.action for one in page.rows]


@pytest.mark.parametrize(("filters", "actions"), [
    (attrs.evolve(ALL, actor="Otto Operator"), ["user.create"]), (attrs.evolve(ALL, user_id=CLARA), ["note.write"]),
    (attrs.evolve(ALL, action="note"), ["note.change", "note.write"]),
    (attrs.evolve(ALL, action="note.write"), ["note.write"]),
    (attrs.evolve(ALL, object="note_1", user_id=DAVID), ["note.change"]), (attrs.evolve(ALL, action="%"), [])])
def test_it_is_narrowed(acted: Database, filters: AuditFilters, actions: list[str]) -> None:
    assert found(acted, filters) == actions
    assert found(acted, filters, falling=False) == actions[::-1]


def test_who_has_no_user_is_offered_by_name_and_users_of_the_portal_are_not(acted: Database) -> None:
    with acted.reading() as connection:
        assert audit_trail.actors(acting(), connection) == ["Clara Weiß", "David Okafor", "Otto Operator",
                                                            "sign_in:corp"]
        assert audit_trail.name_of_user(acting(), connection, 77) == PORTAL_USER.actor


@pytest.mark.parametrize(("first", "last", "count"), [
    (date(1, 1, 1), date.max, 5), (date(9999, 1, 1), None, 0), (None, date(1, 1, 1), 0),
    (date(2026, 11, 21), date(2026, 11, 21), 5), (date(2026, 11, 22), None, 0)])
def test_days_reach_to_the_ends_of_time(acted: Database, first: date | None, last: date | None, count: int) -> None:
    assert len(found(acted, attrs.evolve(ALL, day_from=first, day_until=last))) == count


def test_pages_lead_forth_and_back(acted: Database) -> None:
    with acted.reading() as connection:
        first = audit_trail.entries(acting(), connection, ALL, limit=2)
        second = audit_trail.entries(acting(), connection, ALL, limit=2, after=first.next)
        again = audit_trail.entries(acting(), connection, ALL, limit=2, before=second.previous)

    assert [one.action for one in first.rows + second.rows] == ["user.roles", "note.change", "notebook.read",
                                                                "user.create"]
    assert again.rows == first.rows
    assert (first.previous, again.previous) == (None, None)


def test_a_thing_with_very_many_entries_is_found_by_a_walk(acted: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_trail, "_MANY", 1)

    assert found(acted, attrs.evolve(ALL, action="note")) == ["note.change", "note.write"]
