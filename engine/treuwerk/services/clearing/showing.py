"""Documents in the one JSON shape that all formats share: exact decimals as texts, days as ISO 8601."""

from decimal import Decimal
from typing import Any

from treuwerk.domain.documents import Document, DocumentLine, Fault, Party
from treuwerk.domain.reading import plain_number


def document_as_json(document: Document) -> dict[str, Any]:
    """A document as others rely on it."""
    return {
        "source": document.source, "kind": document.kind.value, "number": document.number,
        "type_code": document.type_code, "function": document.function, "purpose": document.purpose.value,
        "issue_date": _day(document.issue_date), "delivery_date": document.delivered_at or _day(document.delivery_date),
        "seller": _party(document.seller), "buyer": _party(document.buyer),
        "parties": {role: _party(party) for role, party in document.parties.items()},
        "sender": document.sender, "uuid": document.uuid, "currency": document.currency,
        "references": {"order": list(document.orders), "delivery": list(document.deliveries),
                       "previous": list(document.previous)},
        "lines": [_line(line) for line in document.lines],
        "sums": {name: plain_number(value) for name, value in document.sums.items()},
        "faults": [_fault(fault) for fault in document.faults],
    }


def _line(line: DocumentLine) -> dict[str, Any]:
    return {
        "id": line.id, "parent": line.parent or None, "role": line.role, "article_seller": line.article_seller,
        "article_buyer": line.article_buyer, "gtin": line.gtin, "name": line.name, "qty": plain_number(line.qty),
        "unit": line.unit, "amount": _number(line.amount), "unit_price": _number(line.unit_price),
        "serials": list(line.serials), "features": dict(line.features), "movement": line.movement.value,
        "line": line.at, "references": {"order": list(line.orders), "delivery": list(line.deliveries),
                                        "previous": list(line.previous)},
    }


def _fault(fault: Fault) -> dict[str, Any]:
    return {"line": fault.line, "code": fault.code, "severity": fault.severity, "text": fault.text}


def _party(party: Party) -> dict[str, Any]:
    """`ids` are the bare values, best first; `schemes` says of each, in the same order, what it is."""
    return {"name": party.name, "ids": [value for _, value in party.ids],
            "schemes": [scheme for scheme, _ in party.ids]}


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None


def _number(number: Decimal | None) -> str | None:
    return None if number is None else plain_number(number)
