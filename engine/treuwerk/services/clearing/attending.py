"""Attendance lists: who attended a seminar earns for the company, once per person and event.

The list is the only evidence; an invitation is none. Points go through the same rules and the same booking as
purchases, and the attendance is claimed by its key like a purchase is.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import attrs
from sqlalchemy import Connection

from treuwerk.domain.counting import Counts, count
from treuwerk.domain.evaluation import Earned, evaluate
from treuwerk.domain.folding import name_key
from treuwerk.domain.ledger import moment
from treuwerk.domain.limits import Award
from treuwerk.domain.participants import CUSTOMER_NUMBER, Participant, identifier
from treuwerk.domain.purchases import EarningEvent
from treuwerk.domain.reading import Unreadable, calendar_date
from treuwerk.domain.records import evidence_of
from treuwerk.domain.tabular import BadLine
from treuwerk.services.clearing import attendance_returns as returns
from treuwerk.services.clearing.attendance_returns import Absent, Returned, added
from treuwerk.services.clearing.booking import Booked, Booker
from treuwerk.services.clearing.limiting import Limiting
from treuwerk.services.clearing.plugin_failures import note_failures, rules_now
from treuwerk.services.clearing.scoring import stored_awards
from treuwerk.services.clearing.tiered import with_tiers
from treuwerk.services.clearing.totalling import Totaller, counted_lines
from treuwerk.services.installation import Installation
from treuwerk.services.ledger.terms import TermsTable
from treuwerk.services.master_files import BadRow, ImportReceipt, NamedRow, Told, named_rows, tell_nobody
from treuwerk.store.assemblies import Place
from treuwerk.store.bulk import insert_rows
from treuwerk.store.identities import claim, lines_of
from treuwerk.store.many import lock_in_order
from treuwerk.store.owners import lock_owners
from treuwerk.store.parties import participants_known_as
from treuwerk.store.people import activities_of, people_known_as
from treuwerk.store.retrying import retrying
from treuwerk.store.sealing import ids_behind
from treuwerk.store.tables import activity
from treuwerk.store.totals import CountedLine, note_lines

COLUMNS = ("seminar_code", "held_on", "participant", "person", "attended")
SEMINAR = "seminar"
_YES, _NO = {"yes", "ja", "oui", "1", "true", "x"}, {"no", "nein", "non", "0", "false", ""}
_AT_ONCE = 5_000
_DATES = ("YYYY-MM-DD", "DD.MM.YYYY")
_BOTH = ("found yes and no for the same person and event in one list, expected one of them; nothing was booked for it, "
         "correct the list")
_AGAIN = ("found yes, but this attendance was booked and taken back before, and earns no second time by a list; give "
          "the points by hand in the service centre, if that was a mistake")


@attrs.define
class AttendanceReceipt(ImportReceipt):
    """Created are booked attendances, unchanged known ones and those who did not come.

    `taken_back` are attendances that were booked and did not take place after all; `points` has both together.
    """

    transactions: int = 0
    taken_back: int = 0
    points: dict[str, int] = attrs.field(factory=dict)

    def add(self, booked: Booked, returned: Returned) -> None:
        """Count what a batch booked and took back."""
        self.transactions += booked.transactions + returned.transactions
        self.taken_back += returned.attendances
        self.points = added(added(self.points, booked.points), returned.points)


@attrs.frozen
class _Attendance:
    at: int
    code: str
    held_on: date
    participant: Participant
    person: str
    attended: bool


def import_attendance(installation: Installation, path: Path, now: int, dry_run: bool = False,
                      told: Told = tell_nobody, actor: str = "system") -> AttendanceReceipt:
    """Book an attendance list; `now` is the booking instant."""
    receipt = AttendanceReceipt(path.name, dry_run=dry_run)
    lines = named_rows(path, COLUMNS, told)
    while chunk := list(islice(lines, _AT_ONCE)):
        with installation.database.reading() as connection:
            attendances = list(_attendances(connection, installation, chunk, now, receipt))
        outcome = retrying(_Batch(installation, attendances, path.name, now, actor, dry_run).book)
        problems, fresh = outcome.problems, outcome.fresh
        receipt.add(outcome.booked, outcome.returned)
        receipt.created += fresh
        receipt.unchanged += len(attendances) - fresh - outcome.returned.attendances - len(problems)
        for at, code, reason in problems:
            receipt.reject(at, code, reason)
    receipt.problems.sort(key=lambda problem: problem["line"])
    return receipt


def _attendances(connection: Connection, installation: Installation, lines: list[NamedRow | BadLine], now: int,
                 receipt: AttendanceReceipt) -> Iterator[_Attendance]:
    numbers = {identifier(line.cells["participant"]) for line in lines if isinstance(line, NamedRow)}
    settings = installation.programme.settings
    window = settings.programme.starts_on, moment(now).astimezone(settings.programme.time_zone).date()
    known = participants_known_as(connection, CUSTOMER_NUMBER, numbers)
    participants = with_tiers(connection, settings, known, window[1])
    for line in lines:
        if isinstance(line, BadLine):
            receipt.reject(line.at, line.code, line.reason)
            continue
        try:
            yield _attendance(line, participants, *window, settings.attendance.least_share)
        except BadRow as error:
            receipt.reject(line.at, error.code, str(error))


def _attendance(row: NamedRow, participants: Mapping[str, Participant], start: date, today: date,
                least_share: int) -> _Attendance:
    number, attended = row.need("participant"), row.cells["attended"].lower()
    if attended not in _YES | _NO:
        raise BadRow("unknown_value", f"column attended: found {attended!r}, expected yes or no")
    came = attended in _YES and _share(row) >= least_share
    participant = participants.get(identifier(number))
    if participant is None:
        raise BadRow("unknown_participant", f"column participant: found {number!r}, expected a customer number of the "
                     "programme; import it with treuwerk import participants, then import this list again")
    if came and not participant.earns:
        raise BadRow("participant_not_active", f"column participant: {number} is {participant.status}")
    return _Attendance(row.at, row.key("seminar_code").upper(), _held_on(row, start, today), participant,
                       row.key("person"), came)


def _held_on(row: NamedRow, start: date, today: date) -> date:
    try:
        held_on = calendar_date(row.need("held_on"), _DATES)
    except Unreadable as error:
        raise BadRow("unreadable", f"column held_on: {error}") from None
    if held_on < start:
        raise BadRow("before_start", f"column held_on: found {held_on}, expected a day from the programme's "
                     f"start {start} on")
    if held_on > today:
        raise BadRow("future_date", f"column held_on: found {held_on}, expected a day up to {today}")
    return held_on


def _share(row: NamedRow) -> int:
    """Per cent of the seminar that somebody was there; all of it where the list does not say."""
    text = row.cells.get("share", "").removesuffix("%").strip()
    if not text:
        return 100
    if not (text.isascii() and text.isdigit() and int(text) <= 100):
        raise BadRow("unknown_value", f"column share: found {text!r}, expected per cent from 0 to 100")
    return int(text)


@attrs.frozen
class _Scored:
    id: int
    row: _Attendance
    earned: list[Earned]
    counts: Sequence[Counts]


def _asked(line: _Scored) -> list[Award]:
    """What limits are asked: an act stands in no document."""
    row = line.row
    return [Award(row.participant.account_id, by.name, award.unit, row.held_on.isoformat(), "", award.points)
            for by, award in line.earned]


class Doubted(NamedTuple):
    """A row that is not booked: its line, code and reason."""

    at: int
    code: str
    reason: str


@attrs.frozen
class _Outcome:
    """What became of a batch: its problems, what was booked and taken back, and how many attendances are new."""

    problems: list[Doubted]
    booked: Booked
    returned: Returned
    fresh: int


class _Batch:
    """Some rows of a list, booked in one transaction."""

    def __init__(self, installation: Installation, rows: list[_Attendance], file: str, now: int, actor: str,
                 dry_run: bool) -> None:
        self._installation, self._all, self._file, self._now = installation, rows, file, now
        self._actor, self._dry_run = actor, dry_run
        self._rows = rows

    def book(self) -> _Outcome:
        """Book who came, and take back what was booked for people who did not."""
        settings, returned = self._installation.programme.settings, Returned()
        booker = Booker(settings, TermsTable(settings, self._now), self._actor, self._now)
        limiting, totaller = Limiting(settings, self._now), Totaller(settings, self._now, self._actor)
        with self._installation.database.writing() as connection:
            # Alone with its accounts: what is booked of a seminar is looked up before more of it is. Turns come first,
            # as in clearing: who holds one never waits for somebody who asks for the other.
            accounts = {row.participant.account_id for row in self._all}
            totaller.take_turns_of(connection, accounts)
            limiting.take_turns(connection, accounts)
            lock_owners(connection, accounts, to_change=True)
            keys = self._keys(connection)
            problems = self._sort_out(connection, keys)
            scored, doubted = self._scored(connection, keys)
            fresh = self._claimed(connection, keys, scored)
            self._note(connection, fresh, keys, booker, limiting)
            counted, void = _counted(fresh), self._void(connection, keys)
            if counted or void:
                note_lines(connection, counted)
                lock_in_order(connection, booker.credits, accounts)

            def take_back() -> None:
                nonlocal returned
                returned = returns.take_back(
                    connection, self._absent(keys), self._file, settings, self._now, self._actor)
                limiting.write(connection)

            booked = booker.write(connection, take_back)
            if totals := totaller.settle(connection, counted, (), ids_behind(connection, self._now),
                                         f"attendance:{self._file}:0", void):
                totals.seal()
                returned.points = added(returned.points, totals.points)
            if self._dry_run:
                connection.rollback()
        return _Outcome(problems + doubted, booked, returned, len(fresh))

    def _void(self, connection: Connection, keys: dict[int, tuple[str, int]]) -> set[Place]:
        """Attendances that were noted before and did not take place after all."""
        absent = {one.key: one.account_id for one in self._absent(keys)}
        return {(absent[key], line) for key, line in lines_of(connection, absent).items()} if absent else set()

    def _absent(self, keys: dict[int, tuple[str, int]]) -> list[Absent]:
        return [Absent(row.participant.account_id, keys[row.at][0], row.held_on.isoformat(), row.at)
                for row in self._rows if not row.attended]

    def _sort_out(self, connection: Connection, keys: dict[int, tuple[str, int]]) -> list[Doubted]:
        """Leave rows that contradict each other to a person, and those that earn nothing any more."""
        said: dict[str, set[bool]] = {}
        for row in self._all:
            said.setdefault(keys[row.at][0], set()).add(row.attended)
        both = {row.at for row in self._all if len(said[keys[row.at][0]]) > 1}
        back = returns.taken_back(connection, {(row.participant.account_id, keys[row.at][0])
                                               for row in self._all if row.attended})
        again = {row.at for row in self._all if row.attended and row.at not in both
                 and (row.participant.account_id, keys[row.at][0]) in back}
        left = [row for row in self._all if row.at not in both and row.at not in again]
        elsewhere = set() if self._each_day else self._booked_elsewhere(connection, keys, left)
        self._rows = [row for row in left if row.at not in elsewhere]
        return [*(Doubted(at, "contradiction", _BOTH) for at in both),
                *(Doubted(at, "taken_back", _AGAIN) for at in again)]

    @property
    def _each_day(self) -> bool:
        return self._installation.programme.settings.attendance.each_day

    def _booked_elsewhere(self, connection: Connection, keys: dict[int, tuple[str, int]],
                          rows: list[_Attendance]) -> set[int]:
        """Lines of people who earned with this seminar on another day, in this list or before."""
        people = {keys[row.at][1]: row.participant.account_id for row in rows}
        attended = {(account, activity_key(SEMINAR, code, day, person)): (code, person)
                    for account, code, day, person in activities_of(connection, SEMINAR, people)}
        back = returns.taken_back(connection, attended)
        back |= {(row.participant.account_id, keys[row.at][0]) for row in rows if not row.attended}  # by this list
        known: dict[tuple[str, int], str] = {}
        for (account, key), event in attended.items():
            if (account, key) not in back:
                known.setdefault(event, key)
        found = set[int]()
        for row in rows:
            key, person = keys[row.at]
            if row.attended and known.setdefault((row.code, person), key) != key:
                found.add(row.at)
        return found

    def _keys(self, connection: Connection) -> dict[int, tuple[str, int]]:
        """Line → key of the attendance and the person's id; people are made as they are first named."""
        wanted = {(row.participant.account_id, name_key(row.person)): row.person for row in self._all}
        people = people_known_as(connection, wanted, self._now)
        keys = {}
        for row in self._all:
            person = people[row.participant.account_id, name_key(row.person)]
            keys[row.at] = (activity_key(SEMINAR, row.code, row.held_on.isoformat(), person), person)
        return keys

    def _scored(self, connection: Connection,
                keys: dict[int, tuple[str, int]]) -> tuple[dict[str, _Scored], list[Doubted]]:
        """What each attendance earns, by key, and the rows that a rule has doubts about."""
        rows = list({keys[row.at][0]: row for row in reversed(self._rows) if row.attended}.values())
        events = [EarningEvent(row.participant, row.held_on, activity=SEMINAR) for row in rows]
        evaluation = evaluate(rules_now(connection, self._installation.programme), events)
        counting = count(self._installation.programme.totals, events)
        doubts = {**counting.doubts, **evaluation.doubts}
        if evaluation.failures:
            note_failures(connection, self._installation.programme, evaluation.failures, self._now)
        ids = ids_behind(connection, self._now)
        scored = {keys[row.at][0]: _Scored(next(ids), row, earned, counting.counted.get(index, ()))
                  for index, (row, earned) in enumerate(zip(rows, evaluation.earned, strict=True))
                  if index not in doubts}
        return scored, [Doubted(rows[index].at, doubt.code, doubt.reason) for index, doubt in doubts.items()]

    def _claimed(self, connection: Connection, keys: dict[int, tuple[str, int]],
                 scored: dict[str, _Scored]) -> list[_Scored]:
        claims = [(key, self._evidence(line.row, keys), line.row.participant.account_id, line.id)
                  for key, line in scored.items()]
        before = claim(connection, claims)
        return [line for key, line in scored.items() if key not in before]

    def _note(self, connection: Connection, fresh: list[_Scored], keys: dict[int, tuple[str, int]],
              booker: Booker, limiting: Limiting) -> None:
        """Write the activities, and note for booking what they earn."""
        insert_rows(connection, activity, [
            (line.row.participant.account_id, line.id, SEMINAR, line.row.code, line.row.held_on.isoformat(),
             keys[line.row.at][1]) for line in fresh])
        limiting.learn(connection, (award for line in fresh for award in _asked(line)))
        left = {line.id: limiting.grant(line.id, _asked(line), stored_awards(line.earned))
                for line in sorted(fresh, key=lambda one: one.row.at)}  # served in the order of the list
        for line in fresh:
            row = line.row
            if awards := left[line.id]:
                booker.add(row.participant.account_id, line.id, keys[row.at][0], row.held_on.isoformat(),
                           f"attendance:{self._file}:{row.at}", self._evidence(row, keys), awards)

    def _evidence(self, row: _Attendance, keys: dict[int, tuple[str, int]]) -> str:
        day, person = row.held_on.isoformat(), keys[row.at][1]
        return activity_evidence(row.participant.account_id, SEMINAR, row.code, day, person)


def _counted(fresh: Sequence[_Scored]) -> list[CountedLine]:
    return [one for line in fresh for one in counted_lines(
        line.row.participant.account_id, line.id, line.row.held_on.isoformat(), 1, line.counts)]


def activity_key(kind: str, code: str, occurred_on: str, person_id: int) -> str:
    """The identity of an activity of a person, over all lists that name it."""
    return f"activity|{kind}|{code}|{occurred_on}|{person_id}"


def activity_evidence(account_id: int, kind: str, code: str, occurred_on: str, person_id: int) -> str:
    """The digest of an activity; names of people are not in it."""
    return evidence_of(f"{account_id}\x1f{kind}\x1f{code}\x1f{occurred_on}\x1f{person_id}")
