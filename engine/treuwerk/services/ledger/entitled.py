"""Whose points may move: an account whose participant takes part, looked at under lock."""

from sqlalchemy import Connection

from treuwerk.domain.participants import ParticipantStatus
from treuwerk.domain.refusals import Refusal
from treuwerk.store.owners import Owner, lock_owners, owners_of


def active_owners(connection: Connection, *account_ids: int, locked: bool = True) -> dict[int, Owner]:
    """The owners of these accounts, all of whom are active, and stay so until the transaction ends where `locked`.

    Raises:
        Refusal: `unknown_account`, or `participant_not_active`, naming who is not.
    """
    look = lock_owners if locked else owners_of
    return active_among(look(connection, account_ids), *account_ids)


def active_among(owners: dict[int, Owner], *account_ids: int) -> dict[int, Owner]:
    """The same of owners who were looked up already, by account; errors are the same."""
    return _checked(owners, account_ids, {ParticipantStatus.ACTIVE})


def staying_owners(connection: Connection, *account_ids: int) -> dict[int, Owner]:
    """The owners of these accounts, none of whom has left.

    Raises:
        Refusal: `unknown_account`, or `participant_not_active`, naming who has left.
    """
    staying = set(ParticipantStatus) - {ParticipantStatus.LEFT}
    return _checked(lock_owners(connection, account_ids), account_ids, staying)


def unknown_account(account_id: int) -> Refusal:
    """The refusal where nobody owns an account."""
    return Refusal("unknown_account", f"found no participant with account {account_id}")


def _checked(owners: dict[int, Owner], account_ids: tuple[int, ...],
             allowed: set[ParticipantStatus]) -> dict[int, Owner]:
    for account_id in account_ids:
        if account_id not in owners:
            raise unknown_account(account_id)
        if (status := owners[account_id].status) not in allowed:
            raise Refusal("participant_not_active", f"found a participant who is {status.value} (account "
                          f"{account_id}), expected one who is {' or '.join(sorted(one.value for one in allowed))}",
                          account=str(account_id), status=status.value)
    return owners
