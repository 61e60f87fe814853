"""Ordering for a participant who calls: what the shop offers there, where it can go, and the order with its reason."""

import json
from collections.abc import Mapping, Sequence

import attrs
from sqlalchemy import Connection

from treuwerk.domain.actors import stated_reason
from treuwerk.domain.money_parts import PricedLine
from treuwerk.domain.reward_kinds import Asked
from treuwerk.domain.reward_orders import Destination, OrderRequest, WantedLine
from treuwerk.domain.rights import Access
from treuwerk.services.auditing import note_act
from treuwerk.services.installation import Installation
from treuwerk.services.orders.fulfilling import questions
from treuwerk.services.orders.places import Place, places_of
from treuwerk.services.orders.placing import Placed, place
from treuwerk.services.orders.scope import PLACE
from treuwerk.services.payments.splitting import takes_money
from treuwerk.services.rewards.askers import asker_of, programme_day
from treuwerk.services.rewards.kinds import terms_by_kind
from treuwerk.services.rewards.offering import Offered, offered
from treuwerk.services.shop.money import MoneyChoice, choice_of
from treuwerk.services.shop.searching import Query, search
from treuwerk.services.shop.shelf import shelf_of
from treuwerk.services.shop.viewer import viewer_of
from treuwerk.store import reward_orders as store

FOUND_AT_MOST = 10
"""Rewards of a search that are listed, each with its variants."""


@attrs.frozen
class Chosen:
    """Pieces of a variant that are to be ordered, as it is offered now; `left` pieces, None where nobody counts."""

    offer: Offered
    quantity: int
    left: int | None

    @property
    def variant(self) -> str:
        """Its number."""
        return self.offer.variant.number

    @property
    def points(self) -> int:
        """What all of its pieces cost."""
        return self.offer.points * self.quantity


@attrs.frozen
class Basket:
    """What is to be ordered for a participant, and what that needs; `available` points can be spent."""

    unit: str
    available: int
    lines: tuple[Chosen, ...]
    places: tuple[Place, ...]
    needs_address: bool
    asks: Mapping[str, Sequence[Asked]]
    money: MoneyChoice
    """Between how many points somebody can choose, and what the rest costs."""

    @property
    def points(self) -> int:
        """What it costs."""
        return sum(line.points for line in self.lines)

    @property
    def enough(self) -> bool:
        """Whether the points are there, with money beside them where that is possible."""
        return self.available >= (self.money.bounds.least if self.money.offered else self.points)


def found_for(access: Access, installation: Installation, connection: Connection, account_id: int, words: str,
              locale: str, now: int) -> list[Offered]:
    """Variants that the shop of a participant shows for some words, reward by reward."""
    access.require(PLACE)
    viewer = viewer_of(connection, installation.programme.settings, account_id, now, locale)
    shelf = shelf_of(installation, connection)
    found = search(shelf, viewer, Query(words, size=FOUND_AT_MOST))
    return [variant for one in shelf.offers(viewer, found.numbers) for variant in one.variants]


def basket(access: Access, installation: Installation, connection: Connection, account_id: int,
           wanted: Mapping[str, int], now: int, country: str = "") -> Basket:
    """Pieces by variant as they could be ordered for a participant now; `country` is where they go.

    Raises:
        OutOfScope: there is no such participant.
    """
    access.require(PLACE)
    settings = installation.programme.settings
    viewer = viewer_of(connection, settings, account_id, now, settings.programme.locales[0], country)
    offers = offered(connection, settings, asker_of(connection, settings, account_id, now, country), wanted,
                     programme_day(settings, now))
    left = store.left_in_stock(connection, offers)
    terms = terms_by_kind(settings)
    kinds = {variant: offer.reward.kind for variant, offer in offers.items() if offer.reward.kind in terms}
    unit = settings.rewards.unit or next(code for code, one in settings.units.items() if one.spendable)
    chosen = tuple(Chosen(offers[variant], pieces, left.get(variant)) for variant, pieces in wanted.items())
    priced = [PricedLine(one.points, takes_money(settings, one.offer.reward)) for one in chosen if one.offer.allowed]
    return Basket(unit, viewer.available, chosen, tuple(places_of(connection, account_id)),
                  any(terms[kind].needs_address for kind in kinds.values()),
                  questions(connection, settings, kinds, now),
                  choice_of(settings.rewards.money_terms, priced, viewer.available))


def order_for(installation: Installation, access: Access, account_id: int, lines: Sequence[WantedLine],
              destination: Destination | None, reason: str, key: str, now: int, *, points: int | None = None) -> Placed:
    """Place the order, paid with so many points and the rest with money; None: with points alone.

    Why somebody else than the participant did stands in its history and in the audit.

    Raises: as `place`, and
        Refusal: `no_reason`.
    """
    why = stated_reason(reason)
    request = OrderRequest(f"office|{key}", tuple(lines), destination, account_id=account_id, points=points)

    def say_why(connection: Connection, placed: Placed) -> None:
        store.note(connection, [{
            "account_id": placed.account_id, "order_id": placed.number, "id": 2, "line": 0, "kind": "ordered_for",
            "quantity": 0, "happened_at": now, "actor": access.actor,
            "details": json.dumps({"reason": why}, ensure_ascii=False)}])
        note_act(connection, access, "order.place_for", placed.account_id, placed.public_id, now=now, reason=why)

    return place(installation, access, request, now, then=say_why)
