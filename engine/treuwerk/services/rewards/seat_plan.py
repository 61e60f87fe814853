"""Dates of experiences with their seats: planned by file, and shown while they can be ordered."""

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

import attrs
from sqlalchemy import Connection

from treuwerk.domain.reading import Unreadable, whole_number
from treuwerk.domain.reward_kinds import Fulfilment
from treuwerk.domain.tabular import BadLine
from treuwerk.programme.settings import Settings
from treuwerk.services.installation import Installation
from treuwerk.services.master_files import BadRow, ImportReceipt, NamedRow, Told, named_rows, short, tell_nobody
from treuwerk.services.rewards.pools import first_slot, recount, terms_by_variant, today
from treuwerk.store import seats as store
from treuwerk.store.retrying import retrying
from treuwerk.store.voucher_codes import lock_stocks

COLUMNS = ("variant", "starts", "seats", "place")
_STARTS = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d))?", re.ASCII)
_MOST = 1_000_000


class Slot(NamedTuple):
    """A date of an experience: as it is written in an order, where it is, and how many seats are free."""

    slot: str
    place: str
    left: int


class _Planned(NamedTuple):
    at: int
    variant: str
    slot: str
    seats: int
    place: str


def open_slots(connection: Connection, settings: Settings, variants: Collection[str],
               day: date) -> dict[str, list[Slot]]:
    """The dates of each variant that can be ordered on a day and have a seat left, in the order of time."""
    found: dict[str, list[Slot]] = {}
    for variant, terms in terms_by_variant(connection, settings, variants).items():
        if terms.fulfilment is Fulfilment.SEAT:
            rows = store.planned(connection, [variant], first_slot(terms, day))
            found[variant] = [Slot(row.slot, row.place, row.capacity - row.taken) for row in rows
                              if row.capacity > row.taken]
    return found


def import_seats(installation: Installation, path: Path, now: int, dry_run: bool = False,
                 told: Told = tell_nobody) -> ImportReceipt:
    """Plan dates with their seats, or plan them otherwise; no seats: nobody more can come.

    Raises:
        UnreadableFile: the file as a whole is none of dates.
    """
    receipt = ImportReceipt(path.name, dry_run=dry_run)
    planned = list(_planned(path, today(installation.programme.settings, now), receipt, told))
    found: ImportReceipt = retrying(partial(_save, installation, planned, receipt, now))
    found.problems.sort(key=lambda problem: problem["line"])
    return found


def _planned(path: Path, day: date, receipt: ImportReceipt, told: Told) -> Iterator[_Planned]:
    known: set[tuple[str, str]] = set()
    for line in named_rows(path, COLUMNS[:3], told):
        if isinstance(line, BadLine):
            receipt.reject(line.at, line.code, line.reason)
            continue
        try:
            one = _read(line, day)
            if (one.variant, one.slot) in known:
                raise BadRow("twice", f"column starts: {one.slot} of {one.variant} stands twice; expected it once")
            known.add((one.variant, one.slot))
            yield one
        except BadRow as error:
            receipt.reject(line.at, error.code, str(error))


def _read(row: NamedRow, day: date) -> _Planned:
    if unknown := row.extra(COLUMNS):
        raise BadRow("unknown_column", f"found the column {next(iter(unknown))}, expected {', '.join(COLUMNS)}")
    slot = _slot(row.need("starts"))
    if slot[:10] <= day.isoformat():
        raise BadRow("bad_date", f"column starts: found {slot}, expected a day after {day}")
    try:
        seats = whole_number(row.need("seats"))
    except Unreadable as error:
        raise BadRow("bad_number", f"column seats: {error}") from None
    if not 0 <= seats <= _MOST:
        raise BadRow("bad_number", f"column seats: found {seats}, expected 0 to {_MOST:,}")
    return _Planned(row.at, row.key("variant"), slot, seats, short("place", row.cells.get("place", "")))


def _slot(text: str) -> str:
    """A date as orders write it."""
    found = _STARTS.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        datetime.fromisoformat(text.replace(" ", "T"))
    except ValueError:
        raise BadRow("bad_date", f"column starts: found {text!r:.40}, expected a day such as 2026-12-05 or a time such "
                     "as 2026-12-05 18:00") from None
    return text.replace(" ", "T")


def _save(installation: Installation, planned: Sequence[_Planned], so_far: ImportReceipt, now: int) -> ImportReceipt:
    receipt, settings = attrs.evolve(so_far, problems=[*so_far.problems]), installation.programme.settings
    with installation.database.writing() as connection:
        terms = terms_by_variant(connection, settings, {one.variant for one in planned})
        good = []
        for one in planned:
            if one.variant not in terms:
                receipt.reject(one.at, "unknown_variant", f"column variant: found {one.variant!r}, expected a variant "
                               "of a reward; import the reward first")
            elif terms[one.variant].fulfilment is not Fulfilment.SEAT:
                receipt.reject(one.at, "no_dates", f"column variant: found {one.variant!r}, which is none of a kind "
                               "with dates; expected one of a kind such as experiences")
            else:
                good.append(one)
        _write(connection, settings, good, receipt, now)
        if receipt.dry_run:
            connection.rollback()
    return receipt


def _write(connection: Connection, settings: Settings, planned: Sequence[_Planned], receipt: ImportReceipt,
           now: int) -> None:
    variants = {one.variant for one in planned}
    lock_stocks(connection, variants, now)
    known = {(row.variant, row.slot): row for row in store.planned(connection, variants)}
    for one in planned:
        row = known.get((one.variant, one.slot))
        if row is not None and (row.place, row.capacity) == (one.place, one.seats):
            receipt.unchanged += 1
        elif not store.plan(connection, row, {"variant": one.variant, "slot": one.slot, "place": one.place,
                                              "capacity": one.seats}, now):
            receipt.reject(one.at, "seats_taken", f"column seats: found {one.seats}, expected at least as many as are "
                           "ordered; cancel orders first")
        elif row is None:
            receipt.created += 1
        else:
            receipt.changed += 1
    recount(connection, settings, variants, now)
