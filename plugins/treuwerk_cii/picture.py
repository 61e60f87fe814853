"""Whether the pages of a PDF say the same as the invoice inside it: its number and what it comes to."""

import re
from decimal import Decimal

from treuwerk.domain.documents import Document

_LEAST_AMOUNTS = 2  # a text with fewer is no layer of text, or one whose letters nobody can tell
_AMOUNT = re.compile(r"[0-9]{1,3}(?:[.,' \u00a0\u202f]?[0-9]{3})*[.,][0-9]{2}(?![0-9])", re.ASCII)
_BLANKS = re.compile(r"[\s\u00a0\u202f\u00ad-]+")


def text_differs(document: Document, text: str) -> str:
    """What of the invoice the pages do not show, for a message; empty where they do, or cannot be read."""
    amounts = {_cents(found) for found in _AMOUNT.findall(text)}
    if len(amounts) < _LEAST_AMOUNTS:
        return ""
    missing = []
    if document.number and _folded(document.number) not in _folded(text):
        missing.append(f"no number {document.number}")
    sums = [document.sums[name] for name in ("grand_total", "payable") if name in document.sums]
    if sums and not any(int(abs(total) * 100) in amounts for total in sums):
        missing.append(f"no total of {max(sums):.2f}")
    return " and ".join(missing)


def _cents(found: str) -> int:
    return int(Decimal(re.sub(r"[^0-9]", "", found)))


def _folded(text: str) -> str:
    return _BLANKS.sub("", text).casefold()
