"""Merging: a participant who stands there twice becomes one, and can become two again.

All open lots move with their terms, also what waits for an act, and so does what is owed. Identifiers lead to the
account that stays, so that later deliveries are booked there. The account that is given up keeps its history and what
it reported, which is found from the one that stays, and its participant has left. What still comes in there, such as a
cancelled order of former days, follows by `forward_arrivals`.
"""

import json
from collections.abc import Mapping, Sequence
from functools import partial

import attrs
from sqlalchemy import Connection

from treuwerk.domain import ids
from treuwerk.domain.actors import acting_person
from treuwerk.domain.ledger import Book, TransactionKind
from treuwerk.domain.merging import Owned, moved_in, moved_out
from treuwerk.domain.movements import Legs
from treuwerk.domain.participants import ParticipantStatus
from treuwerk.domain.refusals import Refusal
from treuwerk.services.changes.aliasing import order_release
from treuwerk.services.installation import Installation
from treuwerk.services.ledger.bookkeeping import SYSTEM, OpenAccount, Order
from treuwerk.services.ledger.transferring import open_accounts
from treuwerk.store import accounts, cart, holds, manual, merged_ways, merges, stock_watches, wishes
from treuwerk.store.merges import Moved
from treuwerk.store.owners import Owner, lock_owners, set_status
from treuwerk.store.search import index_accounts

_AT_ONCE = 500


@attrs.frozen
class Merged:
    """What a merge moved, or would move: points by unit, identifiers, logins, people, and the transactions of it.

    `points` have, by unit, those in lots, those that wait for an act, and the deficit.
    """

    id: str
    account_id: int
    into_account_id: int
    points: Mapping[str, Mapping[str, int]]
    identifiers: Sequence[Sequence[str]]
    logins: Sequence[str]
    people: int
    transactions: Sequence[str]
    dry_run: bool = False


class _Rehearsed(Exception):
    """What would have been; raised to have it taken back."""

    def __init__(self, merged: Merged) -> None:
        super().__init__()
        self.merged = merged


def merge(installation: Installation, given_up: int, into: int, now: int, *, actor: str,
          dry_run: bool = False) -> Merged:
    """Move all that one account holds to another, and let everything that it is known by lead there.

    Raises:
        Refusal: `same_account`, `unknown_account`, `merged_already`, `participant_not_active`, `open_holds`,
            `waiting_adjustments`, `owes_too_much`, `unknown_actor`; nothing was moved.
    """
    person = acting_person(actor)
    if given_up == into:
        raise Refusal("same_account", "found the same participant on both sides, expected two; they may have been "
                      "merged before")

    def work(connection: Connection) -> Merged:
        owners = lock_owners(connection, (given_up, into), to_change=True)
        _refuse_owners(connection, owners, given_up, into)
        books = open_accounts(installation, connection, (given_up, into), now)
        _refuse_open(connection, given_up)
        merged = _merged(books[given_up], books[into], owners[given_up].status, person)
        if dry_run:
            raise _Rehearsed(attrs.evolve(merged, dry_run=True, transactions=()))
        return merged

    try:
        return installation.database.run(work)
    except _Rehearsed as rehearsed:
        return rehearsed.merged


def forward_arrivals(installation: Installation, now: int) -> int:
    """Let what came in at given-up accounts follow to those that stayed; returns how many accounts that concerned.

    That is what a clearing booked that had looked up its buyer just before the merge, and what cancellations and
    returns of former bookings brought or took. Running it again is harmless.
    """
    forwarded, moved = 0, 1
    while moved and (given_up := _with_points(installation)):  # more than once, where an account follows another
        moved = sum(installation.database.run(partial(_forwarded, installation, account_id, now))
                    for account_id in given_up)
        forwarded += moved
    return forwarded


def _with_points(installation: Installation) -> list[int]:
    with installation.database.reading() as connection:
        return merges.given_up_with_points(connection, _AT_ONCE)


def _forwarded(installation: Installation, account_id: int, now: int, connection: Connection) -> int:
    row = merges.standing_merge(connection, account_id)
    if row is None:
        return 0
    lock_owners(connection, (account_id, row.into_account_id), to_change=True)
    row = merges.standing_merge(connection, account_id)  # as it is under lock
    if row is None:
        return 0
    books = open_accounts(installation, connection, (account_id, row.into_account_id), now)
    moved = merges.moved_of(row)
    pair = move_points(books[account_id], books[row.into_account_id], row.id, len(moved.transactions) + 1, SYSTEM)
    if pair is None:
        return 0
    moved.transactions.append(pair)
    merges.note_moved(connection, account_id, row.id, moved)
    return 1


def _merged(given_up: OpenAccount, into: OpenAccount, status: ParticipantStatus, actor: str) -> Merged:
    connection, before, after, now = given_up.connection, given_up.account_id, into.account_id, given_up.now
    number = next(ids.row_ids(now))
    sweep_all(given_up)
    sweep_all(into)
    _refuse_debt(given_up, into)
    moved = Moved(status.value, points={unit: {"points": at.posted, "pending": at.pending, "deficit": at.deficit}
                                        for unit, at in sorted(given_up.standing.items())
                                        if at.posted or at.pending or at.deficit})
    if pair := move_points(given_up, into, number, 1, actor):
        moved.transactions.append(pair)
    _move_names(connection, before, after, moved, now)
    set_status(connection, before, ParticipantStatus.LEFT, now)
    merges.note(connection, {"account_id": before, "id": number, "into_account_id": after, "moved": moved.as_text(),
                             "actor": actor, "merged_at": now})
    order_release(connection, before, now)
    return Merged(ids.public_id(ids.MERGE, before, number), before, after, moved.points, moved.identifiers,
                  [shown for shown, *_ in moved.logins], len(moved.people), public_ids(before, after, moved))


def public_ids(given_up: int, into: int, moved: Moved) -> list[str]:
    """The public ids of the transactions of a merge."""
    return [ids.public_id(ids.TRANSACTION, account_id, number) for pair in moved.transactions
            for account_id, number in zip((given_up, into), pair, strict=True)]


def sweep_all(account: OpenAccount) -> None:
    """Book out what has expired, so that nothing of it comes along, or back to life."""
    for unit in list(account.standing):
        account.sweep(unit)


def move_points(given_up: OpenAccount, into: OpenAccount, number: int, turn: int, actor: str) -> list[int] | None:
    """Move all lots and deficits of one account to another; the ids of both transactions, None if there is nothing."""
    sweep_all(given_up)
    sweep_all(into)
    lots = merges.open_lots_of(given_up.connection, given_up.account_id)
    deficits = {unit: at.deficit for unit, at in given_up.standing.items() if at.deficit}
    if not lots and not deficits:
        return None
    kept = {unit: at.kept_until for unit, at in given_up.standing.items()}
    coming = moved_in(lots, deficits, kept)
    explanation = _explanation(given_up, [lot for _, lot in coming])
    out = _book(given_up, TransactionKind.MERGE_OUT, number, turn, f"into {into.account_id}", actor,
                moved_out(lots, deficits))
    arrived = _book(into, TransactionKind.MERGE_IN, number, turn, f"from {given_up.account_id}", actor,
                    tuple(leg for leg, _ in coming), explanation)
    into.settle(arrived)
    return [out, arrived]


def _book(account: OpenAccount, kind: TransactionKind, number: int, turn: int, cause: str, actor: str, legs: Legs,
          explanation: str = "[]") -> int:
    order = Order(account.account_id, kind, f"merge|{number}|{turn}", (number, turn), cause, actor)
    return account.book(order, legs, explanation).id


def _explanation(account: OpenAccount, lots: Sequence[Owned | None]) -> str:
    """The rules of points that wait for an act, since their life is counted by them once it comes."""
    waiting = [(line, lot) for line, lot in enumerate(lots, start=1) if lot is not None and lot.book is Book.PENDING]
    return json.dumps([award for line, lot in waiting for award in _award(account, line, lot)], ensure_ascii=False,
                      separators=(",", ":"))


def _award(account: OpenAccount, line: int, lot: Owned) -> list[dict[str, object]]:
    credit = accounts.transaction_by_id(account.connection, account.account_id, lot.transaction_id)
    awards = json.loads(credit.explanation) if credit else []
    return [{"line": line, "unit": lot.unit, "points": lot.remaining, "rule": award["rule"],
             "revision": award["revision"], "steps": [], "day": award.get("day", credit and credit.occurred_on)}
            for award in awards if award["line"] == lot.line]


def _move_names(connection: Connection, before: int, after: int, moved: Moved, now: int) -> None:
    """Identifiers, people, logins and addresses go to the account that stays; who is signed in signs in again."""
    moved.identifiers = merges.identifiers_of(connection, before)
    merges.point_identifiers(connection, moved.identifiers, before, after)
    people, moved.people = merges.copy_people(connection, before, after, ids.row_ids(now))
    members = merges.members_of(connection, before)
    for shown, user_id, person_id in members:
        there = people.get(person_id, person_id)
        if merges.move_member(connection, user_id, (before, person_id), (after, there)):
            moved.logins.append([shown, user_id, person_id, there])
    merges.end_sessions(connection, before, {person_id for _, _, person_id in members})
    for kept in (cart, stock_watches):
        kept.move(connection, before, after, {user_id for _, user_id, _ in members})
    moved.addresses = merged_ways.move_addresses(connection, before, after)
    moved.codes = merged_ways.end_codes(connection, before, now)
    moved.former = merged_ways.move_former(connection, before, after, people)
    moved.wishes = wishes.move(connection, before, after)
    merged_ways.move_work(connection, before, after)
    index_accounts(connection, (before, after))


def _refuse_owners(connection: Connection, owners: Mapping[int, Owner], given_up: int, into: int) -> None:
    for account_id in (given_up, into):
        if account_id not in owners:
            raise Refusal("unknown_account", f"found no participant with account {account_id}")
        if (before := merges.standing_merge(connection, account_id)) is not None:
            raise Refusal("merged_already", f"found account {account_id} merged into {before.into_account_id} already; "
                          "expected one that stands for itself", account=str(account_id),
                          into=str(before.into_account_id))
    for account_id, allowed in ((given_up, (ParticipantStatus.ACTIVE, ParticipantStatus.APPLIED)),
                                (into, (ParticipantStatus.ACTIVE,))):
        if (status := owners[account_id].status) not in allowed:
            raise Refusal("participant_not_active", f"found a participant who is {status.value} (account {account_id}"
                          f"), expected one who is {' or '.join(allowed)}: a merge lifts no block", status=status.value,
                          account=str(account_id))


def _refuse_open(connection: Connection, given_up: int) -> None:
    if open_holds := holds.holds_of(connection, given_up):
        named = [ids.public_id(ids.TRANSACTION, given_up, one.id) for one in open_holds]
        raise Refusal("open_holds", f"found {len(named)} open holds ({', '.join(named)}), expected none: capture or "
                      "release them first", holds=named)
    if waiting := manual.waiting_of(connection, given_up):
        named = [ids.public_id(ids.ADJUSTMENT, given_up, one) for one in waiting]
        raise Refusal("waiting_adjustments", f"found {len(named)} bookings by hand that wait ({', '.join(named)}), "
                      "expected none: decide on them first", adjustments=named)


def _refuse_debt(given_up: OpenAccount, into: OpenAccount) -> None:
    """A merge shall not turn somebody who owns points into somebody who owes some, unseen."""
    for unit, at in given_up.standing.items():
        there = into.standing[unit].posted if unit in into.standing else 0
        if at.deficit > at.posted + there:
            raise Refusal("owes_too_much", f"found {at.deficit} {unit} points owed and {there} to make them good, "
                          "expected enough of them: settle the debt first, by points or by hand", unit=unit,
                          deficit=at.deficit, there=there)
