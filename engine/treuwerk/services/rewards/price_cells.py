"""Special prices of a reward as one cell of a file, such as ``5000 tier=gold | 6000 group=school until=2026-12-31``."""

import re
from datetime import date

from treuwerk.domain.reading import Unreadable, calendar_date, whole_number
from treuwerk.domain.reward_prices import PriceRule
from treuwerk.programme.settings import Settings
from treuwerk.services.master_files import BadRow

_KEYS = ("variant", "group", "tier", "from", "until")
_LARGEST = 1_000_000_000
_NEXT = re.compile(r"\s+(?=\w+=)")


def written_prices(prices: tuple[PriceRule, ...]) -> str:
    """The cell of some rules."""
    return " | ".join(_written(one) for one in prices)


def read_prices(cell: str, settings: Settings) -> tuple[PriceRule, ...]:
    """The rules of a cell.

    Raises:
        BadRow: something that is no rule, or a group or tier that the programme does not have.
    """
    return tuple(_read(one.strip(), settings) for one in cell.split("|")) if cell.strip() else ()


def _written(rule: PriceRule) -> str:
    said = {"variant": rule.variant, "group": rule.group, "tier": rule.tier,
            "from": "" if rule.first == date.min else rule.first.isoformat(),
            "until": "" if rule.last == date.max else rule.last.isoformat()}
    return " ".join([str(rule.points), *(f"{key}={value}" for key, value in said.items() if value)])


def _read(text: str, settings: Settings) -> PriceRule:
    points, *bounds = _NEXT.split(text)
    said: dict[str, str] = {}
    for bound in bounds:
        key, _, value = bound.partition("=")
        if key not in _KEYS or not value or key in said:
            raise _wrong(text, f"found {bound!r}, expected each of {', '.join(_KEYS)} once at most, with a value")
        said[key] = value
    for key, known in (("group", list(settings.groups)), ("tier", [tier.code for tier in settings.tiers])):
        if key in said and said[key] not in known:
            raise _wrong(text, f"found the {key} {said[key]!r}, expected one of {', '.join(known) or 'none'}")
    return _rule(text, points, said)


def _rule(text: str, points: str, said: dict[str, str]) -> PriceRule:
    try:
        rule = PriceRule(whole_number(points), said.get("variant", ""), said.get("group", ""), said.get("tier", ""),
                         calendar_date(said["from"]) if "from" in said else date.min,
                         calendar_date(said["until"]) if "until" in said else date.max)
    except Unreadable as error:
        raise _wrong(text, str(error)) from None
    except ValueError:
        raise _wrong(text, f"found {points}, expected 1 to {_LARGEST:,} points") from None
    if rule.points > _LARGEST:
        raise _wrong(text, f"found {points}, expected 1 to {_LARGEST:,} points")
    if rule.last < rule.first:
        raise _wrong(text, f"found until={rule.last}, expected {rule.first} or a later day")
    return rule


def _wrong(text: str, reason: str) -> BadRow:
    return BadRow("bad_price", f"column prices: {text!r}: {reason}")
