"""What stands on a reported document as a person or a machine entered it, with a decision on each line.

It is kept as JSON with the submission. What is cleared is a canonical document of its accepted lines.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import attrs

from treuwerk.domain.documents import NO_FEATURES, Document, DocumentKind, DocumentLine, Party
from treuwerk.domain.participants import identifier
from treuwerk.domain.reading import plain_number

UPLOAD = "upload"
"""The source of all documents that come by the upload or are entered by staff."""
_NUMBERS = ("qty", "amount")


@attrs.frozen
class EnteredLine:
    """One line; `reason` (a code) and `words` are for the participant where it is not accepted.

    `page` is the page of the submission that it stands on, 0 where nobody said so. `outcome` is empty until the
    decision: ``booked``, ``nothing`` (accepted, and earns nothing) or ``known`` (it was booked before).
    """

    id: str
    article: str
    qty: Decimal | None = None
    unit: str = ""
    serials: tuple[str, ...] = ()
    features: Mapping[str, str] = NO_FEATURES
    accepted: bool = True
    reason: str = ""
    words: str = ""
    page: int = 0
    name: str = ""
    gtin: str = ""
    amount: Decimal | None = None
    outcome: str = ""

    @property
    def facts(self) -> tuple[object, ...]:
        """What two people who enter the same line must agree on."""
        return (identifier(self.article), self.qty or Decimal(), self.unit.upper(),
                tuple(sorted(map(identifier, self.serials))), tuple(sorted(self.features.items())), self.accepted)


@attrs.frozen
class Entered:
    """A document as it was entered. `seller` is a code of the registry, empty for one that is known by name only.

    `reader` is the source that read it where a machine did; until somebody confirmed it, its values are suggestions.
    """

    kind: DocumentKind = DocumentKind.DELIVERY
    number: str = ""
    issued_on: date | None = None
    delivered_on: date | None = None
    seller: str = ""
    seller_name: str = ""
    seller_ids: tuple[tuple[str, str], ...] = ()
    currency: str = ""
    orders: tuple[str, ...] = ()
    lines: tuple[EnteredLine, ...] = ()
    reader: str = ""
    confirmed: bool = True

    @property
    def is_suggested(self) -> bool:
        """Whether a machine read it and nobody has confirmed it."""
        return bool(self.reader) and not self.confirmed

    @property
    def accepted(self) -> tuple[EnteredLine, ...]:
        """The lines that are to be cleared."""
        return tuple(line for line in self.lines if line.accepted)

    @property
    def event_date(self) -> date | None:
        """The day that counts for rules."""
        return self.delivered_on or self.issued_on

    @property
    def facts(self) -> tuple[object, ...]:
        """What two people who enter the same document must agree on; the order of lines is not part of it."""
        seller = self.seller or self.seller_name.casefold()
        return (self.kind, identifier(self.number), self.event_date, seller,
                tuple(sorted((line.facts for line in self.lines), key=repr)))

    def as_json(self) -> str:
        """The text that is kept with the submission."""
        return json.dumps(attrs.asdict(self, value_serializer=_plain), ensure_ascii=False, separators=(",", ":"),
                          sort_keys=True)


def read_entered(stored: str) -> Entered:
    """What was kept; nothing is entered where the text is empty."""
    if not stored:
        return Entered()
    told: dict[str, Any] = json.loads(stored)
    days = {name: date.fromisoformat(told[name]) if told[name] else None for name in ("issued_on", "delivered_on")}
    return Entered(**{
        **told, **days, "kind": DocumentKind(told["kind"]), "orders": tuple(told["orders"]),
        "seller_ids": tuple((scheme, value) for scheme, value in told["seller_ids"]),
        "lines": tuple(_line(line) for line in told["lines"])})


def _line(told: dict[str, Any]) -> EnteredLine:
    numbers = {name: None if told[name] is None else Decimal(told[name]) for name in _NUMBERS}
    return EnteredLine(**{**told, **numbers, "serials": tuple(told["serials"])})


def _plain(_: object, __: object, value: Any) -> Any:
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, date):
        return value.isoformat()
    return dict(value) if isinstance(value, Mapping) else value


def entered_from(documents: Sequence[Document], reader: str) -> Entered:
    """What a reader found in a file, as suggestions; of several parts of one document, or of the first of several."""
    first = documents[0]
    parts = [one for one in documents if (one.kind, one.number) == (first.kind, first.number)]
    return Entered(
        first.kind, first.number, first.issue_date, first.delivery_date, "", first.seller.name, first.seller.ids,
        first.currency, first.orders, tuple(_read_line(line) for part in parts for line in part.lines if line.qty),
        reader, confirmed=False)


def _read_line(line: DocumentLine) -> EnteredLine:
    return EnteredLine(line.id, line.article_seller or line.gtin, line.qty, line.unit, line.serials,
                       dict(line.features), name=line.name, gtin=line.gtin, amount=line.amount)


def document_of(entered: Entered, seller_name: str, buyer: Iterable[tuple[str, str]]) -> Document:
    """The canonical document of the accepted lines; `at` of a line is its place among all that were entered.

    `seller_name` is that of the registry, which direct documents of this seller have, too.
    """
    lines = tuple(
        DocumentLine(at, line.id, line.article, line.qty or Decimal(), line.unit, line.amount, line.serials,
                     line.features, name=line.name, gtin=line.gtin)
        for at, line in enumerate(entered.lines, start=1) if line.accepted)
    return Document(
        UPLOAD, entered.kind, entered.number, lines, delivery_date=entered.delivered_on,
        issue_date=entered.issued_on, seller=Party(seller_name, entered.seller_ids),
        buyer=Party(ids=tuple(buyer)), currency=entered.currency, orders=entered.orders)
