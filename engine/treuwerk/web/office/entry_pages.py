"""A reported purchase beside its pages: entered, previewed by the real engine, decided; then the next one opens."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import attrs
from sqlalchemy import Connection
from starlette.responses import HTMLResponse, Response

from treuwerk.domain.entries import Entered
from treuwerk.domain.ledger import moment
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access
from treuwerk.services.changes.evidence import evidence_of
from treuwerk.services.clearing.hints import Hint
from treuwerk.services.submissions import deciding, entering, queue, revising
from treuwerk.services.submissions.deciding import LinesOpen, Verdict
from treuwerk.services.submissions.entering import Sheet
from treuwerk.services.submissions.entry_hints import entry_hints
from treuwerk.services.submissions.entry_preview import Preview, preview
from treuwerk.services.submissions.second_person import differences
from treuwerk.services.submissions.states import Submission, SubmissionChanged
from treuwerk.web.forms.pages import CONFLICT, UNPROCESSABLE, told, version_of
from treuwerk.web.office import entry_words
from treuwerk.web.office.entry_reading import (
    KINDS,
    Typed,
    blank,
    features_of,
    read_entry,
    shown_head,
    shown_rows,
    units_of,
)
from treuwerk.web.office.frame import account_of, acted, office_page, seen, settings_of, today_of
from treuwerk.web.office.linking import href_of
from treuwerk.web.office.read_marks import TAKE, UNREAD, marks_of, taken
from treuwerk.web.office.seller_offers import add_offered, offer_of
from treuwerk.web.office.words import marked_refusal, options, refusal_words
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext, see_other
from treuwerk.web.shell.state import Visit

_QUEUE = "/office/queue"
_TEMPLATE = "office/entry.html"
_MORE_LINES = 5
_LOOK = ("add", "look", "find", "seller")
"""Buttons that keep nothing of the document: they show the form again with more lines, a preview, articles that were
looked for, or a seller that was added."""


@attrs.frozen
class Looked:
    """What an engine says about a document as it is entered: its points and what to look at twice."""

    seen: Preview
    hints: list[Hint]


def entry_page(visit: Visit) -> Response:
    """The document with what is entered so far."""
    on_desk = _sheet(visit)
    seen(visit, "submission.read", on_desk.submission.account_id, on_desk.submission.public_id)
    return _page(visit, on_desk, looked=_looked(visit, on_desk, on_desk.entered))


def preview_part(visit: Visit) -> Response:
    """Keep what was typed as a draft, and answer with what it would bring: a part of the page."""
    on_desk = _sheet(visit)
    typed = read_entry(visit, on_desk.entered)
    head = shown_head(visit, on_desk.entered, on_desk.submission.version, typed)
    context: dict[str, Any] = {"typed": typed, "note": "", "looked": None, "version": on_desk.submission.version,
                               "head": head, "offer": offer_of(visit, on_desk.entered, head["seller"].value)}
    if typed.entered is None:
        context["note"] = gettext(visit, marked("Something cannot be read yet. It is not kept until it can."))
    elif visit.form.get("correct"):
        context["looked"] = _looked(visit, on_desk, typed.entered)
    elif not on_desk.is_open:
        context["note"] = _why_not(visit, on_desk)
    else:
        try:
            kept = _kept(visit, on_desk, typed.entered)
            context |= {"version": kept.version, "looked": _looked(visit, on_desk, typed.entered),
                        "note": gettext(visit, marked("Kept as a draft."))}
        except SubmissionChanged as changed:
            context["note"] = _changed_by(visit, changed)
        except Refusal as refusal:
            context["note"] = refusal_words(visit, refusal)
    part = visit.shell.renderer.fragment(visit.locale, "office/entry_preview.html", "parts", {
        **_words(), **context, "rows": _numbers(visit)})
    return HTMLResponse(part, headers={"x-fragment": "entry-preview"})


def articles_part(visit: Visit) -> Response:
    """Articles like what is typed: entries of a list to choose from."""
    typed = visit.request.query_params.get("q", "")[:80]
    with visit.shell.installation.database.reading() as connection:
        found = entering.find_articles(visit.access, connection, typed)
    part = visit.shell.renderer.fragment(visit.locale, "office/entry_preview.html", "articles", {"found": found})
    return HTMLResponse(part, headers={"x-fragment": "articles"})


def entry_form(visit: Visit) -> Response:
    """What a button of the form asks for."""
    on_desk, act = _sheet(visit), visit.form.get("act", "look")
    form = taken(visit, marks_of(visit, on_desk), act.removeprefix(TAKE)) if act.startswith(TAKE) else visit.form
    typed = read_entry(visit, on_desk.entered, form)
    if act in _LOOK or act.startswith(TAKE):
        return _looking(visit, on_desk, typed, "look" if act.startswith(TAKE) else act)
    if typed.entered is None:
        return _page(visit, on_desk, typed=typed, status=UNPROCESSABLE)
    try:
        return _acts()[act](visit, on_desk, typed, typed.entered) if act in _acts() else see_other(_here(visit))
    except SubmissionChanged as changed:
        return _conflict(visit, typed, changed)
    except LinesOpen as wrong:
        return _lines_open(visit, on_desk, typed, wrong)
    except Refusal as refusal:
        return _refused(visit, on_desk, typed, refusal)


def _acts() -> Mapping[str, Any]:
    return {"draft": _draft, "accept": _accept, "decline": _decline, "ask": _ask, "back": _send_back,
            "correct": _correct}


def _looking(visit: Visit, on_desk: Sheet, typed: Typed, act: str) -> Response:
    if act == "seller":
        return _add_seller(visit, on_desk, typed)
    looked = _looked(visit, on_desk, typed.entered) if typed.entered is not None and act == "look" else None
    found = None
    if act == "find":
        with visit.shell.installation.database.reading() as connection:
            found = entering.find_articles(visit.access, connection, visit.form.get("find", "")[:80])
    return _page(visit, on_desk, typed=typed, looked=looked, found=found, more=_MORE_LINES if act == "add" else 1,
                 status=200 if typed.ok else UNPROCESSABLE)


def _add_seller(visit: Visit, on_desk: Sheet, typed: Typed) -> Response:
    """Put the seller into the registry; what was typed stands in the form again, and the draft stays as it is."""
    typed, code = add_offered(visit, typed)
    return _page(visit, on_desk, typed=typed, added=code, status=200 if code and typed.ok else UNPROCESSABLE)


def _draft(visit: Visit, on_desk: Sheet, _: Typed, entered: Entered) -> Response:
    _kept(visit, on_desk, entered)
    _tell(visit, gettext(visit, marked("The draft is kept.")))
    return see_other(_here(visit))


def _accept(visit: Visit, on_desk: Sheet, typed: Typed, entered: Entered) -> Response:
    if not entered.accepted and not typed.head.value.reason:
        raise Refusal("nothing_accepted", "found no accepted line, expected one, or that the document is declined")
    return _decided(visit, on_desk, Verdict(entered, typed.head.value.reason, typed.head.value.words))


def _decline(visit: Visit, on_desk: Sheet, typed: Typed, entered: Entered) -> Response:
    reason = typed.head.value.reason
    lines = tuple(attrs.evolve(line, accepted=False, reason=line.reason or reason) for line in entered.lines)
    return _decided(visit, on_desk, Verdict(attrs.evolve(entered, lines=lines), reason, typed.head.value.words))


def _decided(visit: Visit, on_desk: Sheet, verdict: Verdict) -> Response:
    outcome = _again(visit, on_desk, lambda version: deciding.decide(
        visit.access, visit.shell.installation, on_desk.submission.public_id, verdict, version, visit.now))
    words, tone = _outcome(outcome.submission, outcome.second)
    _tell(visit, gettext(visit, words) % {"number": outcome.submission.number or outcome.submission.public_id}, tone)
    return _next(visit)


def _outcome(done: Submission, second: str) -> tuple[str, str]:
    if second:
        return marked("%(number)s waits for another person now."), "warn"
    return {"accepted": (marked("%(number)s is accepted."), "good"),
            "partly": (marked("%(number)s is accepted in part."), "good"),
            "declined": (marked("%(number)s is declined."), "good")}[done.state.value]


def _ask(visit: Visit, on_desk: Sheet, typed: Typed, entered: Entered) -> Response:
    _again(visit, on_desk, lambda version: deciding.ask(
        visit.access, visit.shell.installation, on_desk.submission.public_id, typed.head.value.words, version,
        visit.now, entered))
    _tell(visit, gettext(visit, marked("The question is on its way. The answer comes back to you.")))
    return _next(visit)


def _correct(visit: Visit, on_desk: Sheet, typed: Typed, entered: Entered) -> Response:
    head = typed.head.value
    done = revising.correct(
        visit.access, visit.shell.installation, on_desk.submission.public_id,
        Verdict(entered, head.reason, head.words), version_of(visit), visit.now, why=head.why)
    _tell(visit, gettext(visit, marked("%(number)s is corrected: what was credited is taken back and booked anew.")) % {
        "number": done.submission.number})
    return see_other(_here(visit))


def _send_back(visit: Visit, on_desk: Sheet, typed: Typed, _: Entered) -> Response:
    _again(visit, on_desk, lambda version: deciding.send_back(
        visit.access, visit.shell.installation, on_desk.submission.public_id, typed.head.value.words, version,
        visit.now))
    _tell(visit, gettext(visit, marked("It went back to the first person.")))
    return _next(visit)


def _next(visit: Visit) -> Response:
    """The next document; the queue where there is none."""
    item = visit.shell.installation.database.run(lambda connection: queue.take_next(
        visit.access, connection, visit.now, today_of(visit), kind="submission")) \
        if visit.access.may(queue.WORK) else None
    return see_other(href_of(item.object) if item else _QUEUE)


def _kept(visit: Visit, on_desk: Sheet, entered: Entered) -> Submission:
    def keep(version: int) -> Submission:
        return visit.shell.installation.database.run(lambda connection: deciding.save_draft(
            visit.access, connection, on_desk.submission.public_id, entered, version, visit.now))

    kept: Submission = _again(visit, on_desk, keep)
    return kept


def _again(visit: Visit, on_desk: Sheet, act: Any) -> Any:
    """Do something with the version of the page; what this person's own page kept meanwhile is no conflict."""
    version = version_of(visit)
    try:
        return act(version)
    except SubmissionChanged as changed:
        if changed.now.entered_by != visit.access.user_id or changed.now.state is not on_desk.submission.state:
            raise
        return act(changed.now.version)


def _sheet(visit: Visit) -> Sheet:
    with visit.shell.installation.database.reading() as connection:
        return entering.sheet(visit.access, connection, settings_of(visit), visit.request.path_params["id"],
                              visit.now)


def _looked(visit: Visit, on_desk: Sheet, entered: Entered) -> Looked | None:
    if not entered.lines:
        return None
    if not on_desk.submission.is_open:  # to be corrected: what was booked of it is taken back first
        return Looked(preview(visit.shell.installation, on_desk.submission.account_id, entered, visit.now, anew=True),
                      [])
    found = preview(visit.shell.installation, on_desk.submission.account_id, entered, visit.now)
    with visit.shell.installation.database.reading() as connection:
        return Looked(found, entry_hints(visit.access, connection, visit.shell.installation, on_desk.submission,
                                         entered, found, visit.now))


def _lines_open(visit: Visit, on_desk: Sheet, typed: Typed, wrong: LinesOpen) -> Response:
    numbers = [number for number, _ in typed.rows]
    fields = {"unknown_unit": "unit", "unit_not_convertible": "unit", "fraction": "qty", "too_large": "qty"}
    features = list(features_of(settings_of(visit)))
    for line in wrong.seen.problems:
        field = fields.get(line.problem, f"f_{features[0]}" if line.problem == "unknown_feature" and features
                           else "article")
        if line.problem in ("no_date", "future_date", "before_start"):
            typed = typed.blamed(0, "day", entry_words.PROBLEMS[line.problem])
        else:
            typed = typed.blamed(numbers[line.at - 1], field, entry_words.PROBLEMS.get(line.problem, line.reason))
    return _page(visit, on_desk, typed=typed, status=UNPROCESSABLE,
                 looked=Looked(wrong.seen, []))


def _refused(visit: Visit, on_desk: Sheet, typed: Typed, refusal: Refusal) -> Response:
    if refusal.code == "nothing_entered":
        head = typed.head.value
        for field, value in (("seller", head.seller), ("number", head.number), ("day", head.day)):
            if not value:
                typed = typed.blamed(0, field, _NEEDED[field])
    elif refusal.code == "no_reason" and "line" in refusal.facts:
        typed = typed.blamed(0, "", marked("Give a reason for each line that is not accepted."))
    else:
        correcting = bool(visit.form.get("correct")) and not typed.head.value.why
        field = {"no_reason": "why" if correcting else "reason", "no_text": "words"}.get(refusal.code, "")
        words = {"no_reason": marked("Say in two words or more why it is corrected.") if correcting
                 else marked("Choose why it is declined."),
                 "no_text": marked("Write what the participant is asked, or what is to be looked at again."),
                 "nothing_accepted": marked("No line is accepted. Accept one, or decline the document.")}
        typed = typed.blamed(0, field, words.get(refusal.code, marked_refusal(refusal)))
    return _page(visit, on_desk, typed=typed, status=UNPROCESSABLE)


_NEEDED = {"seller": marked("Enter who sold the goods."), "number": marked("Enter the number of the document."),
           "day": marked("Enter the day of the delivery.")}


def _conflict(visit: Visit, typed: Typed, changed: SubmissionChanged) -> Response:
    """Both versions side by side; the form keeps what was typed and the version that is stored now."""
    current = _sheet(visit)
    sides = differences([current.entered, typed.entered or Entered()])
    return _page(visit, current, typed=typed, status=CONFLICT, sides=sides, changed=_changed_by(visit, changed))


def _changed_by(visit: Visit, changed: SubmissionChanged) -> str:
    with visit.shell.installation.database.reading() as connection:
        names = entering.names_of(connection, [changed.now.entered_by, changed.now.decided_by])
    name = names.get(changed.now.decided_by or changed.now.entered_by, "")
    state = gettext(visit, entry_words.STATES[changed.now.state][0])
    return gettext(visit, marked("%(name)s changed this meanwhile. State now: %(state)s.")) % {
        "name": name or gettext(visit, marked("Somebody")), "state": state}


def _why_not(visit: Visit, on_desk: Sheet) -> str:
    return refusal_words(visit, Refusal("held" if on_desk.holder else on_desk.hindrance, on_desk.hindrance))


def _page(visit: Visit, on_desk: Sheet, *, typed: Typed | None = None, looked: Looked | None = None, more: int = 1,
          status: int = 200, **context: Any) -> Response:
    found, settings = on_desk.submission, settings_of(visit)
    may_correct = revising.may_correct(visit.access, found)
    correcting = may_correct and bool(visit.form.get("correct") or visit.request.query_params.get("correct"))
    with visit.shell.installation.database.reading() as connection:
        sellers = entering.known_sellers(visit.access, connection, settings)
        names = entering.names_of(connection, [found.decided_by, found.second_by, found.created_by])
        known_numbers = entering.numbers_of(visit.access, connection, on_desk)
        evidence = [] if found.is_open else evidence_of(visit.access, connection, found)
    head = shown_head(visit, on_desk.entered, found.version, typed)
    return office_page(
        visit, _TEMPLATE, status, section=_QUEUE, head=head,
        offer=offer_of(visit, on_desk.entered, head["seller"].value),
        sheet=on_desk, submission=found, looked=looked, evidence=evidence,
        rows=shown_rows(visit, on_desk.entered, typed, more) if on_desk.is_open or correcting else [],
        correcting=correcting, may_correct=may_correct,
        blank=blank(visit, 999), features=_features(visit), sellers=sellers,
        kinds=[(kind.value, gettext(visit, entry_words.KIND_WORDS[kind])) for kind in KINDS],
        reasons=options(visit, entry_words.REASON_WORDS), names=names, today=today_of(visit), href_of=href_of,
        path=_here(visit), marks=marks_of(visit, on_desk), unread_words=UNREAD, known_numbers=known_numbers,
        hindered=_why_not(visit, on_desk) if not on_desk.is_open else "",
        typed=typed, note="", version=found.version, units_as_options=[(unit, unit) for unit in units_of(settings)],
        reasons_as_declines=[(code, gettext(visit, marked("Decline: %(reason)s")) % {"reason": words})
                             for code, words in options(visit, entry_words.REASON_WORDS)],
        looked_places={at: at for at in looked.seen.lines} if looked else {},
        differing=differences([one.entered for one in on_desk.earlier]) if len(on_desk.earlier) > 1 else [],
        **{"sides": [], "changed": "", "found": None, "added": "", **context}, **_words())


def _features(visit: Visit) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Name, title and values (code, words) of each feature, as the programme calls them."""
    settings, renderer = settings_of(visit), visit.shell.renderer
    naming, content = renderer.naming(visit.locale), renderer.environment(visit.locale).filters["content"]
    told = []
    for name, values in features_of(settings).items():
        own = settings.clearing.features.get(name)
        title = content(own.title).text if own else naming.feature(name)
        told.append((name, title, [(code, content(own.values[code]).text if own else naming.feature(code))
                                   for code in values]))
    return told


def _words() -> dict[str, Any]:
    return {"states": entry_words.STATES, "reason_names": entry_words.REASON_WORDS, "problems": entry_words.PROBLEMS,
            "hint_words": entry_words.HINTS, "hint_tones": entry_words.HINT_TONES, "events": entry_words.EVENT_WORDS,
            "second_reasons": entry_words.SECOND_REASONS, "outcomes": entry_words.OUTCOMES,
            "places": entry_words.PLACES, "kind_words": entry_words.KIND_WORDS}


def _numbers(visit: Visit) -> list[int]:
    """Numbers of all lines on the page, the empty ones, too."""
    found = {name.partition("-")[0][1:] for name in visit.form if name.startswith("l") and name.endswith("-article")}
    return sorted(int(number) for number in found if number.isdigit() and len(number) < 4)


def _here(visit: Visit) -> str:
    return f"/office/submissions/{visit.request.path_params['id']}"


def _tell(visit: Visit, words: str, tone: str = "good") -> None:
    with visit.shell.installation.database.writing() as connection:
        told(visit, connection, words, tone=tone)


def begin_form(visit: Visit) -> Response:
    """Begin a purchase on behalf of a participant, and open the form."""
    account_id = account_of(visit)
    settings = settings_of(visit)
    today = moment(visit.now).astimezone(settings.programme.time_zone).date()
    due_on = (today + timedelta(days=settings.uploads.answer_within_days)).isoformat()

    def begin(connection: Connection, access: Access) -> str:
        return href_of(entering.begin_for(access, connection, account_id, visit.now, due_on).public_id)

    return acted(visit, begin, f"/office/participants/{account_id}")

