"""Own orders: the list, one of them with its timeline, cancelling, codes, and ordering the same again."""

import logging
import re
from collections.abc import Callable

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.domain.complaints import ComplaintKind, pieces_for
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.secrets import UnknownKey
from treuwerk.services.identity.keyring import VARIABLE
from treuwerk.services.identity.stepping_up import require_recent
from treuwerk.services.orders.cancelling_lines import Cut, cancel_lines
from treuwerk.services.orders.complaining import WRITE as COMPLAIN
from treuwerk.services.orders.complaining import complaints_of
from treuwerk.services.orders.own_orders import OwnLine, OwnOrder, own_order, own_orders
from treuwerk.services.orders.revealing import Shown, reveal
from treuwerk.services.orders.scope import REDEEM
from treuwerk.services.shop import cart
from treuwerk.services.shop.shelf import shelf_of
from treuwerk.web.forms.pages import done, told, version_of
from treuwerk.web.forms.showing import new_form_id
from treuwerk.web.portal.cart import HERE as CART
from treuwerk.web.portal.enquiry_words import ENQUIRY_STATES
from treuwerk.web.portal.order_words import EVENTS, PAYMENTS, STATES
from treuwerk.web.portal.reward_words import Called
from treuwerk.web.portal.shop.cards import pictures_of, settings_of, tone_of
from treuwerk.web.shell.complaint_words import COMPLAINTS
from treuwerk.web.shell.complaint_words import STATES as ANSWERS
from treuwerk.web.shell.content import Localised, localised
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.own_balance import own_chip
from treuwerk.web.shell.pages import gettext, page, see_other
from treuwerk.web.shell.slot_words import answer_words
from treuwerk.web.shell.state import Visit

HERE = "/orders"
_PAID_BACK = marked("Money that you have paid is paid back.")
_NUMBER = re.compile(r"[0-9]{1,18}|[0-8][0-9]{18}", re.ASCII)
_log = logging.getLogger("treuwerk.web")
_REFUSALS = {
    "too_late": marked("The time in which you can cancel yourselves is over. Ask the service centre."),
    "wrong_state": marked("This is being worked on already. Ask the service centre whether it can still be cancelled."),
    "wrong_quantity": marked("There are not so many pieces to cancel."),
    "nothing_to_cancel": marked("There is nothing left to cancel."),
    "changed_meanwhile": marked("The order was changed meanwhile. Look at it again."),
    "unpaid_whole": marked("This order waits for its money. Cancel all of it, or wait until it is paid."),
    "no_codes": marked("There are no codes to show."),
}


def orders_page(visit: Visit) -> Response:
    """All orders of the company, newest first."""
    before = visit.request.query_params.get("before", "")
    if before and not _NUMBER.fullmatch(before):
        raise HTTPException(400)
    with visit.shell.installation.database.reading() as connection:
        found, older = own_orders(visit.access, connection, before=int(before) if before else None)
        chip = own_chip(visit, connection)
    return page(visit, "portal/orders.html", section=HERE, orders=found, states=STATES, chip=chip,
                called=caller(visit), newest_url=HERE if before else "",
                older_url=f"{HERE}?before={older}" if older else "")


def order_page(visit: Visit) -> Response:
    """One order: where it stands, what happened, and what can be done."""
    return _shown(visit)


def placed_page(visit: Visit) -> Response:
    """Right after ordering: the number, what was ordered, and what happens now."""
    with visit.shell.installation.database.reading() as connection:
        found = _own(visit, connection)
        chip = own_chip(visit, connection)
    return page(visit, "portal/order_placed.html", section=HERE, order=found, states=STATES, chip=chip,
                called=caller(visit), name=visit.me.person or visit.me.company)


def cancel_form(visit: Visit) -> Response:
    """Cancel a line, or pieces of it, or all that can be."""
    name, back = visit.request.path_params["id"], f"{HERE}/{visit.request.path_params['id']}"
    require_recent(visit.session, visit.now, back=back)
    try:
        result = cancel_lines(visit.shell.installation, visit.access, name, _cuts(visit), visit.now,
                              version=version_of(visit) or None)
    except Refusal as refusal:
        return _told(visit, back, _REFUSALS.get(refusal.code, refusal.reason), tone="bad")
    words = marked("Cancelled. %(points)s points are back in your account.") if not result.lapsed else marked(
        "Cancelled. %(points)s points came back. %(lapsed)s of them had expired meanwhile, so they are gone.")
    number = visit.shell.renderer.language(visit.locale).formats.number
    told = {"points": number(result.points), "lapsed": number(result.lapsed)}
    more = f" {gettext(visit, _PAID_BACK)}" if result.money else ""
    return _told(visit, back, gettext(visit, words) % told + more, tone="warn" if result.lapsed else "good")


def codes_form(visit: Visit) -> Response:
    """Show the codes of a line; from then on they count as used."""
    name, line = visit.request.path_params["id"], _line_number(visit)
    require_recent(visit.session, visit.now, back=f"{HERE}/{name}")
    try:
        codes = reveal(visit.shell.installation, visit.access, name, line, visit.shell.keys, visit.now)
    except Refusal as refusal:
        return _told(visit, f"{HERE}/{name}", _REFUSALS.get(refusal.code, refusal.reason), tone="bad")
    except UnknownKey as error:
        _log.error("codes of order %s, line %s: %s; %s must have every key that was ever used", name, line, error,
                   VARIABLE)
        words = marked("Your codes are kept safe, but cannot be opened at the moment; none of them was used. Try again "
                       "later, or call us.")
        return _told(visit, f"{HERE}/{name}", words, tone="bad")
    return _shown(visit, codes={line: codes})


def again_form(visit: Visit) -> Response:
    """Put what was ordered into the cart once more, as far as it is offered."""
    def act(connection: Connection) -> str:
        order, missing, most = _own(visit, connection), False, cart.most_pieces(settings_of(visit))
        for line in order.lines:
            try:
                cart.add(visit.access, connection, settings_of(visit), line.variant,
                         min(line.progress.quantity, most), visit.now)
            except Refusal:
                missing = True
        words = marked("What is still offered is in your cart.") if missing else marked("It is in your cart again.")
        told(visit, connection, gettext(visit, words), tone="warn" if missing else "good")
        return CART

    return done(visit, act)


def _shown(visit: Visit, *, codes: dict[int, list[Shown]] | None = None) -> Response:
    with visit.shell.installation.database.reading() as connection:
        found = _own(visit, connection)
        complaints = complaints_of(visit.access, connection, found)
        chip = own_chip(visit, connection)
    events = [one for one in found.events if one.kind in EVENTS]
    return page(visit, "portal/order.html", section=HERE, order=found, states=STATES, events=events, event_words=EVENTS,
                payments=PAYMENTS,
                chip=chip, called=caller(visit), now=visit.now, may_write=visit.access.may(REDEEM),
                carriers=settings_of(visit).rewards.orders.carriers,
                complaints=complaints, complaint_words=COMPLAINTS, complaint_states=ENQUIRY_STATES,
                answer_states=ANSWERS,
                complainable=_complainable if visit.access.may(COMPLAIN) else lambda line: False,
                codes=codes or {}, form_id=new_form_id(), asked=_asked(visit), lines={one.number: one for one in
                                                                                    found.lines})


def _complainable(line: OwnLine) -> bool:
    """Whether there is anything of a line that a complaint could be about."""
    return any(pieces_for(kind, line.progress) > 0 for kind in ComplaintKind)


def _own(visit: Visit, connection: Connection) -> OwnOrder:
    return own_order(visit.access, connection, visit.request.path_params["id"])


def _cuts(visit: Visit) -> list[Cut]:
    """What is to be cancelled: a line, with its pieces where somebody said how many; else all."""
    if not visit.form.get("line"):
        return []
    pieces = visit.form.get("quantity", "").strip()
    if pieces and not _NUMBER.fullmatch(pieces):
        raise HTTPException(400)
    return [Cut(_line_number(visit), int(pieces) if pieces else None)]


def _line_number(visit: Visit) -> int:
    line = visit.form.get("line", "")
    if not _NUMBER.fullmatch(line):
        raise HTTPException(400)
    return int(line)


def _told(visit: Visit, back: str, words: str, *, tone: str = "good") -> Response:
    visit.shell.installation.database.run(
        lambda connection: told(visit, connection, gettext(visit, words), tone=tone))
    return see_other(back)


def caller(visit: Visit) -> Callable[[OwnLine], Called]:
    """What a line is called, by the names that it was ordered under, with the picture that its reward has now."""
    settings = settings_of(visit)
    default = settings.programme.locales[0]
    with visit.shell.installation.database.reading() as connection:
        shelf = shelf_of(visit.shell.installation, connection)

    def called(line: OwnLine) -> Called:
        name = localised(line.name, visit.locale, default)
        own = localised(line.variant_name, visit.locale, default)
        reward = shelf.reward(line.reward)
        return Called(name if name.text else Localised(line.variant), own, tone_of(settings, line.category),
                      next(iter(pictures_of(visit, reward)), None) if reward else None)

    return called


def _asked(visit: Visit) -> Callable[[OwnLine], list[tuple[str, str]]]:
    """Answers of a line with the labels that its kind gives them; an answer that nobody asks any more by its name."""
    terms = {one.head.name: one.terms for one in settings_of(visit).reward_kinds}

    def asked(line: OwnLine) -> list[tuple[str, str]]:
        labels = {one.name: str(localised(one.label, visit.locale)) for one in terms[line.kind].asks} \
            if line.kind in terms else {}
        return [(labels.get(name, name), answer_words(visit, name, answer)) for name, answer in line.details.items()]

    return asked
