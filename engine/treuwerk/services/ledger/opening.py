"""Opening balances: what participants bring along from an older programme, once for good.

``reference`` is the business key of a row within its participant. A row that is booked already is left alone, so an
import that was killed is called again and goes on.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import attrs
from sqlalchemy import Connection

from treuwerk.domain.evaluation import MOST_POINTS
from treuwerk.domain.ledger import Book, TransactionKind, moment, start_of_day
from treuwerk.domain.participants import CUSTOMER_NUMBER, Participant, ParticipantStatus, identifier
from treuwerk.domain.reading import Unreadable, calendar_date, whole_number
from treuwerk.domain.records import evidence_of
from treuwerk.domain.tabular import BadLine
from treuwerk.domain.terms import Terms
from treuwerk.services.installation import Installation
from treuwerk.services.ledger.crediting import Credit, Crediting
from treuwerk.services.ledger.terms import BY_HAND, TermsTable
from treuwerk.services.master_files import BadRow, ImportReceipt, NamedRow, Told, named_rows, tell_nobody
from treuwerk.store.bulk_lookups import evidence_by_key
from treuwerk.store.owners import lock_owners
from treuwerk.store.parties import participants_known_as
from treuwerk.store.retrying import retrying

COLUMNS = ("customer_number", "unit", "amount", "expires_on", "reference")
_AT_ONCE = 2_000
_DATES = ("YYYY-MM-DD", "DD.MM.YYYY")
_UNKNOWN = ("column customer_number: found {!r}, expected a customer number of the programme; import it with treuwerk "
            "import participants, then import this file again")
_CONFLICT = ("column reference: found {!r}, which is booked for this participant with another unit, amount or day; "
             "expected the same, or another reference")
_Known = dict[tuple[int, str], str]


@attrs.define
class OpeningReceipt(ImportReceipt):
    """Created are booked rows, unchanged those that were booked before; `points` by unit."""

    points: dict[str, int] = attrs.field(factory=dict)


class _Row(NamedTuple):
    at: int
    number: str
    unit: str
    amount: int
    terms: Terms
    reference: str
    ends: str


def import_opening(installation: Installation, path: Path, now: int, dry_run: bool = False,
                   told: Told = tell_nobody, actor: str = "system") -> OpeningReceipt:
    """Book the opening balances of a file; `now` is the booking instant."""
    receipt = OpeningReceipt(path.name, dry_run=dry_run)
    batch = _Import(installation, path.name, now, actor, dry_run)
    lines = named_rows(path, COLUMNS, told)
    while chunk := list(islice(lines, _AT_ONCE)):
        rows = list(batch.readable(chunk, receipt))
        booked, known, problems = retrying(partial(batch.book, rows))
        receipt.created, receipt.unchanged = receipt.created + booked.count, receipt.unchanged + known
        for unit, points in booked.points.items():
            receipt.points[unit] = receipt.points.get(unit, 0) + points
        for at, code, reason in problems:
            receipt.reject(at, code, reason)
    receipt.problems.sort(key=lambda problem: problem["line"])
    return receipt


class _Import:
    """One file on its way into the books; remembers nothing of earlier chunks but in a rehearsal."""

    def __init__(self, installation: Installation, file: str, now: int, actor: str, dry_run: bool) -> None:
        self._installation, self._file, self._now, self._actor, self._dry_run = installation, file, now, actor, dry_run
        self._settings = installation.programme.settings
        self._zone = self._settings.programme.time_zone
        self._today = moment(now).astimezone(self._zone).date()
        self._terms = TermsTable(self._settings, now)
        self._of_unit: dict[str, Terms] = {}
        self._rehearsed: _Known = {}

    def readable(self, lines: Sequence[NamedRow | BadLine], receipt: ImportReceipt) -> Iterator[_Row]:
        """The rows that say something, whoever it is about."""
        for line in lines:
            if isinstance(line, BadLine):
                receipt.reject(line.at, line.code, line.reason)
                continue
            try:
                yield self._row(line)
            except BadRow as error:
                receipt.reject(line.at, error.code, str(error))

    def _row(self, row: NamedRow) -> _Row:
        unit = row.need("unit")
        if unit not in self._settings.units:
            raise BadRow("unknown_value", f"column unit: found {unit!r}, expected one of "
                         f"{', '.join(self._settings.units)}")
        try:
            amount = whole_number(row.need("amount"))
        except Unreadable as error:
            raise BadRow("bad_amount", f"column amount: {error}") from None
        if not 0 < amount <= MOST_POINTS:
            raise BadRow("bad_amount", f"column amount: found {amount}, expected a whole number from 1 to "
                         f"{MOST_POINTS}; take points away with treuwerk adjust")
        ends = row.cells["expires_on"]
        return _Row(row.at, row.key("customer_number"), unit, amount, self._terms_until(unit, ends),
                    row.key("reference"), ends)

    def _terms_until(self, unit: str, ends: str) -> Terms:
        """Points that are brought along can be spent at once; they live as their unit says, or through a day."""
        terms = self._of_unit.get(unit)
        if terms is None:
            terms = self._of_unit[unit] = self._terms.activated(BY_HAND, unit, self._today.isoformat())
        return terms._replace(expires_at=self._end(ends)) if ends else terms

    def _end(self, text: str) -> int:
        try:
            day = calendar_date(text, _DATES)
        except Unreadable as error:
            raise BadRow("unreadable", f"column expires_on: {error}, or nothing") from None
        if day < self._today:
            raise BadRow("past_date", f"column expires_on: found {day}, expected a day from {self._today} on: points "
                         "that are gone already are not booked")
        if day == date.max:
            raise BadRow("unreadable", f"column expires_on: found {day}, expected an earlier day, or nothing")
        return start_of_day(date.fromordinal(day.toordinal() + 1), self._zone)

    def book(self, rows: Sequence[_Row]) -> tuple[Crediting, int, list[tuple[int, str, str]]]:
        """What was booked in one transaction, how many rows were booked before, and the problems of the others."""
        with self._installation.database.writing() as connection:
            found, problems = self._participants(connection, rows)
            known = evidence_by_key(connection, [(found[row.at].account_id, _key(row)) for row in rows
                                                 if row.at in found])
            fresh, repeated = self._fresh(rows, found, self._rehearsed | known, problems)
            booked = Crediting(self._settings, self._actor, self._now, TransactionKind.OPENING, Book.OPENING)
            booked.write(connection, fresh)
            if self._dry_run:
                connection.rollback()
                self._rehearsed |= {(credit.account_id, credit.key): credit.evidence for credit in fresh}
        return booked, repeated, problems

    def _participants(self, connection: Connection,
                      rows: Sequence[_Row]) -> tuple[Mapping[int, Participant], list[tuple[int, str, str]]]:
        """Participants by line, and the rows whose participant is not known or has left."""
        numbers = {identifier(row.number) for row in rows}
        found = participants_known_as(connection, CUSTOMER_NUMBER, numbers)
        owners = lock_owners(connection, {one.account_id for one in found.values()})
        by_line, problems = dict[int, Participant](), list[tuple[int, str, str]]()
        for row in rows:
            participant = found.get(identifier(row.number))
            if participant is None:
                problems.append((row.at, "unknown_participant", _UNKNOWN.format(row.number)))
            elif owners[participant.account_id].status is ParticipantStatus.LEFT:
                problems.append((row.at, "participant_not_active", f"column customer_number: {row.number} has left"))
            else:
                by_line[row.at] = participant
        return by_line, problems

    def _fresh(self, rows: Sequence[_Row], found: Mapping[int, Participant], known: _Known,
               problems: list[tuple[int, str, str]]) -> tuple[list[Credit], int]:
        """What is to be booked, and how many rows are booked already, also by a row above."""
        fresh, repeated, seen = list[Credit](), 0, dict(known)
        for row in rows:
            if row.at not in found:
                continue
            account_id = found[row.at].account_id
            evidence = evidence_of("\x1f".join(map(str, (account_id, row.unit, row.amount, row.ends))))
            before = seen.setdefault((account_id, _key(row)), evidence)
            if (account_id, _key(row)) not in known and before is evidence:
                fresh.append(Credit(account_id, _key(row), f"opening:{self._file}:{row.at}", evidence, row.unit,
                                    row.amount, row.terms))
            elif before == evidence:
                repeated += 1
            else:
                problems.append((row.at, "conflict", _CONFLICT.format(row.reference)))
        return fresh, repeated


def _key(row: _Row) -> str:
    return f"opening|{row.reference}"
