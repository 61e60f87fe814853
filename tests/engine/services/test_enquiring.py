"""Enquiries: a participant asks about a booking, the service centre finds it in its queue."""

from functools import partial

import pytest
from sqlalchemy import func, select

from tests.support.crowds import all_at_once, done, refusals
from tests.support.portal import NOW, Portal
from treuwerk.domain.ids import public_id
from treuwerk.domain.notes import NoteDraft, NoteKind, NoteStatus
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, Audience, NotAllowed, OutOfScope, names_for
from treuwerk.services.account.enquiring import IN_AN_HOUR, LONGEST_ENQUIRY, WRITE, about_booking, enquire, enquiries
from treuwerk.services.participants import notes
from treuwerk.services.submissions import queue
from treuwerk.services.submissions.queue import View
from treuwerk.store.tables import audit_entry, journal, note, work_item

OFFICE = Access(7, "Olga Office", Audience.OFFICE, names_for(Audience.OFFICE))
HOUR = 3_600_000_000


def participant(portal: Portal, customer: str = "1001") -> Access:
    return Access(5, "usr_5", Audience.PORTAL, names_for(Audience.PORTAL), portal.account(customer))


def bookings(portal: Portal, customer: str = "1001") -> list[str]:
    account = portal.account(customer)
    with portal.installation.database.reading() as connection:
        ids = connection.execute(select(journal.c.id).where(journal.c.account_id == account).order_by(journal.c.id))
        return [public_id("txn", account, number) for number in ids.scalars()]


def ask(portal: Portal, booking: str, text: str = "There were 32 modules.", now: int = NOW) -> str:
    with portal.installation.database.writing() as connection:
        return enquire(participant(portal), connection, booking, text, now)


def test_an_enquiry_lands_in_the_queue_with_its_booking(portal: Portal) -> None:
    booking = bookings(portal)[0]

    asked = ask(portal, booking)

    with portal.installation.database.reading() as connection:
        items, _ = queue.work_items(OFFICE, connection, View.UNASSIGNED, NOW, "2026-11-21")
        kept = notes.read_note(OFFICE, connection, portal.account("1001"), notes.number_of(asked, items[0].account_id))
        told = connection.execute(select(audit_entry.c.object).where(audit_entry.c.action == "enquiry.write")).scalars()
        assert list(told) == [asked]
    assert [(item.kind, item.object, item.gist) for item in items] == [("enquiry", asked, "There were 32 modules.")]
    assert (kept.draft.object, kept.draft.kind, kept.draft.status) == (booking, NoteKind.ENQUIRY, NoteStatus.OPEN)


def test_who_asked_sees_the_own_words_and_how_far_it_is(portal: Portal) -> None:
    asked, access = ask(portal, bookings(portal)[0]), participant(portal)
    account = portal.account("1001")
    with portal.installation.database.writing() as connection:
        number = notes.number_of(asked, account)
        remark = NoteDraft(NoteKind.ENQUIRY, "Called the warehouse.", NoteStatus.WAITING_FOR_OTHERS,
                           object=bookings(portal)[0])
        notes.change_note(OFFICE, connection, account, number, remark, 1, NOW + 1)

    with portal.installation.database.reading() as connection:
        found, older = enquiries(access, connection)

    assert [(one.text, one.status) for one in found] == [("There were 32 modules.", NoteStatus.WAITING_FOR_OTHERS)]
    assert found[0].origin is not None
    assert older is None


def test_work_that_is_done_answers_the_enquiry_and_undo_opens_it(portal: Portal) -> None:
    booking = bookings(portal)[0]
    ask(portal, booking)
    states = []
    for act in (queue.finish, queue.reopen):
        with portal.installation.database.writing() as connection:
            item = connection.execute(select(func.max(work_item.c.id))).scalar_one()
            act(OFFICE, connection, item, NOW)
            states.append(about_booking(participant(portal), connection, booking)[0].is_open)

    assert states == [False, True]


def test_nobody_asks_about_a_booking_of_somebody_else(portal: Portal) -> None:
    with pytest.raises(OutOfScope):
        ask(portal, bookings(portal, "1002")[0])


def test_who_may_not_ask_is_refused(portal: Portal) -> None:
    reader = Access(5, "usr_5", Audience.PORTAL, names_for(Audience.PORTAL) - {WRITE}, portal.account("1001"))

    with portal.installation.database.writing() as connection, pytest.raises(NotAllowed):
        enquire(reader, connection, bookings(portal)[0], "Why?", NOW)


@pytest.mark.parametrize(("text", "code"), [(" \n ", "no_text"), ("x" * (LONGEST_ENQUIRY + 1), "too_long")])
def test_texts_that_say_nothing_or_too_much_are_refused(portal: Portal, text: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        ask(portal, bookings(portal)[0], text)

    assert refused.value.code == code


def test_a_booking_is_asked_about_once_at_a_time(portal: Portal) -> None:
    booking = bookings(portal)[0]

    outcomes = all_at_once([partial(ask, portal, booking) for _ in range(6)])

    assert len(done(outcomes)) == 1
    assert refusals(outcomes) == {"asked_already": 5}


def test_only_so_many_are_asked_in_an_hour(empty_portal: Portal) -> None:
    empty_portal.deliver("2026-02-02", *(f"N-{number};1;2026-02-01;1001;M400;1;PCE;MODULE;" for number in range(8)))
    about = bookings(empty_portal)

    outcomes = all_at_once([partial(ask, empty_portal, booking) for booking in about])

    assert len(done(outcomes)) == IN_AN_HOUR
    assert refusals(outcomes) == {"too_many_enquiries": 3}
    with empty_portal.installation.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(note)).scalar_one() == IN_AN_HOUR
    waiting = next(booking for booking, outcome in zip(about, outcomes, strict=True) if isinstance(outcome, Refusal))
    assert ask(empty_portal, waiting, now=NOW + HOUR + 1_000_000).startswith("note_")


def test_clerks_make_no_enquiries_and_turn_none_into_something_else(portal: Portal) -> None:
    account = portal.account("1001")
    asked = ask(portal, bookings(portal)[0])
    with portal.installation.database.writing() as connection:
        with pytest.raises(Refusal) as made:
            notes.write_note(OFFICE, connection, account, NoteDraft(NoteKind.ENQUIRY, "text"), NOW)
        with pytest.raises(Refusal) as turned:
            notes.change_note(OFFICE, connection, account, notes.number_of(asked, account),
                              NoteDraft(NoteKind.MAIL, "text"), 1, NOW)

    assert {made.value.code, turned.value.code} == {"wrong_kind"}
