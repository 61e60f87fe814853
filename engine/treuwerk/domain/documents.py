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

LINE_COUNTS = ("line_count", "total_item_num")
"""Names of `sums` that are no amounts: how many lines a document says it has, its parts not counted."""
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
    ORDER_RESPONSE = "order_response"
    ATTENDANCE = "attendance"
    EVENTS = "events"
    ARTICLES = "articles"
    OTHER = "other"


class Purpose(StrEnum):
    """What a document is to do with an earlier one of the same number; `function` has it as the document says it."""

    ORIGINAL = "original"
    CHANGE = "change"  # only the lines that it names
    REPLACE = "replace"  # all that the earlier one said
    CANCEL = "cancel"
    COPY = "copy"


class Movement(StrEnum):
    """What a line does to the goods: most lines add, corrections take back."""

    DELIVER = "DELIVER"
    CANCEL = "CANCEL"
    RETURN = "RETURN"


@attrs.frozen
class Fault:
    """One thing that is wrong with a line, or with the whole document (`line` None).

    `text` is for a person: found value, expected value, next step. `raw` is the line as it came. An ``error`` takes the
    place of a line, which is not booked; a ``warning`` stands beside lines that are. Where a number that the file tells
    of itself is wrong, `told` is that number and `counted` what there is.
    """

    line: int | None
    code: str
    text: str
    document: str = ""
    severity: str = "error"
    raw: str = ""
    told: int | None = None
    counted: int | None = None


class Party(NamedTuple):
    """A seller or buyer as the document names it; `ids` are (scheme, value) pairs, best first."""

    name: str = ""
    ids: tuple[tuple[str, str], ...] = ()


class DocumentLine(NamedTuple):
    """One line as read. `at` is its place in the file, which only grows: a physical line, a segment, a record.

    `id` is the line's own number in the document, `parent` that of the set it is part of. `role` is ``main``, ``set``
    (sold as one), ``component`` (part of a set), ``info`` (told, not sold) or ``charge`` (freight, packing, services).
    `orders` and `deliveries` are the references of this line, where they are not those of the document. `place` is the
    part of the document that it stands in, such as a package or a shop, where numbers of lines begin anew in each;
    `mark` is what tells it from an earlier line of its number.

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
    orders: tuple[str, ...] = ()
    deliveries: tuple[str, ...] = ()
    previous: tuple[str, ...] = ()
    place: str = ""
    mark: str = ""


class Document(NamedTuple):
    """One delivery note, invoice or report of one file, with its faults.

    A long document comes in parts, which have the same head. `seller` sold and numbers the document, `buyer` is who
    bought; whoever else is named stands in `parties` by role, such as ``ship_to`` or ``invoicee``. `sender` is who sent
    the transmission, `purpose` what `function` means. `version` orders what is said of one number, the latest last: an
    ISO instant, a number, or nothing, for which the day of issue stands. `gives_back` is what the notes of a credit
    note say that it is about: ``goods``, ``price``, ``unclear`` or nothing. `delivered_at` is the instant of the
    delivery with its zone (ISO 8601), where the format has one: its day in the programme's zone counts, and stands in
    the place of `delivery_date`. `accounts` are those into which the seller wants to be paid, as machines write them:
    an IBAN without spaces. Names of `sums`: ``lines_total``, ``net_total``, ``tax_total``, ``grand_total``,
    ``prepaid``, ``payable``, and those that a format adds; those of `LINE_COUNTS` say how many lines the document has.
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
    purpose: Purpose = Purpose.ORIGINAL
    parties: Mapping[str, Party] = MappingProxyType({})
    sender: str = ""
    uuid: str = ""
    version: str = ""
    gives_back: str = ""
    delivered_at: str = ""
    accounts: tuple[str, ...] = ()

    @property
    def event_date(self) -> date | None:
        """The day that counts for rules: of the delivery, else of the document."""
        return self.delivery_date or self.issue_date
