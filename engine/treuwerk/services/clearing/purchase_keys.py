"""Keys of purchases: the identity of documents and their lines over all channels and repetitions."""

from functools import lru_cache
from unicodedata import normalize

from treuwerk.domain.corrections import ANEW, CHANGED, REPLACED
from treuwerk.domain.document_kinds import EARNING_KINDS
from treuwerk.domain.documents import Document, DocumentLine
from treuwerk.domain.line_numbers import MARK, number_of
from treuwerk.domain.participants import identifier
from treuwerk.store.documents import part

LATE_INVOICE_MONTHS = 3  # of a year: an invoice without day of delivery may be about goods of the year before
_SAID_AGAIN = {REPLACED, CHANGED, ANEW}
_LOOKALIKES = str.maketrans("АВЕКМНОРСТУХІЅЈаеорсухіѕјΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEKMHOPCTYXISJaeopcyxisjABEZHIKMNOPTYX")
"""Letters of Greek and Russian that people cannot tell from Latin ones; a number that is typed anew has the others."""


def purchase_prefix(document: Document, seller: str) -> str:
    """The identity of a document over all channels and repetitions; with a line number it is that of a purchase.

    `seller` is the identity of whoever numbers it.
    """
    return f"purchase|{document_key(seller, document.kind.value, document.number, str(document.event_date)[:4])}|"


def document_key(seller: str, kind: str, number: str, year: str) -> str:
    """The identity of a document by itself: two documents have the same one if they say the same to everybody."""
    return f"{part(seller)}|{kind}|{identified(number)}|{year}"


def document_of(key: str) -> str:
    """The identity of the document that a purchase stands in, by the key of the purchase."""
    return "|".join(key.split("|", 5)[1:5])


def years(document: Document) -> tuple[str, ...]:
    """In which years a delivery note may be dated that a document refers to."""
    day = document.event_date
    if day is None:
        return ()
    if document.delivery_date is None and day.month <= LATE_INVOICE_MONTHS:
        return str(day.year), str(day.year - 1)
    return (str(day.year),)


def line_key(line: DocumentLine) -> str:
    """The number of a line in the key of its purchase, with what tells it from an earlier line of that number."""
    return f"{identified(line.id)}{MARK}{identified(line.mark)}" if line.mark else identified(line.id)


def is_key_of(key: str, seller: str, document: str, line: str, year: str) -> bool:
    """Whether a purchase with these facts may have this key; of what kind its document was, only the key says."""
    parts = key.split("|")
    plain = len(parts) == 6 or (len(parts) == 7 and parts[6][:1] in _SAID_AGAIN)
    return (plain and parts[0] == "purchase" and parts[1] == part(seller) and parts[2] in EARNING_KINDS
            and parts[3] == identified(document) and parts[4] == year and number_of(parts[5]) == identified(line))


@lru_cache(maxsize=16_384)  # lines of one document come together, and their numbers repeat all day
def identified(number: str) -> str:
    """A number of a document or a line as it stands in keys."""
    return part(identifier(number if number.isascii() else normalize("NFKC", number).translate(_LOOKALIKES)))


def order_key(seller: str, number: str) -> str:
    """The identity of an order: who sells, and its number as it is compared."""
    return f"{part(seller)}|{identified(number)}"


def same_number(one: str, other: str) -> bool:
    """Whether two numbers are the same as they are compared."""
    return identified(one) == identified(other)
