"""Numbers that no index takes refuse their own lines, and leave the rest of the file alone."""

from secrets import token_hex

import pytest

from tests.support.corrections import bonus, clear, document, goods
from tests.support.worlds import World
from treuwerk.domain.documents import Document, DocumentKind, Party, Purpose

LONG = token_hex(5_000)
"""At random, since PostgreSQL packs what repeats."""
SAID = {
    "seller": document("D-1", goods(1, "8"))._replace(seller=Party(LONG)),
    "order": document("D-1", goods(1, "8"), orders=(LONG,)),
    "uuid": document("D-1", goods(1, "8"), uuid=LONG),
    "serial": document("D-1", goods(1, "1", serials=(LONG,))),
    "delivery": document("R-1", goods(1, "8"), kind=DocumentKind.INVOICE, deliveries=(LONG,)),
    "delivery of a line": document("R-1", goods(1, "8", deliveries=(LONG,)), kind=DocumentKind.INVOICE),
    "former document": document("G-1", goods(1, "8"), kind=DocumentKind.CREDIT_NOTE, previous=(LONG,)),
    "former document of a line": document("G-1", goods(1, "8", previous=(LONG,)), kind=DocumentKind.CREDIT_NOTE),
    "version": document("D-1", goods(1, "8"), purpose=Purpose.REPLACE, version=LONG),
    "replaced": document(LONG, goods(1, "8"), purpose=Purpose.REPLACE),
    "cancelled": document(LONG, goods(1, "8"), purpose=Purpose.CANCEL),
    "cancelled without lines": document(LONG, purpose=Purpose.CANCEL),
}


@pytest.mark.parametrize("said", SAID.values(), ids=SAID.keys())
def test_a_number_without_end_refuses_its_line_and_the_next_document_is_booked(world: World, said: Document) -> None:
    receipt = clear(world, said, document("D-2", goods(2, "1")))

    assert [problem["code"] for problem in receipt.problems] == ["too_long"]
    assert (receipt.tally.lines, receipt.tally.rejected, receipt.tally.booked) == (2, 1, 1)
    assert bonus(world) == 80
