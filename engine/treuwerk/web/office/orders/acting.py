"""Doing something to an order: which pieces and why, check, done. Stale pages are told what happened since."""

import attrs
from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.domain.parcels import LONGEST_TRACKING, Parcel
from treuwerk.domain.refusals import Refusal
from treuwerk.services.once import led_before, not_done, once
from treuwerk.services.orders import approving, desk
from treuwerk.services.orders.cancelling_lines import Cut, cancel_lines
from treuwerk.services.orders.moving_on import move_on
from treuwerk.services.orders.viewing_orders import OrderHappened, PlacedOrder, order_of
from treuwerk.services.participants.own_company import is_own_company
from treuwerk.web.forms.pages import session_key, told, version_of
from treuwerk.web.forms.reading import FORM_ID
from treuwerk.web.forms.showing import new_form_id
from treuwerk.web.office.frame import office_page, seen, settings_of
from treuwerk.web.office.orders.listing import HOME, path_of
from treuwerk.web.office.orders.showing import words_of
from treuwerk.web.office.orders.words import order_refusal
from treuwerk.web.office.orders.works import ACCEPT, CANCEL, REFUSE, WORKS, Work, there
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext, see_other
from treuwerk.web.shell.state import Visit

SURE, LAST, CHANGE, LONGEST_REASON = "sure", "last", "change", 500
_LONGEST_NUMBER = 9


@attrs.define
class Typed:
    """What was typed: pieces by line, texts, and what is wrong with each field, in words."""

    pieces: dict[int, str]
    reason: str = ""
    carrier: str = ""
    tracking: str = ""
    errors: dict[str, str] = attrs.field(factory=dict)

    def cuts(self) -> list[Cut]:
        """The lines that were chosen."""
        return [Cut(line, int(text)) for line, text in sorted(self.pieces.items()) if text and int(text)]


def work_page(visit: Visit) -> Response:
    """The form: which pieces, and what else is asked for."""
    order, work = _order(visit), _work(visit)
    only = visit.request.query_params.get("line", "")
    typed = Typed({line.number: str(most) if only in ("", str(line.number)) else "0"
                   for line in order.lines if (most := there(visit, line, work))})
    seen(visit, "order.read", order.account_id, order.public_id)
    return _form(visit, order, work, typed)


def work_form(visit: Visit) -> Response:
    """Check what was typed, show it once more, and do it once it is sure."""
    database = visit.shell.installation.database
    if visit.form.get(SURE) and (where := led_before(database, session_key(visit), visit.form.get(FORM_ID, ""))):
        return see_other(where)  # an impatient click: what changed the order meanwhile was this form itself
    order, work = _order(visit), _work(visit)
    typed = _typed(visit, order, work)
    if version_of(visit) != order.version:  # before what is wrong with it by now: that is not the clerk's fault
        return _stale(visit, order, work, typed)
    if typed.errors:
        return _form(visit, order, work, typed, status=422)
    if visit.form.get(CHANGE):
        return _form(visit, order, work, typed)
    if not visit.form.get(SURE):
        return _form(visit, order, work, typed, checking=True)
    return _done(visit, order, work, typed)


def _done(visit: Visit, order: PlacedOrder, work: Work, typed: Typed) -> Response:
    path, database = path_of(order.public_id), visit.shell.installation.database
    session, form_id = session_key(visit), visit.form.get(FORM_ID, "")
    where, first = once(database, session, form_id, visit.now, lambda connection: path)
    if not first:
        return see_other(where)
    try:
        _do(visit, order, work, typed)
    except Refusal as refusal:
        not_done(database, session, form_id)
        if refusal.code == "changed_meanwhile":
            return _stale(visit, _order(visit), work, typed)
        field = "reason" if refusal.code == "no_reason" else ""
        typed.errors[field] = order_refusal(visit, refusal)
        return _form(visit, _order(visit), work, typed, status=422)
    except Exception:  # a busy database, for one: whoever sends the form again must not be told that it is done
        not_done(database, session, form_id)
        raise
    database.run(lambda connection: told(visit, connection, gettext(visit, work.done)))
    return see_other(path)


def _do(visit: Visit, order: PlacedOrder, work: Work, typed: Typed) -> None:
    installation, access, name, now = visit.shell.installation, visit.access, order.public_id, visit.now
    version = order.version
    if work.name == ACCEPT:
        approving.approve(installation, access, name, now, version=version)
    elif work.name == REFUSE:
        approving.refuse(installation, access, name, now, reason=typed.reason, version=version)
    elif work.name == CANCEL:
        cancel_lines(installation, access, name, typed.cuts(), now, reason=typed.reason, version=version)
    else:
        cuts = [Cut(one.line) for one in typed.cuts()] if work.whole_lines else typed.cuts()
        move_on(installation, access, name, work.act, cuts, now, parcel=Parcel(typed.carrier, typed.tracking),
                reason=typed.reason, version=version)


def _typed(visit: Visit, order: PlacedOrder, work: Work) -> Typed:
    form = visit.form
    typed = Typed({}, _text(form.get("reason", "")), _text(form.get("carrier", "")), _text(form.get("tracking", "")))
    if work.chosen:
        for line in order.lines:
            if most := there(visit, line, work):
                _read_pieces(visit, typed, line.number, form.get(f"pieces-{line.number}", ""), most)
        if not typed.errors and not typed.cuts():
            typed.errors[""] = gettext(visit, marked("Choose at least one piece."))
    if work.reason and len(typed.reason.split()) < 2:
        typed.errors["reason"] = gettext(visit, marked(
            "Give a reason of at least two words, by which others understand it later."))
    longest = {"reason": LONGEST_REASON, "carrier": LONGEST_TRACKING, "tracking": LONGEST_TRACKING}
    for name, most in longest.items():
        if len(getattr(typed, name)) > most:
            typed.errors[name] = gettext(visit, marked("This text is too long. Shorten it."))
    return typed


def _text(text: str) -> str:
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def _read_pieces(visit: Visit, typed: Typed, line: int, text: str, most: int) -> None:
    typed.pieces[line] = text = text.strip()
    is_number = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    if text and not (is_number and int(text) <= most):
        words = gettext(visit, marked("Enter a whole number from 0 to %(most)s."))
        typed.errors[f"pieces-{line}"] = words % {"most": most}


def _stale(visit: Visit, order: PlacedOrder, work: Work, typed: Typed) -> Response:
    """The order as it is now beside what was wanted: nothing was done."""
    last = visit.form.get(LAST, "")
    known = int(last) if last.isascii() and last.isdigit() and len(last) <= _LONGEST_NUMBER else 0
    typed.errors.pop("", None)
    return _form(visit, order, work, typed, status=409,
                 meanwhile=[one for one in order.events if one.number > known])


def _form(visit: Visit, order: PlacedOrder, work: Work, typed: Typed, *, status: int = 200, checking: bool = False,
          meanwhile: list[OrderHappened] | None = None) -> Response:
    rows = [(line, there(visit, line, work)) for line in order.lines if not work.chosen or there(visit, line, work)]
    with visit.shell.installation.database.reading() as connection:
        own = is_own_company(visit.access, connection, [order.account_id])
        people = desk.people_of(connection, order)
    return office_page(visit, "office/orders/work.html", status, section=HOME, order=order, work=work, typed=typed,
                       rows=rows, checking=checking, meanwhile=meanwhile, stale=meanwhile is not None, own=own,
                       people=people,
                       path=path_of(order.public_id), form_id=new_form_id(),
                       carriers=list(settings_of(visit).rewards.orders.carriers),
                       points_back=_points_back(order, work, typed), **words_of(visit, order))


def _points_back(order: PlacedOrder, work: Work, typed: Typed) -> int:
    """Points that would be there again."""
    if not work.points_back:
        return 0
    each = {line.number: line.points_each for line in order.lines}
    return order.charged if not work.chosen else sum(
        each[line] * int(text) for line, text in typed.pieces.items() if text.isascii() and text.isdigit())


def _order(visit: Visit) -> PlacedOrder:
    with visit.shell.installation.database.reading() as connection:
        return order_of(visit.access, connection, visit.request.path_params["id"])


def _work(visit: Visit) -> Work:
    name = visit.request.url.path.rpartition("/")[2]
    if name not in WORKS:
        raise HTTPException(404)
    return WORKS[name]


