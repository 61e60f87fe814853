"""The forms of worlds and promotions: their fields in the languages of the programme, and what a refusal is about."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import attrs

from treuwerk.domain.catalogue import Window
from treuwerk.domain.promotions import Promotion, TargetAudience, World
from treuwerk.domain.refusals import Refusal
from treuwerk.programme.settings import Settings
from treuwerk.services.rewards.arranging import LARGEST
from treuwerk.web.forms import Result, area, day, decimal, several, text, whole, yes
from treuwerk.web.shell.marking import marked

_LONGEST_NAME, _LONGEST_SUMMARY, _LONGEST_LIST = 120, 300, 60_000
_FIELDS = {"visible": "visible_until", "redeemable": "redeem_until", "window": "valid_until"}
_REFUSED: Mapping[str, str] = {
    "bad_code": marked("A code has up to 40 small letters, digits and _, such as winter_2026."),
    "code_taken": marked("This code is taken. Choose another one, or open what has it."),
    "unknown": marked("This is not there: %(found)s. Compare it with the list, or add that first."),
    "twice": marked("This stands twice: %(found)s. Name each once."),
    "too_many": marked("These are too many. Name their categories instead."),
    "backwards": marked("The last day lies before the first one. Change one of them."),
    "bad_number": marked("This number is out of range. Per cent are less than 100."),
    "two_prices": marked("Enter points or per cent, not both."),
    "no_name": marked("Enter a name before it is published."),
    "no_rewards": marked("Name rewards or choose categories before it is published."),
    "no_alt": marked("Say in each language what is on the cover before the world is published."),
    "no_price": marked("Enter points or per cent before it is published.")}


def _common(locales: Sequence[str]) -> dict[str, Any]:
    """Fields that both have; the code stands in the address of what is there already."""
    return {
        "code": text(marked("Code"), required=False, longest=40),
        **{f"name_{locale}": text(marked("Name"), required=False, longest=_LONGEST_NAME) for locale in locales},
        **{f"summary_{locale}": text(marked("Summary"), required=False, longest=_LONGEST_SUMMARY)
           for locale in locales},
        "published": yes(marked("Published")),
        "position": whole(marked("Place in the order of display"), required=False, at_most=100_000),
        "rewards": area(marked("Rewards"), required=False, longest=_LONGEST_LIST),
        "categories": several(marked("Categories")), "groups": several(marked("Groups")),
        "tiers": several(marked("Tiers")), "countries": several(marked("Countries"))}


@cache
def world_form(locales: tuple[str, ...]) -> type[Any]:
    """The form of a world."""
    return attrs.make_class("WorldForm", {
        **_common(locales), "picture": text(marked("Reward whose picture stands for it"), required=False, longest=60),
        **{name: day(label, required=False) for name, label in (
            ("visible_from", marked("Visible from")), ("visible_until", marked("Visible until")),
            ("redeem_from", marked("Can be ordered from")), ("redeem_until", marked("Can be ordered until")))},
    }, frozen=True)


@cache
def promotion_form(locales: tuple[str, ...]) -> type[Any]:
    """The form of a promotion."""
    return attrs.make_class("PromotionForm", {
        **_common(locales), "worlds": several(marked("Worlds")),
        "valid_from": day(marked("Valid from"), required=False),
        "valid_until": day(marked("Valid until"), required=False),
        "percent": decimal(marked("Per cent off"), places=2, required=False, at_most=100),
        "points": whole(marked("Special price"), required=False, at_most=LARGEST),
        "budget": whole(marked("Budget"), required=False, at_most=LARGEST)}, frozen=True)


def initial(one: World | Promotion, locales: Sequence[str]) -> dict[str, Any]:
    """What stands in the form of something that is there."""
    found: dict[str, Any] = {
        "code": one.code, "published": one.published, "position": one.position or None,
        **{f"name_{locale}": one.names.get(locale, "") for locale in locales},
        **{f"summary_{locale}": one.summaries.get(locale, "") for locale in locales},
        "rewards": "\n".join(one.rewards), "categories": one.categories, "groups": one.audience.groups,
        "tiers": one.audience.tiers, "countries": one.audience.countries}
    if isinstance(one, World):
        return found | {"picture": one.picture, **_days(one.visible, "visible"), **_days(one.redeemable, "redeem")}
    return found | {"worlds": one.worlds, **_days(one.window, "valid"), "percent": one.percent or None,
                    "points": one.points or None, "budget": one.budget or None}


def _days(window: Window, name: str) -> dict[str, date | None]:
    return {f"{name}_from": None if window.first == date.min else window.first,
            f"{name}_until": None if window.last == date.max else window.last}


def world_of(form: Any, code: str, settings: Settings, before: World | None = None) -> World:
    """The world that a form describes; its cover has a form of its own and stays as it was."""
    return World(**_said(form, code, settings), picture=form.picture,
                 cover=before.cover if before else None, visible=_window(form, "visible"),
                 redeemable=_window(form, "redeem"))


def promotion_of(form: Any, code: str, settings: Settings, _before: Promotion | None = None) -> Promotion:
    """The promotion that a form describes."""
    return Promotion(**_said(form, code, settings), worlds=form.worlds, window=_window(form, "valid"),
                     points=form.points or 0, percent=form.percent or Decimal(0), budget=form.budget or 0)


def _said(form: Any, code: str, settings: Settings) -> dict[str, Any]:
    """What both have in common. Rewards are written one after the other, on lines or with commas."""
    locales = settings.programme.locales
    return {"code": code or form.code, "published": form.published, "position": form.position or 0,
            "names": {locale: name for locale in locales if (name := getattr(form, f"name_{locale}"))},
            "summaries": {locale: words for locale in locales if (words := getattr(form, f"summary_{locale}"))},
            "rewards": tuple(form.rewards.replace(",", " ").replace(";", " ").split()), "categories": form.categories,
            "audience": TargetAudience(form.groups, form.tiers, form.countries)}


def _window(form: Any, name: str) -> Window:
    return Window(getattr(form, f"{name}_from") or date.min, getattr(form, f"{name}_until") or date.max)


def blamed(result: Result[Any], refusal: Refusal) -> Result[Any]:
    """The form with a refusal beside the field that it is about."""
    field = str(refusal.facts.get("field", ""))
    return result.refused(_FIELDS.get(field, field), _REFUSED.get(refusal.code, refusal.reason),
                          found=refusal.facts.get("found", ""))
