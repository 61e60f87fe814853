"""The goods of documents that others have booked, while the lines of another document are laid beside them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import attrs
from sqlalchemy import Connection

from treuwerk.domain.entries import UPLOAD
from treuwerk.services.clearing.purchase_keys import same_number
from treuwerk.services.clearing.scoring import ScoredBatch, ScoredLine
from treuwerk.services.clearing.sides import doubt
from treuwerk.services.ledger.standing import Place, Standing
from treuwerk.store.ownership import BookedLine, notes_of

BY_ARTICLE = 5
"""The place of the article among the facts of a line."""


class Proof(NamedTuple):
    """A line that is booked already, and the line that booked it."""

    line: ScoredLine
    booked: BookedLine


@attrs.define
class Outdone:
    """Lines of an upload, and the keys of those of a feed that stand in their place once they are booked."""

    lines: list[str]
    before: Sequence[BookedLine]


@attrs.define
class Owned:
    """What became of the lines of a batch: what proves others' bookings, and which lines come after the others.

    Lines of documents that meet in one batch are booked in turns, so that the later ones find what the first booked.
    """

    proofs: list[Proof] = attrs.field(factory=list)
    later: dict[str, ScoredLine] = attrs.field(factory=dict)
    foreign: set[str] = attrs.field(factory=set)
    """Documents of which others have booked something."""
    outdone: list[Outdone] = attrs.field(factory=list)


class Goods:
    """What is booked of some documents. `standing` tells what became of it.

    `adds`: a feed meets uploads, and brings what they left out. `corrects`: it also brings the right quantities.
    """

    def __init__(self, connection: Connection, booked: Iterable[BookedLine], standing: Mapping[Place, Standing],
                 heirs: Mapping[int, int], *, adds: bool, corrects: bool) -> None:
        self._booked = list({at: line for line in booked if standing.get(
            at := (line.account_id, line.id)) is not Standing.VOID}.values())
        self._by_hand = {at for at, found in standing.items() if found is Standing.BY_HAND}
        self._accounts = {heirs.get(line.account_id, line.account_id) for line in self._booked}
        self._connection, self._heirs, self._adds, self._corrects = connection, heirs, adds, corrects

    def meet(self, batch: ScoredBatch, owned: Owned, article: str, lines: Sequence[tuple[ScoredLine, bool]]) -> None:
        """Lay lines of one article beside what is booked; what finds its like proves it."""
        buyers = {self._heirs.get(line[0], line[0]) for line, _ in lines}
        mine = [line for line in self._booked
                if line.article == article and self._heirs.get(line.account_id, line.account_id) in buyers]
        rest, open_ones = list(mine), list[tuple[ScoredLine, bool]]()
        whole = len(buyers) == 1 and mine and sum(line[5][6] for line, _ in lines) == sum(
            line.quantity for line in mine)
        for line, free in lines:
            like = _like(line, rest) or (mine[0] if whole else None) if whole or self._is_of(line) else None
            if like and self._adds and (like.account_id, like.id) in self._by_hand:
                self._ask(batch, line, like)
            elif like:
                self._prove(batch, owned, line, like, rest)
            else:
                open_ones.append((line, free))
        if open_ones and rest and self._may_outdo(rest, [line for line, _ in open_ones]):
            owned.outdone.append(Outdone([line[1] for line, _ in open_ones], rest))
            return
        for line, free in open_ones:
            self._wait(batch, line, free, mine, rest)

    def _is_of(self, line: ScoredLine) -> bool:
        return not self._booked or self._heirs.get(line[0], line[0]) in self._accounts

    @staticmethod
    def _prove(batch: ScoredBatch, owned: Owned, line: ScoredLine, booked: BookedLine, rest: list[BookedLine]) -> None:
        if booked in rest:
            rest.remove(booked)
        owned.proofs.append(Proof(batch.lines.pop(line[1]), booked))
        batch.tally.duplicate += 1

    def _may_outdo(self, rest: Collection[BookedLine], lines: Iterable[ScoredLine]) -> bool:
        """Whether these quantities of a feed stand in the place of what uploads said, of these documents alone."""
        if not self._corrects or not all(map(self._is_of, lines)) or any(
                one.source != UPLOAD or (one.account_id, one.id) in self._by_hand for one in rest):
            return False
        others = [one for one in rest if not same_number(one.document, _number(one.known_as))]
        notes = notes_of(self._connection, {(one.account_id, one.id) for one in others})
        return all({_number(key) for key in notes.get((one.account_id, one.id), ())} == {_number(one.known_as)}
                   for one in others)

    @staticmethod
    def _ask(batch: ScoredBatch, line: ScoredLine, booked: BookedLine) -> None:
        batch.set_aside(doubt(batch.lines.pop(line[1]), "taken_back", [booked], (
            "these goods were booked from an upload, and a person took all of that back; a person in the service "
            "centre decides whether they count now")))

    def _wait(self, batch: ScoredBatch, line: ScoredLine, free: bool, mine: Sequence[BookedLine],
              rest: Sequence[BookedLine]) -> None:
        if not self._is_of(line):
            problem = doubt(line, "claimed_by_other", mine or self._booked, (
                "these goods are booked for another participant, and nobody is paid for them twice; a person in the "
                "service centre decides"))
        elif rest:
            problem = doubt(line, "quantity_differs", rest, (
                "these goods are booked already with another quantity; the first one stays booked until a person in "
                "the service centre decides"))
        elif free or self._adds or not self._booked:
            return  # goods of a document that nobody booked, or that the upload left out
        else:
            problem = doubt(line, "not_on_note", self._booked, (
                "the document that this line belongs to is booked already, and this article is not on it; a person in "
                "the service centre decides"))
        del batch.lines[line[1]]
        batch.set_aside(problem)


def _number(document: str) -> str:
    """The number of a document by its key."""
    return document.split("|")[2]


def _like(line: ScoredLine, rest: Iterable[BookedLine]) -> BookedLine | None:
    """A booked line of the same quantity, best with the same number."""
    same = [one for one in rest if one.quantity == line[5][6]]
    return next((one for one in same if one.line == line[5][3]), same[0] if same else None)
