"""Rewards for the style guide: made up, and to be had by nobody."""

from typing import Any

from treuwerk.web.portal.shop.showing import (
    Card,
    Choice,
    Face,
    Facet,
    Keep,
    Mark,
    PageLink,
    Picture,
    Price,
    VariantChoice,
    World,
)
from treuwerk.web.shell.content import Localised
from treuwerk.web.shell.state import Visit

_HERE = "/_styleguide"
_BALANCE = 24_805


def reward_samples(visit: Visit) -> dict[str, Any]:
    """What the templates of the style guide show of the shop."""
    unit = next(iter(visit.shell.installation.programme.settings.units))
    lamp = visit.shell.assets.url("sample-lamp.svg")
    picture = Picture(lamp, lamp, Localised("A desk lamp with a blue shade on a wooden arm"))
    return {
        "sample_rewards": _cards(unit, picture),
        "sample_pictures": [picture] * 3,
        "sample_price": Price(7_450, unit, balance=_BALANCE),
        "sample_far": Price(26_050, unit, balance=_BALANCE),
        "sample_worlds": [
            World(_HERE, "Workshop and site", "14 rewards", 1), World(_HERE, "Garden and outdoors", "11 rewards", 2),
            World(_HERE, "Home and kitchen", "11 rewards", 3, "until 24 December"),
            World(_HERE, "Family and play", "10 rewards", 4), World(_HERE, "Learning and adventure", "8 rewards", 5),
            World(_HERE, "Good causes and vouchers", "8 rewards", 6, current=True)],
        "sample_facet": Facet("Category", [
            Choice("sample", "workshop", "Workshop and site", 14, chosen=True),
            Choice("sample", "garden", "Garden and outdoors", 11, chosen=False),
            Choice("sample", "none", "Good causes and vouchers", 0, chosen=False)]),
        "sample_pages": [PageLink("1", _HERE), PageLink("2", current=True), PageLink("3", _HERE), PageLink("…"),
                         PageLink("9", _HERE)],
        "sample_variants": [
            VariantChoice("M", Localised("M"), _HERE, "", current=True, gone=False),
            VariantChoice("L", Localised("L"), _HERE, "", current=False, gone=False),
            VariantChoice("XL", Localised("XL"), _HERE, "sold out", current=False, gone=True)],
        "sample_keeps": [
            Keep("truck", "With you in about five working days", "Germany, Austria and France"),
            Keep("globe", "Made in Italy", "Proof LE-2026-004, valid until 31 December 2028"),
            Keep("leaf", "Recycled material", "Certificate RC-88, valid until 30 June 2027")],
    }


def _cards(unit: str, picture: Picture) -> list[Card]:
    def card(name: str, summary: str, tone: int, points: int, **more: Any) -> Card:
        of = ("Workshop and site", "Garden and outdoors", "Home and kitchen", "Family and play")[tone - 1]
        price = Price(points, unit, more.pop("regular", 0), more.pop("at_least", False), _BALANCE)
        own = {name: more.pop(name) for name in ("wished", "reason") if name in more}
        return Card(Face("SAMPLE", Localised(name), Localised(summary), of, tone, price, **more), price, **own)

    return [
        card("Cordless drill 18 V", "Two batteries, charger and case; light enough for a whole day on the roof.", 1,
             12_300, wished=True),
        card("Desk lamp", "Light without flicker, colour and brightness adjustable.", 3, 7_450, picture=picture,
             marks=[Mark("New", "accent", "sparkles")]),
        card("Kettle grill 47 cm", "Enamelled, with a thermometer in the lid and an ash tray.", 2, 26_050,
             regular=31_000, marks=[Mark("Until 24 December", "warn", "clock")]),
        card("Balance bike of birch", "From two years, a saddle in three heights.", 4, 28_400, at_least=True,
             reason="3,595 points away"),
        card("Harness for work on roofs", "Two anchor points, padded, tested to EN 361.", 1, 21_450, gone=True,
             marks=[Mark("Sold out", "", "package")]),
        card("Linen bedding", "135 by 200 cm, washed, in four colours.", 3, 13_900,
             marks=[Mark("Only 3 left", "warn", "hourglass")], picture=picture),
    ]
