"""Documents of all kinds in memory, as readers deliver them, and a world that clears them."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.support.worlds import SIX_IN_THE_EVENING, World, make_world
from treuwerk.domain.documents import Document, DocumentKind, DocumentLine, Party, Purpose
from treuwerk.services.clearing.clearing_documents import Entry, clear_documents
from treuwerk.services.clearing.receipts import Receipt
from treuwerk.services.proof.digesting import state_digest
from treuwerk.store.database import Database

MAY = date(2026, 5, 4)
DAY = 86_400_000_000
_entries = count(1)


def goods(line: int | str, qty: str, article: str = "SW-M-400", **more: Any) -> DocumentLine:
    """A line of modules of 400 Wp as part of a system: 80 bonus and 40 status points a piece."""
    features = more.pop("features", {"scope": "SYSTEM"})
    at = int(line) if str(line).isdecimal() else 1
    return DocumentLine(at, str(line), article, Decimal(qty), more.pop("unit", "PCE"), features=features, **more)


def document(number: str, *lines: DocumentLine, kind: DocumentKind = DocumentKind.DELIVERY, day: date = MAY,
             buyer: str = "10017", purpose: Purpose = Purpose.ORIGINAL, **more: Any) -> Document:
    """A document of SolarWorld for a participant, known by its customer number."""
    buyers = Party(ids=(("customer_number", buyer),)) if buyer else Party()
    return Document("deliveries", kind, number, lines, delivery_date=day, seller=Party("SolarWorld"), buyer=buyers,
                    currency="EUR", purpose=purpose, **more)


def clear(world: World, *documents: Document, now: int = SIX_IN_THE_EVENING) -> Receipt:
    """The receipt of documents that come together."""
    number = next(_entries)
    return clear_documents(world.installation, documents, Entry("deliveries", f"{number}.json", f"{number:064x}"), now,
                           actor="system")


def bonus(world: World, customer: str = "10017") -> int:
    """What a participant can spend, less what is owed."""
    return world.balances().get((customer, "bonus"), 0)


def digest(world: World) -> str:
    """The digest of the books."""
    return state_digest(world.database).digest


Step = Callable[[World], Any]


def digest_after(database: Database, steps: Iterable[Step], *, other: Iterable[tuple[str, str]] = ()) -> str:
    """The digest of a new installation after these steps; every law holds."""
    with _folder() as folder:
        world = make_world(folder, database, other=other)
        for step in steps:
            step(world)
        assert world.violated() == {}
        return digest(world)


@contextmanager
def _folder() -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        yield Path(folder) / "league"
