"""What a credit note gives back: goods, or only a part of their price. The document decides, nobody guesses.

A code that can mean only one of them counts first, then what its reasons and notes say. A plain credit note (381) of so
many pieces is about goods; whether it credits what they cost is seen where the purchase is known.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from treuwerk.domain.documents import Document, DocumentKind, DocumentLine

GOODS, PRICE, UNCLEAR = "goods", "price", "unclear"
GIVES_BACK = "gives_back"
"""Feature of a line: ``goods`` or ``price``, where a reason with a code says so."""
PRICE_CODES = frozenset({"83", "84", "308"})
"""Document codes (UNTDID 1001) of what settles money alone: financial adjustments, delcredere."""
DEBIT_NOTES = frozenset({"80", "84", "383"})
"""Document codes of what charges more; they deliver nothing."""

_PRICE = re.compile(
    r"\b(?:preis(?:differenz|korrektur|anpassung|nachlass|nachlaß|minderung|senkung|gutschrift|änderung|reduzierung)\w*|"
    r"(?:jahres|umsatz|mengen|treue)?bon(?:us|i)\w*|rückvergütung|rabatt(?:gutschrift|korrektur|nachtrag)|nachrabatt|"
    r"price (?:difference|correction|adjustment|reduction|change|protection)|(?:annual|volume|sales) (?:rebate|bonus)|"
    r"rebate|remise (?:sur (?:le )?prix|commerciale)|(?:différence|correction|baisse) de prix|ristourne)\b",
    re.IGNORECASE)
_GOODS = re.compile(
    r"\b(?:retouren?\w*|rück(?:gabe|sendung|nahme|lieferung|ware)\w*|warenrück\w*|fehlmenge|minderlieferung|"
    r"return(?:ed)? (?:of )?(?:goods|items?|delivery|merchandise)|goods returned|rma|short (?:delivery|shipment)|"
    r"retour (?:de )?marchandises?|marchandises? retournées?)\b", re.IGNORECASE)


@lru_cache(maxsize=16_384)
def said_by(text: str) -> str:
    """What words say that something is given back for: goods, price, unclear where both are named, else nothing.

    >>> said_by("Gutschrift zur Preisdifferenz"), said_by("Retoure vom 4. Mai"), said_by("Modul 400 Wp")
    ('price', 'goods', '')
    """
    price, goods = _PRICE.search(text), _GOODS.search(text)
    if price and goods:
        return UNCLEAR
    return PRICE if price else GOODS if goods else ""


def said_by_all(texts: Iterable[str]) -> str:
    """The same of several texts together."""
    found = {said for text in texts if (said := said_by(text))}
    return found.pop() if len(found) == 1 else UNCLEAR if found else ""


def given_back(document: Document, line: DocumentLine) -> str:
    """What a line gives back, as far as its document says it: by its code, by reasons of the line, by notes."""
    if document.kind is DocumentKind.RETURN:
        return GOODS
    if document.type_code in PRICE_CODES:
        return PRICE
    begin = _PRICE.match(line.name)  # further behind it may be part of what the goods are called
    said = line.features.get(GIVES_BACK, "") or (PRICE if begin else "") or document.gives_back
    return said or (UNCLEAR if document.type_code in DEBIT_NOTES else "")


def is_price_alone(credited: int, pieces: int, paid: int, bought: int) -> bool:
    """Whether a credit per piece is far less than a piece cost: then it may be about the price alone.

    `credited` for `pieces`, `paid` for `bought`, both in millionths; 0 is not known. A charge for taking goods back
    leaves more than half.
    """
    return bool(credited and paid and pieces and bought) and 2 * abs(credited) * bought < abs(paid) * pieces
