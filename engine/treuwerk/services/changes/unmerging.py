"""Unmerging: one participant becomes two again, to the posting.

The account that was given up gets back exactly its lots, with their own expiry, and what it owed. The one that stayed
hands back first what is left of them there, then other points in the order of spending; what is no longer there it
owes, or the programme bears, by the unit's policy. What was booked since the merge stays where it was booked.
"""

from collections.abc import Mapping, Sequence

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain import ids
from treuwerk.domain.actors import acting_person
from treuwerk.domain.ledger import Book, TransactionKind, moment
from treuwerk.domain.lots import Lot
from treuwerk.domain.merging import Debts, Taken, handed_back, net_of, returned
from treuwerk.domain.movements import Legs, Recoverable
from treuwerk.domain.participants import ParticipantStatus
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.terms import Returns
from treuwerk.services.changes.merging import public_ids, sweep_all
from treuwerk.services.installation import Installation
from treuwerk.services.ledger.bookkeeping import OpenAccount, Order
from treuwerk.services.ledger.terms import BY_HAND, TermsTable
from treuwerk.services.ledger.transferring import open_accounts
from treuwerk.store import accounts, cart, merged_ways, merges, stock_watches, wishes
from treuwerk.store.merges import Moved
from treuwerk.store.owners import lock_owners, set_status
from treuwerk.store.search import index_accounts


@attrs.frozen
class Unmerged:
    """What came back, by unit, and what of it the account that stayed no longer had, by unit."""

    id: str
    account_id: int
    into_account_id: int
    points: Mapping[str, Mapping[str, int]]
    missing: Mapping[str, int]
    identifiers: Sequence[Sequence[str]]
    logins: Sequence[str]
    transactions: Sequence[str]


def unmerge(installation: Installation, given_up: int, now: int, *, actor: str) -> Unmerged:
    """Undo the merge by which an account was given up.

    Raises:
        Refusal: `not_merged`, also where it is undone already; `merged_on`: the account that stayed was itself given up
            since; `unknown_actor`.
    """
    person = acting_person(actor)

    def work(connection: Connection) -> Unmerged:
        row = _standing(connection, given_up)
        lock_owners(connection, (given_up, row.into_account_id), to_change=True)
        row = _standing(connection, given_up)  # as it is under lock
        _refuse_chain(connection, row)
        if not merges.undo(connection, given_up, row.id, person, now):
            raise _not_merged(given_up)
        books = open_accounts(installation, connection, (given_up, row.into_account_id), now)
        return _unmerged(row, books[given_up], books[row.into_account_id], person)

    return installation.database.run(work)


def _standing(connection: Connection, given_up: int) -> Row[tuple[object, ...]]:
    row = merges.standing_merge(connection, given_up)
    if row is None:
        raise _not_merged(given_up)
    return row


def _not_merged(account_id: int) -> Refusal:
    return Refusal("not_merged", f"found account {account_id} standing for itself, expected one that was merged into "
                   "another and not separated since", account=str(account_id))


def _refuse_chain(connection: Connection, row: Row[tuple[object, ...]]) -> None:
    onward = merges.standing_merge(connection, row.into_account_id)
    if onward is not None:
        raise Refusal("merged_on", f"found account {row.into_account_id} merged into {onward.into_account_id} since; "
                      "unmerge that first, then this one", account=str(row.into_account_id),
                      into=str(onward.into_account_id))


def _unmerged(row: Row[tuple[object, ...]], given_up: OpenAccount, into: OpenAccount, actor: str) -> Unmerged:
    moved = merges.moved_of(row)
    sweep_all(into)
    taken = _taken(given_up, moved)
    pair, missing = ([], {}) if not taken else _book_both(row, given_up, into, moved, taken, actor)
    _return_names(given_up.connection, given_up.account_id, into.account_id, moved)
    set_status(given_up.connection, given_up.account_id, ParticipantStatus(moved.status), given_up.now)
    points = {unit: {"points": sum(part.amount for part in one.participant),
                     "pending": sum(part.amount for part in one.pending), "deficit": one.deficit}
              for unit, one in taken.items()}
    return Unmerged(ids.public_id(ids.MERGE, given_up.account_id, row.id), given_up.account_id, into.account_id, points,
                    missing, moved.identifiers, [shown for shown, *_ in moved.logins],
                    public_ids(given_up.account_id, into.account_id, attrs.evolve(moved, transactions=[pair])
                               if pair else Moved("")))


def _taken(given_up: OpenAccount, moved: Moved) -> dict[str, Taken]:
    """By unit: what the account gave, over all transactions of the merge."""
    out, of = [pair[0] for pair in moved.transactions], (given_up.connection, given_up.account_id)
    points, pending = accounts.parts_of(*of, out, Book.PARTICIPANT), accounts.parts_of(*of, out, Book.PENDING)
    deficits = accounts.booked_in(*of, out, Book.DEFICIT)
    return {unit: Taken(points.get(unit, ()), pending.get(unit, ()), deficits.get(unit, 0))
            for unit in sorted({*points, *pending, *deficits})}


def _book_both(row: Row[tuple[object, ...]], given_up: OpenAccount, into: OpenAccount, moved: Moved,
               taken: Mapping[str, Taken], actor: str) -> tuple[list[int], dict[str, int]]:
    back: Legs = ()
    home: Legs = ()
    for unit, one in taken.items():
        home += returned(unit, one)
        back += _handed_back(into, unit, one, [pair[1] for pair in moved.transactions])
    pair = []
    for account, kind, cause, legs, of in (
            (given_up, TransactionKind.UNMERGE_IN, f"from {into.account_id}", home, 0),
            (into, TransactionKind.UNMERGE_OUT, f"to {given_up.account_id}", back, 1)):
        order = Order(account.account_id, kind, f"unmerge|{row.id}", (row.id,), cause, actor,
                      refers_to=moved.transactions[0][of])
        pair.append(account.book(order, legs).id)
        again = OpenAccount(account.connection, account.account_id, account.settings, account.now)
        sweep_all(again)  # lots that came home and expired meanwhile are gone at once
        again.settle(pair[-1])
    missing = {leg.unit: -leg.amount for leg in back if leg.book in (Book.DEFICIT, Book.CLAWBACK) and leg.amount < 0}
    return pair, missing


def _handed_back(into: OpenAccount, unit: str, taken: Taken, arrived: Sequence[int]) -> Legs:
    of = into.connection, into.account_id
    activated = [row.id for one in arrived for row in accounts.referring(*of, one, [TransactionKind.ACTIVATION])]
    own = {*arrived, *activated}
    lots = accounts.all_lots(*of, unit, Book.PARTICIPANT)
    there = Recoverable(_made_by(own, accounts.all_lots(*of, unit, Book.PENDING)), _made_by(own, lots),
                        accounts.expired_of(*of, sorted(own)).get(unit, 0),
                        [lot for lot in lots if lot.transaction_id not in own])
    bears = Book.CLAWBACK if into.unit(unit).returns is Returns.CLAMP else Book.DEFICIT
    return handed_back(unit, taken, there, bears, _debts(into, unit, arrived[0]), into.now)


def _made_by(transaction_ids: set[int], lots: Sequence[Lot]) -> list[Lot]:
    return [lot for lot in lots if lot.transaction_id in transaction_ids]


def _debts(into: OpenAccount, unit: str, since: int) -> Debts:
    of = into.connection, into.account_id
    paid = accounts.parts_of(*of, merges.settlements_since(*of, since), Book.PARTICIPANT).get(unit, [])
    room = merges.room_in(*of, [(part.transaction_id, part.line) for part in paid])
    day = moment(into.now).astimezone(into.zone).date().isoformat()
    ends = TermsTable(into.settings, into.now).activated(BY_HAND, unit, day).expires_at
    return Debts(into.standing[unit].deficit, net_of(paid, room), ends)


def _return_names(connection: Connection, given_up: int, into: int, moved: Moved) -> None:
    """What the account was known by leads to it again; logins and addresses go back to their people."""
    merges.point_identifiers(connection, moved.identifiers, into, given_up)
    for _, user_id, person_id, there in moved.logins:
        merges.move_member(connection, user_id, (into, there), (given_up, person_id))
    for kept in (cart, stock_watches):
        kept.move(connection, into, given_up, {user_id for _, user_id, *_ in moved.logins})
    merges.end_sessions(connection, into, {there for *_, there in moved.logins})
    merged_ways.return_addresses(connection, into, given_up, moved.addresses)
    merged_ways.open_codes_again(connection, given_up, moved.codes)
    merged_ways.return_former(connection, into, given_up, moved.former)
    wishes.bring_back(connection, into, given_up, moved.wishes)
    merged_ways.move_work(connection, given_up, given_up)
    merges.forget_people(connection, into, moved.people)
    index_accounts(connection, (given_up, into))
