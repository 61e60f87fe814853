"""One purchase, paid once, whoever reports it: the goods of a document belong to whoever brought it first.

A direct feed owns what it brings under its name, an upload under that of its submission. An invoice owns the delivery
notes that it refers to and that nobody brought before. Lines of another owner's goods are evidence where they say the
same; where they do not, they wait for a person, with both sides shown.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

import attrs
from sqlalchemy import Connection

from treuwerk.domain.corrections import anew, plain
from treuwerk.domain.submissions import SubmissionEvent
from treuwerk.services.clearing.goods import BY_ARTICLE, Goods, Outdone, Owned, Proof
from treuwerk.services.clearing.matched_lines import purchase_evidence
from treuwerk.services.clearing.purchase_keys import document_of
from treuwerk.services.clearing.scoring import ScoredBatch, ScoredLine
from treuwerk.services.ledger.standing import standings
from treuwerk.store import ownership as store
from treuwerk.store import submissions
from treuwerk.store.ownership import BookedLine

DIRECT, UPLOAD = "direct", "upload"
ORDER = "order|"
"""What keys of orders begin with, which are no documents."""
_UUID, _ONE_BY_ONE = "uuid|", "feed|"
"""What keys begin with that say which document has a UUID, and that feeds bring what an upload owns one by one."""


@attrs.frozen
class Reporter:
    """Who brings documents. `name` is that of the feed, or the public id of the submission.

    `confirmed` are lines, by their place, that a person looked at: they need no hint any more. `sharing` are those
    whose serials others may have.
    """

    name: str
    direct: bool = True
    confirmed: frozenset[int] = frozenset()
    sharing: frozenset[int] = frozenset()

    @property
    def owner(self) -> str:
        """As claims have it."""
        return f"{DIRECT if self.direct else UPLOAD}:{self.name}"


def own(connection: Connection, batch: ScoredBatch, reporter: Reporter, *, corrects: bool = False,
        looking: bool = False) -> Owned:
    """Claim the documents of a batch and take out of it what others own; with `looking` nothing is claimed.

    `corrects`: where a feed brings another quantity than an upload, its own counts.
    """
    wanted, owned = _wanted(batch, reporter)
    for key in owned.later:
        del batch.lines[key]
    if looking:
        there = store.owners(connection, wanted)
        foreign = {key: owner for key, owner in there.items() if owner != wanted[key]}
    else:
        foreign = store.claim_documents(connection, wanted)
    for uuid in [key for key in foreign if key.startswith(_UUID)]:
        _warn(batch, uuid, foreign.pop(uuid))
    before = [key for also in batch.documents.values() for key in also]
    if before:
        foreign |= store.owners(connection, before)
    if foreign:
        if reporter.direct and not looking:  # of two feeds with goods of one upload, the second sees what the first did
            store.claim_documents(connection, {
                f"{_ONE_BY_ONE}{key}": reporter.owner for key, owner in foreign.items() if owner.startswith(UPLOAD)})
        _set_aside(connection, batch, reporter, owned, foreign, {} if looking else wanted, corrects)
    return owned


def _wanted(batch: ScoredBatch, reporter: Reporter) -> tuple[dict[str, str], Owned]:
    """Documents by owner; a line whose goods another document of this batch owns comes later."""
    owned, owner = Owned(), reporter.owner
    wanted = dict.fromkeys(batch.documents, owner)
    for key, references in batch.references.items():
        if key in batch.lines:
            name = f"{owner}|{document_of(key)}"
            for document in references:
                if wanted.setdefault(document, name) != name:
                    owned.later[key] = batch.lines[key]
    for uuid, document in batch.uuids.items():
        wanted[f"{_UUID}{uuid}"] = document
    return wanted, owned


def _warn(batch: ScoredBatch, key: str, document: str) -> None:
    uuid = key.partition("|")[2]
    seller, kind, number, year = document.split("|")
    batch.set_beside(0, batch.uuids[uuid].split("|")[2], "uuid_twice", (
        f"found the UUID {uuid}, which {kind} {number} of {year} by {seller} has as well; a document of another number "
        "is another purchase. Tell the sender"))


def _set_aside(connection: Connection, batch: ScoredBatch, reporter: Reporter, owned: Owned,
               foreign: Mapping[str, str], wanted: Mapping[str, str], corrects: bool) -> None:
    """Take out of the batch what the owners of other documents have booked."""
    booked = _booked(connection, foreign, wanted)
    owned.foreign |= booked.keys()
    uploads = {key for key in booked if reporter.direct and foreign[key].startswith(UPLOAD)}
    concerned = list(_concerned(batch, booked))
    known = _known(connection, batch, reporter, concerned, uploads) if uploads else {}
    concerned = [one for one in concerned if one[1][1] in batch.lines and known.get(one[1][1], UPLOAD) == UPLOAD]
    found = standings(connection, (line for of in booked.values() for line in of)) if concerned else {}
    heirs = store.heirs(connection) if concerned else {}
    concerned.sort(key=lambda one: (one[0], one[1][5][BY_ARTICLE], one[1][4]))
    for keys, group in groupby(concerned, key=lambda one: one[0]):
        lines = [(line, free) for _, line, free in group]
        adds = uploads.issuperset(keys)
        of = [one for key in keys for one in booked[key] if not (adds and one.source == reporter.name)]
        goods = Goods(connection, of, found, heirs, adds=adds, corrects=adds and corrects)
        for article, of_article in groupby(lines, key=lambda one: one[0][5][BY_ARTICLE]):
            goods.meet(batch, owned, article, list(of_article))
    _book_anew(batch, owned, reporter, known)


def _known(connection: Connection, batch: ScoredBatch, reporter: Reporter,
           concerned: Iterable[tuple[tuple[str, ...], ScoredLine, bool]], uploads: set[str]) -> dict[str, str]:
    """Sources of what is booked under the keys of lines that a feed brings of documents that uploads own.

    Lines that it brought anew before get the key of then: their claim tells what becomes of them.
    """
    keys = [line[1] for documents, line, _ in concerned if uploads.issuperset(documents)]
    again = {anew(key, reporter.owner): key for key in keys}
    there = store.lines_of_purchases(connection, [*keys, *again]) if keys else {}
    for before, key in again.items():
        if before in there:
            _rename(batch, key, before)
    return {key: line.source for key, line in there.items()}


def _book_anew(batch: ScoredBatch, owned: Owned, reporter: Reporter, known: Mapping[str, str]) -> None:
    """Give lines that are to be booked a key of their own, where an upload has theirs."""
    for key, source in known.items():
        if source == UPLOAD and key in batch.lines:
            _rename(batch, key, to := anew(key, reporter.owner))
            for outdone in owned.outdone:
                outdone.lines = [to if one == key else one for one in outdone.lines]


def _rename(batch: ScoredBatch, key: str, to: str) -> None:
    account, _, *rest = batch.lines.pop(key)
    batch.lines[to] = (account, to, *rest)  # type: ignore[assignment]
    if key in batch.of_orders:
        batch.of_orders = {**batch.of_orders, to: batch.of_orders[key]}
    if key in batch.of_totals:
        batch.of_totals = {**batch.of_totals, to: batch.of_totals[key]}


def _booked(connection: Connection, foreign: Mapping[str, str],
            wanted: Mapping[str, str]) -> dict[str, list[BookedLine]]:
    """What is booked of documents of others. Of whoever booked nothing of a document it is taken over."""
    booked: dict[str, list[BookedLine]] = {}
    asked = dict(foreign)
    while asked:
        for line in store.lines_of_documents(connection, asked):
            booked.setdefault(line.known_as, []).append(line)
        bare = {key: (owner, wanted[key]) for key, owner in asked.items() if key not in booked and key in wanted}
        lost = bare.keys() - store.take_over(connection, bare)
        asked = {key: owner for key, owner in store.owners(connection, lost).items() if owner != wanted[key]}
    return booked


def _concerned(batch: ScoredBatch,
               booked: Mapping[str, Sequence[BookedLine]]) -> Iterator[tuple[tuple[str, ...], ScoredLine, bool]]:
    """Lines whose goods others have booked: the documents of these, and whether some goods of the line are free."""
    for key, line in batch.lines.items():
        own_document = document_of(key)
        places = (own_document, *batch.documents.get(own_document, ()))
        references = batch.references.get(key, ())
        found = tuple(dict.fromkeys(one for one in (*places, *references) if one in booked))
        if found:
            by_itself = any(one in booked for one in places)
            yield found, line, not by_itself and any(one not in booked for one in references)


def know_heirs(connection: Connection, batch: ScoredBatch, taken: dict[str, str],
               booked: Mapping[str, BookedLine]) -> None:
    """Lines that are booked for a company which was merged since say the same, although another one buys now."""
    became = store.heirs(connection) if booked else {}
    for key, line in booked.items():
        came = batch.lines[key]
        if became.get(line.account_id) == came[0] and purchase_evidence(line.account_id, came[5]) == taken[key]:
            taken[key] = came[2]


def note(connection: Connection, reporter: Reporter, run_id: int, proofs: Iterable[Proof]) -> None:
    """Keep what proves what is booked."""
    store.note_evidence(connection, [
        (booked.account_id, booked.id, key, reporter.owner, run_id, at, facts[0], key.split("|")[2], facts[2], facts[3],
         facts[4], facts[6], facts[9], facts[10])
        for (_, key, _, _, at, facts, _), booked in proofs])


def note_outdone(connection: Connection, outdone: Iterable[Outdone], lines: Mapping[str, tuple[int, ScoredLine]],
                 reporter: Reporter, run_id: int, now: int) -> None:
    """Keep both ways what stands in the place of what; `lines` are those that are booked, by key with their ids.

    The reports whose lines count no more tell so in their timelines.
    """
    told = set[tuple[int, str]]()
    for one in outdone:
        booked = [lines[key] for key in one.lines if key in lines]
        told |= {(before.run_id, line[5][2]) for _, line in booked for before in one.before}
        note(connection, reporter, run_id, [Proof(line, before) for _, line in booked for before in one.before])
        owners = store.owners(connection, [before.known_as for before in one.before])
        store.note_evidence(connection, [
            (line[0], line_id, f"purchase|{before.known_as}|{before.line}", owners[before.known_as], before.run_id,
             before.at_line, before.source, before.known_as.split("|")[1], before.document, before.line, before.day,
             before.quantity, before.net, before.currency) for line_id, line in booked for before in one.before])
    if told:
        submissions.note_on_runs(connection, told, {
            "kind": SubmissionEvent.REPLACED.value, "happened_at": now, "user_id": 0, "actor": reporter.owner})


def references(batch: ScoredBatch, reporter: Reporter, lines: Sequence[tuple[int, ScoredLine]],
               owned: Owned) -> list[tuple[int, int, str]]:
    """What lines that are booked stand for besides their document: notes of an invoice, and orders of an upload."""
    rows = [] if reporter.direct else [
        (line[0], line_id, order_key(line)) for line_id, line in lines if line[5][11]]
    if batch.references:
        rows += [(line[0], line_id, key) for line_id, line in lines for key in batch.references.get(plain(line[1]), ())
                 if key not in owned.foreign]
    return rows


def order_key(line: ScoredLine) -> str:
    """What two reports of one purchase share when they share nothing else: order, article and quantity."""
    return f"{ORDER}{line[5][11]}|{line[5][BY_ARTICLE]}|{line[5][6]}"
