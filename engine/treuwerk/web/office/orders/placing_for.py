"""Ordering for a participant who calls: choose, check with the balance before and after, order."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import attrs
from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.domain.refusals import KeyConflict, Refusal
from treuwerk.domain.reward_kinds import SLOT
from treuwerk.domain.reward_orders import Destination, LineProblem, OrderRefused, WantedLine
from treuwerk.services.office import participant_profile
from treuwerk.services.orders.ordering_for import Basket, basket, found_for, order_for
from treuwerk.services.rewards.offering import Offered
from treuwerk.services.shop.money import Pay
from treuwerk.web.forms import Result, area, choice, whole
from treuwerk.web.forms.pages import empty, language_of, refused, told
from treuwerk.web.forms.reading import FORM_ID, from_form
from treuwerk.web.forms.showing import Shown
from treuwerk.web.office.frame import account_of, office_page, settings_of
from treuwerk.web.office.orders.ordering_words import problem_words, reason_words
from treuwerk.web.office.orders.place_fields import (
    PlaceForm,
    destination_in,
    place_blamed,
    place_context,
    place_options,
)
from treuwerk.web.shell.content import localised
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext, see_other
from treuwerk.web.shell.state import Visit
from treuwerk.web.shell.submitted import Submitted

_PIECES = re.compile(r"[0-9]{1,5}", re.ASCII)
_MOST, _MOST_POINTS = 50, 1_000_000_000
SPLIT = "split"
"""The points that were shown beside money; nothing where it is paid with points alone."""
_NOWHERE = "none"
"""In place of an address, where nothing is sent."""


@attrs.frozen
class OrderForm(PlaceForm):
    """Where it goes, what it is paid with, and why somebody else than the participant orders."""

    pay: str = choice(marked("Paid with"), [one.value for one in Pay], required=False)
    own: int | None = whole(marked("The caller's own number of points"), required=False, at_most=_MOST_POINTS)
    reason: str = area(marked("What was said in the call"), longest=400)


def choose_page(visit: Visit) -> Response:
    """Search the shop of the participant and choose."""
    query = Submitted(visit.request.query_params.multi_items())
    wanted = _wanted(query)
    with visit.shell.installation.database.reading() as connection:
        found = basket(visit.access, visit.shell.installation, connection, account_of(visit), wanted, visit.now)
    first = next((one.name for one in found.places), "")
    initial = {"place": first, "pay": Pay.MOST.value}
    return _choosing(visit, found, empty(visit, OrderForm, initial), query.get("q", "")[:100])


def order_form(visit: Visit) -> Response:
    """Show what would be ordered; order it where that was seen."""
    wanted = _wanted(visit.form)
    with visit.shell.installation.database.reading() as connection:
        found = basket(visit.access, visit.shell.installation, connection, account_of(visit), wanted, visit.now)
    result = _read(visit, found)
    if result.ok and not found.lines:
        result = result.refused("", marked("Nothing is chosen yet. Search for a reward and add it."))
    result, where = _placed(visit, found, _paid(found, result))
    if not result.ok:
        return _choosing(visit, found, refused(visit, result), status=422, details=_details(visit, found))
    if visit.request.query_params.get("place") != "1":
        return _checking(visit, result, where, wanted)
    return _ordered(visit, found, result, where)


def _read(visit: Visit, found: Basket) -> Result[OrderForm]:
    """The fields of the form itself; the lines beside them are read by `_wanted`."""
    options = place_options(visit, found.places)
    if not found.needs_address:
        options["place"].append(_NOWHERE)
    own = {FORM_ID, *(field.name for field in attrs.fields(OrderForm))}
    return from_form(OrderForm, Submitted([pair for pair in visit.form.pairs() if pair[0] in own]),
                     language_of(visit).formats.locale, options)


def _paid(found: Basket, result: Result[OrderForm]) -> Result[OrderForm]:
    """A number of points that is out of its bounds is said beside its field."""
    if not result.ok or result.value.pay != Pay.OWN or found.money.fits(result.value.own or 0):
        return result
    return result.refused("own", marked("Enter a number of points from %(least)s to %(most)s."),
                          least=found.money.bounds.least, most=found.money.top)


def _placed(visit: Visit, found: Basket,
            result: Result[OrderForm]) -> tuple[Result[OrderForm], Destination | None]:
    """Where it goes, None where nothing is sent; what is wrong with an address is said beside its field."""
    if not result.ok or not found.needs_address:
        return result, None
    try:
        return result, destination_in(visit, result.value, found.places)
    except Refusal as refusal:
        return place_blamed(result, refusal), None


def _points(found: Basket, chosen: OrderForm) -> int:
    """The points that it is paid with."""
    return found.money.points(Pay(chosen.pay or Pay.MOST), chosen.own or 0) if found.money.helps else found.points


def _ordered(visit: Visit, found: Basket, result: Result[OrderForm], where: Destination | None) -> Response:
    details = _details(visit, found)
    points = dict(zip(visit.form.getlist("variant"), visit.form.getlist("points"), strict=False))
    lines = [WantedLine(line.variant, line.quantity, _number(points.get(line.variant, "")),
                        details.get(line.variant, {})) for line in found.lines]
    try:
        placed = order_for(visit.shell.installation, visit.access, account_of(visit), lines, where,
                           result.value.reason, visit.form.get(FORM_ID, ""), visit.now,
                           points=_number(visit.form.get(SPLIT, "")) or None)
    except KeyConflict:
        result = result.refused("", marked("This form was sent before, with other entries. Begin anew."))
    except OrderRefused as refusal:
        result = _blamed(visit, result, refusal.problems)
    except Refusal as refusal:
        field = "reason" if refusal.code == "no_reason" else ""
        result = result.refused(field, reason_words(visit, refusal).replace("%", "%%"))
    else:
        with visit.shell.installation.database.writing() as connection:
            told(visit, connection, _ordered_words(visit, placed.money))
        return see_other(f"/office/orders/{placed.public_id}")
    return _choosing(visit, found, refused(visit, result), status=409, details=details)


def _ordered_words(visit: Visit, cents: int) -> str:
    if not cents:
        return gettext(visit, marked("It is ordered."))
    words = gettext(visit, marked("It is ordered, and waits for %(money)s. How to pay stands on the page of the order "
                                  "in the portal."))
    return words % {"money": language_of(visit).formats.money(cents)}


def _blamed(visit: Visit, result: Result[OrderForm], problems: Sequence[LineProblem]) -> Result[OrderForm]:
    words = " ".join(said for one in problems for said in problem_words(visit, one))
    return result.refused("", words.replace("%", "%%"))


def _choosing(visit: Visit, found: Basket, form: Shown, words: str = "", *, status: int = 200,
              details: Mapping[str, Mapping[str, str]] | None = None) -> Response:
    results: list[Offered] = []
    if words:
        with visit.shell.installation.database.reading() as connection:
            results = found_for(visit.access, visit.shell.installation, connection, account_of(visit), words,
                                visit.locale, visit.now)
    return _page(visit, "office/orders/order_for.html", found, form, status, words=words, results=results,
                 adding=lambda variant: _adding(visit, found, words, variant), details=details or {})


def _checking(visit: Visit, result: Result[OrderForm], where: Destination | None,
              wanted: Mapping[str, int]) -> Response:
    """Prices as they are for that address, with what can be spent before and after."""
    with visit.shell.installation.database.reading() as connection:
        found = basket(visit.access, visit.shell.installation, connection, account_of(visit), wanted, visit.now,
                       where.country if where else "")
    charged, money = _points(found, result.value), settings_of(visit).rewards.money
    return _page(visit, "office/orders/order_for_check.html", found, refused(visit, result), 200, where=where,
                 details=_details(visit, found), chosen=result.value, back=_address(visit, found, ""), charged=charged,
                 cents=found.money.cents(charged), order_fields=[field.name for field in attrs.fields(OrderForm)],
                 vat=dict(money.head.vat) if money else {}, split=SPLIT)


def _page(visit: Visit, template: str, found: Basket, form: Shown, status: int, **context: Any) -> Response:
    settings = settings_of(visit)
    with visit.shell.installation.database.reading() as connection:
        profile = participant_profile.profile(visit.access, connection, settings, account_of(visit), visit.now)
    default = settings.programme.locales[0]
    return office_page(
        visit, template, status, section="/office/participants", profile=profile, basket=found, form=form,
        path=f"/office/participants/{profile.account_id}/order", slot=SLOT,
        barred=lambda offer: [gettext(visit, one.words) % dict(one.details) for one in offer.objections],
        label_of=lambda asked: str(localised(asked.label, visit.locale)),
        called=lambda offer: _called(visit, offer, default), **place_context(visit, found.places), **context)


def _called(visit: Visit, offer: Offered, default: str) -> str:
    names = {locale: text.name for locale, text in offer.reward.texts.items()}
    parts = [localised(names, visit.locale, default).text, localised(offer.variant.name, visit.locale, default).text]
    return ", ".join(part for part in parts if part) or offer.variant.number


def _adding(visit: Visit, found: Basket, words: str, variant: str) -> str:
    """The address of this page with one piece more."""
    pieces = {line.variant: line.quantity for line in found.lines}
    pieces[variant] = pieces.get(variant, 0) + 1
    return _to(account_of(visit), pieces, words)


def _address(visit: Visit, found: Basket, words: str) -> str:
    return _to(account_of(visit), {line.variant: line.quantity for line in found.lines}, words)


def _to(account_id: int, pieces: Mapping[str, int], words: str) -> str:
    pairs = [("q", words)] if words else []
    pairs += [pair for variant, many in pieces.items() for pair in (("variant", variant), ("quantity", str(many)))]
    return f"/office/participants/{account_id}/order?{urlencode(pairs)}"


def _wanted(sent: Submitted) -> dict[str, int]:
    """Pieces by variant; those of no pieces are left out.

    Raises:
        HTTPException: 400, they do not belong together.
    """
    variants, pieces = sent.getlist("variant"), sent.getlist("quantity")
    if len(variants) != len(pieces) or len(variants) > _MOST or any(len(one) > 60 for one in variants):
        raise HTTPException(400)
    wanted: dict[str, int] = {}
    for variant, many in zip(variants, pieces, strict=True):
        wanted[variant] = wanted.get(variant, 0) + _number(many)
    return {variant: many for variant, many in wanted.items() if many}


def _number(text: str) -> int:
    return int(text) if _PIECES.fullmatch(text.strip()) or (text.isdigit() and text.isascii() and len(text) < 12) else 0


def _details(visit: Visit, found: Basket) -> dict[str, dict[str, str]]:
    """Answers that were typed, by variant and name."""
    return {variant: {one.name: said for one in asks if (said := visit.form.get(f"answer-{variant}-{one.name}", ""))}
            for variant, asks in found.asks.items()}
