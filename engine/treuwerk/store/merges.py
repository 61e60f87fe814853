"""Accounts that became one: the note of it, and what moved beside the points."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

import attrs
from sqlalchemy import Connection, Row, and_, delete, exists, func, insert, or_, select, update
from sqlalchemy import text as sql

from treuwerk.domain.ledger import Book, TransactionKind
from treuwerk.domain.merging import Owned
from treuwerk.store.tables import (
    account_merge,
    activity,
    app_user,
    balance,
    identifier,
    journal,
    local_login,
    lot,
    membership,
    person,
    web_session,
)

_OPEN = sql("lot.open")  # the bare column, as the partial index has it
_OWES_OR_OWNS = or_(balance.c.posted > 0, balance.c.pending > 0, balance.c.deficit > 0)


@attrs.define
class Moved:
    """What a merge moved: identifiers, people, pairs of transactions, who signs in, and what leads to them.

    `logins` are shown name, user, person before and after; `addresses`, `codes` and `former` as `merged_ways` has them;
    `wishes` are user and reward. `status` is that of the participant before; `points` what the first pair moved, by
    unit.
    """

    status: str
    identifiers: list[list[str]] = attrs.field(factory=list)
    logins: list[list[Any]] = attrs.field(factory=list)
    people: list[int] = attrs.field(factory=list)
    transactions: list[list[int]] = attrs.field(factory=list)
    points: dict[str, dict[str, int]] = attrs.field(factory=dict)
    addresses: list[list[int]] = attrs.field(factory=list)
    codes: list[list[int]] = attrs.field(factory=list)
    former: list[list[int]] = attrs.field(factory=list)
    wishes: list[list[Any]] = attrs.field(factory=list)

    def as_text(self) -> str:
        """As it is stored."""
        return json.dumps(attrs.asdict(self), ensure_ascii=False)


def moved_of(row: Row[Any]) -> Moved:
    """What a stored merge moved."""
    return Moved(**json.loads(row.moved))


def open_lots_of(connection: Connection, account_id: int) -> list[Owned]:
    """All open lots of an account, whatever their unit and book, in the order of spending."""
    rows = connection.execute(
        select(lot.c.transaction_id, lot.c.line, lot.c.book, lot.c.unit, lot.c.remaining, lot.c.active_from,
               lot.c.expires_at).where(lot.c.account_id == account_id, _OPEN)
        .order_by(lot.c.unit, lot.c.expires_at, lot.c.transaction_id, lot.c.line))
    return [Owned(number, line, Book(book), *rest) for number, line, book, *rest in rows]


def room_in(connection: Connection, account_id: int, lots: Collection[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """By lot: how many points it can take back."""
    wanted = sorted({transaction_id for transaction_id, _ in lots})
    rows = connection.execute(select(lot.c.transaction_id, lot.c.line, lot.c.amount - lot.c.remaining).where(
        lot.c.account_id == account_id, lot.c.transaction_id.in_(wanted)))
    return {(number, line): room for number, line, room in rows}


def settlements_since(connection: Connection, account_id: int, transaction_id: int) -> list[int]:
    """Transactions by which an account made good what it owed, from one on."""
    return list(connection.execute(select(journal.c.id).where(
        journal.c.account_id == account_id, journal.c.id > transaction_id,
        journal.c.kind == TransactionKind.SETTLEMENT.value).order_by(journal.c.id)).scalars())


def note(connection: Connection, values: dict[str, Any]) -> None:
    """Keep a merge."""
    connection.execute(insert(account_merge).values(**values, undone_by=""))


def note_moved(connection: Connection, account_id: int, number: int, moved: Moved) -> None:
    """Keep what a merge moved later."""
    connection.execute(update(account_merge).where(account_merge.c.account_id == account_id,
                                                   account_merge.c.id == number).values(moved=moved.as_text()))


def undo(connection: Connection, account_id: int, number: int, actor: str, now: int) -> bool:
    """Note that a merge is undone; False where it was undone before."""
    stands = (account_merge.c.account_id == account_id, account_merge.c.id == number,
              account_merge.c.undone_at.is_(None))
    return connection.execute(update(account_merge).where(*stands).values(
        undone_by=actor, undone_at=now)).rowcount == 1


def standing_merge(connection: Connection, account_id: int) -> Row[Any] | None:
    """The merge by which an account was given up, unless it is undone."""
    return connection.execute(select(account_merge).where(
        account_merge.c.account_id == account_id, account_merge.c.undone_at.is_(None))).one_or_none()


def merges_of(connection: Connection, account_id: int) -> Sequence[Row[Any]]:
    """All merges that an account took part in, oldest first."""
    return connection.execute(select(account_merge).where(or_(
        account_merge.c.account_id == account_id, account_merge.c.into_account_id == account_id))
        .order_by(account_merge.c.merged_at, account_merge.c.id)).all()


def standing_merges_into(connection: Connection, account_id: int) -> Sequence[Row[Any]]:
    """The merges by which accounts were given up for this one."""
    return connection.execute(select(account_merge).where(
        account_merge.c.into_account_id == account_id, account_merge.c.undone_at.is_(None))
        .order_by(account_merge.c.merged_at, account_merge.c.id)).all()


def given_up_with_points(connection: Connection, limit: int) -> list[int]:
    """Accounts that were given up and yet hold or owe points."""
    holding = exists().where(balance.c.account_id == account_merge.c.account_id, _OWES_OR_OWNS)
    return list(connection.execute(select(account_merge.c.account_id).where(
        account_merge.c.undone_at.is_(None), holding).order_by(account_merge.c.account_id).limit(limit)).scalars())


def identifiers_of(connection: Connection, account_id: int) -> list[list[str]]:
    """Scheme and value of what an account is known by."""
    return [list(row) for row in connection.execute(select(identifier.c.scheme, identifier.c.value).where(
        identifier.c.account_id == account_id).order_by(identifier.c.scheme, identifier.c.value))]


def point_identifiers(connection: Connection, pairs: Iterable[Sequence[str]], before: int, after: int) -> int:
    """Let identifiers of one account lead to another; returns how many there were."""
    wanted = [and_(identifier.c.scheme == scheme, identifier.c.value == value) for scheme, value in pairs]
    if not wanted:
        return 0
    return connection.execute(update(identifier).where(identifier.c.account_id == before, or_(*wanted)).values(
        account_id=after)).rowcount


def members_of(connection: Connection, account_id: int) -> list[tuple[str, int, int]]:
    """Who signs in for an account: a name to show (a login, else the user's name), user and person."""
    login = select(func.min(local_login.c.login)).where(local_login.c.user_id == membership.c.user_id).scalar_subquery()
    rows = connection.execute(
        select(func.coalesce(login, app_user.c.name).label("shown"), membership.c.user_id, membership.c.person_id)
        .select_from(membership.join(app_user, app_user.c.user_id == membership.c.user_id))
        .where(membership.c.account_id == account_id).order_by("shown", membership.c.user_id))
    return [(row.shown, row.user_id, row.person_id) for row in rows]


def move_member(connection: Connection, user_id: int, before: tuple[int, int], after: tuple[int, int]) -> bool:
    """Let a user act for another person of another account; False where the user does so already, or never did.

    Both are an account and a person. Who is signed in must sign in again.
    """
    there = exists().where(membership.c.account_id == after[0], membership.c.person_id == after[1],
                           membership.c.user_id == user_id)
    if connection.execute(select(there)).scalar_one():
        return False
    return connection.execute(
        update(membership).where(membership.c.account_id == before[0], membership.c.person_id == before[1],
                                 membership.c.user_id == user_id)
        .values(account_id=after[0], person_id=after[1])).rowcount == 1


def end_sessions(connection: Connection, account_id: int, people: Collection[int]) -> None:
    """End the sessions of some people of an account."""
    connection.execute(delete(web_session).where(web_session.c.account_id == account_id,
                                                 web_session.c.person_id.in_(sorted(people))))


def copy_people(connection: Connection, before: int, after: int, fresh: Iterator[int]) -> tuple[dict[int, int],
                                                                                             list[int]]:
    """Make the people of one account known in another: their ids there by their ids here, and the ids that are new.

    They keep their ids, so that a list that names them again is known again. Who is known there already stays who he
    is there, and so does whose id somebody has; then `fresh` gives another one.
    """
    there = {row.known_as: row.id for row in connection.execute(select(person.c.known_as, person.c.id).where(
        person.c.account_id == after))}
    taken, ids, copied = set(there.values()), dict[int, int](), list[int]()
    for row in connection.execute(select(person).where(person.c.account_id == before).order_by(person.c.id)).all():
        if row.known_as in there:
            ids[row.id] = there[row.known_as]
            continue
        ids[row.id] = next(fresh) if row.id in taken else row.id
        copied.append(ids[row.id])
        connection.execute(insert(person).values(**{**row._mapping, "account_id": after, "id": ids[row.id]}))
    return ids, copied


def forget_people(connection: Connection, account_id: int, people: Collection[int]) -> None:
    """Take out people of an account who did nothing there and cannot sign in."""
    acted = exists().where(activity.c.account_id == person.c.account_id, activity.c.person_id == person.c.id)
    signs_in = exists().where(membership.c.account_id == person.c.account_id, membership.c.person_id == person.c.id)
    connection.execute(delete(person).where(person.c.account_id == account_id, person.c.id.in_(sorted(people)),
                                            ~acted, ~signs_in))
