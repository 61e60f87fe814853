"""Why corrections wait: words for the receipt and for whoever looks at what a file left open."""

from collections.abc import Collection

from treuwerk.domain.corrections import Correction, CorrectionKind
from treuwerk.services.clearing.matched_lines import Problem
from treuwerk.store.corrections import PARKED

PRICE_OR_GOODS = "price_or_goods"
"""The code of a credit of which nobody can tell whether goods went back."""


def waiting(one: Correction, missing: int, known: Collection[str], doubtful: Collection[str], days: int) -> Problem:
    """Why a correction, or the rest of one, waits.

    `missing` are pieces that met nothing, `known` the targets of documents that are booked, `doubtful` the keys of
    those that may be about the price alone.
    """
    named = not set(one.targets).isdisjoint(known)
    if one.kind is CorrectionKind.CHANGE:
        return _waiting_change(one, days, known=named)
    if one.key in doubtful:
        return Problem(one.at, one.document, PRICE_OR_GOODS, (
            f"found a credit for {one.pieces} of article {one.article} that is far less than they cost, expected a "
            "document that says whether goods went back or only their price was corrected; ask the sender, and take "
            "the points back at the purchase where goods went back"), "waiting", "", one.key)
    if not one.targets:
        return Problem(one.at, one.document, "no_reference", (
            f"found a return of {one.pieces} of article {one.article} that names no purchase, expected the number of "
            "an invoice or a delivery note; take the points back at the purchase that it is about, or ask the sender"),
            "waiting", "", one.key)
    if missing and missing < one.pieces:
        return Problem(one.at, one.document, "returned_too_many", (
            f"found {one.pieces} pieces that went back, expected at most {one.pieces - missing} that were bought and "
            f"not yet returned; these were taken back, {missing} wait"), "waiting", "", one.key)
    if missing and named:
        return Problem(one.at, one.document, "returned_too_many", (
            f"found {one.pieces} pieces of article {one.article} that went back, expected some of the documents that "
            "it names with pieces that are not yet returned; nothing was taken back"), "waiting", "", one.key)
    about_whom = one.document if one.line else " or ".join(name.split("|")[1] for name in one.targets)
    return Problem(one.at, one.document, PARKED, (
        f"found no purchase {about_whom} yet; it is taken back when it comes, and reported to the service centre after "
        f"{days} days"), "waiting", "", one.key)


def _waiting_change(one: Correction, days: int, *, known: bool) -> Problem:
    line = f"line {one.held[5][3]} of document {one.document}"
    if known:
        return Problem(one.at, one.document, "unknown_line", (
            f"found a change of {line}, expected a line that is known; it is applied when a version of the document "
            "brings that line. Ask the sender, if none should"), "waiting", "", one.key)
    return Problem(one.at, one.document, PARKED, (
        f"found a change of {line}, expected that document before it; it is applied when that comes, and reported to "
        f"the service centre after {days} days"), "waiting", "", one.key)
