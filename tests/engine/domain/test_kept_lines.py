"""Lines that wait are kept whole: whatever a document can say comes back as it was."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from treuwerk.domain.documents import Document, DocumentKind, DocumentLine, Movement, Party, Purpose
from treuwerk.domain.kept_lines import NotKept, keep, kept

ODD = {
    "kind": DocumentKind.INVOICE, "purpose": Purpose.REPLACE, "movement": Movement.RETURN, "at": 17,
    "delivery_date": date(2026, 5, 4), "issue_date": date(2026, 5, 5), "qty": Decimal("1.5"),
    "seller": Party("Nord", (("vat", "DE1"),)), "buyer": Party("Süd", (("gln", "4012345000009"), ("own", "7"))),
    "sums": {"net_total": Decimal("12.50")}, "parties": {"ship_to": Party("Bau", (("gln", "1"),))},
    "features": {"scope": "SYSTEM"}}


def odd(name: str, default: object) -> Any:
    """A value for a field that is not its default."""
    if name in ODD:
        return ODD[name]
    if isinstance(default, tuple):
        return (f"{name}-1", f"{name}-2")
    if isinstance(default, bool):
        return not default
    if isinstance(default, int):
        return default + 3
    if default is None:
        return Decimal("3.25")
    assert not isinstance(default, Mapping), name
    return f"{name} ü|"


def test_every_field_of_document_and_line_comes_back() -> None:
    line = DocumentLine(**{name: odd(name, DocumentLine._field_defaults.get(name, ""))
                           for name in DocumentLine._fields})
    document = Document(**{name: odd(name, Document._field_defaults.get(name, "")) for name in Document._fields
                           if name not in ("lines", "faults")}, lines=(line,))

    assert kept(keep(document, line)) == document


def test_defaults_take_no_room_and_come_back() -> None:
    line = DocumentLine(1, "10", "A", Decimal(2), "PCE")
    document = Document("feed", DocumentKind.DELIVERY, "LS-1", (line,))

    assert kept(keep(document, line)) == document
    assert "parties" not in keep(document, line)


@pytest.mark.parametrize("text", ["", "{}", '{"number": "LS-1"}', '{"document": {"oddity": 1}, "line": {}}', "[1]"])
def test_what_was_not_kept_whole_is_told(text: str) -> None:
    with pytest.raises(NotKept):
        kept(text)
