"""Enquiries of participants about their bookings: kept as notes, put into the work queue, answered there."""

from collections.abc import Sequence

import attrs
from sqlalchemy import Connection

from treuwerk.domain import ids
from treuwerk.domain.notes import NOTE, NoteDraft, NoteKind, NoteStatus
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access
from treuwerk.services.account import own_account
from treuwerk.services.auditing import note_act
from treuwerk.services.ledger.tracing import Origin, origins
from treuwerk.services.participants.notes import keep
from treuwerk.store import notes
from treuwerk.store.owners import lock_owners

READ, WRITE = own_account.READ_ACCOUNT, "own.enquiries.write"
LONGEST_ENQUIRY = 2_000
IN_AN_HOUR, OPEN_AT_MOST = 5, 20
_HOUR = 3_600_000_000


@attrs.frozen
class Enquiry:
    """What somebody asked about a booking, in the words of then, and how far it is; instants in microseconds UTC."""

    id: str
    booking: str
    text: str
    status: NoteStatus
    asked_at: int
    changed_at: int
    origin: Origin | None = None
    """What the booking rests on."""

    @property
    def is_open(self) -> bool:
        """Whether it still waits for an answer."""
        return self.status is not NoteStatus.DONE


def enquire(access: Access, connection: Connection, booking: str, text: str, now: int) -> str:
    """Ask about a booking of the own account; returns the public id of the enquiry.

    Raises:
        NotAllowed, OutOfScope, NotFound: see `own_account.booking`.
        Refusal: `no_text`, `too_long`; `asked_already`: one about this booking is open; `too_many_enquiries`: five in
            an hour, or twenty are open.
    """
    access.require(WRITE)
    about = own_account.booking(access, connection, booking)
    words = text.strip()
    if not words:
        raise Refusal("no_text", "found an enquiry without text, expected what seems to be wrong")
    if len(words) > LONGEST_ENQUIRY:
        raise Refusal("too_long", f"found {len(words)} characters, expected at most {LONGEST_ENQUIRY}",
                      longest=LONGEST_ENQUIRY)
    lock_owners(connection, [access.account_id], to_change=True)  # two at once: the second one counts the first
    _check_pace(access, connection, about.id, now)
    draft = NoteDraft(NoteKind.ENQUIRY, words, NoteStatus.OPEN, object=about.id)
    written = keep(connection, access.account_id, draft, access.user_id, now)
    note_act(connection, access, "enquiry.write", access.account_id, written.public_id, now=now,
             after={"object": about.id})
    return written.public_id


def enquiries(access: Access, connection: Connection, *, before: int | None = None,
              limit: int = 25) -> tuple[list[Enquiry], int | None]:
    """Enquiries of the own account, newest first, and the number behind which the older ones begin."""
    access.require(READ)
    rows = notes.enquiries(connection, access.account_id, limit + 1, before=before)
    numbers = {row.id: ids.account_and_row(row.object)[2] for row in rows[:limit]}
    made_by = origins(connection, access.account_id, set(numbers.values()))
    found = [attrs.evolve(_enquiry(access.account_id, row), origin=made_by.get(numbers[row.id]))
             for row in rows[:limit]]
    return found, rows[limit - 1].id if len(rows) > limit else None


def about_booking(access: Access, connection: Connection, booking: str) -> list[Enquiry]:
    """Enquiries of the own account about one booking, newest first."""
    access.require(READ)
    return [_enquiry(access.account_id, row) for row in notes.enquiries(
        connection, access.account_id, OPEN_AT_MOST, about=booking)]


def _check_pace(access: Access, connection: Connection, booking: str, now: int) -> None:
    since = ids.first_row_id(now - _HOUR)
    open_ones: Sequence[str] = notes.open_enquiries(connection, access.account_id)
    if booking in open_ones:
        raise Refusal("asked_already", "found an open enquiry about this booking; expected to wait for its answer")
    if len(open_ones) >= OPEN_AT_MOST or notes.enquiries_since(connection, access.account_id, since) >= IN_AN_HOUR:
        raise Refusal("too_many_enquiries", f"found {IN_AN_HOUR} enquiries in the last hour or {OPEN_AT_MOST} open "
                      "ones, expected fewer; wait for answers, or call")


def _enquiry(account_id: int, row: notes.EnquiryRow) -> Enquiry:
    return Enquiry(ids.public_id(NOTE, account_id, row.id), row.object, row.text, NoteStatus(row.status),
                   row.created_at, row.changed_at)
