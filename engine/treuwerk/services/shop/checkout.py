"""The checkout: where an order goes and what else must be known, kept until it is placed; then the order itself."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import attrs
from sqlalchemy import Connection

from treuwerk.domain import ids
from treuwerk.domain.parcel_stations import StationDraft, station
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_kinds import Asked, answers_to
from treuwerk.domain.reward_orders import Destination, OrderRequest, WantedLine
from treuwerk.domain.rights import Access
from treuwerk.programme.settings import Settings
from treuwerk.services.installation import Installation
from treuwerk.services.orders.fulfilling import questions
from treuwerk.services.orders.places import STATION, Place, places_of, station_at
from treuwerk.services.orders.placing import LONGEST_NOTE, Placed, place
from treuwerk.services.rewards.kinds import terms_by_kind
from treuwerk.services.shop.cart import ORDER, Cart, CartLine, cart_of
from treuwerk.services.shop.money import Pay
from treuwerk.store import cart as store
from treuwerk.store import reward_orders


@attrs.frozen
class Answers:
    """What was answered so far. `place` is empty for what is proposed; `details` are answers by variant and name.

    `own_points` are those that somebody wants to use who chose a number of one's own.
    """

    place: str = ""
    station: StationDraft | None = None
    note: str = ""
    details: Mapping[str, Mapping[str, str]] = attrs.field(factory=dict)
    pay: Pay = Pay.MOST
    own_points: int = 0


@attrs.frozen
class Checkout:
    """An order that could be placed: what, where to, and what is still missing."""

    cart: Cart
    answers: Answers
    places: tuple[Place, ...]
    place: Place | None
    needs_address: bool
    asks: Mapping[str, Sequence[Asked]]
    """What must be answered, by variant."""

    @property
    def lacks_address(self) -> bool:
        """Whether nobody can tell where it shall go, or not everything is delivered there."""
        return self.needs_address and (self.place is None or not self.place.served)

    @property
    def lacks_answers(self) -> bool:
        """Whether an answer is missing or cannot be kept."""
        return any(answers_to(asks, self.answers.details.get(variant, {}))[1] for variant, asks in self.asks.items())

    @property
    def points(self) -> int:
        """The points that it is paid with."""
        return self.cart.money.points(self.answers.pay, self.answers.own_points)

    @property
    def cents(self) -> int:
        """What is paid with money."""
        return self.cart.money.cents(self.points)

    @property
    def destination(self) -> Destination | None:
        """Where it goes; None where nothing is delivered."""
        return self.place.destination if self.needs_address and self.place else None

    @property
    def seen(self) -> str:
        """A digest of everything that a person checks before ordering: what came otherwise since is seen by it."""
        shown = [[line.variant, line.quantity, line.points] for line in self.cart.lines]
        where = attrs.asdict(self.destination) if self.destination else None
        told = json.dumps([shown, where, self.answers.note, _plain(self.answers.details),
                           *([self.points, self.cents] if self.cents else [])], sort_keys=True)
        return sha256(told.encode()).hexdigest()[:32]

    def request(self, key: str) -> OrderRequest:
        """The order under a key."""
        lines = tuple(WantedLine(line.variant, line.quantity, line.points, dict(self.answers.details.get(
            line.variant, {}))) for line in self.cart.lines)
        return OrderRequest(key, lines, self.destination, self.answers.note, points=self.points if self.cents else None)


def checkout_of(access: Access, connection: Connection, settings: Settings, now: int) -> Checkout:
    """The checkout of who acts, with the cart as it is now."""
    access.require(ORDER)
    cart = cart_of(access, connection, settings, now)
    answers = _answers(store.answers(connection, access.account_id, access.user_id))
    terms = terms_by_kind(settings)
    needing = [line for line in cart.lines if line.reward and (kind := terms.get(line.reward.kind))
               and kind.needs_address]
    kinds = {line.variant: line.reward.kind for line in cart.lines if line.reward}
    asks = questions(connection, settings, kinds, now)
    places = _places(access, connection, settings, answers, needing)
    return Checkout(cart, _fitting(answers, asks), places, _chosen(places, answers.place), bool(needing), asks)


def choose_place(access: Access, connection: Connection, settings: Settings, name: str, now: int,
                 draft: StationDraft | None = None) -> None:
    """Let the order go to a saved address, to the company, or to a parcel station.

    Raises:
        Refusal: `unknown_place`; of a parcel station those of `treuwerk.domain.parcel_stations`.
    """
    found = checkout_of(access, connection, settings, now)
    if name == STATION:
        station_at(settings, draft)
    elif name not in {one.name for one in found.places}:
        raise Refusal("unknown_place", f"found {name!r}, expected one of the addresses", field="place")
    _keep(access, connection, attrs.evolve(found.answers, place=name, station=draft or found.answers.station), now)


def answer(access: Access, connection: Connection, settings: Settings, note: str,
           details: Mapping[str, Mapping[str, str]], now: int) -> None:
    """Keep a note to the order and what its rewards ask for; what is missing is asked again before the order.

    Raises:
        Refusal: `too_long`.
    """
    if len(note) > LONGEST_NOTE:
        raise Refusal("too_long", f"found {len(note)} characters, expected at most {LONGEST_NOTE}", field="note",
                      longest=LONGEST_NOTE)
    found = checkout_of(access, connection, settings, now)
    kept = {variant: answers_to(asks, details.get(variant, {}))[0] for variant, asks in found.asks.items()}
    _keep(access, connection, attrs.evolve(found.answers, note=note.strip(), details=kept), now)


def choose_points(access: Access, connection: Connection, settings: Settings, pay: Pay, own: int, now: int) -> None:
    """Choose how many points are used; the rest is paid with money.

    Raises:
        Refusal: `wrong_points` (least, most), `no_money`: nothing of it can be paid with money.
    """
    found = checkout_of(access, connection, settings, now)
    money = found.cart.money
    if not money.helps:
        raise Refusal("no_money", "found a cart that is paid with points alone")
    if pay is Pay.OWN and not money.fits(own):
        raise Refusal("wrong_points", f"found {own} points, expected {money.bounds.least} to {money.top}", field="own",
                      least=money.bounds.least, most=money.top)
    kept = attrs.evolve(found.answers, pay=pay, own_points=own if pay is Pay.OWN else 0)
    _keep(access, connection, kept, now)


def order(access: Access, installation: Installation, checkout: Checkout, key: str, now: int) -> Placed:
    """Place the order; with it the lines leave the cart, in the same transaction.

    Raises: as `place`; then the cart is as it was.
    """
    def leave_cart(connection: Connection, _: Placed) -> None:
        store.remove(connection, access.account_id, access.user_id, [line.variant for line in checkout.cart.lines])
        store.forget_answers(connection, access.account_id, access.user_id)

    return place(installation, access, checkout.request(key), now, then=leave_cart)


def ordered_before(access: Access, connection: Connection, key: str) -> str:
    """The public id of the order that stands under a key, empty for none."""
    access.require(ORDER)
    row = reward_orders.by_key(connection, access.account_id, key)
    return ids.public_id(ids.REWARD_ORDER, row.account_id, row.id) if row else ""


def _places(access: Access, connection: Connection, settings: Settings, answers: Answers,
            lines: Sequence[CartLine]) -> tuple[Place, ...]:
    """Saved addresses, the preferred one first, then that of the master data, then a parcel station that was typed."""
    found = places_of(connection, access.account_id)
    if answers.station and answers.station.country in settings.rewards.orders.parcel_stations:
        found.append(Place(STATION, "", station(answers.station)))
    return tuple(attrs.evolve(one, served=_served(settings, one.destination.country, lines)) for one in found)


def _served(settings: Settings, country: str, lines: Sequence[CartLine]) -> bool:
    served = [line.reward.countries or settings.programme.countries for line in lines if line.reward]
    return all(not some or country in some for some in served)


def _chosen(places: Sequence[Place], name: str) -> Place | None:
    """The one that was chosen; else the first that everything is delivered to."""
    chosen = next((one for one in places if one.name == name), None)
    return chosen or next((one for one in places if one.served and one.name != STATION), None)


def _fitting(answers: Answers, asks: Mapping[str, Sequence[Asked]]) -> Answers:
    """Without answers to what nobody asks any more."""
    details = {variant: answers_to(asks[variant], given)[0] for variant, given in answers.details.items()
               if variant in asks}
    return attrs.evolve(answers, details=details)


def _keep(access: Access, connection: Connection, answers: Answers, now: int) -> None:
    content = json.dumps(attrs.asdict(answers), ensure_ascii=False, separators=(",", ":"))
    store.keep_answers(connection, access.account_id, access.user_id, content, now)


def _answers(content: str) -> Answers:
    if not content:
        return Answers()
    told: dict[str, Any] = json.loads(content)
    typed = told["station"]
    return Answers(told["place"], StationDraft(**typed) if typed else None, told["note"], told["details"],
                   Pay(told.get("pay", Pay.MOST)), told.get("own_points", 0))


def _plain(details: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    return {variant: dict(given) for variant, given in details.items()}
