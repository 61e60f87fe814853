"""The plan of corrections: which pieces of which purchase lines they take.

Nothing here rests on the order in which files come. A correction is planned anew whenever a purchase or another
correction of the same document is known; what it has taken already stays taken.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from treuwerk.domain.corrections import (
    CHANGED,
    FROM_LATEST,
    PARKED,
    REPLACED,
    SUPERSEDED,
    BookedLine,
    Correction,
    CorrectionKind,
    KeyPlace,
    Place,
    Take,
    Taken,
    place_in,
    target,
)
from treuwerk.domain.credits import is_price_alone
from treuwerk.domain.entries import UPLOAD
from treuwerk.domain.line_numbers import Numbers, Spot, number_of
from treuwerk.domain.versions import order


class Plan(NamedTuple):
    """What is to be taken, and what of each correction has met nothing.

    `open` has pieces by the key of the correction, 0 for one that is about a line or document that nobody knows;
    `doubtful` are those that may be about the price of goods alone.
    """

    takes: list[Take]
    open: dict[str, int]
    doubtful: set[str]


def planned(corrections: Sequence[Correction], lines: Iterable[BookedLine], taken: Taken,
            latest: Mapping[str, Sequence[BookedLine]]) -> Plan:
    """Which lines the corrections take back, beside what was `taken` before.

    What corrections come to together is worked out anew each time, so that it does not matter which came first: first
    those that name a line, then those that name documents. What was taken from the latest purchase stays there.

    Args:
        corrections: all that are about these documents, known and new.
        lines: all lines of their documents.
        taken: what was taken of all these lines.
        latest: by correction, the lines to take from where it names no document that is known, latest first.
    """
    ledger = _Ledger(corrections, lines, taken)
    missing: dict[str, int] = {}
    for one in sorted(corrections, key=_order):
        left = ledger.apply(one)
        if left is not None:
            missing[one.key] = left
    takes = ledger.takes()
    for key, some in latest.items():
        if missing.get(key):
            takes += ledger.take_latest(key, some, missing)
    return Plan(takes, missing, ledger.doubtful)


def _order(one: Correction) -> tuple[int, str, str]:
    """Who names a line comes before who names a document."""
    return _RANKS.get(one.kind, 0) + (one.kind is CorrectionKind.RETURN and not one.line), one.day, one.key


_NEVER_OPEN = {CorrectionKind.VERSION, CorrectionKind.OUTDONE}
_OF_DOCUMENTS = {*_NEVER_OPEN, CorrectionKind.CHANGE, CorrectionKind.WITHDRAW}
_RANKS = {CorrectionKind.RETURN: 2, CorrectionKind.RECEIPT: 1}


class _Ledger:
    """Lines with what is left of them while corrections are applied one after the other."""

    def __init__(self, corrections: Sequence[Correction], lines: Iterable[BookedLine], taken: Taken) -> None:
        self._corrections, self._taken = {one.key: one for one in corrections}, taken
        self._withdrawals = _by_targets(one for one in corrections if one.kind is CorrectionKind.WITHDRAW)
        self._receipts = _received(corrections)
        self._lines: dict[Place, BookedLine] = {}
        self._room: dict[Place, int] = {}
        self._wanted: dict[Place, dict[str, int]] = {}
        self._documents: dict[tuple[str, str, str, str], list[tuple[KeyPlace, BookedLine]]] = {}
        self._numbered: dict[str, list[tuple[str, str, str, str]]] = {}
        """Documents by their own target."""
        self._keys = set[str]()
        self._found_by: dict[tuple[str, str, str], list[tuple[KeyPlace, BookedLine]]] = {}
        """Lines by a target of their document; also by target and line, and by target and article."""
        for line in sorted(lines, key=lambda one: one.key):
            self._note(line)
            self._index(line)
            self._keys.add(line.key)
        self._dead, self.doubtful = set[Place](), set[str]()
        for document, of in self._documents.items():
            self._supersede(document, of)
        self._outdo()
        self._places_of: dict[str, list[Place]] = {}
        """Where corrections took something before."""
        self._from_latest: dict[str, int] = {}
        """Pieces that returns took from the latest purchases before, but for lines that are dead since."""
        for at, keys in self._taken.items():
            self._note_taken(at, keys)

    def _index(self, line: BookedLine) -> None:
        place = place_in(line.key)
        own = target(place.seller, place.number)
        if place.document not in self._documents:
            self._numbered.setdefault(own, []).append(place.document)
        self._documents.setdefault(place.document, []).append((place, line))
        for name in {own, *line.also} if line.also else (own,):
            for found_by in ((name, "", ""), (name, place.line, ""), (name, "", line.article)):
                self._found_by.setdefault(found_by, []).append((place, line))

    def _note_taken(self, at: Place, keys: Mapping[str, int]) -> None:
        for key, pieces in keys.items():
            self._places_of.setdefault(key, []).append(at)
            if key.startswith(FROM_LATEST) and at not in self._dead:
                of_key = key.removeprefix(FROM_LATEST)
                self._from_latest[of_key] = self._from_latest.get(of_key, 0) + pieces

    def _note(self, line: BookedLine) -> None:
        at = line.account_id, line.id
        fixed = sum(pieces for key, pieces in self._taken.get(at, {}).items() if key.startswith(FROM_LATEST))
        self._lines[at], self._room[at] = line, line.quantity - line.by_hand - fixed

    def _supersede(self, document: tuple[str, str, str, str], lines: Sequence[tuple[KeyPlace, BookedLine]]) -> None:
        """Take back what newer versions of a document, or its withdrawal, leave nothing of.

        An upload says only anew what uploads said: what the seller reports of the same document stays, unless the
        upload says its articles as well.
        """
        seller, _, number, _ = document
        of = [one for one in self._withdrawals.get(target(seller, number), ()) if _withdraws(one, document)]
        direct = [pair for pair in lines if pair[1].source != UPLOAD]
        uploads = [pair for pair in lines if pair[1].source == UPLOAD]
        articles = {line.article for place, line in uploads if place.mode}
        self._bury(uploads, lines, max((one.version for one in of), key=order, default=None))
        for named in (True, False) if articles else (False,):
            self._bury([pair for pair in direct if (pair[1].article in articles) is named], lines if named else direct,
                       max((one.version for one in of if one.source != UPLOAD), key=order, default=None))

    def _bury(self, lines: Sequence[tuple[KeyPlace, BookedLine]], by: Sequence[tuple[KeyPlace, BookedLine]],
              withdrawn: str | None) -> None:
        """Take back the lines of a document that others say anew, or that are withdrawn up to a version."""
        replaced = max([place.version for place, _ in by if place.mode == REPLACED], key=order, default="")
        changes = _changes(by)
        for place, line in lines:
            newer = max((replaced, *changes(place, line)), key=order)
            if order(place.version) < order(newer) or (
                    withdrawn is not None and order(place.version) <= order(withdrawn)):
                self._dead.add((line.account_id, line.id))
                self._want(line, SUPERSEDED, line.quantity)

    def _outdo(self) -> None:
        """Take back the lines in whose place other reports stand."""
        for one in self._corrections.values():
            at = (one.account_id, int(one.line)) if one.kind is CorrectionKind.OUTDONE else None
            if at in self._lines:
                self._dead.add(at)
                self._want(self._lines[at], one.key, self._lines[at].quantity)

    def _want(self, line: BookedLine, key: str, pieces: int) -> int:
        at = line.account_id, line.id
        pieces = min(pieces, self._room[at])
        if pieces <= 0:
            return 0
        self._room[at] -= pieces
        self._wanted.setdefault(at, {})[key] = pieces
        return pieces

    def apply(self, one: Correction) -> int | None:
        """Take back what a correction says; the answer is what of it is left open, None where nothing is."""
        if one.kind in _OF_DOCUMENTS:
            return None if self._is_met(one) else 0
        meant = self._meant(one)
        if one.kind is CorrectionKind.RECEIPT:
            return self._receive(one, meant)
        wanted = sum(line.quantity for line in meant) if one.kind is CorrectionKind.CANCEL else (
            one.pieces - self._from_latest.get(one.key, 0))
        if one.key not in self._places_of and self._is_about_price(one, meant):
            self.doubtful.add(one.key)
            return wanted or None
        left = wanted
        for line in self._kept(one, meant):
            left -= self._want(line, one.key, min(left, self._taken[line.account_id, line.id][one.key]))
        for line in meant:
            left -= self._want(line, one.key, left)
        if one.kind is CorrectionKind.CANCEL:
            return None if meant else 0
        return left or None

    def _is_met(self, one: Correction) -> bool:
        """Whether what a correction says of a document has something to meet."""
        if one.kind is CorrectionKind.WITHDRAW:
            return any(_withdraws(one, document) for name in one.targets for document in self._numbered.get(name, ()))
        return one.kind in _NEVER_OPEN or one.key.removeprefix(PARKED) in self._keys

    @staticmethod
    def _is_about_price(one: Correction, lines: Sequence[BookedLine]) -> bool:
        """Whether what a return credits is far less than its goods cost, as far as the purchases say."""
        paid = [(line.net, line.quantity) for line in lines if line.net is not None and line.currency == one.currency]
        return one.net is not None and is_price_alone(
            one.net, one.pieces, sum(net for net, _ in paid), sum(pieces for _, pieces in paid))

    def _kept(self, one: Correction, meant: Sequence[BookedLine]) -> list[BookedLine]:
        """Living lines that a correction took from before a document came that it names first: that stays taken."""
        places = {(line.account_id, line.id) for line in meant}
        return sorted((self._lines[at] for at in self._places_of.get(one.key, ())
                       if at in self._lines and at not in places and at not in self._dead), key=lambda line: line.key)

    def _receive(self, one: Correction, meant: Sequence[BookedLine]) -> int | None:
        """Take back what was sent and did not arrive; what arrived beside it counts once it is invoiced."""
        together = self._receipts[one.targets, one.article]
        wanted = sum(line.quantity for line in meant) - sum(together.values())
        for line in meant if one.key == min(together) else ():  # the first one stands for all
            wanted -= self._want(line, one.key, wanted)
        return None if meant else 0

    def takes(self) -> list[Take]:
        """What is to be taken beside what was."""
        found: list[Take] = []
        for at, wanted in self._wanted.items():
            before = {key: pieces for key, pieces in self._taken.get(at, {}).items() if not key.startswith(FROM_LATEST)}
            more = sum(wanted.values()) - sum(before.values())
            for key, pieces in wanted.items():
                new = min(more, pieces - before.get(key, 0))
                if new > 0:
                    more -= new
                    found.append(Take(self._lines[at], key, new, self._day(key, self._lines[at])))
        return found

    def _day(self, key: str, line: BookedLine) -> str:
        return self._corrections[key].day if key in self._corrections else line.day

    def take_latest(self, correction: str, lines: Sequence[BookedLine], missing: dict[str, int]) -> list[Take]:
        """Take what a return has left open from the latest purchases."""
        found: list[Take] = []
        one = self._corrections[correction]
        if self._is_about_price(one, lines[:1]):
            self.doubtful.add(one.key)
            return found
        for line in lines:
            at, key = (line.account_id, line.id), FROM_LATEST + one.key
            if at not in self._lines:
                self._note(line)
                self._room[at] -= sum(pieces for of, pieces in self._taken.get(at, {}).items()
                                      if not of.startswith(FROM_LATEST))
            pieces = min(missing.get(one.key, 0), self._room[at])
            if pieces > 0 and key not in self._taken.get(at, {}):
                self._room[at] -= pieces
                missing[one.key] -= pieces
                found.append(Take(line, key, pieces, one.day))
        if not missing[one.key]:
            del missing[one.key]
        return found

    def _meant(self, one: Correction) -> list[BookedLine]:
        """The living lines that a correction is about: of the first document that it names and that has some."""
        for name in one.targets:
            found_by = (name, one.line, "") if one.line else (name, "", one.article)
            found = [(place, line) for place, line in self._found_by.get(found_by, ()) if _fits(one, place, line)]
            for _, of_year in groupby(sorted(found, key=lambda pair: pair[0].year, reverse=True),
                                      key=lambda pair: pair[0].year):
                living = [line for _, line in of_year if (line.account_id, line.id) not in self._dead]
                if living:
                    return living
        return []


def _by_targets(corrections: Iterable[Correction]) -> dict[str, list[Correction]]:
    found: dict[str, list[Correction]] = {}
    for one in corrections:
        for name in set(one.targets):
            found.setdefault(name, []).append(one)
    return found


def _received(corrections: Iterable[Correction]) -> dict[tuple[tuple[str, ...], str], dict[str, int]]:
    """What arrived: pieces by correction, of those that speak of the same documents and article."""
    found: dict[tuple[tuple[str, ...], str], dict[str, int]] = {}
    for one in corrections:
        if one.kind is CorrectionKind.RECEIPT:
            found.setdefault((one.targets, one.article), {})[one.key] = one.pieces
    return found


def _withdraws(one: Correction, document: tuple[str, str, str, str]) -> bool:
    seller, kind, number, year = document
    return _in_time(one, year) and target(seller, number) in one.targets and kind in one.kinds


def _changes(lines: Sequence[tuple[KeyPlace, BookedLine]]) -> Callable[[KeyPlace, BookedLine], list[str]]:
    """By line of a document: the versions that say it alone."""
    by_number: dict[str, list[tuple[KeyPlace, BookedLine]]] = {}
    for place, line in lines:
        if place.mode == CHANGED:
            by_number.setdefault(number_of(place.line), []).append((place, line))
    if not by_number:
        return lambda place, line: []
    numbers = Numbers(Spot(place.line, line.place, line.article, place.version) for place, line in lines
                      if place.mode != CHANGED)

    def changes(place: KeyPlace, line: BookedLine) -> list[str]:
        own = Spot(place.line, line.place, line.article)
        return [by.version for by, one in by_number.get(number_of(place.line), ())
                if numbers.is_about(Spot(by.line, one.place, one.article), own)]

    return changes


def _in_time(one: Correction, year: str) -> bool:
    return 0 <= int(one.day[:4]) - int(year) <= one.years_back


def _fits(one: Correction, place: KeyPlace, line: BookedLine) -> bool:
    return ((not one.kinds or place.kind in one.kinds) and (not one.line or place.line == one.line)
            and (not one.account_id or line.account_id == one.account_id)
            and (not one.article or line.article == one.article)
            and _in_time(one, place.year))


def about(corrections: Iterable[Correction]) -> Iterator[str]:
    """All documents that corrections may be about."""
    for one in corrections:
        yield from one.targets
