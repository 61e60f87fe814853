"""The checkout: where to, what else must be known, check answers, and one button that orders once."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.domain.parcel_stations import BY_COUNTRY, StationDraft
from treuwerk.domain.refusals import KeyConflict, Refusal
from treuwerk.domain.reward_kinds import SLOT, Asked
from treuwerk.services.identity.stepping_up import require_recent
from treuwerk.services.orders.places import STATION
from treuwerk.services.orders.placing import LONGEST_NOTE
from treuwerk.services.rewards.pools import today
from treuwerk.services.rewards.seat_plan import open_slots
from treuwerk.services.shop import checkout
from treuwerk.services.shop.checkout import Checkout
from treuwerk.services.shop.money import Pay
from treuwerk.web.forms import Result, Shown, area, choice, text, whole
from treuwerk.web.forms.pages import done, empty, read, refused, told
from treuwerk.web.forms.reading import FORM_ID
from treuwerk.web.forms.showing import new_form_id
from treuwerk.web.portal import cart, payments
from treuwerk.web.portal.money_words import vat_words
from treuwerk.web.portal.refused_orders import refused_order
from treuwerk.web.portal.reward_words import called
from treuwerk.web.portal.shop.cards import settings_of
from treuwerk.web.shell.content import localised
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.own_balance import own_chip
from treuwerk.web.shell.pages import gettext, page, see_other
from treuwerk.web.shell.slot_words import answer_words, open_slot_words
from treuwerk.web.shell.state import Visit

HERE, ORDERS = "/checkout", "/orders"
ADDRESS, OPTIONS, MONEY = f"{HERE}/address", f"{HERE}/options", f"{HERE}/money"
_MOST_POINTS = 1_000_000_000
_STATION_WORDS = {
    "wrong_customer": marked("Enter your number at the post, such as %(example)s."),
    "wrong_station": marked("Enter the number of the station, such as %(example)s."),
    "wrong_postcode": marked("Enter a postcode of this country, such as %(example)s."),
    "missing": marked("Fill in this field."),
    "no_stations": marked("Choose one of the entries."),
    "unknown_place": marked("This address is not there any more. Choose another one."),
}


@attrs.frozen
class PlaceForm:
    """Where the order goes; the fields of a parcel station count where one is chosen."""

    place: str = choice(marked("Where shall it go?"))
    name: str = text(marked("Who fetches it"), required=False, longest=100)
    customer: str = text(marked("Your number at the post"), required=False, longest=20)
    number: str = text(marked("Number of the station"), required=False, longest=10)
    postcode: str = text(marked("Postcode"), required=False, longest=20)
    city: str = text(marked("Town"), required=False, longest=100)


@attrs.frozen
class MoneyForm:
    """How many points are used; the number counts where one's own was chosen."""

    pay: str = choice(marked("How many points do you want to use?"))
    own: int | None = whole(marked("Your own number of points"), required=False, at_most=_MOST_POINTS)


def checkout_page(visit: Visit) -> Response:
    """Everything once more before the order, with ways to change each answer."""
    with visit.shell.installation.database.reading() as connection:
        found = _found(visit, connection)
        chip = own_chip(visit, connection)
    if lead := _first(found):
        return see_other(lead)
    return page(visit, "portal/checkout.html", section=cart.HERE, checkout=found, cart=found.cart, chip=chip,
                called=lambda line: called(visit, line.reward, line.variant), form_id=new_form_id(),
                asked=_asked_words(visit, found), minutes=visit.now, vat=vat_words(visit))


def order_form(visit: Visit) -> Response:
    """Place the order, once: who sends the form a second time is led to the order that stands."""
    key = visit.form.get(FORM_ID, "")
    with visit.shell.installation.database.reading() as connection:
        found = _found(visit, connection)
        before = checkout.ordered_before(visit.access, connection, key)  # behind the cart, which it has emptied
    if before:
        return see_other(f"{ORDERS}/{before}/placed")
    if not key or _first(found) or found.seen != visit.form.get("seen"):
        return _changed(visit)
    require_recent(visit.session, visit.now)
    try:
        placed = checkout.order(visit.access, visit.shell.installation, found, key, visit.now)
    except KeyConflict:
        return _changed(visit)
    except Refusal as refusal:
        return refused_order(visit, found, refusal)
    return payments.begun(visit, placed.public_id) if placed.money else see_other(f"{ORDERS}/{placed.public_id}/placed")


def address_page(visit: Visit) -> Response:
    """Saved addresses, that of the company, or a parcel station."""
    with visit.shell.installation.database.reading() as connection:
        found = _found(visit, connection)
    options = {"place": [one.name for one in found.places if one.served] + (
        [STATION] if _stations(visit) and STATION not in {one.name for one in found.places} else [])}
    if visit.request.method != "POST":
        typed = found.answers.station
        initial = (attrs.asdict(typed) if typed else {}) | {"place": found.place.name if found.place else ""}
        return _address(visit, found, empty(visit, PlaceForm, initial))
    result = read(visit, PlaceForm, options)
    if result.ok:
        wanted = result.value
        try:
            return done(visit, lambda connection: _placed(visit, connection, wanted))
        except Refusal as refusal:
            result = _blamed(result, refusal)
    return _address(visit, found, refused(visit, result), 422)


def money_page(visit: Visit) -> Response:
    """Points and money: as many points as there are, as few as allowed, or a number of one's own."""
    with visit.shell.installation.database.reading() as connection:
        found = _found(visit, connection)
    if not found.cart.ready or not found.cart.money.helps:
        return see_other(cart.HERE)
    options = {"pay": [one.value for one in Pay]}
    if visit.request.method != "POST":
        initial = {"pay": found.answers.pay.value, "own": found.answers.own_points or None}
        return _money(visit, found, empty(visit, MoneyForm, initial))
    result = read(visit, MoneyForm, options)
    if result.ok:
        wanted = result.value
        try:
            return done(visit, lambda connection: _paid(visit, connection, wanted))
        except Refusal as refusal:
            if refusal.code != "wrong_points":
                return see_other(cart.HERE)
            result = result.refused("own", marked("Enter a number of points from %(least)s to %(most)s."),
                                    least=refusal.facts["least"], most=refusal.facts["most"])
    return _money(visit, found, refused(visit, result), 422)


def _paid(visit: Visit, connection: Connection, wanted: MoneyForm) -> str:
    checkout.choose_points(visit.access, connection, settings_of(visit), Pay(wanted.pay), wanted.own or 0, visit.now)
    return HERE


def _money(visit: Visit, found: Checkout, form: Shown, status: int = 200) -> Response:
    with visit.shell.installation.database.reading() as connection:
        chip = own_chip(visit, connection)
    return page(visit, "portal/checkout_money.html", status, section=cart.HERE, form=form, chip=chip, cart=found.cart,
                money=found.cart.money, vat=vat_words(visit))


def options_page(visit: Visit) -> Response:
    """A note to the order, and what its rewards ask for."""
    with visit.shell.installation.database.reading() as connection:
        found = _found(visit, connection)
    names = _names(found)
    form = _options_form(visit, names)
    if visit.request.method != "POST":
        initial = {name: found.answers.details.get(variant, {}).get(asked.name, "")
                   for name, (variant, asked) in names.items()}
        return _options(visit, found, names, empty(visit, form, initial | {"note": found.answers.note}))
    result = read(visit, form, {name: asked.choices for name, (_, asked) in names.items() if asked.choices})
    if not result.ok:
        return _options(visit, found, names, refused(visit, result), 422)
    details: dict[str, dict[str, str]] = {}
    for name, (variant, asked) in names.items():
        details.setdefault(variant, {})[asked.name] = getattr(result.value, name)
    note: str = result.value.note

    def act(connection: Connection) -> str:
        checkout.answer(visit.access, connection, settings_of(visit), note, details, visit.now)
        return HERE

    return done(visit, act)


def _placed(visit: Visit, connection: Connection, wanted: PlaceForm) -> str:
    draft = None
    if wanted.place == STATION:
        draft = StationDraft(wanted.name, wanted.customer, wanted.number, wanted.postcode, wanted.city,
                             _stations(visit)[0])
    checkout.choose_place(visit.access, connection, settings_of(visit), wanted.place, visit.now, draft)
    return HERE


def _blamed(result: Result[PlaceForm], refusal: Refusal) -> Result[PlaceForm]:
    words = _STATION_WORDS.get(refusal.code, refusal.reason)
    field = refusal.facts.get("field", "")
    return result.refused(field if field != "country" else "place", words, **{
        name: value for name, value in refusal.facts.items() if name == "example"})


def _found(visit: Visit, connection: Connection) -> Checkout:
    return checkout.checkout_of(visit.access, connection, settings_of(visit), visit.now)


def _first(found: Checkout) -> str:
    """What must be done before the order can be checked; empty for nothing."""
    if not found.cart.ready:
        return cart.HERE
    if found.lacks_address:
        return ADDRESS
    return OPTIONS if found.lacks_answers else ""


def _changed(visit: Visit) -> Response:
    """Cart or answers are others than those that were checked: look once more."""
    words = gettext(visit, marked("Something changed since you checked your order. Nothing is ordered yet: check it "
                                  "once more."))
    visit.shell.installation.database.run(lambda connection: told(visit, connection, words, tone="warn"))
    return see_other(HERE)


def _stations(visit: Visit) -> Sequence[str]:
    return settings_of(visit).rewards.orders.parcel_stations


def _address(visit: Visit, found: Checkout, form: Shown, status: int = 200) -> Response:
    with visit.shell.installation.database.reading() as connection:
        chip = own_chip(visit, connection)
    rules = BY_COUNTRY[_stations(visit)[0]] if _stations(visit) else None
    for name in ("name", "customer", "number", "postcode", "city"):
        form = form.requiring(name)
    return page(visit, "portal/checkout_address.html", status, section=cart.HERE, checkout=found, form=form, chip=chip,
                station=rules, places=[one for one in found.places if one.name != STATION])


def _names(found: Checkout) -> dict[str, tuple[str, Asked]]:
    """The fields of what rewards ask: the name of each, its variant, and what is asked."""
    return {f"ask_{at}_{asked.name}": (variant, asked) for at, (variant, asks) in enumerate(found.asks.items(), start=1)
            for asked in asks}


def _options_form(visit: Visit, names: Mapping[str, tuple[str, Asked]]) -> type[Any]:
    """A form with a field for each answer, under the label that its kind of reward gives it."""
    fields = {name: _field(str(localised(asked.label, visit.locale)), asked) for name, (_, asked) in names.items()}
    note = area(marked("Note to the order"), required=False, longest=LONGEST_NOTE)
    return attrs.make_class("OptionsForm", fields | {"note": note}, frozen=True)


def _field(label: str, asked: Asked) -> Any:
    if asked.choices:
        return choice(label, required=asked.required)
    return text(label, required=asked.required, longest=asked.longest)


def _choices(visit: Visit, names: Mapping[str, tuple[str, Asked]]) -> dict[str, list[tuple[str, str]]]:
    """The choices of each field that has some, with their words: of a date also where it is and what is free."""
    dated = [variant for variant, asked in names.values() if asked.name == SLOT]
    with visit.shell.installation.database.reading() as connection:
        slots = open_slots(connection, settings_of(visit), dated, today(settings_of(visit), visit.now)) if dated else {}
    words = {(variant, slot.slot): open_slot_words(visit, slot) for variant, some in slots.items() for slot in some}
    return {name: [(code, words.get((variant, code), code)) for code in asked.choices]
            for name, (variant, asked) in names.items() if asked.choices}


def _options(visit: Visit, found: Checkout, names: Mapping[str, tuple[str, Asked]], form: Shown,
             status: int = 200) -> Response:
    with visit.shell.installation.database.reading() as connection:
        chip = own_chip(visit, connection)
    groups: dict[str, list[str]] = {}
    for name, (variant, _) in names.items():
        groups.setdefault(variant, []).append(name)
    lines = [(called(visit, line.reward, line.variant), groups[line.variant]) for line in found.cart.lines
             if line.variant in groups]
    return page(visit, "portal/checkout_options.html", status, section=cart.HERE, form=form, groups=lines, chip=chip,
                choices=_choices(visit, names))


def _asked_words(visit: Visit, found: Checkout) -> dict[str, list[tuple[str, str]]]:
    """What was answered, by variant: label and answer."""
    given = found.answers.details
    return {variant: [(str(localised(one.label, visit.locale)),
                       answer_words(visit, one.name, given.get(variant, {}).get(one.name, ""))) for one in asks]
            for variant, asks in found.asks.items()}
