"""Documents that are said again: lines that change what nobody knows are kept until somebody does.

Nothing here depends on the order of files: a changed line that comes before its document is booked with it, and taken
back where a later version says it anew.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from treuwerk.domain.corrections import (
    BookedLine,
    Said,
    is_change,
    parked_change,
    target_of,
    unknown_changes,
    version_of,
)
from treuwerk.domain.counting import Counts
from treuwerk.domain.entries import UPLOAD
from treuwerk.domain.versions import comparable, order
from treuwerk.services.clearing.assembly_scoring import OfOrder
from treuwerk.services.clearing.known_corrections import read_correction
from treuwerk.services.clearing.matched_lines import Problem, purchase_evidence
from treuwerk.services.clearing.purchase_keys import document_of
from treuwerk.services.clearing.scoring import ScoredBatch, ScoredLine
from treuwerk.store import corrections as store
from treuwerk.store.identities import taken
from treuwerk.store.ownership import heirs
from treuwerk.store.serials import free_serials

_DAY = 10  # letters of an ISO day
_OF_LINE = 7  # values of a line that was scored; behind them stand what it is for its order, and what it counts for


def release_changes(connection: Connection, batch: ScoredBatch) -> None:
    """Bring changed lines that were kept into the batch that brings what they change; they count as lines of it."""
    kept = store.waiting_changes(connection, {target_of(key) for key in batch.lines})
    held = [read_correction(detail).held for detail in kept]
    found = {line[1]: line for line in map(_held, held)}
    if not found:
        return
    unknown = unknown_changes([*map(_said, batch.lines.values()), *map(_said, found.values())], ())
    into = heirs(connection)
    for key in sorted(found.keys() - unknown - batch.lines.keys()):
        batch.lines[key] = _of_heir(found[key], into.get(found[key][0], found[key][0]))
        batch.tally.lines += 1
    batch.of_orders = batch.of_orders | {one[1]: OfOrder(*one[7]) for one in held
                                         if len(one) > _OF_LINE and one[7] and one[1] in batch.lines}
    batch.of_totals = batch.of_totals | {one[1]: [Counts(*of) for of in one[8]] for one in held
                                         if len(one) > _OF_LINE + 1 and one[8] and one[1] in batch.lines}


def _held(values: Sequence[Any]) -> ScoredLine:
    account, key, evidence, day, at, facts, awards, *_ = values
    return (account, key, evidence, day, at, tuple(facts), tuple(tuple(award) for award in awards))


def _of_heir(line: ScoredLine, account: int) -> ScoredLine:
    """A line of an account that was given up meanwhile is one of the account that it became."""
    if account == line[0]:
        return line
    _, key, _, day, at, facts, awards = line
    return account, key, purchase_evidence(account, facts), day, at, facts, awards


def _said(line: ScoredLine) -> Said:
    return line[1], line[5][14], line[5][5]


def settle_versions(connection: Connection, batch: ScoredBatch, known: Sequence[BookedLine]) -> None:
    """What is said again and was booked by the day of its version is known; what nobody can put in order waits."""
    by_day = {_by_day(key): key for key in batch.lines if _by_day(key) != key}
    for former, content in taken(connection, by_day).items() if by_day else ():
        if batch.lines[by_day[former]][2] == content:
            del batch.lines[by_day[former]]
            batch.tally.duplicate += 1
    versions: dict[str, set[str]] = {}
    for one in known:
        versions.setdefault(document_of(one.key), set()).add(version_of(one.key))
    for line in sorted(batch.lines.values(), key=lambda one: one[4]):
        version, there = version_of(line[1]), versions.setdefault(document_of(line[1]), set())
        if all(comparable(version, other) for other in there):
            there.add(version)
            continue
        del batch.lines[line[1]]
        others = ", ".join(sorted(other for other in there if not comparable(version, other)))
        batch.set_aside(Problem(line[4], line[5][2], "version_unclear", (
            f"found version {version} of document {line[5][2]} beside {others}, expected versions that can be put in "
            "order, such as 9 and 10; ask the sender which of them is the later one"), "waiting", "", line[1]))


def _by_day(key: str) -> str:
    """The key that a line had as long as versions were days; the same key where it cannot have been another."""
    version = version_of(key)
    return key[:_DAY - len(version)] if len(version) > _DAY and version[_DAY] in "T " else key


def free_older_serials(connection: Connection, batch: ScoredBatch, known: Iterable[BookedLine]) -> None:
    """The new version of a document has the serials of the older one again."""
    newest: dict[str, str] = {}
    for key in batch.lines:
        newest[target_of(key)] = max(version_of(key), newest.get(target_of(key), ""), key=order)
    uploaded = {line[5][5] for line in batch.lines.values() if line[5][0] == UPLOAD}
    free_serials(connection, {
        line.id for line in known if order(version_of(line.key)) < order(newest.get(target_of(line.key), ""))
        and (not uploaded or line.source == UPLOAD or line.article in uploaded)})


def park_unknown_changes(batch: ScoredBatch, known: Iterable[BookedLine]) -> None:
    """Take changed lines out of the batch that nobody knows; they wait as corrections do."""
    if not any(map(is_change, batch.lines)):
        return
    for key in unknown_changes(map(_said, batch.lines.values()), [(one.key, one.place, one.article) for one in known]):
        line = batch.lines.pop(key)
        more = batch.of_orders.get(key), batch.of_totals.get(key)
        held = (*line, *more) if any(more) else line
        batch.correct(parked_change(held, key, line[2], line[4], line[5][2]))
