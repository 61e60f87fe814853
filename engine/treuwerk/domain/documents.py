"""The canonical document: what every clearing source reads its format into, one shape whatever the way in.

A reader knows nothing of points. It fills these values and names, line by line, what it could not read.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

import attrs

NO_FEATURES: Mapping[str, str] = MappingProxyType({})


class DocumentKind(StrEnum):
    """What a document is; only deliveries, receipts, invoices and sales reports may earn."""

    DELIVERY = "delivery"
    RECEIPT = "receipt"
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    RETURN = "return"
    SALES_REPORT = "sales_report"
    ORDER = "order"
    ATTENDANCE = "attendance"
    ARTICLES = "articles"


class Movement(StrEnum):
    """What a line does to the goods: most lines add, corrections take back."""

    DELIVER = "DELIVER"
    CANCEL = "CANCEL"
    RETURN = "RETURN"


@attrs.frozen
class Fault:
    """One thing that is wrong with a line, or with the whole document (`line` None).

    `text` is for a person: found value, expected value, next step. `raw` is the line as it came.
    """

    line: int | None
    code: str
    text: str
    document: str = ""
    severity: str = "error"
    raw: str = ""


class Party(NamedTuple):
    """A seller or buyer as the document names it; `ids` are (scheme, value) pairs, best first."""

    name: str = ""
    ids: tuple[tuple[str, str], ...] = ()


class DocumentLine(NamedTuple):
    """One line as read. `at` is the physical line of the file, `id` the line's own number in the document.

    A named tuple, like all that is made once per line of a file: it costs a third of a frozen attrs instance.
    """

    at: int
    id: str
    article_seller: str
    qty: Decimal
    unit: str
    amount: Decimal | None = None
    serials: tuple[str, ...] = ()
    features: Mapping[str, str] = NO_FEATURES
    movement: Movement = Movement.DELIVER
    name: str = ""
    article_buyer: str = ""
    gtin: str = ""
    unit_price: Decimal | None = None
    parent: str = ""
    role: str = "main"


class Document(NamedTuple):
    """One delivery note, invoice or report of one file, with its faults.

    `read` is how many physical lines of the file it covers; good lines and faults add up to it.
    """

    source: str
    kind: DocumentKind
    number: str
    lines: tuple[DocumentLine, ...]
    faults: tuple[Fault, ...] = ()
    delivery_date: date | None = None
    issue_date: date | None = None
    seller: Party = Party()
    buyer: Party = Party()
    currency: str = ""
    orders: tuple[str, ...] = ()
    deliveries: tuple[str, ...] = ()
    previous: tuple[str, ...] = ()
    type_code: str = ""
    function: str = ""
    sums: Mapping[str, Decimal] = MappingProxyType({})

    @property
    def event_date(self) -> date | None:
        """The day that counts for rules: of the delivery, else of the document."""
        return self.delivery_date or self.issue_date
