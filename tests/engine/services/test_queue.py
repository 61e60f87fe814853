"""The work queue: most urgent first, nothing for two clerks at once, and nothing that is lost."""

from datetime import date
from functools import partial

import attrs
import pytest

from tests.support.accounts import all_at_once, refused
from tests.support.office import CLARA, DAVID, EVE, acting, add_clerks
from tests.support.portal import NOW, Portal, at
from treuwerk.domain.notes import NoteDraft, NoteKind, NoteStatus
from treuwerk.domain.rights import NotAllowed, OutOfScope
from treuwerk.services.changes import adjusting
from treuwerk.services.clearing import clearing
from treuwerk.services.participants import notes
from treuwerk.services.submissions import queue
from treuwerk.services.submissions.queue import View, WorkItem
from treuwerk.store import work

TODAY, MINUTE = "2026-11-21", 60_000_000
OPEN = NoteDraft(NoteKind.INTERNAL, "text", NoteStatus.OPEN)


@pytest.fixture
def desk(empty_portal: Portal) -> Portal:
    """Two companies and three people of the service centre."""
    add_clerks(empty_portal.installation.database)
    return empty_portal


def follow_up(desk: Portal, text: str, due: str = "", assignee: int = 0) -> None:
    draft = attrs.evolve(OPEN, text=text, due_on=date.fromisoformat(due) if due else None, assignee_id=assignee)
    with desk.installation.database.writing() as connection:
        notes.write_note(acting(), connection, desk.account("1001"), draft, NOW)


def shown(desk: Portal, view: View = View.TEAM, user: int = CLARA, now: int = NOW) -> list[WorkItem]:
    with desk.installation.database.reading() as connection:
        return queue.work_items(acting(user), connection, view, now, TODAY)[0]


def gists(desk: Portal, view: View = View.TEAM, user: int = CLARA, now: int = NOW) -> list[str]:
    return [one.gist for one in shown(desk, view, user, now)]


def take(desk: Portal, user: int, now: int = NOW) -> str:
    def work_of(connection: object) -> WorkItem | None:
        return queue.take_next(acting(user), connection, now, TODAY)  # type: ignore[arg-type]

    found = desk.installation.database.run(work_of)
    return found.gist if found else ""


def test_views_and_their_counts(desk: Portal) -> None:
    follow_up(desk, "late", "2026-11-20", DAVID)
    follow_up(desk, "today", "2026-11-21")
    follow_up(desk, "mine", "", CLARA)

    assert gists(desk) == ["late", "today", "mine"]
    assert gists(desk, View.MINE) == ["mine"]
    assert gists(desk, View.UNASSIGNED) == ["today"]
    assert gists(desk, View.OVERDUE) == ["late"]
    with desk.installation.database.reading() as connection:
        assert queue.counts(acting(DAVID), connection, NOW, TODAY) == {
            View.MINE: 1, View.UNASSIGNED: 1, View.OVERDUE: 1, View.TEAM: 3, View.SNOOZED: 0}


def test_pages_follow_each_other_without_gap(desk: Portal) -> None:
    for number in range(5):
        follow_up(desk, f"dated {number}", "2026-11-20")
        follow_up(desk, f"undated {number}", "", CLARA)
    seen, after = list[str](), None

    with desk.installation.database.reading() as connection:
        while True:
            page, after = queue.work_items(acting(), connection, View.TEAM, NOW, TODAY, after=after, limit=3)
            seen += [one.gist for one in page]
            if after is None:
                break

    assert sorted(seen) == sorted(gists(desk))
    assert [gist.split()[0] for gist in seen] == ["dated"] * 5 + ["undated"] * 5


def test_two_clerks_never_get_the_same(desk: Portal) -> None:
    for number in range(8):
        follow_up(desk, f"task {number}", "2026-11-20")
    users = [CLARA, DAVID, EVE] * 4

    taken = all_at_once([partial(take, desk, user) for user in users])

    assert sorted(taken) == [""] * 4 + [f"task {number}" for number in range(8)]


def test_held_work_is_told_with_name_and_age_and_free_after_a_quarter_of_an_hour(desk: Portal) -> None:
    follow_up(desk, "task", "2026-11-20")
    take(desk, CLARA)

    item = shown(desk, user=DAVID, now=NOW + 2 * MINUTE)[0]
    assert (item.holder, item.held_since) == ("Clara Weiß", NOW)
    assert take(desk, DAVID, NOW + 2 * MINUTE) == ""
    assert refused(lambda: acted(desk, DAVID, lambda access, connection, now: queue.take(
        access, connection, item.id, now), NOW + 2 * MINUTE)) == "held"
    assert take(desk, DAVID, NOW + 16 * MINUTE) == "task"


def acted(desk: Portal, user: int, act: object, now: int = NOW) -> WorkItem:
    done: WorkItem = desk.installation.database.run(
        lambda connection: act(acting(user), connection, now))  # type: ignore[operator]
    return done


def test_what_is_anothers_is_not_given_away(desk: Portal) -> None:
    follow_up(desk, "for David", "2026-11-20", DAVID)

    assert take(desk, CLARA) == ""
    assert take(desk, DAVID) == "for David"


def test_released_work_is_free_at_once(desk: Portal) -> None:
    follow_up(desk, "task", "2026-11-20")
    take(desk, CLARA)
    item = shown(desk)[0]

    acted(desk, DAVID, lambda access, connection, now: queue.release(access, connection, item.id, now))
    assert shown(desk)[0].holder == "Clara Weiß"
    acted(desk, CLARA, lambda access, connection, now: queue.release(access, connection, item.id, now))

    assert take(desk, DAVID) == "task"


def test_assigning_changes_the_note_too(desk: Portal) -> None:
    follow_up(desk, "task", "2026-11-20")
    item = shown(desk)[0]

    acted(desk, CLARA, lambda access, connection, now: queue.assign(access, connection, item.id, DAVID, now))

    assert gists(desk, View.MINE, DAVID) == ["task"]
    with desk.installation.database.reading() as connection:
        _, number = queue._note_of(item)
        assert notes.read_note(acting(), connection, item.account_id, number).draft.assignee_id == DAVID


def test_snoozed_work_comes_back(desk: Portal) -> None:
    follow_up(desk, "task", "2026-11-20")
    item = shown(desk)[0]

    acted(desk, CLARA, lambda access, connection, now: queue.snooze(access, connection, item.id, NOW + MINUTE, now))

    assert (gists(desk), gists(desk, View.SNOOZED)) == ([], ["task"])
    assert take(desk, CLARA) == ""
    assert gists(desk, now=NOW + 2 * MINUTE) == ["task"]
    assert refused(lambda: acted(desk, CLARA, lambda access, connection, now: queue.snooze(
        access, connection, item.id, NOW - 1, now))) == "past"


def test_done_and_undone(desk: Portal) -> None:
    follow_up(desk, "task", "2026-11-20")
    item = shown(desk)[0]

    acted(desk, CLARA, lambda access, connection, now: queue.finish(access, connection, item.id, now))
    assert gists(desk) == []
    assert refused(lambda: acted(desk, DAVID, lambda access, connection, now: queue.finish(
        access, connection, item.id, now))) == "already_done"

    acted(desk, CLARA, lambda access, connection, now: queue.reopen(access, connection, item.id, now))
    assert gists(desk) == ["task"]


def test_many_are_assigned_with_a_report_for_each(desk: Portal) -> None:
    for text in ("free", "held", "done"):
        follow_up(desk, text, "2026-11-20")
    by_gist = {one.gist: one.id for one in shown(desk)}
    acted(desk, EVE, lambda access, connection, now: queue.take(access, connection, by_gist["held"], now))
    acted(desk, EVE, lambda access, connection, now: queue.finish(access, connection, by_gist["done"], now))
    wanted = [by_gist["free"], by_gist["held"], by_gist["done"], 5]

    report = desk.installation.database.run(
        lambda connection: queue.assign_many(acting(), connection, wanted, DAVID, NOW))

    assert [(one.gist, one.refused) for one in report] == [
        ("free", ""), ("held", "held"), ("done", "already_done"), ("", "unknown")]
    assert gists(desk, View.MINE, DAVID) == ["free"]


def test_a_booking_by_hand_that_waits_is_work_until_somebody_decides(desk: Portal) -> None:
    account = desk.account("1001")
    waiting = adjusting.adjust(desk.installation, account, "bonus", 100, "k1", NOW, reason="Goodwill for ticket 7",
                               actor="Clara Weiß")
    item = shown(desk)[0]

    assert (item.kind, item.object, item.gist) == (work.ADJUSTMENT, waiting.public_id, "Goodwill for ticket 7")
    assert refused(lambda: acted(desk, DAVID, lambda access, connection, now: queue.finish(
        access, connection, item.id, now))) == "decided_elsewhere"
    adjusting.approve(desk.installation, account, waiting.id, NOW, actor="David Okafor")
    assert gists(desk) == []


def test_a_file_with_lines_that_could_not_be_booked_is_one_thing_to_do(desk: Portal) -> None:
    path = desk.folder / "bad.csv"
    path.write_text("delivery_number;position;delivered_on;customer_number;article_number;quantity;unit;scope;serials\n"
                    "LS-9;10;2026-05-05;9999;M400;1;PCE;MODULE;\nLS-9;20;2026-05-05;9999;M400;1;PCE;MODULE;\n", "utf-8")

    receipt = clearing.clear_file(desk.installation, path, at("2026-05-06"))

    assert [(one.kind, one.object, one.gist) for one in shown(desk)] == [
        (work.CLEARING, str(receipt.run), "bad.csv")]


def test_rights_are_asked_for(desk: Portal) -> None:
    follow_up(desk, "task", "2026-11-20")
    reader, database = acting(CLARA, ["queue.read"]), desk.installation.database

    with database.writing() as connection:
        item = queue.work_items(reader, connection, View.TEAM, NOW, TODAY)[0][0]
        for act in (lambda: queue.take_next(reader, connection, NOW, TODAY),
                    lambda: queue.take(reader, connection, item.id, NOW),
                    lambda: queue.finish(reader, connection, item.id, NOW),
                    lambda: queue.counts(acting(CLARA, []), connection, NOW, TODAY)):
            with pytest.raises(NotAllowed):
                act()
        with pytest.raises(OutOfScope):
            queue.item_of(reader, connection, 5, NOW)
