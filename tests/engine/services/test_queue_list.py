"""The work queue as a list, on both databases: narrowed, in two orders, counted in one look, and done by the dozen."""

from datetime import date

import pytest
from sqlalchemy import event

from tests.support.office import CLARA, DAVID, acting, add_clerks
from tests.support.portal import NOW, Portal
from treuwerk.domain.notes import NoteDraft, NoteKind, NoteStatus
from treuwerk.domain.rights import NotAllowed
from treuwerk.services.office import queue_list
from treuwerk.services.office.queue_list import Narrowed
from treuwerk.services.participants import notes
from treuwerk.services.submissions import queue
from treuwerk.services.submissions.queue import View
from treuwerk.store import work

TODAY, MINUTE = "2026-11-21", 60_000_000


@pytest.fixture
def desk(empty_portal: Portal) -> Portal:
    """Six follow-ups: three for Clara with a day each, three for nobody with the same day, and points that wait."""
    add_clerks(empty_portal.installation.database)
    with empty_portal.installation.database.writing() as connection:
        for number in range(6):
            due = date(2026, 11, 20 + number) if number < 3 else date(2026, 12, 1)
            draft = NoteDraft(NoteKind.INTERNAL, f"task {number}", NoteStatus.OPEN, due, CLARA if number < 3 else 0)
            notes.write_note(acting(), connection, empty_portal.account("1001"), draft, NOW + number * MINUTE)
        work.put(connection, work.ADJUSTMENT, "adj_1", NOW, gist="above the limit")
    return empty_portal


def listed(desk: Portal, narrowed: Narrowed, order: str = "due") -> list[str]:
    """The gists of all pages of two rows each."""
    found, after = list[str](), None
    with desk.installation.database.reading() as connection:
        while True:
            page = queue_list.listed(acting(), connection, narrowed, NOW, TODAY, order=order, after=after, limit=2)
            found += [one.gist for one in page.rows]
            if (after := page.next) is None:
                return found


def ids(desk: Portal, narrowed: Narrowed) -> list[int]:
    with desk.installation.database.reading() as connection:
        return queue_list.keys_of(acting(), connection, narrowed, NOW, TODAY, 100)


def test_it_is_narrowed_by_view_kind_assignee_and_words(desk: Portal) -> None:
    assert listed(desk, Narrowed(View.MINE)) == ["task 0", "task 1", "task 2"]
    assert listed(desk, Narrowed(View.OVERDUE)) == ["task 0"]
    assert listed(desk, Narrowed(kind=work.ADJUSTMENT)) == ["above the limit"]
    assert listed(desk, Narrowed(assignee_id=0, words="TASK")) == ["task 3", "task 4", "task 5"]
    assert listed(desk, Narrowed(words="100%")) == []


def test_pages_follow_each_other_in_both_orders_and_directions(desk: Portal) -> None:
    by_day = [*(f"task {number}" for number in range(6)), "above the limit"]
    by_age = ["task 0", "task 1", "task 2", "task 3", "task 4", "task 5"]

    assert listed(desk, Narrowed()) == by_day
    assert listed(desk, Narrowed(), "-due") == by_day[::-1]
    assert [one for one in listed(desk, Narrowed(), "created") if one != "above the limit"] == by_age


def test_all_counts_are_one_look(desk: Portal) -> None:
    statements = list[str]()
    event.listen(desk.installation.database.engine, "before_cursor_execute",
                 lambda *args: statements.append(args[2]))
    many = {view.value: Narrowed(view) for view in View} | {"own": Narrowed(kind=work.NOTE, words="task")}

    with desk.installation.database.reading() as connection:
        counts = queue_list.counted(acting(), connection, many, NOW, TODAY, 7)

    assert counts == {"mine": 3, "unassigned": 4, "overdue": 1, "team": 7, "snoozed": 0, "own": 6}
    assert len([one for one in statements if "work_item" in one]) == 1


def test_what_came_in_since_is_counted_also_where_it_is_open_again(desk: Portal) -> None:
    def arrived(since: int) -> int:
        with desk.installation.database.reading() as connection:
            return queue_list.arrived(acting(), connection, Narrowed(), NOW, TODAY, since)

    assert arrived(NOW + 5 * MINUTE) == 0
    assert arrived(NOW + 3 * MINUTE) == 2
    with desk.installation.database.writing() as connection:
        work.put(connection, work.ADJUSTMENT, "adj_1", NOW + 9 * MINUTE, gist="changed, not new")
    assert arrived(NOW + 5 * MINUTE) == 0
    with desk.installation.database.writing() as connection:
        work.close(connection, work.ADJUSTMENT, "adj_1", NOW + 9 * MINUTE)
        work.put(connection, work.ADJUSTMENT, "adj_1", NOW + 9 * MINUTE, gist="anew")
    assert arrived(NOW + 5 * MINUTE) == 1


def test_many_are_done_what_waits_for_a_decision_is_not_and_all_is_undone(desk: Portal) -> None:
    chosen = ids(desk, Narrowed())
    with desk.installation.database.reading() as connection:
        hindered = {one.gist: queue_list.hindrance(acting(), one, "done")
                    for one in queue_list.some(acting(), connection, chosen, NOW)}

    done = desk.installation.database.run(lambda connection: queue_list.finish_many(
        acting(), connection, [*chosen, 5], NOW))

    assert {one.gist: one.refused for one in done if one.gist} == hindered
    assert [one.refused for one in done if not one.gist] == ["unknown"]
    assert listed(desk, Narrowed()) == ["above the limit"]
    desk.installation.database.run(lambda connection: queue_list.reopen_many(
        acting(), connection, [one.item_id for one in done if not one.refused], NOW))
    assert len(listed(desk, Narrowed())) == 7


def test_many_are_given_away_and_go_back_to_whom_they_belonged(desk: Portal) -> None:
    chosen = ids(desk, Narrowed(words="task"))

    given = desk.installation.database.run(lambda connection: queue.assign_many(
        acting(), connection, chosen, DAVID, NOW))
    assert len(listed(desk, Narrowed(assignee_id=DAVID))) == 6
    desk.installation.database.run(lambda connection: queue_list.give_back(
        acting(), connection, [(one.item_id, one.assignee_id) for one in given], NOW))

    assert listed(desk, Narrowed(assignee_id=CLARA)) == ["task 0", "task 1", "task 2"]
    assert listed(desk, Narrowed(assignee_id=DAVID)) == []


def test_looking_and_working_are_different_rights(desk: Portal) -> None:
    reader = acting(CLARA, ["queue.read"])

    with desk.installation.database.writing() as connection:
        assert queue_list.listed(reader, connection, Narrowed(), NOW, TODAY).rows
        with pytest.raises(NotAllowed):
            queue_list.finish_many(reader, connection, [1], NOW)
        with pytest.raises(NotAllowed):
            queue_list.listed(acting(CLARA, []), connection, Narrowed(), NOW, TODAY)
