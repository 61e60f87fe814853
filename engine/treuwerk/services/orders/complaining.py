"""Complaints about what was ordered: kept with photos, put into the work queue as a note, worked on there."""

from collections.abc import Sequence
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain import ids
from treuwerk.domain.complaints import COMPLAINT, ComplaintKind, ComplaintState, pieces_for
from treuwerk.domain.notes import NoteDraft, NoteKind, NoteStatus
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, Audience, OutOfScope, row_named
from treuwerk.services.auditing import note_act
from treuwerk.services.documents_folder import documents_of
from treuwerk.services.installation import Installation
from treuwerk.services.orders.changing import OpenOrder
from treuwerk.services.orders.own_orders import OwnOrder, own_order
from treuwerk.services.orders.scope import READ, READ_OWN
from treuwerk.services.participants.notes import keep
from treuwerk.services.submissions.states import CLEAN
from treuwerk.services.submissions.storing_files import StoredFile
from treuwerk.store import complaints as store
from treuwerk.store import files, page_looks
from treuwerk.store.owners import lock_owners
from treuwerk.store.succession import is_successor

WRITE = "own.enquiries.write"
LONGEST_TEXT, MOST_PHOTOS, IN_A_DAY = 2_000, 5, 20
_DAY = 86_400_000_000


@attrs.frozen
class ComplaintDraft:
    """What somebody complains of: pieces of a line, in words."""

    line: int
    kind: ComplaintKind
    pieces: int
    text: str


@attrs.frozen
class Photo:
    """A photo of a complaint, drawn as `pages` pictures."""

    number: int
    sha256: str
    pages: int


@attrs.frozen
class Word:
    """What somebody said to a complaint: the participant, or by the name of `actor` the service centre.

    `state` is what the complaint was from then on, `pieces` what it was settled for. Instants in microseconds UTC.
    """

    number: int
    actor: str
    text: str
    state: ComplaintState
    pieces: int
    said_at: int


@attrs.frozen
class Complaint:
    """A complaint and how far it is; instants in microseconds UTC."""

    account_id: int
    id: int
    order_id: int
    line: int
    kind: ComplaintKind
    pieces: int
    text: str
    note_id: int
    status: NoteStatus
    made_at: int
    photos: tuple[Photo, ...] = ()
    words: tuple[Word, ...] = ()

    @property
    def state(self) -> ComplaintState:
        """How far it is, by what was said last."""
        return self.words[-1].state if self.words else ComplaintState.OPEN

    @property
    def public_id(self) -> str:
        """The id that people see."""
        return ids.public_id(COMPLAINT, self.account_id, self.id)

    @property
    def order(self) -> str:
        """The public id of the order."""
        return ids.public_id(ids.REWARD_ORDER, self.account_id, self.order_id)


def may_complain(access: Access, connection: Connection, order: str, draft: ComplaintDraft, now: int) -> None:
    """See that a complaint would be kept, before anything is done with its photos.

    Raises:
        Refusal, OutOfScope: as `complain`, but for what is about photos.
    """
    access.require(WRITE)
    found = own_order(access, connection, order)
    _check(found, draft, ())
    _refuse_too_many(connection, found.account_id, now)


def complain(access: Access, connection: Connection, installation: Installation, order: str, draft: ComplaintDraft,
             photos: Sequence[StoredFile], now: int) -> Complaint:
    """Complain about pieces of a line; the service centre finds it in its queue.

    Raises:
        Refusal: `no_text`, `too_long`, `unknown_line`, `wrong_quantity` (there), `too_many_photos`, `too_many_today`,
            `no_photo`: a file is none, or could not be scanned yet; `file_gone`: send it again.
        OutOfScope: there is no such order of the own company.
    """
    access.require(WRITE)
    found = own_order(access, connection, order)
    _check(found, draft, photos)
    opened = OpenOrder(connection, installation.programme.settings, found.account_id, found.id, now, actor=access.actor)
    lock_owners(connection, [found.account_id], to_change=True)  # two at once: the second one counts the first
    _refuse_too_many(connection, found.account_id, now)
    number = next(ids.row_ids(now))
    public = ids.public_id(COMPLAINT, found.account_id, number)
    words = NoteDraft(NoteKind.COMPLAINT, draft.text, NoteStatus.OPEN, object=public)
    opened.note("complain", {"complaint": public})
    opened.finish()
    note = keep(connection, found.account_id, words, access.user_id, now)
    for one in photos:
        _keep_file(connection, installation, one, now)
    store.add(connection, {
        "account_id": found.account_id, "id": number, "order_id": found.id, "line": draft.line,
        "kind": draft.kind.value, "pieces": draft.pieces, "text": draft.text, "user_id": access.user_id,
        "note_id": note.id, "made_at": now}, [
        {"account_id": found.account_id, "complaint_id": number, "sha256": one.sha256, "number": at,
         "pages": one.pages} for at, one in enumerate({one.sha256: one for one in photos}.values(), start=1)])
    note_act(connection, access, "order.complain", found.account_id, public, now=now,
             after={"line": draft.line, "kind": draft.kind.value, "pieces": draft.pieces, "photos": len(photos)})
    return _one(connection, found.account_id, number)


def complaints_of(access: Access, connection: Connection, order: OwnOrder) -> list[Complaint]:
    """The complaints about an own order, the oldest first."""
    access.require(READ_OWN)
    return _whole(connection, order.account_id, store.of_order(connection, order.account_id, order.id))


def complaint(access: Access, connection: Connection, public_id: str) -> Complaint:
    """One complaint: of the own company, or in the service centre of any.

    Raises:
        OutOfScope: there is none.
    """
    access.require(READ if access.audience is Audience.OFFICE else READ_OWN)
    account_id, number = row_named(public_id, COMPLAINT)
    if not is_successor(connection, account_id, access.account_id):
        access.require_account(account_id)
    return _one(connection, account_id, number)


def photo(access: Access, connection: Connection, public_id: str, number: int) -> Photo:
    """One photo of a complaint.

    Raises:
        OutOfScope: there is none.
    """
    for one in complaint(access, connection, public_id).photos:
        if one.number == number:
            return one
    raise OutOfScope


def _refuse_too_many(connection: Connection, account_id: int, now: int) -> None:
    if store.since(connection, account_id, now - _DAY) >= IN_A_DAY:
        raise Refusal("too_many_today", f"found {IN_A_DAY} complaints within a day, expected fewer; call us")


def _check(order: OwnOrder, draft: ComplaintDraft, photos: Sequence[StoredFile]) -> None:
    line = next((one for one in order.lines if one.number == draft.line), None)
    if line is None:
        raise Refusal("unknown_line", f"found line {draft.line}, expected one of the order")
    there = pieces_for(draft.kind, line.progress)
    if not 0 < draft.pieces <= there:
        raise Refusal("wrong_quantity", f"found {draft.pieces} pieces, expected 1 to {there}", there=there,
                      field="pieces")
    if not draft.text.strip():
        raise Refusal("no_text", "found no words, expected what is wrong", field="text")
    if len(draft.text) > LONGEST_TEXT:
        raise Refusal("too_long", f"found {len(draft.text)} characters, expected at most {LONGEST_TEXT}", field="text")
    if len(photos) > MOST_PHOTOS:
        raise Refusal("too_many_photos", f"found {len(photos)} photos, expected at most {MOST_PHOTOS}",
                      most=MOST_PHOTOS)
    for one in photos:
        if one.state != CLEAN or not one.pages:
            raise Refusal("no_photo", f"found {one.name!r}, which cannot be shown; expected a photo or a PDF",
                          file=one.name)


def _keep_file(connection: Connection, installation: Installation, one: StoredFile, now: int) -> None:
    """Note a file, under lock against the sweep that removes what nobody holds."""
    files.known(connection, one.sha256, locked=True)
    if not documents_of(installation.database).has(one.sha256):
        raise Refusal("file_gone", "found the photo removed a moment ago, expected it where it was; send it again")
    files.note(connection, {"sha256": one.sha256, "media_type": one.media_type, "size": one.size, "stored_at": now,
                            "state": one.state, "found": one.found, "pages": one.pages})
    page_looks.note(connection, one.sha256, one.looks, now)


def _one(connection: Connection, account_id: int, number: int) -> Complaint:
    row = store.one(connection, account_id, number)
    if row is None:
        raise OutOfScope
    return _whole(connection, account_id, [row])[0]


def _whole(connection: Connection, account_id: int, rows: Sequence[Row[Any]]) -> list[Complaint]:
    if not rows:
        return []
    by_complaint: dict[int, list[Photo]] = {}
    numbers = [row.id for row in rows]
    for one in store.photos(connection, account_id, numbers):
        by_complaint.setdefault(one.complaint_id, []).append(Photo(one.number, one.sha256, one.pages))
    said: dict[int, list[Word]] = {}
    for one in store.words(connection, account_id, numbers):
        said.setdefault(one.complaint_id, []).append(
            Word(one.number, one.actor, one.text, ComplaintState(one.state), one.pieces, one.said_at))
    return [Complaint(row.account_id, row.id, row.order_id, row.line, ComplaintKind(row.kind), row.pieces, row.text,
                      row.note_id, NoteStatus(row.status), row.made_at, tuple(by_complaint.get(row.id, ())),
                      tuple(said.get(row.id, ())))
            for row in rows]
