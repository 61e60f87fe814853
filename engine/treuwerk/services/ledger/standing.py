"""What of booked lines still stands: what is void no longer keeps anybody from bringing the goods."""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum

from sqlalchemy import Connection

from treuwerk.domain.corrections import SUPERSEDED, CorrectionKind
from treuwerk.domain.corrections import BookedLine as Corrected
from treuwerk.domain.entries import UPLOAD
from treuwerk.store import corrections
from treuwerk.store.ownership import BookedLine, lines_of_documents

Place = tuple[int, int]
"""Account and line."""


class Standing(StrEnum):
    """What became of a booked line."""

    STANDS = "stands"  # or what was returned of it: these goods were bought
    VOID = "void"  # the report was withdrawn or said anew, or another one stands in its place
    BY_HAND = "by_hand"  # a person took all of it back, and only people know why


def standings(connection: Connection, lines: Iterable[BookedLine]) -> Mapping[Place, Standing]:
    """What became of lines that uploads brought; all others stand."""
    uploads = {(line.account_id, line.id): line for line in lines if line.source == UPLOAD}
    if not uploads:
        return {}
    asked = [Corrected(line.account_id, line.id, "", line.article, line.quantity, line.day, True)
             for line in uploads.values()]
    taken, gone = corrections.taken(connection, asked, ()), corrections.returned(connection, asked)
    return {at: _standing(line.quantity, taken.get(at, {}), gone.get(at, 0)) for at, line in uploads.items()}


def _standing(quantity: int, taken: Mapping[str, int], gone: int) -> Standing:
    if any(is_void(key) for key in taken):
        return Standing.VOID
    return Standing.BY_HAND if gone - sum(taken.values()) >= quantity else Standing.STANDS


def is_void(key: str) -> bool:
    """Whether what took pieces of a line, by its key, leaves nothing of the report."""
    return key == SUPERSEDED or key.startswith(f"{CorrectionKind.OUTDONE}|")


def all_void(connection: Connection, documents: Collection[str]) -> bool:
    """Whether uploads brought these documents, by their keys, and nothing of that stands."""
    lines = lines_of_documents(connection, documents)
    found = standings(connection, lines)
    return bool(lines) and all(found.get((line.account_id, line.id)) is Standing.VOID for line in lines)
