"""Orders that become a whole, or are one no more: what each line is worth by now, and the difference to what is booked.

An order is looked at again whenever one of its lines is booked or goes back. What it is worth is worked out from all of
its lines, by pure functions of `treuwerk.domain.assemblies`; so files may come in any order and any number of times.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from hashlib import sha256
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import Connection

from treuwerk.domain.assemblies import (
    Delivered,
    Origin,
    Owed,
    Terms,
    complete_since,
    differences,
    terms_as_json,
    terms_from_json,
    worth,
)
from treuwerk.domain.ids import row_ids
from treuwerk.domain.ledger import TransactionKind
from treuwerk.domain.movements import Legs
from treuwerk.domain.recalculations import is_recalculated
from treuwerk.programme.settings import Assembly, Settings
from treuwerk.services.clearing.clearing_run import ClearingRun
from treuwerk.services.clearing.completing import Completing
from treuwerk.services.clearing.limited_changes import Change, note_cuts, within_limits
from treuwerk.services.clearing.limiting import Limiting
from treuwerk.services.clearing.scoring import ScoredBatch, ScoredLine
from treuwerk.services.ledger.bookkeeping import OpenAccount
from treuwerk.store import assemblies as store
from treuwerk.store import many
from treuwerk.store.assemblies import Group, OrderLine, Place
from treuwerk.store.credited import Credited

_BY_ORDER = attrgetter("account_id", "order_key")


class Judged(NamedTuple):
    """A line of an order: since when it is part of a whole (empty: it is not), and pieces of it that went back."""

    line: OrderLine
    since: str
    gone: int
    terms: str


class Assembler:
    """Completes the orders of the batches of one run; without terms it looks after those that were judged before."""

    def __init__(self, settings: Settings, now: int, actor: str) -> None:
        self._settings, self._now, self._actor = settings, now, actor
        self._assembly = settings.assembly
        self._terms = _written(self._assembly) if self._assembly else ""
        self._id = sha256(self._terms.encode()).hexdigest()[:16] if self._terms else ""

    def take_turns(self, connection: Connection, batch: ScoredBatch) -> None:
        """Before anything else: two batches with goods of one order must not pass each other unseen."""
        if batch.of_orders:
            store.take_turns(connection, {line[0] for key, line in batch.lines.items() if key in batch.of_orders})
            store.note_terms(connection, self._id, self._terms)

    def note(self, connection: Connection, batch: ScoredBatch, lines: Iterable[tuple[int, ScoredLine]]) -> None:
        """Keep what new purchase lines are for their orders."""
        if not batch.of_orders:
            return
        rows = []
        for line_id, (account, key, *_) in lines:
            if one := batch.of_orders.get(key):
                rows.append((account, one.order_key, line_id, key, one.brings, one.stated, one.awards, "", self._id))
        store.note_lines(connection, rows)

    @staticmethod
    def accounts(batch: ScoredBatch, booked: Iterable[ScoredLine]) -> set[int]:
        """Whose orders are looked at: these are locked before points are booked."""
        return {line[0] for line in booked} if batch.of_orders else set()

    def complete(self, connection: Connection, batch: ScoredBatch, booked: Sequence[ScoredLine],
                 gone: Iterable[Place], run: ClearingRun, limiting: Limiting) -> Completing | None:
        """Book what orders are worth more or less by lines that were booked, and lines of which something is gone."""
        groups = {(line[0], batch.of_orders[line[1]].order_key) for line in booked if line[1] in batch.of_orders}
        groups |= store.groups_of(connection, gone)
        if not groups:
            return None
        many.by_index(connection)
        judged = self._judged(connection, groups)
        done = Completing(self._settings, self._now, self._actor, f"{run.source}:{run.id}:0", limiting)
        done.write(connection, _limited(connection, limiting, changes_of(connection, judged)), run.ids)
        self._warn(batch, judged, {line[1]: line for line in booked})
        return done

    def after_return(self, account: OpenAccount, line_id: int, cause: str) -> Legs:
        """The same where pieces of one line were taken back by hand; the legs of what goes back with them."""
        connection, account_id = account.connection, account.account_id
        groups = store.groups_of(connection, [(account_id, line_id)])
        if not groups:
            return ()
        limiting = Limiting(self._settings, self._now)
        done = Completing(self._settings, self._now, self._actor, cause, limiting)
        last = many.last_ids(connection, [account_id])[account_id]
        changes = _limited(connection, limiting, changes_of(connection, self._judged(connection, groups)))
        done.write(connection, changes, row_ids(self._now, last))
        limiting.write(connection)
        done.seal()
        return done.legs

    def _judged(self, connection: Connection, groups: Iterable[Group]) -> list[Judged]:
        """All lines of orders as they are to be judged by now, which is noted."""
        lines = store.lines_of(connection, groups)
        gone = store.gone(connection, [(line.account_id, line.line_id) for line in lines])
        terms = {self._id: self._terms} if self._terms else store.terms(connection)
        judged = list(judge(lines, gone, {number: terms_from_json(json.loads(text)) for number, text in terms.items()},
                            self._id))
        changed = [(one.line, one.since, one.terms) for one in judged
                   if (one.since, one.terms) != (one.line.since, one.line.terms)]
        if changed and self._terms:
            store.note_terms(connection, self._id, self._terms)
        store.set_since(connection, changed)
        return judged

    def _warn(self, batch: ScoredBatch, judged: Sequence[Judged], booked: Mapping[str, ScoredLine]) -> None:
        """Tell a clerk of lines that say they are alone, where the parts of their order are all there."""
        told = set[str]()
        for one in judged:
            line = booked.get(one.line.purchase_key)
            if self._assembly and line and one.since and one.line.stated == self._assembly.alone:
                document = line[5][2]
                if document not in told:
                    told.add(document)
                    batch.set_beside(line[4], document, "assembly_differs", (
                        f"{self._assembly.feature}: found {self._assembly.alone}, and all parts of "
                        f"{self._assembly.complete} on order {line[5][11]} since {one.since}; what the document says "
                        "holds. Ask the sender whether it is right"))


def _written(assembly: Assembly) -> str:
    """The terms as they are kept, with the words for what they decide."""
    return json.dumps(terms_as_json(assembly.terms) | {
        "feature": assembly.feature, "complete": assembly.complete, "alone": assembly.alone}, sort_keys=True)


def judge(lines: Sequence[OrderLine], gone: Mapping[Place, tuple[int, int]], terms: Mapping[str, Terms],
          by: str = "") -> Iterator[Judged]:
    """Lines of orders as they stand; `by` names the terms, else each order is judged by those that it was judged by."""
    for _, group in groupby(sorted(lines, key=_BY_ORDER), key=_BY_ORDER):
        of_order = list(group)
        if is_recalculated(of_order[0].order_key):
            yield from (Judged(one, one.day, gone.get((one.account_id, one.line_id), (0, 0))[0], one.terms)
                        for one in of_order)
            continue
        number = by or max(line.terms for line in of_order)
        since = complete_since([delivered(line, gone) for line in of_order], terms[number])
        for line in of_order:
            back, _ = gone.get((line.account_id, line.line_id), (0, 0))
            yield Judged(line, since.get(line.line_id, ""), back, number)


def delivered(line: OrderLine, gone: Mapping[Place, tuple[int, int]]) -> Delivered:
    """A line as it counts for its order; `gone` are pieces that went back, and those of them that never came."""
    back, never = gone.get((line.account_id, line.line_id), (0, 0))
    brings = {name: Decimal(each) for name, each in json.loads(line.brings).items()}
    return Delivered(line.line_id, line.day, brings, line.quantity - never, line.quantity - back)


def changes_of(connection: Connection, judged: Iterable[Judged]) -> list[Change]:
    """What is to be booked so that each line of which nobody says what it is has what it is worth."""
    open_ones = [one for one in judged if one.line.awards not in ("", "[]")]
    before = store.credited(connection, [(one.line.account_id, one.line.line_id) for one in open_ones])
    changes = list[Change]()
    for one in open_ones:
        paid = paid_as(one.line, before)
        due = differences(worth_of(one), booked_of(paid))
        changes.append(Change(one.line, one.since or one.line.since, one.gone, due, paid))
    return [change for change in changes if change.by_origin]


def _limited(connection: Connection, limiting: Limiting, changes: Sequence[Change]) -> list[Change]:
    return note_cuts(connection, changes, within_limits(connection, limiting, changes))


def paid_as(line: OrderLine, before: Mapping[Place, list[Credited]]) -> list[Credited]:
    """Of what is booked of a line beside its first booking, what is for its order, or for being judged anew."""
    anew = is_recalculated(line.order_key)
    return [one for one in before.get((line.account_id, line.line_id), [])
            if (one.kind == TransactionKind.RECALCULATION) is anew]


def worth_of(one: Judged) -> dict[Origin, Owed]:
    """What a line is worth beside what it earned alone."""
    if not one.since:
        return {}
    line = one.line
    return worth(json.loads(line.awards), json.loads(line.alone), line.quantity, line.quantity - one.gone)


def booked_of(before: Iterable[Credited]) -> dict[Origin, int]:
    """What is booked of a line beside what it earned alone."""
    found: dict[Origin, int] = {}
    for one in before:
        for awards, sign in ((one.awards, 1), (one.undone, -1)):
            for award in awards:
                origin = award["rule"], award["revision"], award["unit"]
                found[origin] = found.get(origin, 0) + sign * award["points"]
    return found


def after_return(account: OpenAccount, line_id: int, actor: str, cause: str) -> Legs:
    """Take back what pieces of a purchase line were worth as part of a whole, once they were taken back by hand."""
    return Assembler(account.settings, account.now, actor).after_return(account, line_id, cause)
