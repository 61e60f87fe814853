"""Which documents and lines take goods back, and what each of them says: a correction, before anybody knows of what."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Protocol

from treuwerk.domain import versions
from treuwerk.domain.corrections import CHANGED, REPLACED, Correction, CorrectionKind, versioned
from treuwerk.domain.credits import DEBIT_NOTES, PRICE, UNCLEAR, given_back
from treuwerk.domain.document_kinds import EARNING_KINDS, NOT_COUNTED, NOT_GOODS, REJECTED, SHORT
from treuwerk.domain.documents import Document, DocumentKind, DocumentLine, Movement, Purpose
from treuwerk.domain.purchases import Article
from treuwerk.domain.reading import plain_number
from treuwerk.domain.records import evidence_of
from treuwerk.services.clearing.waiting_corrections import PRICE_OR_GOODS
from treuwerk.store.documents import part

TAKING_BACK = frozenset({DocumentKind.CREDIT_NOTE, DocumentKind.RETURN})
_SAID_AGAIN = {Purpose.REPLACE: REPLACED, Purpose.CHANGE: CHANGED}
_NOT_PLAIN = {Purpose.CANCEL, *_SAID_AGAIN}
_CORRECTED_INVOICE = "384"


class Knowing(Protocol):
    """What is known of articles and buyers."""

    def article_of(self, document: Document, line: DocumentLine) -> Article:
        """The article of a line."""
        ...

    def base_units(self, line: DocumentLine, article: Article) -> int:
        """The quantity of a line in base units."""
        ...

    def target_of(self, document: Document, number: str) -> str:
        """What documents of its seller with a number are found by."""
        ...

    def account_of(self, document: Document) -> int:
        """The account of the buyer, whatever its status; 0 where nobody knows it."""
        ...


class CannotTake(Exception):
    """A correction that cannot be understood: the line waits, or is wrong."""

    def __init__(self, state: str, code: str, reason: str) -> None:
        super().__init__(reason)
        self.state, self.code = state, code


def is_plain(document: Document) -> bool:
    """Whether a document only adds, unless one of its lines says otherwise."""
    return (document.purpose not in _NOT_PLAIN and document.kind not in TAKING_BACK
            and document.kind is not DocumentKind.RECEIPT and not document.previous
            and document.type_code not in DEBIT_NOTES)


def withdrawn(document: Document) -> bool:
    """Whether a document takes an earlier one of its number back as a whole."""
    return document.purpose is Purpose.CANCEL and document.kind in EARNING_KINDS


def takes_back(document: Document, line: DocumentLine) -> bool:
    """Whether a line takes goods back."""
    return (document.kind in TAKING_BACK or line.movement is not Movement.DELIVER or line.qty < 0
            or (line.amount is not None and line.amount < 0) or receives(document))


def tells_of_none(document: Document, line: DocumentLine) -> bool:
    """Whether a line without a quantity says that nothing of its article arrived, or only what is missing of it."""
    return receives(document) and line.role not in NOT_GOODS and bool(line.article_seller or line.gtin)


def is_about_the_price(document: Document, line: DocumentLine) -> bool:
    """Whether a line moves no goods: it gives back, or charges, a part of their price.

    Raises:
        CannotTake: it says both, or is of a debit note that says neither.
    """
    if document.type_code not in DEBIT_NOTES and not takes_back(document, line):
        return False
    said = given_back(document, line)
    if said == UNCLEAR:
        raise CannotTake("waiting", PRICE_OR_GOODS, (
            f"found a line about article {line.article_seller or line.gtin} that may be about goods or about their "
            "price alone, expected a document that says which; ask the sender, and take points back at the purchase "
            "where goods went back"))
    return said == PRICE and document.kind in (DocumentKind.CREDIT_NOTE, DocumentKind.INVOICE)


def receives(document: Document) -> bool:
    """Whether a document says what arrived of deliveries that it names: it corrects these, and earns nothing itself."""
    return document.kind is DocumentKind.RECEIPT and bool(
        document.deliveries or any(line.deliveries for line in document.lines))


def keyed(document: Document, key: str) -> str:
    """The key of a purchase line, with the version where a document was said again."""
    mode = _SAID_AGAIN.get(_purpose(document))
    return versioned(key, mode, version_of(document)) if mode else key


def version_of(document: Document) -> str:
    """What orders the versions of a document: an instant, or its day of issue."""
    return document.version or str(document.issue_date or document.event_date or "")


def of_document(document: Document, prefix: str, knowing: Knowing) -> Iterator[Correction]:
    """What a document says of earlier ones as a whole: it takes one back, or stands in its place."""
    targets, version = (knowing.target_of(document, document.number),), version_of(document)
    day = str(document.event_date or "")
    if not day:
        return
    if withdrawn(document):
        yield Correction(f"withdraw|{prefix}{part(version)}", "", CorrectionKind.WITHDRAW, _first_line(document),
                         document.number, day, targets, (document.kind.value,), version=version,
                         lines=max(len(document.lines), 1), years_back=0, source=document.source)
    elif _purpose(document) in _SAID_AGAIN:
        yield Correction(f"version|{prefix}{part(version)}", "", CorrectionKind.VERSION, _first_line(document),
                         document.number, day, targets, (document.kind.value,), version=version, lines=0)
    elif _replaces_another(document):
        yield Correction(f"replaces|{prefix}", "", CorrectionKind.WITHDRAW, _first_line(document), document.number, day,
                         _named(document, document.previous, knowing), (DocumentKind.INVOICE.value,),
                         version=versions.ALL, lines=0)


def of_line(document: Document, line: DocumentLine, key: str, knowing: Knowing) -> Correction:
    """What a line takes back; `key` is that which it would have as a purchase.

    Raises:
        CannotTake: its article, its quantity or its day is not known.
    """
    day = str(document.event_date or "")
    if not day:
        raise CannotTake("rejected", "no_date", "found no date, expected the day on which the goods went back")
    if document.kind in TAKING_BACK and line.qty < 0 and document.kind is DocumentKind.CREDIT_NOTE and (
            line.amount is not None and line.amount > 0):
        raise CannotTake("waiting", "correction", "found a credit note that charges goods again; a person decides")
    if line.movement is Movement.CANCEL and document.kind not in TAKING_BACK:
        return _line_of_document(document, line, key, day, knowing)
    article = knowing.article_of(document, line)
    if NOT_COUNTED in line.features:
        line = _missing(line)
    pieces = knowing.base_units(line._replace(qty=abs(line.qty)), article)
    if line.movement is Movement.RETURN and document.kind not in TAKING_BACK:
        facts = (day, article.number, pieces, *line.serials)
        digest = evidence_of("\x1f".join(map(str, facts)))
        plain = _line_of_document(document, line, key, day, knowing)
        return plain._replace(key=f"return|{key}|{digest[:16]}", content=digest, kind=CorrectionKind.RETURN,
                              article=article.number, pieces=pieces)
    return _referring(document, line, key, day, article.number, pieces, knowing)


def _line_of_document(document: Document, line: DocumentLine, key: str, day: str, knowing: Knowing) -> Correction:
    """That a line of the document is cancelled; its number is the last part of its key."""
    return Correction(f"cancel|{key}", "", CorrectionKind.CANCEL, line.at, document.number, day,
                      (knowing.target_of(document, document.number),), (document.kind.value,), key.rpartition("|")[2],
                      serials=line.serials)


def _referring(document: Document, line: DocumentLine, key: str, day: str, article: str, pieces: int,
               knowing: Knowing) -> Correction:
    account_id = knowing.account_of(document)
    names = (line.previous + line.deliveries) or (document.previous + document.deliveries)
    received = receives(document)
    kind = CorrectionKind.RECEIPT if received and NOT_COUNTED not in line.features else CorrectionKind.RETURN
    targets = _named(document, (line.deliveries or document.deliveries) if received else names, knowing)
    # The buyer is no fact of the line: whose number it is may become known after the return came.
    facts = evidence_of("\x1f".join((day, article, str(pieces), plain_number(line.qty), *targets)))
    return Correction(f"correction|{key}", facts, kind, line.at, document.number, day, targets,
                      account_id=account_id, article=article, pieces=pieces, serials=line.serials,
                      net=_credited(document, line), currency=document.currency)


def _missing(line: DocumentLine) -> DocumentLine:
    """A line of a receipt that says only what did not arrive, or was not accepted: so much goes back."""
    said = [Decimal(line.features[name]) for name in (SHORT, REJECTED) if name in line.features]
    if not said:
        raise CannotTake("waiting", "no_quantity", (
            f"found a receipt of article {line.article_seller or line.gtin} without a quantity, expected how much "
            "arrived; ask the sender, and take points back at the purchase where goods are missing"))
    return line._replace(qty=sum(said, Decimal(0)))


def _credited(document: Document, line: DocumentLine) -> int | None:
    """What a credit of money comes to, in millionths, where nothing, such as pieces below zero, says goods."""
    plain = line.qty > 0 and document.kind in (DocumentKind.CREDIT_NOTE, DocumentKind.INVOICE) and not given_back(
        document, line)
    return abs(int(line.amount * 1_000_000)) if plain and line.amount else None


def _purpose(document: Document) -> Purpose:
    """What a document is to do with an earlier one of its own number: one that replaces another number is new itself.

    What somebody entered anew has a version, and stands in the place of what was entered before.
    """
    return Purpose.ORIGINAL if _replaces_another(document) and not document.version else document.purpose


def _replaces_another(document: Document) -> bool:
    """Whether a corrected invoice says a former one anew as a whole; with negative lines it corrects single lines."""
    return (document.kind is DocumentKind.INVOICE and document.type_code == _CORRECTED_INVOICE
            and bool(document.previous) and all(line.qty >= 0 and (line.amount or 0) >= 0 for line in document.lines))


def _named(document: Document, numbers: Sequence[str], knowing: Knowing) -> tuple[str, ...]:
    return tuple(dict.fromkeys(knowing.target_of(document, number) for number in numbers if number))


def _first_line(document: Document) -> int:
    places = [line.at for line in document.lines[:1]] + [fault.line or 0 for fault in document.faults[:1]]
    return min(places, default=0)
