"""What of a document becomes part of a key must not be too long: an index takes no more, and the whole file would stop.

An index of PostgreSQL takes 2,700 bytes. A missing quote or delimiter makes such numbers out of half a file.
"""

from collections.abc import Iterable

from treuwerk.domain.documents import Document, DocumentLine

LONGEST_NUMBER = 200
"""Characters of a number or name."""


def too_long(document: Document) -> str:
    """Why a document cannot be claimed, empty where nothing in its head is too long."""
    numbers, others = (document.number, document.seller.name, document.uuid, document.version), document.orders[:1]
    if max(map(len, numbers)) <= LONGEST_NUMBER and not document.deliveries and not document.previous and (
            not others or len(others[0]) <= LONGEST_NUMBER):
        return ""  # as nearly all are
    return (_longer("document", numbers[:1]) or _longer("seller", numbers[1:2]) or _longer("UUID", numbers[2:3])
            or _longer("version", numbers[3:]) or _longer("order", others)
            or _longer("delivery note", document.deliveries) or _longer("former document", document.previous))


def line_too_long(line: DocumentLine) -> str:
    """The same of a line."""
    if len(line.id) <= LONGEST_NUMBER and not (line.serials or line.deliveries or line.previous):
        return ""
    return (_longer("line", (line.id,)) or _longer("serial", line.serials)
            or _longer("delivery note", line.deliveries) or _longer("former document", line.previous))


def _longer(named: str, numbers: Iterable[str]) -> str:
    length = max(map(len, numbers), default=0)
    if length <= LONGEST_NUMBER:
        return ""
    return (f"found a {named} number of {length} characters, expected at most {LONGEST_NUMBER}; is a quote or a "
            "delimiter missing?")
