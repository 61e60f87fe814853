"""What an invoice means besides its code: corrections by sign and reference, and sums that do not add up."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from treuwerk.domain.documents import LINE_COUNTS, DocumentKind, DocumentLine, Fault, Purpose
from treuwerk.domain.reading import plain_number

CORRECTED = "384"
_COUNTED = ("main", "set", "charge")
_ROUNDED = Decimal("0.05")  # of lines that were rounded one by one
_SOLD = (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE, DocumentKind.DELIVERY, DocumentKind.RECEIPT,
         DocumentKind.RETURN)


def warning(code: str, text: str) -> Fault:
    """Something that a person should look at in a document that is booked all the same."""
    return Fault(None, code, text, severity="warning")


def purpose_of(said: Purpose, code: str, previous: Sequence[str], lines: Sequence[DocumentLine]) -> Purpose:
    """What a document is to do with an earlier one.

    A corrected invoice (384) without negative lines is complete and takes the place of the one that it names. One with
    negative lines says only what changes, and its lines speak for themselves.
    """
    if said is not Purpose.ORIGINAL or code != CORRECTED or not previous or not lines:
        return said
    negative = any(line.qty < 0 or (line.amount or 0) < 0 for line in lines)
    return Purpose.ORIGINAL if negative else Purpose.REPLACE


def doubts(kind: DocumentKind, lines: Sequence[DocumentLine], sums: Mapping[str, Decimal]) -> Iterator[Fault]:
    """Warnings for a person: lines that are not there, are not as many as told, or do not add up to their total."""
    if not lines and kind in _SOLD:
        yield warning("no_lines", f"found a document of kind {kind} without lines, expected what was bought; a person "
                      "must enter its lines from the paper or the picture")
    told = next((sums[name] for name in LINE_COUNTS if name in sums), None)
    counted = sum(not line.parent for line in lines)
    if told is not None and lines and told != counted:
        yield warning("line_count", f"found {counted} lines, expected {plain_number(told)} as the document says; "
                      "is it complete?")
    amounts = [line.amount for line in lines if line.role in _COUNTED]
    known = [amount for amount in amounts if amount is not None]
    said = sums.get("lines_total")
    if said is not None and amounts and len(known) == len(amounts) and abs(sum(known) - said) > _ROUNDED:
        yield warning("sums_differ", f"found lines of {plain_number(sum(known, Decimal(0)))} in all, expected "
                      f"{plain_number(said)} as the document says; compare it with the paper")
