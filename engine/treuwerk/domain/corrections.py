"""Corrections: what takes purchases back, and the keys of purchases that are said again or booked another time."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from treuwerk.domain.line_numbers import Numbers, Spot
from treuwerk.domain.records import evidence_of

REPLACED, CHANGED, ANEW = "r", "c", "n"
_REMEMBERED = 2 ** 15  # keys: a batch asks for the place of each of its purchases about ten times
_BARS = 5  # in the key of a purchase that nothing is said of a second time
"""Modes of keys: of a document that was said again, wholly or in some lines; of goods that are booked another time,
since what was booked under their own key counts no more."""
CORRECTION = "correction|"
"""What the business keys of reversals begin with that corrections made."""
FROM_LATEST = "latest|"
"""What the key of a return begins with where it took from the latest purchase, since it names none that is known."""
PARKED = "change|"
"""What the keys of changes begin with that are kept until their document is known."""
SUPERSEDED = "superseded"
"""The key of what a newer version of a document took back."""


def reversal_key(correction: str, purchase: str, after: int) -> str:
    """The business key of what a correction takes back of a purchase, both by their keys, behind so many pieces."""
    return f"{CORRECTION}{correction}|{purchase}|{after}"


class CorrectionKind(StrEnum):
    """What a correction says."""

    CANCEL = "cancel"  # a line goes back, however often that is said
    RETURN = "return"  # pieces go back
    RECEIPT = "receipt"  # only so many pieces arrived
    WITHDRAW = "withdraw"  # a whole document goes back
    VERSION = "version"  # a document was said again, wholly or in some lines
    CHANGE = "change"  # a line is said anew that nobody knows yet; it is kept until somebody does
    OUTDONE = "outdone"  # another report stands in the place of a line


class Correction(NamedTuple):
    """One correction. `key` is its identity for good, `content` a digest of what it says.

    `targets` are the documents that it may be about (see `target`), best first; empty: it names none. `kinds` and
    `line` narrow them to lines of documents of these kinds, and with this number; `account_id` and `article` to those
    of a participant and an article. `pieces` go back, or arrived; `serials` come back with them. `version` orders
    what is said of a whole document, `lines` is how many lines of a file it stands for, and `years_back` how many years
    the document may be older. `source` says which feed withdraws a document, or that an upload does. Of a line that is
    outdone, `line` is its id. `net` is what a credit of money comes to (millionths of `currency`), `held` the line that
    is booked once its document is known.
    """

    key: str
    content: str
    kind: CorrectionKind
    at: int
    document: str
    day: str
    targets: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    line: str = ""
    account_id: int = 0
    article: str = ""
    pieces: int = 0
    version: str = ""
    lines: int = 1
    years_back: int = 2
    serials: tuple[str, ...] = ()
    source: str = ""
    net: int | None = None
    currency: str = ""
    held: tuple[Any, ...] = ()


class BookedLine(NamedTuple):
    """A purchase line that may be corrected; `key` is that of its purchase.

    `earned` tells whether an accrual rests on it, `by_hand` how many pieces were taken back otherwise. `also` are the
    targets of other documents that it stands for, such as the delivery note of an invoice; `source` brought it.
    """

    account_id: int
    id: int
    key: str
    article: str
    quantity: int
    day: str
    earned: bool
    by_hand: int = 0
    also: tuple[str, ...] = ()
    source: str = ""
    net: int | None = None
    currency: str = ""
    place: str = ""


class Take(NamedTuple):
    """Pieces that a correction takes of a line; `key` is that of the correction, or `SUPERSEDED`."""

    line: BookedLine
    key: str
    pieces: int
    day: str


Place = tuple[int, int]
"""Account and line."""
Taken = Mapping[Place, Mapping[str, int]]
"""Pieces of lines by the correction that took them."""


class KeyPlace(NamedTuple):
    """Where a purchase stands, as its key says."""

    seller: str
    kind: str
    number: str
    year: str
    line: str
    mode: str
    version: str

    @property
    def document(self) -> tuple[str, str, str, str]:
        """Its document: seller, kind, number and year."""
        return self[:4]


def target(seller: str, number: str) -> str:
    """What documents are found by, whatever their kind and year: seller and number as parts of a key."""
    return f"{seller}|{number}"


def target_of(key: str) -> str:
    """The target that the document of a purchase is found by."""
    place = place_in(key)
    return target(place.seller, place.number)


def versioned(key: str, mode: str, version: str) -> str:
    """The key of a purchase line as a later version of its document has it."""
    return f"{key}|{mode}{version.replace('|', '/')}"


Said = tuple[str, str, str]
"""A line as its key, its place in the document and its article say it."""


def unknown_changes(lines: Iterable[Said], known: Iterable[Said]) -> set[str]:
    """Keys of changed lines whose document has no such line, neither among those that are `known` nor among `lines`."""
    said, documents = list(lines), dict[tuple[str, ...], list[Spot]]()
    for key, place, article in (*said, *known):
        at = place_in(key)
        if at.mode != CHANGED:
            documents.setdefault(at.document, []).append(Spot(at.line, place, article, at.version))
    changes = [(key, place_in(key), place, article) for key, place, article in said if is_change(key)]
    numbers = {document: Numbers(documents.get(document, ())) for document in {at.document for _, at, _, _ in changes}}
    return {key for key, at, place, article in changes
            if not numbers[at.document].knows(Spot(at.line, place, article))}


def is_change(key: str) -> bool:
    """Whether a purchase is a line that a later version of its document names alone."""
    return place_in(key).mode == CHANGED


def parked_change(line: tuple[Any, ...], key: str, evidence: str, at: int, document: str) -> Correction:
    """A changed line of a document that nobody knows, as it is kept until somebody does."""
    place = place_in(key)
    return Correction(PARKED + key, evidence, CorrectionKind.CHANGE, at, document, line[3], (target_of(key),),
                      (place.kind,), place.line, version=place.version, years_back=0, held=line)


def anew(key: str, by: str) -> str:
    """The key of goods that `by` (a report or a decision) books another time, from that under which they came."""
    return f"{plain(key)}|{ANEW}{evidence_of(by)[:12]}"


def plain(key: str) -> str:
    """The key under which goods came that are booked another time; any other key stays as it is."""
    if key.count("|") <= _BARS:  # nearly all keys: a batch asks for each of its lines
        return key
    return key.rpartition("|")[0] if place_in(key).mode == ANEW else key


def outdone(line: "BookedLine", at: int, document: str, targets: Iterable[str]) -> Correction:
    """That another report, line `at` of a run, stands in the place of a booked line; `targets` are its documents."""
    return Correction(f"{CorrectionKind.OUTDONE}|{line.account_id}|{line.id}", "", CorrectionKind.OUTDONE, at, document,
                      line.day, tuple(targets), line=str(line.id), account_id=line.account_id, article=line.article,
                      lines=0)


def version_of(key: str) -> str:
    """The version of its document that a purchase is a line of; empty for the first one."""
    return place_in(key).version


@lru_cache(maxsize=_REMEMBERED)
def place_in(key: str) -> KeyPlace:
    """Where a purchase stands, by its key."""
    _, seller, kind, number, year, line, *rest = key.split("|")
    said = rest[0] if rest else ""
    return KeyPlace(seller, kind, number, year, line, said[:1], "" if said[:1] == ANEW else said[1:])
