"""Who owns accounts, read so that it stays true until the transaction ends."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select, update

from treuwerk.domain.participants import ParticipantStatus
from treuwerk.store.prepared import Prepared
from treuwerk.store.tables import app_user, directory, local_login, membership, participant, person


class Owner(NamedTuple):
    """The participant of an account, as far as it decides what may be booked there."""

    account_id: int
    name: str
    group: str
    status: ParticipantStatus


def owners_of(connection: Connection, account_ids: Collection[int]) -> dict[int, Owner]:
    """Owners by account, as they are now."""
    return _owners(connection, _FOUND, account_ids)


def lock_owners(connection: Connection, account_ids: Collection[int], *, to_change: bool = False) -> dict[int, Owner]:
    """Owners by account; nobody changes them before this transaction ends.

    Whoever locks both takes owners before balances, each in ascending order. So an account that has no balance yet is
    locked, too. `to_change` also keeps out others that only look.
    """
    return _owners(connection, _LOCKED_TO_CHANGE if to_change else _LOCKED, account_ids)


_QUERY = select(participant.c.account_id, participant.c.name, participant.c.group, participant.c.status).where(
    participant.c.account_id.in_(bindparam("accounts", expanding=True))).order_by(participant.c.account_id)
_FOUND, _LOCKED = Prepared(_QUERY), Prepared(_QUERY.with_for_update(read=True))
_LOCKED_TO_CHANGE = Prepared(_QUERY.with_for_update())


def _owners(connection: Connection, query: Prepared, account_ids: Collection[int]) -> dict[int, Owner]:
    rows = query.rows(connection, accounts=sorted(account_ids)) if account_ids else []
    return {row.account_id: Owner(row.account_id, row.name, row.group, ParticipantStatus(row.status)) for row in rows}


def set_status(connection: Connection, account_id: int, status: ParticipantStatus, now: int) -> None:
    """Note another status of a participant, in the list of all, too."""
    connection.execute(update(directory).where(directory.c.account_id == account_id).values(status=status.value))
    connection.execute(update(participant).where(participant.c.account_id == account_id).values(
        status=status.value, version=participant.c.version + 1, changed_at=now))


def names_of_people(connection: Connection, accounts: Collection[int]) -> dict[int, set[str]]:
    """Names, addresses and logins of all who belong to some accounts, by account; two statements."""
    people = connection.execute(select(person.c.account_id, person.c.name, person.c.email, person.c.known_as).where(
        person.c.account_id.in_(sorted(accounts))))
    users = connection.execute(
        select(membership.c.account_id, app_user.c.name, app_user.c.email, local_login.c.login)
        .select_from(membership.join(app_user, app_user.c.user_id == membership.c.user_id)
                     .join(local_login, local_login.c.user_id == app_user.c.user_id, isouter=True))
        .where(membership.c.account_id.in_(sorted(accounts))))
    found: dict[int, set[str]] = {account_id: set() for account_id in accounts}
    for account_id, *texts in (*people, *users):
        found[account_id].update(text for text in texts if text)
    return found
