"""Booking lines that waited, once master data or a decision says what they lack; each of them once.

A line was kept with all that its document said. It walks the same way as on the day it came: matching, the rules of the
purchase date, booking. A batch is one transaction with the lines that it settles, so whoever is killed in the middle
leaves the rest waiting, and of two who release the same lines the second one finds them settled.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from hashlib import sha256
from itertools import groupby
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain.aliases import Alias, Kind, Verdict
from treuwerk.domain.documents import Document
from treuwerk.domain.entries import UPLOAD
from treuwerk.domain.evaluation import ActiveRule
from treuwerk.domain.kept_lines import NotKept, kept
from treuwerk.domain.ledger import moment
from treuwerk.domain.participants import Participant
from treuwerk.services.clearing.batch_booking import AliasEnded, BatchBooking
from treuwerk.services.clearing.clearing_run import ClearingRun
from treuwerk.services.clearing.foreseeing import foresee
from treuwerk.services.clearing.limiting import Limiting
from treuwerk.services.clearing.matched_lines import Problem, lack_columns
from treuwerk.services.clearing.matching import Matcher
from treuwerk.services.clearing.ownership import Reporter
from treuwerk.services.clearing.plugin_failures import rules_now
from treuwerk.services.clearing.receipts import Tally
from treuwerk.services.clearing.scoring import ScoredBatch, score
from treuwerk.services.clearing.tiered import with_tiers
from treuwerk.services.installation import Installation
from treuwerk.services.tiers.assessing import today_of
from treuwerk.store import waiting_lines as store
from treuwerk.store import work
from treuwerk.store.parties import participants_of
from treuwerk.store.retrying import retrying
from treuwerk.store.waiting_lines import Group

RELEASED = "release:"
"""What the fingerprint of a run begins with that books lines of an earlier one."""
_GROUPS, _LINES = 200, 2_000
_PREVIEWED = 5_000
Told = Callable[[int, int], None]


def tell_nobody(done: int, total: int) -> None:
    """Nobody looks."""


@attrs.define
class Released:
    """What became of lines that waited. `still` wait for something else now, `rejected` turned out to be wrong.

    `points` are those of the booked ones by unit, `more` whether only the first lines were looked at.
    """

    lines: int = 0
    booked: int = 0
    duplicate: int = 0
    ignored: int = 0
    still: int = 0
    rejected: int = 0
    points: dict[str, int] = attrs.field(factory=dict)
    documents: dict[str, int] = attrs.field(factory=dict)
    more: bool = False

    def add(self, tally: Tally, still: int, rejected: int) -> None:
        """Count what became of a batch."""
        self.lines += tally.lines + still + rejected
        self.booked, self.duplicate = self.booked + tally.booked, self.duplicate + tally.duplicate
        self.ignored, self.still, self.rejected = self.ignored + tally.ignored, self.still + still, (
            self.rejected + rejected)
        for unit, points in tally.points.items():
            self.points[unit] = self.points.get(unit, 0) + points

    def as_json(self) -> dict[str, Any]:
        """The shape that others rely on."""
        told = attrs.asdict(self)
        told["documents"] = len(self.documents)
        return told


class _Overtaken(Exception):
    """Somebody else settled some of the lines; the rest is to be read anew."""


class _Release(BatchBooking):
    """Books kept lines of one run; what is not booked stays the problem that it was, with the reason of today."""

    def __init__(self, installation: Installation, run: ClearingRun, now: int, actor: str, reporter: Reporter,
                 rows: Sequence[Row[Any]], came: Row[Any]) -> None:
        super().__init__(installation, run, now, actor, reporter)
        self._rows, self._came, self._came_at = rows, came, came.started_at
        self.still = self.rejected = 0

    def within(self, connection: Connection, scored: ScoredBatch) -> Tally:
        numbers = {row.number for row in self._rows}
        if store.lock(connection, self._came.id, numbers) != numbers:
            raise _Overtaken
        return super().within(connection, scored)

    def _note(self, connection: Connection, batch: ScoredBatch, known: Sequence[str]) -> None:
        by_line: dict[int, list[Row[Any]]] = {}
        for row in self._rows:
            by_line.setdefault(row.at_line, []).append(row)
        not_booked = {problem.at: problem for problem in batch.problems
                      if problem.state != "warning" and problem.at in by_line}
        _discount(batch, [one for one in batch.problems if one.state != "warning" and one.at in by_line])
        batch.problems = [one for one in batch.problems if one.state == "warning" or one.at not in by_line]
        states = [(problem.state, row) for at, problem in not_booked.items() for row in by_line[at]]
        self.rejected = sum(state == "rejected" for state, _ in states)
        self.still = len(states) - self.rejected
        store.keep_waiting(connection, self._came.id, [
            _changed(problem, row) for at, problem in not_booked.items() for row in by_line[at]])
        store.settle(connection, self._came.id, [row.number for row in self._rows if row.at_line not in not_booked],
                     self._now)
        super()._note(connection, batch, known)
        if self.rejected:
            work.put(connection, work.CLEARING, str(self._came.id), self._now, gist=self._came.file)
        else:
            work.close_settled(connection, {self._came.id}, self._now)


def _discount(batch: ScoredBatch, problems: Sequence[Problem]) -> None:
    """Lines that are not booked count where they were met first, and not again."""
    for problem in problems:
        batch.tally.lines -= 1
        if problem.state == "waiting":
            batch.tally.waiting -= 1
        elif problem.state == "ignored":
            batch.tally.ignored -= 1
        else:
            batch.tally.rejected -= 1


def _changed(problem: Problem, row: Row[Any]) -> dict[str, Any]:
    told = problem.as_row(row.run_id, row.number)
    lacking = problem.lack or row.code != problem.code
    columns = lack_columns(problem.lack) if lacking else {name: row._mapping[name] for name in lack_columns(None)}
    state = "closed" if problem.state == "ignored" else problem.state
    return {"number": row.number, "code": told["code"], "state": state, "reason": told["reason"],
            "purchase_key": told["purchase_key"] or row.purchase_key, **columns}


@attrs.frozen
class Assumed:
    """A decision that counts although it is not kept, or not kept yet, with its participant."""

    alias: Alias
    participant: Participant | None = None


def assumed(installation: Installation, alias: Alias, now: int) -> Assumed:
    """A decision with its participant, as matching would know them."""
    settings = installation.programme.settings
    wanted = [alias.account_id] if alias.name.kind is Kind.PARTICIPANT and alias.verdict is not Verdict.NEVER else []
    with installation.database.reading() as connection:
        found = with_tiers(connection, settings, participants_of(connection, wanted), today_of(settings, now))
    return Assumed(alias, found.get(alias.account_id))


def release(installation: Installation, conditions: Sequence[Any], now: int, *, actor: str,
            assume: Sequence[Assumed] = (), told: Told = tell_nobody) -> Released:
    """Book the waiting lines of some groups that lack nothing any more. `told` is called between two transactions."""
    groups, released = ready(installation, conditions, now, assume=assume), Released()
    with installation.database.reading() as connection:
        total = sum(store.counted(connection, [store.in_groups(some), *conditions]).lines for some in _some(groups))
    told(0, total)
    for some in _some(groups):
        wanted, behind = [store.in_groups(some), *conditions], (0, -1)
        while rows := _next(installation, wanted, behind):
            for _, of_run in groupby(rows, key=lambda row: row.run_id):
                release_some(installation, list(of_run), now, actor, assume, released)
            behind = rows[-1].run_id, rows[-1].number
            told(released.lines, max(total, released.lines))
    return released


def _some(groups: Sequence[Group]) -> Iterator[Sequence[Group]]:
    for start in range(0, len(groups), _GROUPS):
        yield groups[start:start + _GROUPS]


def _next(installation: Installation, wanted: Sequence[Any], behind: tuple[int, int],
          limit: int = 0) -> Sequence[Row[Any]]:
    with installation.database.reading() as connection:
        return store.lines(connection, wanted, behind, limit or _LINES)


def ready(installation: Installation, conditions: Sequence[Any], now: int, *,
          assume: Sequence[Assumed] = ()) -> list[Group]:
    """Groups of waiting lines that lack nothing any more, as one line of each tells."""
    found, skipped = list[Group](), 0
    while True:
        with installation.database.reading() as connection:
            samples = store.samples(connection, conditions, _LINES, skipped)
        if not samples:
            return found
        skipped += len(samples)
        readable = [(group, document) for group, text in samples if (document := _kept(text))]
        matcher = _matcher(installation, [document for _, document in readable], now, assume)
        for group, document in readable:
            problems = [one for one in matcher.match(document) if isinstance(one, Problem)]
            if not any(one.lack and Group(one.lack.name, _also(one)) == group and one.state == "waiting"
                       for one in problems):
                found.append(group)


def _also(problem: Problem) -> str:
    return str(lack_columns(problem.lack)["also"])


def _kept(text: str) -> Document | None:
    try:
        return kept(text)
    except NotKept:
        return None


def _matcher(installation: Installation, documents: Sequence[Document], now: int,
             assume: Sequence[Assumed]) -> Matcher:
    settings = installation.programme.settings
    today = moment(now).astimezone(settings.programme.time_zone).date()
    with installation.database.reading() as connection:
        matcher = Matcher(settings, today, connection)
        matcher.learn(connection, documents)
    for one in assume:
        if one.alias.name.kind is Kind.ARTICLE:
            matcher.articles.assume(one.alias)
        else:
            matcher.buyers.assume(one.alias, one.participant)
    return matcher


def release_some(installation: Installation, rows: Sequence[Row[Any]], now: int, actor: str,
                  assume: Sequence[Assumed], released: Released) -> None:
    """Lines of one run, in one transaction; where somebody was faster, those that still wait, matched anew."""
    while rows:
        try:
            _book(installation, rows, now, actor, assume, released)
        except (_Overtaken, AliasEnded):
            with installation.database.reading() as connection:
                rows = store.still_waiting(connection, rows[0].run_id, {row.number for row in rows})
        else:
            return


def _book(installation: Installation, rows: Sequence[Row[Any]], now: int, actor: str, assume: Sequence[Assumed],
          released: Released) -> None:
    with installation.database.reading() as connection:
        came = store.run_of(connection, rows[0].run_id)
    rows = [row for row in rows if _kept(row.payload)]
    documents = _documents(rows)
    stamp = sha256(f"{came.id}|{now}|{rows[0].number}|{len(rows)}".encode()).hexdigest()
    run = ClearingRun(installation.database, came.source, came.file, f"{RELEASED}{stamp}", now, actor)
    batch = score(documents, _matcher(installation, documents, now, assume), _rules(installation),
                  installation.programme.totals)
    batch.tally.documents, batch.cursor = len({row.document for row in rows}), max(row.at_line for row in rows)
    batch.aliases -= {one.alias.id for one in assume if not one.alias.holds}
    booking = _Release(installation, run, now, actor, reporter_of(installation, came), rows, came)
    tally = retrying(partial(_written, installation, booking, run, batch))
    released.add(tally, booking.still, booking.rejected)
    for row in rows:
        released.documents[row.document] = released.documents.get(row.document, 0) + 1


def _written(installation: Installation, booking: _Release, run: ClearingRun, batch: ScoredBatch) -> Tally:
    run.total, run.noted = Tally(), False  # an attempt before this one left nothing
    with installation.database.writing() as connection:
        run.total = booking.within(connection, batch)
        run.noted = True
        run.finish_within(connection)
    return run.total


def reporter_of(installation: Installation, came: Row[Any]) -> Reporter:
    """Who brought the documents of a run."""
    if came.source == UPLOAD:
        return Reporter(came.file, False)
    direct = came.source in {one.head.name for one in installation.programme.settings.sources}
    return Reporter(came.source) if direct else Reporter(f"{came.source}/{came.sha256}", False)


def _rules(installation: Installation) -> Sequence[ActiveRule]:
    with installation.database.reading() as connection:
        return rules_now(connection, installation.programme)


def _documents(rows: Sequence[Row[Any]]) -> list[Document]:
    """Kept lines as documents: lines that stood together stand together again."""
    found: list[Document] = []
    for row in rows:
        if (one := _kept(row.payload)) is None:
            continue
        if found and found[-1]._replace(lines=()) == one._replace(lines=()):
            found[-1] = found[-1]._replace(lines=(*found[-1].lines, *one.lines))
        else:
            found.append(one)
    return found


def foreseen(installation: Installation, conditions: Sequence[Any], now: int, *,
             assume: Sequence[Assumed] = ()) -> Released:
    """What `release` would do with the first thousands of lines; nothing is stored."""
    groups, would = ready(installation, conditions, now, assume=assume), Released()
    limiting = Limiting(installation.programme.settings, now)
    for some in _some(groups):
        left = _PREVIEWED - would.lines
        rows = _next(installation, [store.in_groups(some), *conditions], (0, -1), left + 1) if left > 0 else []
        would.more = would.more or left <= 0 or len(rows) > left
        for _, of_run in groupby(rows[:max(left, 0)], key=lambda row: row.run_id):
            _foresee(installation, list(of_run), now, assume, would, limiting)
    return would


def _foresee(installation: Installation, rows: Sequence[Row[Any]], now: int, assume: Sequence[Assumed],
             would: Released, limiting: Limiting) -> None:
    documents = _documents(rows)
    batch = score(documents, _matcher(installation, documents, now, assume), _rules(installation),
                  installation.programme.totals)
    with installation.database.reading() as connection:
        came = store.run_of(connection, rows[0].run_id)
        foresee(connection, limiting.settings, batch, reporter_of(installation, came), limiting)
    batch.would_book()
    batch.tally.booked += len(batch.corrections)
    still, rejected = batch.tally.waiting, batch.tally.rejected
    batch.tally.lines -= still + rejected
    would.add(batch.tally, still, rejected)
    for row in rows:
        would.documents[row.document] = would.documents.get(row.document, 0) + 1


def words(released: Released) -> str:
    """What became of lines, for people who run commands."""
    parts: Mapping[str, int] = {
        "booked": released.booked, "duplicate": released.duplicate, "ignored": released.ignored,
        "still waiting": released.still, "rejected": released.rejected}
    return f"{released.lines:,} lines: " + ", ".join(f"{count:,} {name}" for name, count in parts.items())
