"""What counts together: totals that purchases and activities come to, and what these are worth by now.

A total is looked at again whenever something is added or goes back. What it is worth is worked out from all that
counts, by the rule over totals of the programme; so files may come in any order and any number of times.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from sqlalchemy import Connection

from treuwerk.domain.assemblies import Origin, Owed, differences
from treuwerk.domain.counting import Counts, days_of, worth
from treuwerk.domain.earning import steps_as_json
from treuwerk.domain.ids import row_ids
from treuwerk.domain.movements import Legs
from treuwerk.domain.reading import plain_number
from treuwerk.domain.totals import PARTS_OF_ONE, kept_of, total_key
from treuwerk.programme.active import active_totals
from treuwerk.programme.settings import Settings
from treuwerk.services.clearing.assembling import booked_of
from treuwerk.services.clearing.clearing_run import ClearingRun
from treuwerk.services.clearing.scoring import ScoredBatch, ScoredLine
from treuwerk.services.clearing.total_bookings import TotalBookings, TotalChange
from treuwerk.services.ledger.bookkeeping import OpenAccount
from treuwerk.store import assemblies, many
from treuwerk.store import totals as store
from treuwerk.store.assemblies import Place
from treuwerk.store.credited import Credited
from treuwerk.store.totals import CountedLine, State, Sums, Total

FAILED = "total_failed"
_Deltas = dict[tuple[int, str, str], tuple[int, int]]


class Totaller:
    """Counts what comes in and goes back; without rules over totals it still counts for those that there were."""

    def __init__(self, settings: Settings, now: int, actor: str) -> None:
        self._settings, self._now, self._actor = settings, now, actor
        self._active = {(one.name, one.revision): one for one in active_totals(settings)}

    def take_turns(self, connection: Connection, batch: ScoredBatch) -> None:
        """Before any balance is locked: two batches of one account must not pass each other unseen."""
        if batch.of_totals:
            store.take_turns(connection, {line[0] for key, line in batch.lines.items() if key in batch.of_totals})

    def take_turns_of(self, connection: Connection, accounts: Collection[int]) -> None:
        """The same for all of these accounts, where anything may count."""
        if self._active:
            store.take_turns(connection, accounts)

    @staticmethod
    def note(connection: Connection, batch: ScoredBatch, lines: Iterable[tuple[int, ScoredLine]]) -> None:
        """Keep what new purchase lines count for."""
        if batch.of_totals:
            store.note_lines(connection, list(_counted(batch, lines)))

    @staticmethod
    def accounts(batch: ScoredBatch, booked: Iterable[ScoredLine]) -> set[int]:
        """Whose totals are looked at: these are locked before points are booked."""
        return {line[0] for line in booked if line[1] in batch.of_totals} if batch.of_totals else set()

    def complete(self, connection: Connection, batch: ScoredBatch, booked: Iterable[tuple[int, ScoredLine]],
                 gone: Iterable[Place], run: ClearingRun) -> TotalBookings | None:
        """Book what totals are worth more or less by lines that were booked, and lines of which something is gone."""
        fresh = list(_counted(batch, booked)) if batch.of_totals else []
        done = self.settle(connection, fresh, gone, run.ids, f"{run.source}:{run.id}:0")
        for reason in done.failed if done else ():
            batch.set_beside(0, "", FAILED, reason)
        return done

    def settle(self, connection: Connection, fresh: Sequence[CountedLine], touched: Iterable[Place],
               ids: Iterator[int], cause: str, void: Collection[Place] = ()) -> TotalBookings | None:
        """The same for what counts newly and is kept already, and places that may have lost something.

        Those that are `void` count no more, though neither a correction nor a reversal tells of it.
        """
        deltas = _added(fresh)
        _add(deltas, self._lost(connection, {*touched, *void}, void))
        totals = sorted({(account, total) for account, total, _ in deltas})
        if not totals:
            return None
        many.by_index(connection)
        store.add_to_days(connection, deltas)
        done = TotalBookings(self._settings, self._now, self._actor, cause)
        done.write(connection, self._changes(connection, totals, done.failed), ids)
        return done

    @staticmethod
    def _lost(connection: Connection, touched: Collection[Place], void: Collection[Place]) -> _Deltas:
        """What lines count for less, since pieces of them are gone; it is noted."""
        lines, deltas, changed = store.lines_at(connection, touched), _Deltas(), list[CountedLine]()
        gone = assemblies.gone(connection, {(line.account_id, line.line_id) for line in lines})
        for line in lines:
            at = line.account_id, line.line_id
            back = line.quantity if at in void else line.gone
            kept = kept_of(line.amount, line.quantity, max(back, gone.get(at, (0, 0))[0]))
            if (kept, back) != (line.kept, line.gone):
                changed.append(line._replace(kept=kept, gone=back))
                _add(deltas, {(line.account_id, line.total, line.day): (
                    kept - line.kept, (kept > 0) - (line.kept > 0))})
        store.set_kept(connection, changed)
        return deltas

    def _changes(self, connection: Connection, totals: Sequence[Total], failed: list[str]) -> list[TotalChange]:
        days, before = store.days(connection, totals), store.credited(connection, totals)
        known = store.states(connection, totals)
        changes, states = list[TotalChange](), dict[Total, State]()
        for at in totals:
            sums, booked = days.get(at, {}), before.get(at, [])
            owed = self._owed(at, sums, failed)
            counted = sum(amount for amount, _ in sums.values())
            states[at] = State(counted, known[at].awards if owed is None and at in known else written(owed or {}))
            due = {} if owed is None else differences(owed, booked_of(booked))
            if due:
                changes.append(_change(at, sums, due, booked))
        store.set_states(connection, states)
        return changes

    def _owed(self, at: Total, sums: Sums, failed: list[str]) -> dict[Origin, Owed] | None:
        """What a total is worth; None where nobody can tell, and it stays at what was booked."""
        key = total_key(at[1])
        active = self._active.get((key.rule, key.revision))
        if active is None:
            return None
        try:
            return worth(active, days_of(sums))
        except Exception as error:  # a plugin may fail in any way; the next batch of the account asks it again
            failed.append(f"rule {key.rule!r} revision {key.revision} failed on its total of {key.period}: "
                          f"{type(error).__name__}: {error}; what is booked of it stays. Mend the rule: the next "
                          "purchase of this participant has it looked at again")
            return None


def after_return(account: OpenAccount, line_id: int, actor: str, cause: str) -> Legs:
    """Look at the totals again that a line counts for, once pieces of it were taken back by hand."""
    connection, account_id = account.connection, account.account_id
    last = many.last_ids(connection, [account_id])[account_id]
    totaller = Totaller(account.settings, account.now, actor)
    done = totaller.settle(connection, [], [(account_id, line_id)], row_ids(account.now, last), cause)
    if done is None:
        return ()
    done.seal()
    return done.legs


def written(owed: Mapping[Origin, Owed]) -> str:
    """What a total is worth, as it is kept."""
    return json.dumps([{"unit": unit, "points": one.points, "steps": json.loads(steps_as_json(one.steps))}
                       for (_, _, unit), one in sorted(owed.items())], separators=(",", ":"), ensure_ascii=False)


def counted_lines(account: int, line_id: int, day: str, quantity: int, counts: Iterable[Counts]) -> list[CountedLine]:
    """What one purchase line or activity counts for."""
    return [CountedLine(account, one.total, line_id, day, quantity, one.amount, one.amount) for one in counts]


def _counted(batch: ScoredBatch, lines: Iterable[tuple[int, ScoredLine]]) -> Iterator[CountedLine]:
    for line_id, (account, key, _, day, _, facts, _) in lines:
        yield from counted_lines(account, line_id, day, facts[6], batch.of_totals.get(key, ()))


def _added(fresh: Iterable[CountedLine]) -> _Deltas:
    deltas = _Deltas()
    for line in fresh:
        _add(deltas, {(line.account_id, line.total, line.day): (line.amount, 1)})
    return deltas


def _add(deltas: _Deltas, more: _Deltas) -> None:
    for at, (amount, lines) in more.items():
        before = deltas.get(at, (0, 0))
        deltas[at] = before[0] + amount, before[1] + lines


def _change(at: Total, sums: Sums, due: Mapping[Origin, Owed], before: Sequence[Credited]) -> TotalChange:
    there = {day: one for day, one in sums.items() if one[0]}
    counted = Decimal(sum(amount for amount, _ in there.values())) / PARTS_OF_ONE
    return TotalChange(*at, max(there, default=""), plain_number(counted), sum(lines for _, lines in there.values()),
                       due, before)
