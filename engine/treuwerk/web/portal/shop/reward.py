"""One reward at length: pictures, variants, price, what the balance would be, and what is worth knowing."""

from contextlib import suppress
from typing import Any
from urllib.parse import quote, urlencode

import attrs
from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.domain.rights import OutOfScope
from treuwerk.services.rewards.offering import Offered
from treuwerk.services.shop import wishes
from treuwerk.services.shop.cart import most_pieces
from treuwerk.services.shop.looking import Look, look
from treuwerk.services.shop.similar import similar
from treuwerk.services.shop.watching import watched
from treuwerk.store.faults import DatabaseReadOnly
from treuwerk.web.forms import text, whole
from treuwerk.web.forms.pages import empty
from treuwerk.web.portal.money_words import vat_words
from treuwerk.web.portal.shop.cards import (
    Shopper,
    card_of,
    cards,
    category_of,
    name_of,
    pictures_of,
    settings_of,
    shopper_of,
    shoppers_chip,
    told_of,
)
from treuwerk.web.portal.shop.showing import VariantChoice
from treuwerk.web.portal.shop.telling import barred, keeps
from treuwerk.web.shell.content import Localised, localised
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext, page
from treuwerk.web.shell.state import Visit

HERE = "/rewards"
REDEEM = "own.points.redeem"


@attrs.frozen
class ToCart:
    """What is put into the cart."""

    variant: str = text(marked("Variant"))
    quantity: int = whole(marked("Pieces"), at_least=1)


def reward_page(visit: Visit) -> Response:
    """A reward, with the variant that the address names or the best one; who looks is remembered for "seen lately"."""
    number = visit.request.path_params["number"]
    with visit.shell.installation.database.reading() as connection:
        shopper = shopper_of(visit, connection)
        found = look(visit.access, connection, shopper.shelf, shopper.viewer, number)
        chip, around = shoppers_chip(visit, connection, shopper), _around(visit, connection, shopper, number)
    shown = page(visit, "shop/reward.html", section=HERE, chip=chip, **_context(visit, found, shopper), **around)
    _note(visit, number)
    return shown


def _around(visit: Visit, connection: Connection, shopper: Shopper, number: str) -> dict[str, Any]:
    """What else may please: like ones, and what was looked at before."""
    like = similar(shopper.shelf, shopper.viewer, number)
    before = [one for one in wishes.seen(visit.access, connection) if one != number]
    found = {one.number: one for one in cards(visit, connection, shopper, dict.fromkeys([*like, *before]))}
    return {"watched": watched(visit.access, connection), "similar": [found[one] for one in like if one in found],
            "seen": [found[one] for one in before if one in found]}


def _context(visit: Visit, found: Look, shopper: Shopper) -> dict[str, Any]:
    reward, chosen = found.reward, _chosen(visit, found)
    price = shopper.price(chosen) if chosen.points else None
    return {
        "card": card_of(visit, found, shopper), "name": name_of(visit, reward),
        "summary": told_of(visit, reward, "summary"),
        "text": told_of(visit, reward, "text"), "category": category_of(visit, reward), "brand": reward.brand,
        "pictures": list(pictures_of(visit, reward)), "keeps": list(keeps(visit, reward)), "price": price,
        "variants": _variants(visit, found, chosen), "chosen": chosen, "gone": found.gone(chosen),
        "left": found.few(chosen, settings_of(visit).rewards.stock_low), "why": barred(visit, chosen.objections),
        "redeems": visit.access.may(REDEEM), "wishes": visit.access.may(wishes.WRITE),
        "most": most_pieces(settings_of(visit)), "vat": vat_words(visit),
        "form": empty(visit, ToCart, {"variant": chosen.variant.number, "quantity": 1}),
        "category_code": reward.category, "here_path": _address(found, chosen),
    }


def _address(found: Look, chosen: Offered) -> str:
    """Where a variant stands; the best one needs no name."""
    return _plain_address(found) if chosen is found.best else _variant_address(found, chosen)


def _plain_address(found: Look) -> str:
    return f"{HERE}/{quote(found.reward.number, safe='')}"


def _variant_address(found: Look, one: Offered) -> str:
    """Numbers of imported rewards and variants may have any character."""
    return f"{_plain_address(found)}?{urlencode({'variant': one.variant.number})}"


def _chosen(visit: Visit, found: Look) -> Offered:
    """The variant that the address names.

    Raises:
        OutOfScope: the reward has no such variant.
    """
    wanted = visit.request.query_params.get("variant")
    if not wanted:
        return found.best
    chosen = next((one for one in found.variants if one.variant.number == wanted), None)
    if chosen is None:
        raise OutOfScope
    return chosen


def _variants(visit: Visit, found: Look, chosen: Offered) -> list[VariantChoice]:
    """What there is to choose between; nothing where there is one variant."""
    if len(found.variants) < 2:
        return []
    return [VariantChoice(one.variant.number, _variant_name(visit, one), _variant_address(found, one),
                          _second(visit, found, one), one is chosen, found.gone(one)) for one in found.variants]


def _variant_name(visit: Visit, one: Offered) -> Localised:
    found = localised(one.variant.name, visit.locale, settings_of(visit).programme.locales[0])
    return found if found.text else Localised(one.variant.number)


def _second(visit: Visit, found: Look, one: Offered) -> str:
    if found.gone(one):
        return gettext(visit, marked("sold out"))
    if found.priced_differently and one.points:
        return visit.shell.renderer.language(visit.locale).formats.number(one.points)
    return ""


def _note(visit: Visit, number: str) -> None:
    """Remember it; where nothing can be stored at the moment, nobody misses it."""
    if visit.access.may(wishes.WRITE):
        with suppress(DatabaseReadOnly), visit.shell.installation.database.writing() as connection:
            wishes.note_seen(visit.access, connection, number, visit.now)
