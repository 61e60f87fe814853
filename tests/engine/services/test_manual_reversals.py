"""Bookings taken back by hand, on both databases: never twice, within limits, with what would be there afterwards."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.support import accounts
from tests.support.accounts import BRANDMAIER, account, all_at_once, at, open_lots, refused, unproven
from tests.support.office import CLARA, DAVID, acting, add_clerks
from tests.support.worlds import World, line, make_world
from treuwerk.domain import ids
from treuwerk.domain.notes import NoteDraft, NoteKind, NoteStatus
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import NotAllowed, OutOfScope
from treuwerk.services.changes import manual_points, manual_reversals
from treuwerk.services.changes.adjusting import Adjustment, adjust
from treuwerk.services.changes.manual_reversals import ReversalPreview, Reversible
from treuwerk.services.ledger.redeeming import redeem
from treuwerk.services.participants import notes
from treuwerk.store.database import Database
from treuwerk.store.tables import audit_entry, journal, work_item

NAMES = ('name = { de = "Bonuspunkte" }\n', 'name = { de = "Statuspunkte" }\n')
NOW = at("2026-06-01T18:00")
WHY = "correction: ticket 4711"
Ask = Callable[..., Adjustment]


@pytest.fixture
def desk(tmp_path: Path, database: Database) -> World:
    """One person may move 500 bonus points a day alone; a line of 10 modules brought 800 of them."""
    world = make_world(tmp_path / "league", database, other=[
        (name, f"{name}manual = {{ limit = 500 }}\n") for name in NAMES])
    add_clerks(database)
    world.clear([line()], now=at("2026-05-05T18:00"))
    return world


def points_of(desk: World) -> int:
    return accounts.points_of(desk, account(desk), NOW)


def booking(desk: World, kind: str = "accrual") -> str:
    rows = desk.rows(select(journal.c.account_id, journal.c.id).where(
        journal.c.kind == kind, journal.c.account_id == account(desk, BRANDMAIER)).order_by(journal.c.id))
    return ids.public_id(ids.TRANSACTION, *rows[-1])


def found(desk: World, public_id: str) -> Reversible:
    with desk.installation.database.reading() as connection:
        reversible = manual_reversals.reversible(acting(), connection, public_id)
    assert reversible is not None
    return reversible


@pytest.fixture
def ask(desk: World) -> Ask:
    """Takes a booking back as Clara sees it now, where nothing else is said."""
    def take(public_id: str, share: int, *, turn: int | None = None, user: int = CLARA, reason: str = WHY,
             finish: tuple[str, ...] = (), now: int = NOW) -> Adjustment:
        seen = found(desk, public_id)
        return manual_reversals.ask(
            acting(user), desk.installation, seen.account_id, seen.transaction_id, share, turn or seen.turn, now,
            reason=reason, finish=finish)
    return take


def shown(desk: World, public_id: str, share: int) -> ReversalPreview:
    seen = found(desk, public_id)
    return manual_reversals.preview(acting(), desk.installation, seen.account_id, seen.transaction_id, share, NOW)


def test_a_part_within_the_limit_is_taken_back_at_once_and_both_are_a_pair(desk: World, ask: Ask) -> None:
    first = booking(desk)

    done = ask(first, 4)

    assert (done.state, done.amount, done.unit, done.taken_back) == ("booked", -320, "bonus", first)
    assert points_of(desk) == 480
    rows = desk.rows(select(journal.c.kind, journal.c.actor, journal.c.cause).where(journal.c.kind == "reversal"))
    assert rows == [("reversal", "Clara Weiß", WHY)]
    rest = found(desk, first).rest
    assert (rest.left, rest.of, rest.undone) == (6, 10, 1)
    assert unproven(desk, NOW) == {}


def test_above_the_limit_it_waits_moves_nothing_and_a_second_person_decides(desk: World, ask: Ask) -> None:
    first = booking(desk)

    asked = ask(first, 10)

    assert (asked.state, asked.amount, points_of(desk)) == ("waiting", -800, 800)
    assert found(desk, first).waiting == asked
    assert refused(lambda: manual_points.approve(acting(), desk.installation, asked.public_id, NOW)) == "self_approval"
    approved = manual_points.approve(acting(DAVID), desk.installation, asked.public_id, NOW)
    assert (approved.state, points_of(desk), found(desk, first).rest.left) == ("booked", 0, 0)
    assert desk.rows(select(journal.c.actor).where(journal.c.kind == "reversal")) == [("Clara Weiß + David Okafor",)]
    assert desk.rows(select(work_item.c.state)) == [("done",)]
    assert unproven(desk, NOW) == {}


def test_many_small_parts_do_not_pass_the_limit_of_the_day(desk: World, ask: Ask) -> None:
    first = booking(desk)

    states = [ask(first, 3, now=NOW + number).state for number in range(3)]

    assert states == ["booked", "booked", "waiting"]
    assert points_of(desk) == 320


def test_the_same_form_twice_is_one_reversal(desk: World, ask: Ask) -> None:
    first, turn = booking(desk), found(desk, booking(desk)).turn

    once, again = ask(first, 2, turn=turn), ask(first, 2, turn=turn)

    assert (once.repeated, again.repeated, once.id == again.id) == (False, True, True)
    assert points_of(desk) == 640


def test_a_form_that_is_older_than_the_last_reversal_is_told_so(desk: World, ask: Ask) -> None:
    first, turn = booking(desk), found(desk, booking(desk)).turn
    ask(first, 2, turn=turn)

    assert refused(lambda: ask(first, 2, turn=turn, user=DAVID)) == "changed_meanwhile"
    assert refused(lambda: ask(first, 3, turn=turn)) == "changed_meanwhile"
    assert points_of(desk) == 640


def test_who_comes_while_it_waits_and_who_comes_after_a_refusal(desk: World, ask: Ask) -> None:
    first = booking(desk)
    waiting = ask(first, 10)

    assert refused(lambda: ask(first, 1, user=DAVID)) == "waits_already"
    manual_points.refuse(acting(DAVID), desk.installation, waiting.public_id, NOW, "not agreed yet")
    assert ask(first, 1, user=DAVID).state == "booked"


def test_two_at_once_are_one(desk: World) -> None:
    first = found(desk, booking(desk))

    def take(user: int) -> str:
        try:
            return manual_reversals.ask(acting(user), desk.installation, first.account_id, first.transaction_id, 5,
                                        first.turn, NOW, reason=WHY).state
        except Refusal as refusal:
            return refusal.code

    outcomes = all_at_once([partial(take, user) for user in (CLARA, DAVID, CLARA, DAVID)])

    assert outcomes.count("booked") in (1, 2)  # the second of the same person is the same one again
    assert set(outcomes) == {"booked", "changed_meanwhile"}
    assert points_of(desk) == 400
    assert unproven(desk, NOW) == {}


def test_the_preview_books_nothing_and_says_what_will_be_there(desk: World) -> None:
    first = booking(desk)
    redeem(desk.installation, account(desk), "bonus", 700, "order 1", NOW)
    before = desk.rows(select(journal.c.id))

    preview = shown(desk, first, 10)

    assert [(one.unit, one.before, one.after, one.change) for one in preview.units] == [
        ("bonus", 100, -700, -800), ("status", 400, 0, -400)]
    assert sorted((one.unit, one.amount, one.origin.booking) for one in preview.lots) == [
        ("bonus", -100, first), ("status", -400, first)]
    assert preview.elsewhere == {("deficit", "bonus"): -700}
    assert not preview.alone
    assert desk.rows(select(journal.c.id)) == before
    assert points_of(desk) == 100


def test_the_preview_counts_what_was_booked_alone_on_the_day(desk: World, ask: Ask) -> None:
    first = booking(desk)
    assert shown(desk, first, 4).alone

    ask(first, 4)

    assert [shown(desk, first, pieces).alone for pieces in (2, 4)] == [True, False]
    assert ask(first, 4).state == "waiting"


def test_spent_points_come_back_into_their_lots(desk: World, ask: Ask) -> None:
    redeem(desk.installation, account(desk), "bonus", 300, "order 1", NOW)
    spent = booking(desk, "redemption")

    preview = shown(desk, spent, 100)
    done = ask(spent, 100)

    assert [(one.amount, one.origin.booking) for one in preview.lots] == [(100, booking(desk))]
    assert (done.state, done.amount, points_of(desk)) == ("booked", 100, 600)
    assert found(desk, spent).rest.left == 200
    assert open_lots(desk, account(desk)) == [(600, at("2030-01-01"))]
    assert unproven(desk, NOW) == {}


@pytest.mark.parametrize("amount", [300, -300])
def test_points_by_hand_are_taken_back_wholly_and_in_part(desk: World, ask: Ask, amount: int) -> None:
    adjust(desk.installation, account(desk), "bonus", amount, "A-1", NOW, reason=WHY, actor="ada")
    by_hand = booking(desk, "adjustment")

    part = ask(by_hand, 100)
    rest = ask(by_hand, 200, user=DAVID)

    assert [one.amount for one in (part, rest)] == [-amount // 3, -amount * 2 // 3]
    assert points_of(desk) == 800
    assert found(desk, by_hand).rest.left == 0
    assert refused(lambda: ask(by_hand, 1)) == "not_enough"
    assert unproven(desk, NOW) == {}


def test_what_changed_while_it_waited_is_not_approved_unseen(desk: World, ask: Ask) -> None:
    from treuwerk.services.changes.reversing import reverse

    first = found(desk, booking(desk))
    waiting = ask(booking(desk), 10)
    reverse(desk.installation, first.account_id, first.transaction_id, "R-1", NOW, pieces=2)

    code = refused(lambda: manual_points.approve(acting(DAVID), desk.installation, waiting.public_id, NOW))

    assert code == "too_many_pieces"
    assert points_of(desk) == 640


def test_open_notes_are_done_with_it_and_stay_open_while_it_waits(desk: World, ask: Ask) -> None:
    draft = NoteDraft(NoteKind.CALL_IN, "Disputes the line", NoteStatus.OPEN, None, DAVID, booking(desk))
    note = desk.installation.database.run(lambda connection: notes.write_note(
        acting(), connection, account(desk), draft, NOW))

    def status() -> str:
        with desk.installation.database.reading() as connection:
            return notes.read_note(acting(), connection, account(desk), note.id).draft.status

    waiting = ask(booking(desk), 10, finish=(note.public_id,))
    assert status() == NoteStatus.OPEN
    manual_points.withdraw(acting(), desk.installation, waiting.public_id, NOW)
    ask(booking(desk), 2, finish=(note.public_id,))

    assert status() == NoteStatus.DONE
    acts = [action for (action,) in desk.rows(select(audit_entry.c.action).order_by(audit_entry.c.id))]
    assert acts.count("points.reverse") == 2


def test_it_needs_the_right_a_reason_and_a_booking_that_can_go_back(desk: World, ask: Ask) -> None:
    first = found(desk, booking(desk))

    with pytest.raises(NotAllowed):
        manual_reversals.ask(acting(CLARA, ["participants.read"]), desk.installation, first.account_id,
                             first.transaction_id, 1, first.turn, NOW, reason=WHY)
    assert refused(lambda: ask(booking(desk), 1, reason="no")) == "no_reason"
    assert refused(lambda: ask(booking(desk), 11)) == "too_many_pieces"
    ask(booking(desk), 1)
    with desk.installation.database.reading() as connection:
        assert manual_reversals.reversible(acting(), connection, booking(desk, "reversal")) is None
        with pytest.raises(OutOfScope):
            manual_reversals.reversible(acting(), connection, "note_0000000000000g000000000002")
