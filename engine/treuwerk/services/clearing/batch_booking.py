"""One batch of a run, booked in one transaction: claims, purchase lines, bookings, problems and the run's cursor."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import count
from operator import itemgetter

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from treuwerk.domain.corrections import plain, target_of
from treuwerk.domain.ledger import moment
from treuwerk.programme.limiting import limits_of
from treuwerk.programme.settings import DifferingUpload
from treuwerk.services.clearing import serials
from treuwerk.services.clearing.assembling import Assembler
from treuwerk.services.clearing.booking import Booker
from treuwerk.services.clearing.clearing_run import ClearingRun
from treuwerk.services.clearing.correcting import Corrector, Outcome, outdone_by, summed
from treuwerk.services.clearing.goods import Owned, Proof
from treuwerk.services.clearing.limiting import Limiting
from treuwerk.services.clearing.matched_lines import Problem
from treuwerk.services.clearing.ownership import ORDER, Reporter, know_heirs, note, note_outdone, own, references
from treuwerk.services.clearing.plugin_failures import note_failures
from treuwerk.services.clearing.receipts import Tally
from treuwerk.services.clearing.repeated_numbers import name_as_booked
from treuwerk.services.clearing.same_orders import wait_for_a_look
from treuwerk.services.clearing.scoring import ScoredBatch, ScoredLine
from treuwerk.services.clearing.serials import Numbered, check_serials
from treuwerk.services.clearing.sides import both
from treuwerk.services.clearing.totalling import Totaller
from treuwerk.services.installation import Installation
from treuwerk.services.ledger.terms import TermsTable
from treuwerk.store import runs, work
from treuwerk.store.aliases import note_used
from treuwerk.store.bulk import insert_rows
from treuwerk.store.identities import booked_anew, claim, taken
from treuwerk.store.many import lock_in_order
from treuwerk.store.ownership import lines_of_purchases, note_references
from treuwerk.store.serials import claim_serials, free_serials, release
from treuwerk.store.tables import purchase_line

Alias = tuple[str, int, int]
"""The target of another document that a line stands for, with account and line."""


class AliasEnded(Exception):
    """A decision by which lines were matched holds no more: they are to be matched anew. Nothing was booked."""


class BatchBooking:
    """Books the batches of one run, whatever way its documents came in."""

    def __init__(self, installation: Installation, run: ClearingRun, now: int, actor: str, reporter: Reporter) -> None:
        self._database, self._settings = installation.database, installation.programme.settings
        self._programme = installation.programme
        self._run, self._now, self._actor, self._reporter = run, now, actor, reporter
        self._came_at = now
        self._terms = TermsTable(self._settings, now)
        self._corrector = Corrector(self._settings, run, now, actor)
        self._assembler = Assembler(self._settings, now, actor)
        self._limits = limits_of(self._settings)
        self._totaller = Totaller(self._settings, now, actor)

    def warm_up(self) -> None:
        """Book an empty batch and roll it back: connection and statements are then there for the first one.

        What is wrong with the database shows at that one.
        """
        with suppress(SQLAlchemyError), self._database.writing() as connection:
            self.within(connection, ScoredBatch(Tally()))
            connection.rollback()

    def book(self, scored: ScoredBatch) -> Tally:
        """Book a batch in a transaction of its own; returns the new totals of the run. The last one closes it."""
        with self._database.writing() as connection:
            total = self.within(connection, scored)
            if scored.last:
                self._run.close_within(connection, total)
            return total

    def within(self, connection: Connection, scored: ScoredBatch) -> Tally:
        """Book a batch in a transaction that is open; `scored` stays as it is, for another attempt.

        The first batch notes the run with it: a file that cannot be read leaves nothing.
        """
        batch, run = scored.copy(), self._run
        booker = Booker(self._settings, self._terms, self._actor, self._now)
        self._corrector.take_turn(connection, batch)
        self._assembler.take_turns(connection, batch)
        self._totaller.take_turns(connection, batch)
        limiting = Limiting(self._settings, self._now, self._limits)
        limiting.take_turns_of(connection, batch)
        run.start(connection)
        name_as_booked(connection, batch)
        self._corrector.prepare(connection, batch)
        if self._reporter.direct and self._settings.clearing.back_dating_days is not None:
            self._set_old_lines_aside(connection, batch, self._settings.clearing.back_dating_days)
        if batch.aliases and not note_used(connection, batch.aliases, self._now):
            raise AliasEnded
        known, lines, aliases = self._lines(connection, batch, booker, limiting)
        met = self._corrector.meet(connection, batch, lines, aliases)
        booked = [line for _, line in lines]
        touched = {*(met.accounts if met is not None else ()), *self._assembler.accounts(batch, booked),
                   *self._totaller.accounts(batch, booked)}
        if touched:
            lock_in_order(connection, booker.credits, touched)
        done, whole, totals = Outcome(), None, None

        def correct() -> None:
            nonlocal done, whole, totals
            limiting.write(connection)  # so that corrections find what these lines used
            done = self._corrector.correct(connection, batch, met)
            self._note_ids(done.reversals.newest if done.reversals else 0)
            whole = self._assembler.complete(connection, batch, booked, done.touched, run, limiting)
            self._note_ids(whole.newest if whole else 0)
            totals = self._totaller.complete(connection, batch, lines, done.touched, run)
            limiting.write(connection)
            self._note(connection, batch, known)

        written = booker.write(connection, correct)
        batch.tally.points, batch.tally.transactions = written.points, written.transactions
        if (reversals := done.reversals) and reversals.count:
            reversals.seal()
            batch.tally.points = summed(written.points, reversals.points)
            batch.tally.transactions, batch.tally.reversals = written.transactions + reversals.count, reversals.count
        if whole:
            whole.seal()
            batch.tally.points = summed(batch.tally.points, whole.points)
        if totals:
            totals.seal()
            batch.tally.points = summed(batch.tally.points, totals.points)
            self._note_ids(totals.newest)
        if batch.failures:
            note_failures(connection, self._programme, batch.failures, self._now)
        return run.total_with(connection, batch.tally, batch.cursor)

    def _note_ids(self, newest: int) -> None:
        """What is booked later has larger ids."""
        if newest:
            self._run.ids = count(max(next(self._run.ids), newest + 1))

    def _set_old_lines_aside(self, connection: Connection, batch: ScoredBatch, days: int) -> None:
        """Purchases that are older than a feed may bring them wait for a person, unless they are booked already."""
        limit = (moment(self._came_at).astimezone(self._settings.programme.time_zone).date()
                 - timedelta(days=days)).isoformat()
        old = [key for key, line in batch.lines.items() if line[3] < limit]
        known = taken(connection, old) if old else {}
        for key in old:
            if key not in known:
                line = batch.lines.pop(key)
                batch.set_aside(Problem(line[4], line[5][2], "back_dated", (
                    f"found a purchase of {line[3]}, expected one from {limit} on; a person in the service centre "
                    "decides"), "waiting", both(line, ()), key))

    def _note(self, connection: Connection, batch: ScoredBatch, known: Sequence[str]) -> None:
        """Keep the problems of a batch, and settle those of purchases that are known by now."""
        numbers = count(runs.next_problem(connection, self._run.id)) if batch.problems else count()
        runs.note_problems(connection, [problem.as_row(self._run.id, next(numbers)) for problem in batch.problems])
        work.close_settled(connection, runs.settle(connection, known, self._now), self._now)

    def _lines(self, connection: Connection, batch: ScoredBatch, booker: Booker,
               limiting: Limiting) -> tuple[list[str], Numbered, list[Alias]]:
        """Write the purchase lines of a batch.

        The answer are the keys of all that are booked or known by now, the new lines, and what else lines stand for.

        Lines of documents that meet in this batch come in turns: the later ones find what the first ones booked.
        """
        keys, new, aliases = list[str](), Numbered(), list[Alias]()
        corrects = self._settings.clearing.differing_upload is DifferingUpload.CORRECT
        while True:
            owned = own(connection, batch, self._reporter, corrects=corrects)
            lines, proofs = self._claim(connection, batch, owned)
            lines = limiting.cut(connection, batch, lines)
            insert_rows(connection, purchase_line, self._purchase_lines(lines, booker, batch.tally))
            self._assembler.note(connection, batch, lines)
            self._totaller.note(connection, batch, lines)
            note_references(connection, referring := references(batch, self._reporter, lines, owned))
            note(connection, self._reporter, self._run.id, owned.proofs + proofs)
            note_outdone(connection, owned.outdone, {line[1]: (line_id, line) for line_id, line in lines},
                         self._reporter, self._run.id, self._now)
            keys += [plain(key) for key in (*batch.lines, *(proof.line[1] for proof in (*owned.proofs, *proofs)))]
            new += lines
            aliases += [(target_of(f"purchase|{key}|"), account, line_id) for account, line_id, key in referring
                        if not key.startswith(ORDER)]
            aliases += [(target_of(line[1]), booked.account_id, booked.id) for line, booked in owned.proofs + proofs]
            if not owned.later:
                return keys, new, aliases
            batch.lines, batch.documents, batch.uuids = owned.later, {}, {}

    def _claim(self, connection: Connection, batch: ScoredBatch, owned: Owned) -> tuple[Numbered, list[Proof]]:
        """Claim the purchases of a batch; who comes second learns of it here. Answers with the rest, by account.

        Lines in whose place some of them stand give up their serials, or have them back where none of these is booked.
        """
        before = {(one.account_id, one.id): outdone for outdone in owned.outdone for one in outdone.before}
        freed = release(connection, [line_id for _, line_id in before])
        lines, proofs = self._claimed(connection, batch)
        there = {line[1]: line for _, line in lines}
        for outdone in owned.outdone:
            if by := next((there[key] for key in outdone.lines if key in there), None):
                batch.corrections |= {one.key: one for one in outdone_by(by, outdone.before)}
        owned.outdone = [one for one in owned.outdone if there.keys() & set(one.lines)]
        claim_serials(connection, [one for one in freed if before[one.account_id, one.line_id] not in owned.outdone])
        return lines, proofs

    def _claimed(self, connection: Connection, batch: ScoredBatch) -> tuple[Numbered, list[Proof]]:
        fresh = check_serials(connection, batch, self._settings.clearing, self._reporter)
        wait_for_a_look(connection, batch, self._reporter)
        lines: Numbered = list(zip(self._run.ids, sorted(batch.lines.values(), key=itemgetter(0))))  # noqa: B905 (ids never end)
        lines, proofs = serials.claim(connection, batch, lines, fresh)
        ids = {line[1]: line_id for line_id, line in lines}
        # In the order of the file, which is nearly that of keys: putting them in order then costs next to nothing.
        before = claim(connection, [(key, batch.lines[key][2], batch.lines[key][0], ids[key]) for key in batch.lines])
        if not before:
            return lines, proofs
        others = [key for key, content in before.items() if batch.lines[key][2] != content]
        decided = booked_anew(connection, others) if others else {}
        before |= {key: batch.lines[key][2] for key in others if batch.lines[key][2] in decided.get(key, ())}
        booked = lines_of_purchases(connection, others)
        know_heirs(connection, batch, before, booked)
        batch.drop_taken(before, booked)
        free_serials(connection, list(serials.kept(pair for pair in lines if pair[1][1] in before)))
        return [pair for pair in lines if pair[1][1] not in before], proofs

    def _purchase_lines(self, lines: Sequence[tuple[int, ScoredLine]], booker: Booker,
                        tally: Tally) -> list[tuple[object, ...]]:
        """Rows of all lines; those that earn are noted for booking on the way."""
        rows: list[tuple[object, ...]] = []
        run_id, note = self._run.id, booker.add
        for line_id, (account, key, evidence, day, at, facts, awards) in lines:
            rows.append((account, line_id, run_id, at, *facts))
            if awards:
                note(account, line_id, key, day, f"{facts[0]}:{run_id}:{at}", evidence, awards)
                tally.booked += 1
            else:
                tally.ignored += 1
        return rows
