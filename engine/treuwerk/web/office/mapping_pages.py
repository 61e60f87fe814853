"""Unknown customers and articles: what lines wait for, what it means, what mapping would bring, and doing it."""

from urllib.parse import urlencode

import attrs
from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.domain.aliases import Kind, Name, Verdict
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.sellers import WORLDWIDE
from treuwerk.services.auditing import note_act
from treuwerk.services.changes import aliasing, lacking, mapping_proposals
from treuwerk.services.changes.aliasing import MAP, Decided, Meant
from treuwerk.services.changes.lacking import Lacking
from treuwerk.services.changes.mapping_proposals import Reach
from treuwerk.services.clearing.known_sellers import standing
from treuwerk.services.clearing.releasing import Released
from treuwerk.services.clearing.sellers import READ
from treuwerk.web.forms import choice, text
from treuwerk.web.forms.pages import empty, language_of, read, refused, told
from treuwerk.web.forms.reading import Result
from treuwerk.web.forms.showing import Shown
from treuwerk.web.office.frame import office_page, settings_of
from treuwerk.web.office.seller_pages import new_url, seller_url
from treuwerk.web.office.words import marked_refusal, options
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext, see_other
from treuwerk.web.shell.participant_words import SCHEMES, STATUSES
from treuwerk.web.shell.state import Visit

HOME = "/office/mapping"
ONE, DECISIONS, PROPOSALS = f"{HOME}/one", f"{HOME}/decisions", f"{HOME}/proposals"
KINDS = {Kind.PARTICIPANT: marked("Customers"), Kind.ARTICLE: marked("Articles"),
         Kind.STATUS: marked("Participants who do not earn"), Kind.MEASURE: marked("Missing units")}
NUMBERS = {**SCHEMES, "tax": marked("Tax number"), "duns": marked("D-U-N-S"), "number": marked("Article number"),
           "gtin": marked("GTIN"), "account": marked("Account")}
"""Kinds of numbers; one that a feed adds stands for itself."""
SENDER, ALL, ONCE = (one.value for one in Reach)
REACHES = {SENDER: marked("Whenever this sender writes it"), ALL: marked("Whoever writes it"),
            ONCE: marked("Only for what waits now")}
_ROWS = 50
_LARGEST_PAGE = 10_000


@attrs.frozen
class Target:
    """What a number is, and for whom that holds."""

    target: str = choice(marked("This is"), missing=marked("Choose what this number is."))
    reach: str = choice(marked("This holds"), list(REACHES))


@attrs.frozen
class Never:
    """Why something never earns."""

    reason: str = text(marked("Reason"), longest=300)


def mapping_page(visit: Visit) -> Response:
    """What lines wait for, that for which most do first."""
    query = visit.request.query_params
    kind = Kind(query["show"]) if query.get("show", "") in set(Kind) else Kind.PARTICIPANT
    number = query.get("page", "1")
    at = min(int(number), _LARGEST_PAGE) if number.isascii() and number.isdigit() and len(number) <= 5 else 1
    typed = query.get("q", "")[:100]
    with visit.shell.installation.database.reading() as connection:
        counts = lacking.counts(visit.access, connection)
        found, more = lacking.lacking(visit.access, connection, kind=kind, typed=typed, limit=_ROWS,
                                      skipped=(max(at, 1) - 1) * _ROWS)
        proposals = mapping_proposals.waiting(visit.access, connection)
    tabs = [(_list_url(one), gettext(visit, words), counts[one]) for one, words in KINDS.items()]
    return office_page(visit, "office/mapping.html", section=HOME, found=found, kind=kind.value, tabs=tabs,
                       tab=_list_url(kind), typed=typed, numbers=NUMBERS, one_url=one_url, proposals=proposals,
                       proposals_url=PROPOSALS,
                       newer=_list_url(kind, typed, at - 1) if at > 1 else "",
                       older=_list_url(kind, typed, at + 1) if more else "")


def _list_url(kind: Kind, typed: str = "", at: int = 1) -> str:
    wanted = {"show": kind.value} | ({"q": typed} if typed else {}) | ({"page": str(at)} if at > 1 else {})
    return f"{HOME}?{urlencode(wanted)}"


def one_url(name: Name, **more: str) -> str:
    """The page of what lines wait for."""
    told_ = {"kind": name.kind.value, "sender": name.scope, "scheme": name.scheme, "number": name.value}
    return f"{ONE}?{urlencode(told_ | {key: value for key, value in more.items() if value})}"


def _name(visit: Visit) -> Name:
    query = visit.request.query_params
    if query.get("kind", "") not in set(Kind):
        raise HTTPException(404)
    return Name(Kind(query["kind"]), query.get("sender", ""), query.get("scheme", ""), query.get("number", ""))


def one_page(visit: Visit) -> Response:
    """What lines wait for, with the documents, and what may be meant."""
    typed = visit.request.query_params.get("q", "")[:100].strip()
    if typed and visit.access.may(MAP):
        visit.shell.installation.database.run(lambda connection: note_act(
            connection, visit.access, "search.query", 0, "", now=visit.now, after={"query": typed}))
    return _one(visit, _fresh(visit), empty(visit, Never, name="never"))


def _fresh(visit: Visit) -> Shown:
    name = _name(visit)
    once = bool(visit.request.query_params.get("document")) or not name.value
    reach = ONCE if once else ALL if name.scheme in (*WORLDWIDE, "gtin") else SENDER
    return empty(visit, Target, Target(target="", reach=reach))


def _one(visit: Visit, form: Shown, never: Shown, *, would: Released | None = None, status: int = 200) -> Response:
    name, query = _name(visit), visit.request.query_params
    with visit.shell.installation.database.reading() as connection:
        one = lacking.one(visit.access, connection, name)
        documents = lacking.waiting_documents(visit.access, connection, name)
        proposal = mapping_proposals.waiting_on(visit.access, connection, name)
    document, typed = query.get("document", ""), query.get("q", "")[:100].strip()
    targets = _targets(visit, one, typed) if one and proposal is None and visit.access.may(MAP) else []
    reaches = [pair for pair in options(visit, REACHES) if name.value or pair[0] == ONCE]
    return office_page(
        visit, "office/mapping_one.html", status, section=HOME, one=one, name=name, documents=documents, form=form,
        never=never, would=would, targets=targets, proposal=proposal, proposals_url=PROPOSALS,
        too_large=would is not None and aliasing.needs_another(visit.shell.installation, name, would), reaches=reaches,
        typed=typed, document=document, numbers=NUMBERS, seller=_seller(visit, name.scope),
        here_url=one_url(name, document=document, q=typed), plain_url=one_url(name, document=document),
        all_url=one_url(name), one_url=one_url, list_url=_list_url(name.kind), statuses=STATUSES,
        decidable=name.kind in (Kind.PARTICIPANT, Kind.ARTICLE))


def _seller(visit: Visit, sender: str) -> tuple[str, str]:
    """Where a sender leads to, and in which words: to its page in the registry, else to the form for a new one."""
    if not sender or not visit.access.may(READ):
        return "", ""
    with visit.shell.installation.database.reading() as connection:
        known = standing(visit.access, connection, settings_of(visit), sender)
    if known.code:
        return seller_url(known.code), gettext(visit, marked("In the registry of sellers"))
    if known.by_feed or not visit.access.may(MAP) or ":" in sender:
        return "", ""
    return new_url(sender), gettext(visit, marked("Add as a seller"))


def _targets(visit: Visit, one: Lacking, typed: str) -> list[tuple[str, str, str]]:
    """What may be meant as (code, words, hint): what was searched for, then what is alike."""
    naming = STATUSES
    with visit.shell.installation.database.reading() as connection:
        if one.name.kind is Kind.PARTICIPANT:
            people = lacking.find_participants(visit.access, connection, typed) if typed else []
            people += lacking.suggested_participants(connection, one)
            return list(dict.fromkeys(
                (str(who.account_id), who.name, " · ".join(filter(None, (
                    who.number, who.city, gettext(visit, naming[who.status][0]))))) for who in people))
        if one.name.kind is Kind.ARTICLE:
            found = [*(lacking.find_articles(visit.access, connection, typed) if typed else []),
                     *lacking.suggested_articles(connection, one)]
            return list({what.number: (what.number, what.name, " · ".join(filter(None, (what.number, what.why))))
                         for what in found}.values())
    return []


def one_form(visit: Visit) -> Response:
    """Show what a decision would bring, or make it."""
    name, query = _name(visit), visit.request.query_params
    with visit.shell.installation.database.reading() as connection:
        one = lacking.one(visit.access, connection, name)
    if one is None:
        return see_other(one_url(name))
    targets = _targets(visit, one, query.get("q", "")[:100].strip())
    result = read(visit, Target, {"target": [code for code, *_ in targets]})
    if not result.ok:
        return _refused(visit, result)
    meant = _meant(visit, one, result.value)
    try:
        if query.get("book") != "1":
            would = aliasing.preview(visit.access, visit.shell.installation, meant, visit.now)
            return _one(visit, refused(visit, result), empty(visit, Never, name="never"), would=would)
        decided = aliasing.decide(visit.access, visit.shell.installation, meant, visit.now)
    except Refusal as refusal:
        return _refused(visit, result.refused("target", marked_refusal(refusal)))
    return after(visit, decided, name)


def _refused(visit: Visit, result: Result[Target]) -> Response:
    return _one(visit, refused(visit, result), empty(visit, Never, name="never"), status=422)


def _meant(visit: Visit, one: Lacking, wanted: Target) -> Meant:
    is_participant = one.name.kind is Kind.PARTICIPANT
    return Meant(
        one.name, account_id=int(wanted.target) if is_participant else 0,
        article="" if is_participant else wanted.target, written=one.written, called=one.called,
        once=wanted.reach == ONCE, document=visit.request.query_params.get("document", "")
        if wanted.reach == ONCE else "", everywhere=wanted.reach == ALL)


def never_form(visit: Visit) -> Response:
    """Decide that something never earns; lines that wait for it are closed."""
    name = _name(visit)
    with visit.shell.installation.database.reading() as connection:
        one = lacking.one(visit.access, connection, name)
    result = read(visit, Never)
    if result.ok:
        meant = Meant(name, Verdict.NEVER, reason=result.value.reason, written=one.written if one else name.value,
                      called=one.called if one else "")
        try:
            return after(visit, aliasing.decide(visit.access, visit.shell.installation, meant, visit.now), name)
        except Refusal as refusal:
            result = result.refused("reason", marked_refusal(refusal))
    return _one(visit, _fresh(visit), refused(visit, result, name="never"), status=422)


def after(visit: Visit, decided: Decided, name: Name) -> Response:
    """Tell what was done, with the way back where there is one."""
    released, undo = decided.released, f"{DECISIONS}/{decided.alias.id}/undo"
    if decided.proposal:
        with visit.shell.installation.database.writing() as connection:
            told(visit, connection, gettext(visit, marked("The mapping waits for a second person.")))
        return see_other(f"{PROPOSALS}/{decided.proposal}")
    if released is None:
        return see_other(f"{DECISIONS}/{decided.alias.id}")
    if decided.alias.verdict is Verdict.NEVER:
        words = gettext(visit, marked("Lines closed: %(number)s.")) % {"number": _number(visit, decided.closed)}
    else:
        words = gettext(visit, marked("Lines booked: %(number)s.")) % {"number": _number(visit, released.booked)}
        if released.still + released.rejected:
            words += " " + gettext(visit, marked("Others lack something else. They stand in the list by what that is."))
        undo = "" if released.booked or not decided.alias.holds else undo
    with visit.shell.installation.database.writing() as connection:
        told(visit, connection, words, undo_path=undo)
    return see_other(_list_url(name.kind))


def _number(visit: Visit, number: int) -> str:
    return language_of(visit).formats.number(number)
