"""What states, events, reasons and refusals of reported purchases are called. Each is a message."""

from collections.abc import Mapping

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.submissions import SubmissionEvent, SubmissionState
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit

_S, _E = SubmissionState, SubmissionEvent
STATES: Mapping[str, tuple[str, str, str]] = {
    _S.DRAFT: (marked("Draft"), "", "pencil"), _S.RECEIVED: (marked("Received"), "accent", "inbox"),
    _S.IN_REVIEW: (marked("In review"), "accent", "hourglass"), _S.SECOND: (marked("In review"), "accent", "hourglass"),
    _S.QUESTION: (marked("Question for you"), "warn", "triangle-alert"),
    _S.ACCEPTED: (marked("Accepted"), "good", "circle-check"),
    _S.PARTLY: (marked("Accepted in part"), "good", "circle-check"),
    _S.DECLINED: (marked("Declined"), "bad", "circle-x"), _S.WITHDRAWN: (marked("Withdrawn"), "", "undo-2")}
"""Words, colour and icon of each state, as participants see it."""
FILTERS: Mapping[str, tuple[str, frozenset[SubmissionState]]] = {
    "question": (marked("Question for you"), frozenset({_S.QUESTION})),
    "waiting": (marked("In review"), frozenset({_S.RECEIVED, _S.IN_REVIEW, _S.SECOND})),
    "draft": (marked("Drafts"), frozenset({_S.DRAFT})),
    "accepted": (marked("Accepted"), frozenset({_S.ACCEPTED, _S.PARTLY})),
    "declined": (marked("Declined"), frozenset({_S.DECLINED})),
    "withdrawn": (marked("Withdrawn"), frozenset({_S.WITHDRAWN}))}
"""What the list can be narrowed to."""
EVENTS: Mapping[str, tuple[str, str, str]] = {
    _E.SUBMITTED: (marked("Received"), "inbox", "accent"), _E.TAKEN: (marked("In review"), "hourglass", "accent"),
    _E.ASKED: (marked("Question"), "triangle-alert", "warn"), _E.ANSWERED: (marked("Your answer"), "send", ""),
    _E.PAGE_ADDED: (marked("Page added"), "image", ""), _E.ACCEPTED: (marked("Accepted"), "circle-check", "good"),
    _E.PARTLY: (marked("Accepted in part"), "circle-check", "good"),
    _E.DECLINED: (marked("Declined"), "circle-x", "bad"),
    _E.WITHDRAWN: (marked("Withdrawn"), "undo-2", ""), _E.APPEALED: (marked("Your appeal"), "send", ""),
    _E.HELD: (marked("Waits for the virus scanner"), "clock", "warn"),
    _E.SCANNED: (marked("A file was found clean"), "shield-check", ""),
    _E.INFECTED: (marked("A file could not be taken"), "triangle-alert", "bad"),
    _E.REPLACED: (marked("A delivery of the seller says something else: its quantities count"), "info", "warn"),
    _E.EVIDENCE: (marked("The same purchase was booked from another document"), "info", "")}
"""What a timeline shows to participants; what is not here is a matter of the service centre."""
INFECTED_WORDS = {
    "infected": marked("The virus scanner found something in a file. Nobody has opened it. Add the page again, as a "
                       "photo or a freshly made PDF, and answer."),
    "unreadable": marked("A file could not be read. Add the page again, as a photo or a PDF without a password, and "
                         "answer.")}
REASONS: Mapping[str, tuple[str, str]] = {
    "not_in_programme": (marked("The products are not part of the programme."),
                         marked("Nothing is to be done. The list of products tells what counts.")),
    "already_booked": (marked("The purchase is booked already."),
                       marked("Nothing is to be done: its points stand in your account.")),
    "too_late": (marked("It was reported too late."),
                 marked("Report documents as soon as you have them. If there was a reason, appeal and name it.")),
    "not_readable": (marked("The document cannot be read."),
                     marked("Report it again with a sharp picture of the whole page, in good light.")),
    "no_proof": (marked("The document does not prove the purchase."),
                 marked("Report it again with the delivery note or the invoice.")),
    "other_recipient": (marked("The document is made out to another company."),
                        marked("If that company is yours, too, appeal and say so.")),
    "not_delivered": (marked("The goods were not delivered."),
                      marked("Report it again with the delivery note, as soon as they are.")),
    "other": (marked("There is another reason, which stands below."),
              marked("If you see it otherwise, appeal and say why."))}
"""Why something is not accepted, and what to do about it."""
_REFUSED: Mapping[str, str] = {
    "too_large": marked("This file is too large. At most %(megabytes)s MB are taken: send a photo of lower resolution, "
                        "or fewer pages."),
    "empty": marked("This file is empty. Choose it again."),
    "svg": marked("Drawings in SVG are not taken, since they can hold programs. Send a photo or a PDF."),
    "html": marked("Web pages are not taken. Print the page into a PDF and send that."),
    "doctype": marked("This file has a document type of its own (DOCTYPE), which is not taken. Ask the sender for a "
                      "plain one, or send a PDF."),
    "archive": marked("Packed files are not taken. Unpack it, and send the documents one by one."),
    "zip_bomb": marked("This file would grow too much when it is unpacked. Send a photo or a PDF."),
    "old_office": marked("Files of old Word or Excel are not taken. Save it as a PDF or as XLSX."),
    "video": marked("Videos are not taken. Send photos of the pages."),
    "program": marked("Programs are not taken. Send a photo or a PDF."),
    "unknown": marked("This file is of a kind that is not known here. Send a photo or a PDF."),
    "infected": marked("The virus scanner found “%(found)s” in this file. It was not kept. Have your computer checked, "
                       "and send a new photo or PDF."),
    "encrypted": marked("This file needs a password. Save it without one, or send photos of the pages."),
    "broken": marked("This file is damaged and cannot be opened. Make it anew, or send a photo."),
    "too_many_pages": marked("This file has %(found)s pages. At most %(most)s are taken: send the pages that matter."),
    "too_many_pixels": marked("This picture has %(width)s × %(height)s pixels. At most %(most)s million are taken: "
                              "choose a lower resolution in the camera."),
    "too_demanding": marked("This file takes too much time or memory to show. Send photos of the pages."),
    "heic": marked("Photos of the kind HEIC cannot be read here. Choose “Most compatible” in the settings of the "
                   "camera, or send the photo as JPEG."),
    "unread": marked("Nobody here can read this file. Send a PDF or a photo of the document."),
    "unreadable_data": marked("This file looks like a delivery file and has mistakes. Send a PDF or a photo instead."),
    "no_document": marked("There is no document in this file. Send the delivery note or the invoice."),
    "too_many_documents": marked("There are %(found)s documents in this file. Report each one for itself."),
    "too_many_lines": marked("This file has more than %(most)s lines. Ask the service centre for a regular delivery of "
                             "data."),
    "second_document": marked("One data file for each report is enough. Report this one for itself."),
    "same_file": marked("You reported this file already."),
    "same_page": marked("This file is among the pages already."),
    "too_many_files": marked("At most %(most)s files belong to one report. Hand this one in, and begin another."),
    "too_many_today": marked("Your company has sent very many files today. Go on tomorrow, or call us."),
    "too_many_drafts": marked("There are 20 drafts already. Hand one in or discard it first."),
    "participant_not_active": marked("Your company does not take part any more, so nothing can be reported."),
    "handed_in": marked("This report was handed in meanwhile. Its pages stay as they are."),
    "read_again": marked("This file is not given back. Add it again."),
    "busy": marked("Very many files are being looked at just now. Send it again in a minute."),
    "file_gone": marked("This file was removed a moment ago, because nobody had needed it for long. Add it again."),
    "no_pages": marked("Add at least one page of the document first."),
    "too_late": marked("This document is older than %(days)s days and cannot be reported any more. Call us if there is "
                       "a reason for it."),
    "read_already": marked("Somebody reads this report already, so it cannot be withdrawn any more."),
    "no_question": marked("There is no open question any more. Look at the latest state."),
    "not_declined": marked("This report is not declined. Look at the latest state."),
    "appealed_already": marked("You appealed already. If something is still wrong, call the service centre."),
    "no_text": marked("Write some words first."),
    "too_long": marked("This text is too long. Shorten it.")}
WRONG_KINDS: Mapping[str, str] = {
    "order": marked("This is an order. Points come from deliveries: send the delivery note or the invoice."),
    "order_response": marked("This is the confirmation of an order. Points come from deliveries: send the delivery "
                             "note or the invoice."),
    "articles": marked("This is a price list. Send the delivery note or the invoice."),
    "credit_note": marked("This is a credit note. It takes points back and is told to us by the seller."),
    "return": marked("This is a return. It takes points back and is told to us by the seller."),
    "attendance": marked("This is a list of participants of a seminar. Send the delivery note or the invoice."),
    "events": marked("This is a calendar. Send the delivery note or the invoice."),
    "other": marked("This document is neither a delivery note nor an invoice. Send one of these.")}


def refusal_words(visit: Visit, refusal: Refusal) -> str:
    """Why something was refused and what to do, in the visitor's language."""
    code = refusal.code
    if code == "wrong_document":
        return gettext(visit, WRONG_KINDS.get(refusal.facts.get("kind", ""), WRONG_KINDS["other"]))
    if code == "same_file" and refusal.facts.get("own"):
        code = "same_page"
    words = _REFUSED.get(code)
    if words is None:
        return refusal.reason
    megabytes = visit.shell.installation.programme.settings.uploads.file_megabytes
    return gettext(visit, words) % {"megabytes": megabytes, **refusal.facts}
