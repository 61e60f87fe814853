"""Documents in memory as readers and clerks make them, and submissions, for tests of clearing."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import insert

from tests.support.worlds import SIX_IN_THE_EVENING, World
from treuwerk.domain.documents import Document, DocumentKind, DocumentLine, Party
from treuwerk.services.clearing.clearing_documents import Effects, Entry, clear_documents, scored_documents
from treuwerk.services.clearing.receipts import Receipt
from treuwerk.services.clearing.scoring import ScoredBatch
from treuwerk.store.tables import submission

BRANDMAIER = "10017"
FOURTH_OF_MAY = date(2026, 5, 4)
SYSTEM = {"scope": "SYSTEM"}


def goods(at: int = 1, article: str = "SW-M-400", qty: int | str = 10, **more: Any) -> DocumentLine:
    """A line of ten modules of 400 Wp as part of a system: 800 bonus and 400 status points."""
    plain = DocumentLine(at, str(at), article, Decimal(qty), "PCE", features=SYSTEM)
    return plain._replace(**more)


def document(number: str = "LS-1", *lines: DocumentLine, buyer: str = BRANDMAIER, seller: str | Party = "SolarWorld",
             **more: Any) -> Document:
    """A delivery note of 4 May 2026 as an upload has it."""
    plain = Document("upload", DocumentKind.DELIVERY, number, lines or (goods(),), delivery_date=FOURTH_OF_MAY,
                     seller=seller if isinstance(seller, Party) else Party(seller),
                     buyer=Party(ids=(("customer_number", buyer),)))
    return plain._replace(**more)


def invoice(number: str, *lines: DocumentLine, **more: Any) -> Document:
    """An invoice over goods that came on 4 May 2026."""
    return document(number, *lines, **{"kind": DocumentKind.INVOICE} | more)


def report(world: World, *documents: Document, name: str, now: int = SIX_IN_THE_EVENING, source: str = "upload",
           effects: Effects = lambda connection, run: None, **more: Any) -> Receipt:
    """Clear documents as an accepted upload of that name."""
    return clear_documents(world.installation, documents, Entry(source, name, f"sha of {name}", **more), now,
                           actor="clara", effects=effects)


def scored(world: World, *documents: Document, now: int = SIX_IN_THE_EVENING) -> ScoredBatch:
    """What documents would earn."""
    return scored_documents(world.installation, documents, now)


def submit(world: World, account_id: int, number: str, *, row: int, created_at: int = SIX_IN_THE_EVENING,
           state: str = "received", expected: str = "") -> None:
    """A submission as the portal leaves it."""
    texts: dict[str, Any] = dict.fromkeys(("seller", "seller_name", "kind", "issued_on", "remark", "entered", "reason",
                                           "answer"), "")
    wholes: dict[str, Any] = dict.fromkeys(("person_id", "created_by", "entered_by", "entered_at", "decided_by",
                                            "decided_at", "second_by", "changed_at", "version"), 0)
    with world.database.writing() as connection:
        connection.execute(insert(submission).values(
            account_id=account_id, id=row, state=state, channel="upload", number=number, created_at=created_at,
            expected=expected, run_id=None, **texts, **wholes))


def codes(receipt: Receipt) -> Sequence[str]:
    """Codes of the problems of a receipt, in their order."""
    return [str(problem["code"]) for problem in receipt.problems]
