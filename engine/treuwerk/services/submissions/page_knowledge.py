"""What is known before a page is read: how the programme writes days, and its sellers, articles and units."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from babel.dates import get_month_names
from babel.numbers import get_decimal_symbol
from sqlalchemy import Connection

from treuwerk.domain.finding_lines import Goods
from treuwerk.domain.finding_sellers import SellerKeys
from treuwerk.domain.folding import folded
from treuwerk.domain.ledger import moment
from treuwerk.domain.page_fields import Known
from treuwerk.domain.sellers import NAME, alias_key
from treuwerk.programme.languages import cldr
from treuwerk.programme.settings import Settings
from treuwerk.store import sellers as store
from treuwerk.store.owners import owners_of
from treuwerk.store.parties import all_articles

_PATTERN = re.compile("[dMy]")
_WORDS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"PCE", "H87", "C62", "EA", "PC", "PCS", "ST", "STK"}),
     "stk stck stück stücke st pcs pc pce ea each piece pieces pièce pièces unit units unit(s) unité unités u h87 c62"),
    (frozenset({"MTR", "M", "LFM"}), "m mtr lfm meter metre mètre mètres"),
    (frozenset({"PAL", "PLT", "PX", "PF"}), "pal palette paletten pallet pallets palettes"),
    (frozenset({"BX", "BOX", "CT", "KAR"}), "box karton carton boxes kartons cartons"),
    (frozenset({"KGM", "KG"}), "kg kgm"))
"""Codes of units, and words that documents have for them."""


def known_of(connection: Connection, settings: Settings, account_id: int, now: int) -> Known:
    """What is known when pages of a participant are read; four statements."""
    first = settings.programme.locales[0]
    return Known(
        moment(now).astimezone(settings.programme.time_zone).date(), day_order(first),
        months(tuple(settings.programme.locales)), _sellers(connection, settings, account_id),
        Goods.of({key: article.number for key, article in all_articles(connection).items()},
                 unit_words(list(settings.measures)), get_decimal_symbol(cldr(first))))


@lru_cache
def day_order(code: str) -> str:
    """The order of day, month and year in a language, where all are figures.

    >>> day_order("de"), day_order("en"), day_order("sv")
    ('dmy', 'dmy', 'ymd')
    """
    order = "".join(dict.fromkeys(_PATTERN.findall(str(cldr(code).date_formats["short"].pattern)))).lower()
    return order if order in ("dmy", "mdy", "ymd") else "ymd"


@lru_cache
def months(codes: tuple[str, ...]) -> Mapping[str, int]:
    """Names of months in some languages, folded, long and short, with their numbers; one that is two is left out."""
    found: dict[str, set[int]] = {}
    for code in codes:
        for width in ("wide", "abbreviated"):
            for number, name in get_month_names(width, locale=cldr(code)).items():
                plain = "".join(letter for letter in folded(name) if letter.isalpha())
                for short in {plain, plain[:3]}:
                    found.setdefault(short, set()).add(number)
    return {name: next(iter(numbers)) for name, numbers in found.items() if len(numbers) == 1}


def unit_words(measures: Sequence[str]) -> Mapping[str, str]:
    """Words that documents have for the units of a programme, folded."""
    found = {folded(code): code for code in measures}
    for codes, words in _WORDS:
        for code in measures:
            if code.upper() in codes:
                for word in words.split():
                    found.setdefault(folded(word), code)
                break
    return found


def _sellers(connection: Connection, settings: Settings, account_id: int) -> SellerKeys:
    aliases = store.aliases(connection)
    names = store.names(connection, set(aliases.values()) | set(store.codes(connection)))
    for source in settings.sources:
        if named := getattr(source.settings, "seller", ""):
            names.setdefault(aliases.get(alias_key(NAME, named), named), named)
    return SellerKeys.of(aliases, names, [owners_of(connection, [account_id])[account_id].name])
