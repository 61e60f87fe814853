r"""The table of rewards as a file: one row for each variant; what is said of the reward stands in its first row.

A file need not have all columns: what it does not have stays as it is. Several values of a cell stand between
``|``, the beginning of a new paragraph is written ``\n``.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches

from treuwerk.domain.catalogue import Reward, RewardText
from treuwerk.domain.reading import plain_number
from treuwerk.domain.rewards import Evidence
from treuwerk.services.rewards.price_cells import written_prices

REQUIRED = ("reward", "variant")
PROVEN = ("origin", "claim")
"""Kinds of evidence that have columns, each with those of `EVIDENCE` behind its name."""
EVIDENCE = ("statement", "country", "document", "valid_from", "valid_until")
WORDS = ("name", "summary", "text")
MONEY = ("cost", "freight", "tax_value")
WHOLE = ("points", "delivery_days")
LISTS = ("labels", "countries", "groups")
TEXTS = ("brand", "supplier")
_OWN = ("state", "kind", "category", *TEXTS, *MONEY, "vat", *WHOLE, *LISTS, "min_tier", "prices", "with_money",
        "visible_from", "visible_until", "redeem_from", "redeem_until")
VARIANT = ("variant", "variant_cost", "variant_points", "stock")
TOGETHER = {"origin": EVIDENCE, "claim": tuple(part for part in EVIDENCE if part != "country")}
"""Columns of an evidence that a file has together, or not at all: one without its end would hold for ever."""
UNLIMITED = "unlimited"
SIGNS = ("=", "+", "-", "@", "'")


def columns(locales: Sequence[str]) -> list[str]:
    """All columns in the order of an export."""
    return ["reward", *VARIANT, *(f"variant_name_{locale}" for locale in locales), *_OWN,
            *(f"{word}_{locale}" for locale in locales for word in WORDS),
            *(f"{kind}_{part}" for kind in PROVEN for part in EVIDENCE)]


def wrong_columns(header: Sequence[str], locales: Sequence[str]) -> str:
    """What is wrong with the columns of a file; empty where nothing is."""
    known = columns(locales)
    if unknown := [name for name in header if name not in known]:
        meant = [near for name in unknown for near in get_close_matches(name, known, 1)]
        hint = f"; did you mean {', '.join(meant)}?" if meant else ""
        return f"found the columns {', '.join(unknown)}, expected some of {', '.join(known)}{hint}"
    for kind, parts in TOGETHER.items():
        there = {part for part in EVIDENCE if f"{kind}_{part}" in header}
        if there and (missing := [f"{kind}_{part}" for part in parts if part not in there]):
            return (f"found {', '.join(f'{kind}_{part}' for part in EVIDENCE if part in there)} without "
                    f"{', '.join(missing)}, expected the columns of an evidence together, or none of them")
    return ""


def cells_of(reward: Reward, stock: Mapping[str, int], locales: Sequence[str]) -> Iterator[list[str]]:
    """The rows of a reward as an export writes them, in the order of `columns`."""
    names = columns(locales)
    own = _own_written(reward, locales)
    for at, variant in enumerate(reward.variants):
        cells = {"reward": reward.number, "variant": variant.number, "variant_cost": _money(variant.cost),
                 "variant_points": str(variant.points or ""), "stock": str(stock.get(variant.number, UNLIMITED)),
                 **{f"variant_name_{locale}": variant.name.get(locale, "") for locale in locales},
                 **(own if at == 0 else {})}
        yield [shielded(cells.get(name, "")) for name in names]


def _own_written(reward: Reward, locales: Sequence[str]) -> dict[str, str]:
    cells = {name: str(getattr(reward, name)) for name in ("state", "kind", "category", *TEXTS, "min_tier")}
    cells["prices"] = written_prices(reward.prices)
    cells["with_money"] = "yes" if reward.with_money else "no"
    cells |= {name: _money(getattr(reward, name)) for name in MONEY} | {"vat": plain_number(reward.vat)}
    cells |= {name: str(getattr(reward, name) or "") for name in WHOLE}
    cells |= {name: "|".join(getattr(reward, name)) for name in LISTS}
    for name, window in (("visible", reward.visible), ("redeem", reward.redeemable)):
        cells |= {f"{name}_from": _written(window.first), f"{name}_until": _written(window.last)}
    for locale in locales:
        text = reward.texts.get(locale, RewardText())
        cells |= {f"{word}_{locale}": getattr(text, word).replace("\n", "\\n") for word in WORDS}
    for kind in PROVEN:
        own = [one for one in reward.evidence if one.kind == kind]
        cells |= {f"{kind}_{part}": "|".join(_part(one, part) for one in own) for part in EVIDENCE}
    return cells


def _part(evidence: Evidence, part: str) -> str:
    value = getattr(evidence, part)
    return _written(value) if isinstance(value, date) else str(value)


def _written(day: date) -> str:
    return "" if day in (date.min, date.max) else day.isoformat()


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}" if cents else ""


def shielded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; reading it back takes the apostrophe away."""
    return f"'{cell}" if cell.startswith(SIGNS) else cell
