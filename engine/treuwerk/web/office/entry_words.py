"""What codes about reported purchases are called: states, reasons, hints, problems of lines, events."""

from collections.abc import Mapping

from treuwerk.domain.documents import DocumentKind
from treuwerk.domain.submissions import SubmissionEvent, SubmissionState
from treuwerk.services.submissions.deciding import ALREADY_BOOKED
from treuwerk.web.shell.marking import marked

STATES: Mapping[str, tuple[str, str, str]] = {
    SubmissionState.DRAFT: (marked("Not handed in yet"), "", "pencil"),
    SubmissionState.RECEIVED: (marked("New"), "accent", "inbox"),
    SubmissionState.IN_REVIEW: (marked("Being entered"), "accent", "hourglass"),
    SubmissionState.QUESTION: (marked("Question to the participant"), "warn", "clock"),
    SubmissionState.SECOND: (marked("Waits for another person"), "warn", "users-round"),
    SubmissionState.ACCEPTED: (marked("Accepted"), "good", "circle-check"),
    SubmissionState.PARTLY: (marked("Accepted in part"), "good", "circle-check"),
    SubmissionState.DECLINED: (marked("Declined"), "bad", "circle-x"),
    SubmissionState.WITHDRAWN: (marked("Withdrawn"), "", "undo-2")}
"""Words, colour and icon of each state."""
REASON_WORDS: Mapping[str, str] = {
    "not_in_programme": marked("Not in the programme"), ALREADY_BOOKED: marked("Credited before"),
    "too_late": marked("Reported too late"), "not_readable": marked("Not legible"),
    "no_proof": marked("No proof of the purchase"), "other_recipient": marked("Issued to another company"),
    "not_delivered": marked("Not delivered or returned"), "other": marked("Other reason")}
"""Codes of why something is not accepted."""
KIND_WORDS: Mapping[str, str] = {
    DocumentKind.DELIVERY: marked("Delivery note"), DocumentKind.RECEIPT: marked("Receipt of goods"),
    DocumentKind.INVOICE: marked("Invoice"), DocumentKind.SALES_REPORT: marked("Sales report")}
PROBLEMS: Mapping[str, str] = {
    "unknown_article": marked("This article is not in the article master. Choose another one, or decline the line."),
    "unknown_unit": marked("The programme does not know this unit."),
    "unit_not_convertible": marked("The article master does not say how many pieces this unit has."),
    "fraction": marked("This is no whole number of pieces."),
    "too_large": marked("This is more than a line can hold."),
    "too_long": marked("This number is too long."),
    "unknown_participant": marked("The participant has no number by which documents find it."),
    "participant_not_active": marked("The participant is not active: nothing is credited now."),
    "no_date": marked("Enter the day of the delivery."),
    "future_date": marked("This day is still to come."),
    "before_start": marked("The programme had not begun on this day."),
    "attribute_missing": marked("The article master lacks a figure that the rule needs."),
    "unknown_feature": marked("Choose what the delivery was part of."),
    "conflict": marked("This line is known with other content."),
    "wrong_kind": marked("Documents of this kind bring no points.")}
"""Why a line cannot be booked as it is; other codes are told with their reason."""
HINTS: Mapping[str, str] = {
    "goods_booked": marked(
        "Lines were credited before from the document %(document)s. They bring nothing a second time."),
    "known": marked("Lines of this document were credited before. They bring nothing a second time."),
    "known_document": marked("Lines of the document %(number)s were credited before. Compare them."),
    "same_bytes": marked("The same file came with another report."),
    "same_number": marked("This participant reported a document with the number %(number)s before."),
    "note_of_others": marked("Others reported a document with the number %(number)s, too."),
    "like_lines": marked("The same article and quantity were credited lately from %(documents)s."),
    "too_late": marked("It was reported %(days)s days after the delivery; the limit is %(limit)s days."),
    "cap_reached": marked("A cap leaves less than these lines earn. What is booked first gets what is left."),
    "budget_used_up": marked("A budget has less left than these lines earn. What is booked first gets what is left."),
    "parts_complete": marked("By its parts the order is complete."),
    "parts_missing": marked("By its parts the order is not complete; too little of: %(parts)s."),
    "quantity_far_above": marked(
        "%(quantity)s pieces of %(article)s are far above what was usual: %(usual)s, at most %(largest)s."),
    "price_far_off": marked(
        "%(price)s %(currency)s for one %(article)s are far from %(listed)s %(currency)s in the catalogue."),
    "looks_like": marked("Page %(page)s looks like page %(other)s of the report %(number)s."),
    "edited_pdf": marked("The file %(name)s was edited: saved %(saves)s times, editor %(editor)s."),
    "new_bank": marked("%(name)s names the bank account %(account)s; accepted documents named %(known)s."),
    "seller_of_nobody_else": marked("Nobody else bought from %(name)s so far."),
    "just_below_limit": marked("%(count)s reports of the last %(days)s days stay just below the limit of %(limit)s."),
    "night_series": marked("%(count)s reports of the last %(days)s days came at night.")}
"""What a clerk is warned of; the facts of a hint stand in its places."""
HINT_TONES: Mapping[str, tuple[str, str]] = {
    "stop": ("bad", "triangle-alert"), "doubt": ("warn", "triangle-alert"), "notice": ("", "info")}
EVENT_WORDS: Mapping[str, tuple[str, str]] = {
    SubmissionEvent.STARTED: (marked("Begun"), "pencil"), SubmissionEvent.PAGE_ADDED: (marked("Page added"), "plus"),
    SubmissionEvent.SUBMITTED: (marked("Handed in"), "inbox"), SubmissionEvent.TAKEN: (marked("Being entered"), "hand"),
    SubmissionEvent.RETURNED: (marked("Put back"), "undo-2"), SubmissionEvent.ASKED: (marked("Asked"), "mail"),
    SubmissionEvent.ANSWERED: (marked("Answered"), "mail"),
    SubmissionEvent.ENTERED: (marked("Entered, waits for another person"), "users-round"),
    SubmissionEvent.SENT_BACK: (marked("Given back by the second person"), "undo-2"),
    SubmissionEvent.ACCEPTED: (marked("Accepted"), "circle-check"),
    SubmissionEvent.PARTLY: (marked("Accepted in part"), "circle-check"),
    SubmissionEvent.DECLINED: (marked("Declined"), "circle-x"),
    SubmissionEvent.WITHDRAWN: (marked("Withdrawn"), "undo-2"),
    SubmissionEvent.CORRECTED: (marked("Corrected after the decision"), "undo-2"),
    SubmissionEvent.APPEALED: (marked("Appealed"), "scale"),
    SubmissionEvent.HELD: (marked("Waits for the virus scanner"), "hourglass"),
    SubmissionEvent.SCANNED: (marked("Virus scanner found nothing"), "shield-check"),
    SubmissionEvent.INFECTED: (marked("Virus scanner refused a file"), "triangle-alert"),
    SubmissionEvent.REPLACED: (marked("A delivery corrected what was credited"), "package"),
    SubmissionEvent.EVIDENCE: (marked("The same purchase came from another document"), "copy")}
SECOND_REASONS: Mapping[str, str] = {
    "points": marked("So many points need a second person."), "net": marked("This value needs a second person."),
    "score": marked("The hints need a second person."), "sample": marked("This document was drawn as a sample."),
    "differs": marked("Two people entered it differently.")}
OUTCOMES: Mapping[str, tuple[str, str, str]] = {
    "booked": (marked("Credited"), "good", "circle-check"), "nothing": (marked("Brings no points"), "", "info"),
    "known": (marked("Credited before"), "warn", "copy")}
PLACES: Mapping[str, str] = {
    "kind": marked("Kind of document"), "number": marked("Number"), "seller": marked("Seller"),
    "day": marked("Delivered on")}
"""What two entries can differ in."""
