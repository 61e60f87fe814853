"""Codes that UBL, CII and openTRANS share: kinds of invoices, what a message is to do, schemes of numbers, charges."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from treuwerk.domain.documents import DocumentKind, Party, Purpose
from treuwerk.domain.participants import CUSTOMER_NUMBER

CREDIT_NOTES = frozenset({"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532"})
"""Document codes (UNTDID 1001) that give money back. 389, the self-billed invoice, is none of them."""
_PROFORMA = "325"  # demands nothing and delivers nothing

FUNCTIONS: Mapping[str, Purpose] = MappingProxyType({
    "1": Purpose.CANCEL, "2": Purpose.CHANGE, "4": Purpose.CHANGE, "5": Purpose.REPLACE, "7": Purpose.COPY,
    "17": Purpose.CANCEL, "18": Purpose.REPLACE, "31": Purpose.COPY, "33": Purpose.CHANGE, "35": Purpose.COPY,
    "36": Purpose.CHANGE, "43": Purpose.COPY})
"""Message function (UNTDID 1225) → purpose; any other code is that of an original."""

RANKS: Mapping[str, int] = MappingProxyType({scheme: rank for rank, scheme in enumerate(
    ("gln", CUSTOMER_NUMBER, "duns", "vat", "tax", "registration", "own", "id", "supplier_number", "email"))})
"""How well a number tells who somebody is: several branches share a VAT number, and a clerk types e-mail addresses."""

_SCHEMES: Mapping[str, str] = MappingProxyType({
    "0088": "gln", "gln": "gln", "iln": "gln", "ean": "gln", "0060": "duns", "0062": "duns", "duns": "duns",
    "va": "vat", "vat": "vat", "0211": "vat", "fc": "tax", "vkn": "tax", "tckn": "tax", "vkn_tckn": "tax",
    "0210": "tax", "musterino": CUSTOMER_NUMBER, "em": "email", "cvr": "registration", "dk:cvr": "registration",
    "0184": "registration", "0192": "registration", "0007": "registration", "0002": "registration",
    "0009": "registration", "0106": "registration", "0190": "registration", "0208": "registration",
    "0151": "registration", "0195": "registration", "0196": "registration", "0204": "id", "mersisno": "registration",
    "ticaretsicilno": "registration"})
_VAT_BY_STATE = re.compile(r"99(?:06|1[04]|2[2-9]|3[0-9]|4[0-9]|5[0-37])|[a-z]{2}:?vat", re.ASCII)

_TIMES = frozenset({"HUR", "DAY", "MON", "ANN", "MIN", "SEC", "WEE", "LH", "E49", "QAN"})
_CHARGES = re.compile(
    r"(?:anteilige?\w* )?(?:fracht|porto|versand|transport(?:kosten|pauschale|zuschlag|versicherung)|verpackung|"
    r"liefer(?:kosten|pauschale)|zustell|maut|energiezuschlag|mindermenge|kleinmenge|logistik|express(?:zuschlag|versand)|"
    r"pfand|leergut|palettentausch|bearbeitungs(?:gebühr|pauschale)|rundung|rabatt|skonto|montage(?:kosten|arbeit)|"
    r"arbeitszeit|anfahrt|freight|shipping|postage|delivery (?:charge|cost|fee)|carriage|packing|packaging|deposit|"
    r"handling|surcharge|discount|rounding|frais|transport$|livraison|emballage|consigne|remise)", re.IGNORECASE)


def invoice_kind(code: str) -> DocumentKind:
    """What an invoice with this document code (UNTDID 1001) is."""
    if code in CREDIT_NOTES:
        return DocumentKind.CREDIT_NOTE
    return DocumentKind.OTHER if code == _PROFORMA else DocumentKind.INVOICE


@lru_cache(maxsize=1_024)
def id_scheme(code: str, unknown: str) -> str:
    """What a number is by the scheme that the document names (ISO 6523, EAS, UNTDID 1153 or a word).

    >>> id_scheme("0088", "id"), id_scheme("9930", "id"), id_scheme("ZZZ", "id")
    ('gln', 'vat', 'id')
    """
    folded = code.strip().lower()
    return _SCHEMES.get(folded) or ("vat" if _VAT_BY_STATE.fullmatch(folded) else unknown)


def best_first(name: str, ids: Iterable[tuple[str, str]]) -> Party:
    """A party with its numbers in the order in which they tell who it is; a value that comes twice counts once."""
    name = " ".join(part.strip() for part in name.splitlines())  # some write an address into it
    ranked = sorted(ids, key=lambda pair: RANKS.get(pair[0], RANKS[CUSTOMER_NUMBER]))
    once: dict[str, str] = {}
    for scheme, value in ranked:
        if value:
            once.setdefault(value, scheme)
    return Party(name, tuple((scheme, value) for value, scheme in once.items()))


@lru_cache(maxsize=16_384)
def is_charge(name: str, unit: str) -> bool:
    """Whether a line is freight, packing, deposit, working time or a discount by its name or unit, and no goods.

    >>> is_charge("Frachtkosten", "C62"), is_charge("Monteurstunde", "HUR"), is_charge("Transportbox", "C62")
    (True, True, False)
    """
    return unit in _TIMES or bool(_CHARGES.match(name))
