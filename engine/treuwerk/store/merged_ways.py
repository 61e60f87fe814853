"""What leads to people of an account that is given up: addresses, open codes, access that was ended, open work.

Each address keeps its own id where it goes, so that it can come home again by it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, exists, select, update

from treuwerk.domain import ids
from treuwerk.domain.submissions import QUEUED
from treuwerk.store.succession import belongs
from treuwerk.store.tables import address, former_membership, link_code, submission, work_item
from treuwerk.store.work import OPEN, SUBMISSION

Row = list[int]


def move_addresses(connection: Connection, before: int, after: int) -> list[Row]:
    """Move the addresses of an account; which ones, with 1 where it was the preferred one.

    The account that stays keeps its own preferred address.
    """
    other = address.alias()
    same = exists().where(other.c.account_id == after, other.c.id == address.c.id)  # chance does it once in a lifetime
    rows = connection.execute(select(address.c.id, address.c.preferred).where(address.c.account_id == before, ~same)
                              .order_by(address.c.id)).all()
    keeps = connection.execute(select(exists().where(address.c.account_id == after, address.c.preferred))).scalar_one()
    _move(connection, before, after, [row.id for row in rows], {"preferred": False} if keeps else {})
    return [[row.id, int(row.preferred)] for row in rows]


def return_addresses(connection: Connection, into: int, home: int, rows: Sequence[Row]) -> None:
    """Give addresses back, and be the preferred one what was it."""
    plain, preferred = [number for number, first in rows if not first], [number for number, first in rows if first]
    _move(connection, into, home, plain, {"preferred": False})
    _move(connection, into, home, preferred, {"preferred": True})


def end_codes(connection: Connection, account_id: int, now: int) -> list[Row]:
    """End open one-time codes; each with the instant until which it was good.

    A code is hashed with its account, so that it opens no other one: who holds a letter asks for a new one.
    """
    open_ones = (link_code.c.account_id == account_id, link_code.c.used_at.is_(None), link_code.c.expires_at > now)
    rows = connection.execute(select(link_code.c.id, link_code.c.expires_at).where(*open_ones)
                              .order_by(link_code.c.id)).all()
    connection.execute(update(link_code).where(*open_ones).values(expires_at=now))
    return [[row.id, row.expires_at] for row in rows]


def open_codes_again(connection: Connection, account_id: int, rows: Sequence[Row]) -> None:
    """Let codes be good again for what is left of their time."""
    for number, until in rows:
        connection.execute(update(link_code).where(
            link_code.c.account_id == account_id, link_code.c.id == number, link_code.c.used_at.is_(None)).values(
            expires_at=until))


def move_former(connection: Connection, before: int, after: int, people: Mapping[int, int]) -> list[Row]:
    """Let access that was ended lately be given back where the account went; user, person before and after."""
    rows = connection.execute(select(former_membership.c.user_id, former_membership.c.person_id).where(
        former_membership.c.account_id == before).order_by(former_membership.c.user_id,
                                                            former_membership.c.person_id)).all()
    moved = [[row.user_id, row.person_id, people.get(row.person_id, row.person_id)] for row in rows]
    return [row for row in moved if _move_former(connection, before, after, row[0], row[1], row[2])]


def return_former(connection: Connection, into: int, home: int, rows: Sequence[Row]) -> None:
    """Give it back."""
    for user_id, person_id, there in rows:
        _move_former(connection, into, home, user_id, there, person_id)


def move_work(connection: Connection, given_up: int, to: int) -> None:
    """Let the queue name an account for what an account that is given up, or was until now, reported and is open."""
    rows = connection.execute(select(submission.c.account_id, submission.c.id).where(
        belongs(submission.c.account_id, given_up), submission.c.state.in_([state.value for state in QUEUED])))
    objects = [ids.public_id(ids.SUBMISSION, *row) for row in rows]
    if objects:
        connection.execute(update(work_item).where(
            work_item.c.kind == SUBMISSION, work_item.c.state == OPEN, work_item.c.object.in_(objects)).values(
            account_id=to))


def _move_former(connection: Connection, before: int, after: int, user_id: int, here: int, there: int) -> bool:
    one = former_membership.alias()
    taken = exists().where(one.c.account_id == after, one.c.user_id == user_id, one.c.person_id == there)
    mine = and_(former_membership.c.account_id == before, former_membership.c.user_id == user_id,
                former_membership.c.person_id == here)
    return connection.execute(update(former_membership).where(mine, ~taken).values(
        account_id=after, person_id=there)).rowcount == 1


def _move(connection: Connection, before: int, after: int, numbers: Sequence[int], values: Mapping[str, Any]) -> None:
    if numbers:
        connection.execute(update(address).where(address.c.account_id == before, address.c.id.in_(numbers)).values(
            account_id=after, **values))
