"""What codes of the service centre are called: kinds, statuses, acts and refusals. Each is a message."""

from collections.abc import Mapping, Sequence

from treuwerk.domain.notes import NoteKind, NoteStatus
from treuwerk.domain.refusals import Refusal
from treuwerk.services.submissions.queue import View
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit

NOTE_KINDS: Mapping[str, tuple[str, str]] = {
    NoteKind.CALL_IN: (marked("Call from the participant"), "phone"),
    NoteKind.CALL_OUT: (marked("Call to the participant"), "phone-outgoing"),
    NoteKind.MAIL: (marked("Mail"), "mail"), NoteKind.LETTER: (marked("Letter"), "file-text"),
    NoteKind.VISIT: (marked("Visit"), "map-pin"), NoteKind.INTERNAL: (marked("Internal note"), "sticky-note"),
    NoteKind.ENQUIRY: (marked("Enquiry from the portal"), "inbox"),
    NoteKind.COMPLAINT: (marked("Complaint about an order"), "triangle-alert")}
"""Words and icon of each kind of note."""
NOTE_STATUSES: Mapping[str, tuple[str, str, str]] = {
    NoteStatus.OPEN: (marked("Open"), "accent", "inbox"),
    NoteStatus.IN_PROGRESS: (marked("In progress"), "accent", "hourglass"),
    NoteStatus.WAITING_FOR_PARTICIPANT: (marked("Waiting for the participant"), "warn", "clock"),
    NoteStatus.WAITING_FOR_OTHERS: (marked("Waiting for others"), "warn", "clock"),
    NoteStatus.DONE: (marked("Done"), "good", "circle-check")}
"""Words, colour and icon of each status."""
ADJUSTMENTS: Mapping[str, tuple[str, str, str]] = {
    "waiting": (marked("Waits for a second person"), "warn", "hourglass"),
    "booked": (marked("Booked"), "good", "circle-check"), "refused": (marked("Refused"), "bad", "circle-x"),
    "withdrawn": (marked("Withdrawn"), "", "undo-2")}
HELD_STATES: Mapping[str, tuple[str, str, str]] = {
    "held": (marked("Waits for a decision"), "warn", "hourglass"),
    "released": (marked("Is being cleared"), "accent", "clock"), "rejected": (marked("Rejected"), "bad", "circle-x"),
    "cleared": (marked("Cleared"), "good", "circle-check"), "superseded": (marked("Superseded"), "", "undo-2")}
"""Words, colour and icon of what became of a held file."""
HELD_REASONS: Mapping[str, tuple[str]] = {
    "bad_lines": (marked("Too many bad lines"),), "miscount": (marked("A count is wrong"),),
    "cut_off": (marked("The end is missing"),)}
VIEWS: Mapping[View, str] = {
    View.MINE: marked("Mine"), View.UNASSIGNED: marked("Unassigned"), View.OVERDUE: marked("Overdue"),
    View.TEAM: marked("Team"), View.SNOOZED: marked("Put off")}
WORK_KINDS: Mapping[str, tuple[str, str]] = {
    "note": (marked("Follow-up"), "sticky-note"), "enquiry": (marked("Enquiry"), "inbox"),
    "adjustment": (marked("Points by hand"), "scale"),
    "submission": (marked("Reported purchase"), "file-text"),
    "clearing_run": (marked("Lines not booked"), "triangle-alert"),
    "held_file": (marked("Delivery that is held"), "package"),
    "mapping": (marked("Mapping for a second person"), "users-round"),
    "recalculation": (marked("Recalculation for a second person"), "scale"),
    "tier_grant": (marked("Tier by hand for a second person"), "award"),
    "withdrawal": (marked("Withdrawal from a contract"), "undo-2"),
    "supplier": (marked("Order to be settled with its supplier"), "truck"),
    "payment": (marked("Payment to be settled with its provider"), "wallet"),
    "plugin": (marked("Plugin that is paused"), "plug"),
    "work_order": (marked("Import or job that failed"), "triangle-alert")}
"""Kinds of work; one that a later part adds stands for itself."""
EVENTS: Mapping[str, tuple[str, str]] = {
    "booking": (marked("Bookings"), "wallet"), "purchase": (marked("Purchases without points"), "package"),
    "adjustment": (marked("Points by hand"), "scale"), "note": (marked("Notes"), "sticky-note"),
    "sign_in": (marked("Sign-ins"), "log-in"), "change": (marked("Changes"), "pencil"),
    "merge": (marked("Merges"), "merge")}
REASONS: Mapping[str, str] = {
    "goodwill": marked("Goodwill"), "correction": marked("Correction"), "complaint": marked("Complaint"),
    "contest": marked("Contest or campaign"), "other": marked("Other reason")}
REVERSALS: Mapping[str, str] = {
    "correction": marked("Correction"), "returned": marked("Goods went back"), "complaint": marked("Complaint"),
    "cancelled": marked("Order cancelled"), "other": marked("Other reason")}
"""Codes of why a booking is taken back by hand."""
STATED: Mapping[str, str] = {**REASONS, **REVERSALS}
"""Words for the codes that stand in front of a reason in the books."""
ACTIONS: Mapping[str, str] = {
    "enquiry.write": marked("Enquiry made"),
    "plugin.pause": marked("Plugin paused"), "plugin.resume": marked("Plugin let go on"),
    "plugin.acknowledge": marked("Errors of a plugin acknowledged"),
    "submission.report": marked("Purchase reported"), "submission.withdraw": marked("Report withdrawn"),
    "submission.answer": marked("Question answered"), "submission.appeal": marked("Appeal made"),
    "conflict.read": marked("Conflict looked at"), "conflict.decide": marked("Conflict decided"),
    "conflict.ask": marked("Decision on a conflict handed to a second person"),
    "conflict.refuse": marked("Decision on a conflict refused"),
    "conflict.undo": marked("Decision on a conflict undone"),
    "seller.create": marked("Seller added"), "seller.merge": marked("Seller made one with another"),
    "seller.unmerge": marked("Sellers made two again"), "seller.alias": marked("Numbers or names of a seller changed"),
    "alias.map": marked("Number mapped"), "alias.never": marked("Decided that it never earns"),
    "alias.take_back": marked("Decision on a number taken back"), "alias.stop": marked("Decision on a number ended"),
    "alias.ask": marked("Mapping handed to a second person"), "alias.agree": marked("Mapping agreed with"),
    "alias.refuse": marked("Mapping refused"), "alias.withdraw": marked("Mapping withdrawn"),
    "shop.preview": marked("Shop looked at as a participant"),
    "world.save": marked("World saved"), "promotion.save": marked("Promotion saved"),
    "note.write": marked("Note written"), "note.change": marked("Note changed"),
    "points.recalculate": marked("Purchases recalculated"),
    "points.adjust": marked("Points booked by hand"), "points.approve": marked("Points by hand approved"),
    "points.reverse": marked("Booking taken back"),
    "points.refuse": marked("Points by hand refused"), "points.withdraw": marked("Points by hand withdrawn"),
    "work.take": marked("Work taken"), "work.release": marked("Work released"), "work.assign": marked("Work assigned"),
    "work.snooze": marked("Work put off"), "work.done": marked("Work done"), "work.reopen": marked("Work reopened"),
    "user.create": marked("User created"), "user.roles": marked("Roles changed"), "user.block": marked("User blocked"),
    "user.link": marked("Sign-in linked"), "user.unlink": marked("Sign-in unlinked"),
    "user.unblock": marked("User unblocked"), "user.end_sessions": marked("Sessions ended"),
    "profile.change": marked("Own details changed"), "people.invite": marked("Colleague invited"),
    "people.withdraw": marked("Invitation withdrawn"), "people.give_back": marked("Invitation given back"),
    "people.role": marked("Role of a colleague changed"), "people.end_access": marked("Access of a colleague ended"),
    "people.restore_access": marked("Access of a colleague given back"),
    "address.add": marked("Address added"), "address.change": marked("Address changed"),
    "address.prefer": marked("Address preferred"), "address.remove": marked("Address removed"),
    "address.restore": marked("Address given back"),
    "user.reset_login": marked("Password given"), "user.drop_second_factor": marked("Second factor reset"),
    "participant.status": marked("Status changed"), "participant.invite": marked("Code for the first login made"),
    "participant.forget_uploads": marked("Reported purchases made anonymous"),
    "participant.read": marked("Participant seen"),
    "participant.view_as": marked("Portal viewed as the participant"),
    "participant.view_as_end": marked("View as the participant ended"),
    "participant.view_page": marked("Page seen as the participant"), "participant.export": marked("List downloaded"),
    "file.release": marked("Held delivery released"), "file.reject": marked("Held delivery rejected"),
    "file.reopen": marked("Held delivery held again"), "file.export": marked("Faults of a delivery downloaded"),
    "work.export": marked("List downloaded"),
    "search.query": marked("Searched"), "audit.read": marked("Audit seen"), "audit.export": marked("Audit downloaded"),
    "submission.read": marked("Reported purchase seen"), "submission.begin": marked("Purchase begun on behalf"),
    "submission.page": marked("Page of a purchase added"), "submission.ask": marked("Participant asked"),
    "submission.hand_on": marked("Reported purchase handed to another person"),
    "submission.send_back": marked("Reported purchase given back"),
    "submission.accept": marked("Reported purchase accepted"),
    "submission.decline": marked("Reported purchase declined"),
    "submission.correct": marked("Decision on a reported purchase corrected"),
    "line.book": marked("Rejected line corrected and booked"),
    "line.ask": marked("Corrected line handed to another person"),
    "line.refuse": marked("Correction of a line refused"), "line.close": marked("Rejected line closed"),
    "line.reopen": marked("Rejected line opened again"),
    "reward.create": marked("Reward begun"), "reward.change": marked("Draft of a reward changed"),
    "reward.discard": marked("Draft of a reward given up"),
    "reward.restore": marked("Draft of a reward taken up again"),
    "reward.hand_in": marked("Draft of a reward handed in"), "reward.give_back": marked("Draft of a reward given back"),
    "reward.publish": marked("Reward published"), "reward.withdraw": marked("Reward withdrawn"),
    "reward.dates": marked("Dates of a reward planned"), "reward.codes": marked("Voucher codes added"),
    "reward.stock": marked("Stock of a reward changed"), "reward.import": marked("Rewards imported"),
    "reward.undo_import": marked("Import of rewards undone"),
    "complaint.answer": marked("Complaint answered"), "complaint.reply": marked("Reply to an answer"),
    "order.complain": marked("Complaint about an order"), "order.replace": marked("Pieces sent once more"),
    "order.place_for": marked("Ordered for the participant"),
    "order.read": marked("Order seen"), "order.export": marked("Orders downloaded"),
    "order.pick": marked("Pick list made"), "order.label": marked("Address label printed"),
    "order.withdraw": marked("Withdrawal declared"), "withdrawal.settle": marked("Withdrawal worked off"),
    "withdrawal.assign": marked("Withdrawal assigned to an order"),
    "withdrawal.set_aside": marked("Withdrawal set aside with an answer"),
    "recalculation.ask": marked("Recalculation asked for"), "recalculation.book": marked("Recalculation booked"),
    "recalculation.agree": marked("Agreed with a recalculation"),
    "recalculation.refuse": marked("Recalculation refused"),
    "recalculation.withdraw": marked("Recalculation withdrawn"),
    "programme.propose": marked("Changed programme proposed"),
    "programme.approve": marked("Changed programme approved"),
    "programme.decline": marked("Changed programme declined"),
    "programme.withdraw": marked("Changed programme withdrawn"),
    "programme.read": marked("Effect of a changed programme seen"), "programme.export": marked("List downloaded"),
    "ledger.prove": marked("Proof of the ledger started")}
"""Acts as the audit tells them; one that a later part adds stands for itself."""
THINGS: Mapping[str, str] = {
    "alias": marked("Unknown numbers"),
    "note": marked("Notes"), "enquiry": marked("Enquiries"),
    "points": marked("Points by hand"), "work": marked("Work queue"),
    "user": marked("Users"), "participant": marked("Participants"), "people": marked("People"),
    "profile": marked("Profile"), "address": marked("Addresses"), "reward": marked("Rewards"),
    "programme": marked("Programme changes"),
    "recalculation": marked("Recalculations"), "search": marked("Search"),
    "audit": marked("Audit"), "ledger": marked("Ledger")}
"""What acts are about: the part of their name before the point."""
_REFUSALS: Mapping[str, str] = {
    "held": marked("Somebody else has this open. Take another one, or wait until it is free."),
    "settled_before": marked("Nothing is left to do here: somebody was faster."),
    "decided_before": marked("Somebody else decided otherwise on this number. Take that decision back first."),
    "unknown_participant": marked("This participant is not there any more. Choose another one."),
    "unknown_article": marked("This article is not there any more. Choose another one."),
    "no_number": marked("The documents name no number that can be kept. Choose “Only for what waits now”."),
    "rests_on_it": marked(
        "Purchases are booked by this decision. End it for what comes, and take back the bookings that are wrong."),
    "ended": marked("This decision was taken back before. Nothing was changed."),
    "already_done": marked("This is done already. Nothing was changed."),
    "changed": marked("Somebody else changed this meanwhile. Look at it again."),
    "decided_elsewhere": marked("This waits for a decision: approve, refuse or withdraw it."),
    "delivered_directly": marked(
        "A feed reported these goods as well, and its report would be lost. Enter what the feed reported; what must go "
        "nevertheless is taken back on the page of the booking."),
    "conflict_changed": marked(
        "Somebody decided this meanwhile, or something was booked or taken back. Look at both sides as they are now."),
    "cannot_be_booked": marked(
        "This line cannot be booked as it is. Look at its participant, its article and its day first."),
    "line_changed": marked(
        "Somebody decided meanwhile, on this line or on what its numbers mean. Look at it as it is now."),
    "mappings_differ": marked(
        "Some numbers of both sellers were decided otherwise. End one of the two decisions on each first."),
    "merged_further": marked("The other seller was made one with a third since. Undo that first."),
    "merged_seller": marked("This is the code of a seller that was made one with this one. Undo that instead."),
    "same_seller": marked("This is the same seller. Choose another one."),
    "line_cannot_be_booked": marked("This line would be rejected again. Look at its fields."),
    "not_correctable": marked(
        "This line is of a document that changes another one as a whole. Ask the sender for a correction, or close the "
        "line."),
    "minus": marked("Write figures without a minus, and choose what happened to the goods."),
    "needs_day": marked("A follow-up without a day needs an assignee. Give it a day first."),
    "past": marked("Choose a day that is still to come."),
    "unknown_assignee": marked("This person does not work in the service centre any more. Choose another one."),
    "foreign_object": marked("This id is none of this participant. Copy it from the stream, such as txn_…"),
    "wrong_kind": marked("Enquiries come from participants only. Choose another kind."),
    "no_text": marked("Write what was said or written."), "too_long": marked("This text is too long. Shorten it."),
    "last_admin": marked("Nobody could manage users any more. Give the role to another active user first."),
    "own_user": marked("You cannot do this to your own user. Another administrator can."),
    "own_roles": marked("Nobody changes the own roles. Another administrator can change yours."),
    "name_taken": marked("Another user has this name. Choose one that tells both apart."),
    "no_name": marked("Enter a name of at most 100 characters."),
    "unknown_role": marked("This role is not in the programme. Choose one of the list."),
    "wrong_status": marked("This change of status is not possible. Look at the participant again."),
    "no_reason": marked("Give a reason of at least two words, by which others understand it later."),
    "self_approval": marked("You asked for this yourself. Another person must decide."),
    "mapping_changed": marked("By now this would book something else. Look at what it does, and decide then."),
    "own_account": marked("You belong to this company. Somebody who does not must book here."),
    "already_decided": marked("Somebody decided on this already. Look at it again."),
    "not_yours": marked("Somebody else asked for this. Refuse it instead of withdrawing it."),
    "not_enough": marked("There are not so many points that can be taken."),
    "too_many_pieces": marked("There are not so many pieces left. Enter fewer."),
    "cannot_be_taken_back": marked("Bookings of this kind are not taken back here."),
    "changed_meanwhile": marked(
        "This booking was taken back meanwhile, or somebody asked for it. Look at what is left of it."),
    "waits_already": marked("Somebody asked for this already. It waits for a second person."),
    "gone": marked("This sign-in waits no longer. Let the person sign in again, and choose it within the hour."),
    "identity_taken": marked("This identity leads to another user already. Unlink it there first."),
    "wrong_day": marked("Choose a day from the beginning of the programme until today."),
    "gone_already": marked("Points of this day would be gone already. Choose a later day."),
    "personal_data": marked(
        "Names and mail addresses must not stand in the books. Name the ticket or the slip instead."),
    "participant_not_active": marked("This participant is not active. Points are booked for active ones only."),
    "recalculated_already": marked("A recalculation of this article is not over. Look at that first."),
    "wrong_days": marked("The last day comes before the first one. Exchange them."),
    "outdated": marked(
        "Another programme is in force than the one that this was laid beside. Let it be simulated and proposed anew."),
    "above_limit": marked("This is above what one person may book. Another person must agree."),
    "counted_anew": marked("This was counted anew meanwhile. Look at what it comes to, and decide then."),
    "reports_open": marked("Reported purchases wait for a decision. Decide on them first."),
    "orders_open": marked("Orders have not left. They need their address: deliver or cancel them first."),
    "plugin_paused": marked("This plugin is paused already. Look at it again."),
    "held_changed": marked("Somebody decided on this file before. Look at it again."),
    "not_kept": marked("This file was not kept here."),
    "wrong_amount": marked("Enter a whole number of points that is not 0."),
    "implausible_clock": marked(
        "The clock of the server may be wrong: nothing was booked for more than 400 days. Ask your administrator."),
    "unknown_actor": marked("Your user has no name that can stand in the books. Ask your administrator."),
    "unknown_unit": marked("The programme has no such points. Choose one of the list.")}


def refusal_words(visit: Visit, refusal: Refusal) -> str:
    """Why something was refused, in the visitor's language; the reason itself where no words are there for it."""
    return gettext(visit, _REFUSALS[refusal.code]) if refusal.code in _REFUSALS else refusal.reason


def marked_refusal(refusal: Refusal) -> str:
    """The message of a refusal, to be told beside a field."""
    return _REFUSALS.get(refusal.code, refusal.reason)


def options(visit: Visit, words: Mapping[str, Sequence[str] | str]) -> list[tuple[str, str]]:
    """Codes and words for a field to choose from."""
    return [(str(code), gettext(visit, told if isinstance(told, str) else told[0])) for code, told in words.items()]
