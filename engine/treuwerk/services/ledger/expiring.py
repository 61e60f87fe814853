"""Expiring: what is due in all accounts is booked out, account by account in bounded batches.

One run, forty missed ones and a run a day give the same: an expiry is booked per account, unit and due instant, and
tells the last day on which its points lived. Accounts that are opened for a booking are swept in the same way, so a
run finds only what nobody touched.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from itertools import islice

import attrs
from sqlalchemy import Connection

from treuwerk.domain.ledger import Book, TransactionKind, moment, start_of_day
from treuwerk.programme.settings import Settings
from treuwerk.services.clocks import check_ahead, check_clock, local
from treuwerk.services.installation import Installation
from treuwerk.services.ledger.bookkeeping import SYSTEM, Due, OpenAccount, day_before, expiry_keys, expiry_order
from treuwerk.services.ledger.debiting import Debits, Taken
from treuwerk.services.ledger.holding import release_in_time
from treuwerk.services.master_files import Told, tell_nobody
from treuwerk.services.pacing import without_collection
from treuwerk.store import due, many
from treuwerk.store.accounts import Standing
from treuwerk.store.retrying import retrying
from treuwerk.store.sealing import seal_pending

LOTS_AT_ONCE = 40_000
"""About so many lots expire in one transaction; their accounts are locked for a fraction of a second."""
FIRST_ACCOUNTS, MOST_ACCOUNTS = 200, 10_000


class NotYet(ValueError):
    """A day that is not over."""


@attrs.define
class ExpiryReceipt:
    """What a run did: accounts, lots and points by unit that expired, holds that were over, transactions booked."""

    as_of: str
    accounts: int = 0
    lots: int = 0
    points: dict[str, int] = attrs.field(factory=dict)
    holds_released: int = 0
    transactions: int = 0
    dry_run: bool = False

    def add(self, other: "ExpiryReceipt") -> None:
        """Add what a batch did."""
        for name in ("accounts", "lots", "holds_released", "transactions"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.count(other.points)

    def count(self, points: dict[str, int]) -> None:
        """Add points by unit."""
        for unit, amount in points.items():
            self.points[unit] = self.points.get(unit, 0) + amount


def expire(installation: Installation, now: int, *, until: int | None = None, dry_run: bool = False,
           confirm: bool = False, told: Told = tell_nobody, lots_at_once: int = LOTS_AT_ONCE) -> ExpiryReceipt:
    """Book out everything whose time was over at `until` (now), and release holds that were over.

    `told` hears of accounts done and accounts in all. Each batch is one transaction: a run that is killed has done a
    part, and the next does the rest.

    Raises:
        ImplausibleClock: without `confirm`, where `now` does not fit to what was booked last.
        NotYet: `until` lies ahead of `now`.
    """
    until = now if until is None else until
    if until > now:
        raise NotYet(f"found {local(until)}, expected an instant that is not ahead of {local(now)}")
    if not confirm:
        with installation.database.reading() as connection:
            check_clock(connection, now)
    settings = installation.programme.settings
    receipt = ExpiryReceipt(moment(until).astimezone(settings.programme.time_zone).isoformat(), dry_run=dry_run)
    if not dry_run:
        retrying(partial(_seal_what_waits, installation, now))
    with installation.database.reading() as connection:
        waiting = due.due_accounts(connection, until)
    done, size, rest = 0, FIRST_ACCOUNTS, iter(waiting)
    with without_collection():
        while accounts := list(islice(rest, size)):
            batch = retrying(partial(_expire_batch, installation, accounts, until, now, dry_run))
            receipt.add(batch)
            done += len(accounts)
            told(done, len(waiting))
            size = _next_size(len(accounts), batch.lots, lots_at_once)
    receipt.points = dict(sorted(receipt.points.items()))
    return receipt


def end_of_day(day: date, installation: Installation, now: int) -> int:
    """The instant at which a day of the programme's zone was over.

    Raises:
        NotYet: it is not.
    """
    end = start_of_day(day + timedelta(days=1), installation.programme.settings.programme.time_zone)
    if end > now:
        raise NotYet(f"found {day}, which is not over; expected a past day, or no --as-of for what is due by now")
    return end


def expire_due(connection: Connection, settings: Settings, standings: Mapping[tuple[int, str], Standing], until: int,
               now: int, *, confirmed: bool = False) -> ExpiryReceipt:
    """Book out what was due at `until` in these accounts and units, which are locked.

    Raises:
        ImplausibleClock: unless `confirmed`, where there is something and `now` is far ahead of the last booking.
    """
    zone = settings.programme.time_zone
    found: dict[Due, list[Taken]] = {}
    lots = due.take_due(connection, standings, until)
    if lots and not confirmed:
        check_ahead(connection, now)
    for account_id, unit, ended, transaction_id, line, remaining in lots:
        found.setdefault((account_id, unit, ended), []).append((transaction_id, line, remaining))
    concerned = {expiry[0] for expiry in found}
    debits = Debits(connection, concerned, TransactionKind.EXPIRY, Book.EXPIRED, SYSTEM, now)
    keys, days = expiry_keys(connection, found), dict[int, str]()
    for expiry in sorted(found, key=lambda one: (one[0], one[2], one[1])):
        day = days.get(expiry[2]) or days.setdefault(expiry[2], day_before(expiry[2], zone))
        order = expiry_order(expiry, keys[expiry], day)
        debits.add(expiry[0], order.key, day, order.cause, order.evidence, expiry[1], found[expiry])
    debits.write(lots_are_taken=True)
    return ExpiryReceipt("", len(concerned), len(lots), debits.points, 0, debits.transactions)


def _seal_what_waits(installation: Installation, now: int) -> None:
    """Batches seal themselves: in the sequence, points should be made before they are gone."""
    with installation.database.writing() as connection:
        seal_pending(connection, now)


def _expire_batch(installation: Installation, accounts: Sequence[int], until: int, now: int,
                  dry_run: bool) -> ExpiryReceipt:
    settings = installation.programme.settings
    with installation.database.writing() as connection:
        many.by_index(connection)
        standings = many.lock(connection, accounts)
        released = _released(connection, settings, accounts, until, now)
        if released.holds_released:  # their points are there again
            standings = many.lock(connection, accounts)
        done = expire_due(connection, settings, standings, until, now, confirmed=True)
        done.add(released)
        if dry_run:
            connection.rollback()
    return done


def _released(connection: Connection, settings: Settings, accounts: Collection[int], until: int,
              now: int) -> ExpiryReceipt:
    """Release holds that were over, and count what had expired while it was reserved."""
    done = ExpiryReceipt("")
    for account_id, hold_id in due.due_holds(connection, accounts, until):
        booked = release_in_time(OpenAccount(connection, account_id, settings, now, confirmed=True), hold_id)
        done.add(ExpiryReceipt("", holds_released=1 if booked else 0, transactions=len(booked)))
        for legs in booked:
            done.count({leg.unit: leg.amount for leg in legs if leg.book is Book.EXPIRED})
    return done


def _next_size(accounts: int, lots: int, lots_at_once: int) -> int:
    """How many accounts to take next, so that about as many lots as wanted are in a batch."""
    return max(1, min(MOST_ACCOUNTS, 4 * accounts, accounts * lots_at_once // max(lots, 1)))
