"""Answers to complaints: in writing, and with what becomes of them; who complained reads them and may reply."""

import json
from collections.abc import Mapping

import attrs
from sqlalchemy import Connection

from treuwerk.domain.complaints import ComplaintState
from treuwerk.domain.notes import NoteStatus
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import OrderAct
from treuwerk.domain.rights import Access
from treuwerk.programme.settings import Settings
from treuwerk.services.auditing import note_act
from treuwerk.services.installation import Installation
from treuwerk.services.orders.changing import OpenOrder, progress_of
from treuwerk.services.orders.complaining import LONGEST_TEXT, Complaint, complaint
from treuwerk.services.orders.complaining import WRITE as REPLY
from treuwerk.services.orders.fulfilling import is_sent
from treuwerk.services.orders.moving_on import refuse_unsent
from treuwerk.services.orders.replacing import Replacement, replace_in
from treuwerk.services.orders.scope import WRITE
from treuwerk.services.participants import notes
from treuwerk.services.participants.own_company import refuse_own_company
from treuwerk.store import complaints as store
from treuwerk.store import reward_orders
from treuwerk.store.owners import lock_owners

ANSWERED = "reward_complaint_answered"
IN_A_DAY = 20
_DAY = 86_400_000_000
_SETTLED_BY = {ComplaintState.REPLACED: (OrderAct.REPLACE,),
               ComplaintState.POINTS_BACK: (OrderAct.RETURN, OrderAct.CANCEL)}


@attrs.frozen
class Answer:
    """What the service centre writes, and what the complaint is from then on; `seen` is how much was said before.

    A settlement is about `pieces`; `variant` is another one that is sent instead, empty for the same.
    """

    text: str
    state: ComplaintState
    seen: int
    pieces: int = 0
    variant: str = ""


def settlements(connection: Connection, settings: Settings, one: Complaint) -> Mapping[ComplaintState, int]:
    """By what a complaint can be settled now beside words, each with the most pieces that it can be about."""
    row = next(row for row in reward_orders.lines_of(connection, one.account_id, one.order_id) if row.line == one.line)
    if not is_sent(settings, row):
        return {}
    there = {state: max(progress_of(row).there_for(act) for act in acts) for state, acts in _SETTLED_BY.items()}
    return {state: pieces for state, pieces in there.items() if pieces}


def answer(access: Access, connection: Connection, installation: Installation, public_id: str, wanted: Answer,
           now: int) -> Complaint:
    """Answer a complaint; what settles it happens in the same transaction, and its task is done.

    Raises:
        Refusal: `no_text`, `too_long`, `changed_meanwhile`, `own_account`, `wrong_outcome`, `wrong_quantity` (there),
            or as `replace` has it; nothing was done.
        NotAllowed, OutOfScope: whoever acts may not, or there is no such complaint.
    """
    access.require(WRITE)
    found = complaint(access, connection, public_id)
    refuse_own_company(access, connection, [found.account_id])
    text = _checked(wanted.text)
    order = OpenOrder(connection, installation.programme.settings, found.account_id, found.order_id, now,
                      actor=access.actor)
    found = complaint(access, connection, public_id)  # once more behind the lock
    if len(found.words) != wanted.seen:
        raise Refusal("changed_meanwhile", f"found {len(found.words)} words, expected the {wanted.seen} that were "
                      "shown; read what was said meanwhile")
    pieces = wanted.pieces if wanted.state in _SETTLED_BY else 0
    order.note("complaint_answer", {"complaint": public_id, "state": wanted.state.value})
    _settle(order, found, wanted)
    order.finish()
    if wanted.state is ComplaintState.REPLACED:
        replace_in(connection, installation, access, found.order, Replacement(
            found.line, pieces, f"Complaint {public_id}", f"{public_id}|{len(found.words)}", wanted.variant,
            found.id), now)
    _say(connection, access, found, text, wanted.state, now, pieces=pieces, actor=access.actor)
    notes.move_note(connection, found.account_id, found.note_id, NoteStatus.DONE, access.user_id, now)
    _tell(connection, found, wanted.state, now)
    note_act(connection, access, "complaint.answer", found.account_id, public_id, now=now,
             after={"state": wanted.state.value, **({"pieces": pieces} if pieces else {})})
    return complaint(access, connection, public_id)


def reply(access: Access, connection: Connection, installation: Installation, public_id: str, text: str,
          now: int) -> Complaint:
    """Say something to an own complaint; it is open again and stands in the work queue.

    Raises:
        Refusal: `no_text`, `too_long`, `too_many_today`.
        NotAllowed, OutOfScope: whoever acts may not, or there is no such complaint of the own company.
    """
    access.require(REPLY)
    found = complaint(access, connection, public_id)
    said = _checked(text)
    order = OpenOrder(connection, installation.programme.settings, found.account_id, found.order_id, now,
                      actor=access.actor)
    lock_owners(connection, [found.account_id], to_change=True)  # two at once: the second one counts the first
    if store.said_since(connection, found.account_id, now - _DAY) >= IN_A_DAY:
        raise Refusal("too_many_today", f"found {IN_A_DAY} replies within a day, expected fewer; call us")
    found = complaint(access, connection, public_id)
    order.note("complaint_reply", {"complaint": public_id})
    order.finish()
    _say(connection, access, found, said, ComplaintState.OPEN, now)
    notes.move_note(connection, found.account_id, found.note_id, NoteStatus.OPEN, access.user_id, now)
    note_act(connection, access, "complaint.reply", found.account_id, public_id, now=now)
    return complaint(access, connection, public_id)


def _checked(text: str) -> str:
    said = text.strip()
    if not said:
        raise Refusal("no_text", "found no words, expected an answer", field="text")
    if len(said) > LONGEST_TEXT:
        raise Refusal("too_long", f"found {len(said)} characters, expected at most {LONGEST_TEXT}", field="text")
    return said


def _settle(order: OpenOrder, found: Complaint, wanted: Answer) -> None:
    """Give points back, where that is what becomes of it: of pieces that left, or else of those that never will."""
    if wanted.state is ComplaintState.OPEN:
        raise Refusal("wrong_outcome", "found an answer that leaves all open, expected what becomes of it")
    if wanted.state is not ComplaintState.POINTS_BACK:
        return
    refuse_unsent(order, found.line)
    line = progress_of(order.line(found.line))
    came = line.there_for(OrderAct.RETURN) >= wanted.pieces > 0
    order.apply(found.line, OrderAct.RETURN if came or not line.there_for(OrderAct.CANCEL) else OrderAct.CANCEL,
                wanted.pieces, details={"complaint": found.public_id})


def _say(connection: Connection, access: Access, found: Complaint, text: str, state: ComplaintState, now: int, *,
         pieces: int = 0, actor: str = "") -> None:
    store.say(connection, {
        "account_id": found.account_id, "complaint_id": found.id, "number": len(found.words) + 1,
        "user_id": access.user_id, "actor": actor, "text": text, "state": state.value, "pieces": pieces,
        "said_at": now})


def _tell(connection: Connection, found: Complaint, state: ComplaintState, now: int) -> None:
    payload = {"complaint": found.public_id, "order": found.order, "state": state.value}
    reward_orders.tell(connection, found.account_id, ANSWERED, json.dumps(payload), now)
