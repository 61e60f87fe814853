"""Nobody decides on the own company: known by the portal user of the same person, or by its name.

A company is the own one, too, where the account in question was merged into it. People and portal users move with a
merge, so that it is enough to look at what an account has become.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import Connection

from treuwerk.domain.actors import same_person
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access
from treuwerk.store import entries
from treuwerk.store.owners import names_of_people
from treuwerk.store.succession import successors_of


def refuse_own_company(access: Access, connection: Connection, account_ids: Iterable[int]) -> None:
    """Go on only where somebody belongs to none of these accounts, nor to what they were merged into.

    Raises:
        Refusal: `own_account`.
    """
    if is_own_company(access, connection, account_ids):
        raise _own(access.actor)


def refuse_own_name(actor: str, connection: Connection, account_id: int) -> None:
    """The same for somebody of whom only the name is known, such as on the command line.

    Raises:
        Refusal: `own_account`.
    """
    if _named(actor, connection, successors_of(connection, {account_id})[account_id]):
        raise _own(actor)


def is_own_company(access: Access, connection: Connection, account_ids: Iterable[int]) -> bool:
    """Whether somebody belongs to one of these accounts, or to what it was merged into."""
    return bool(own_companies(access, connection, account_ids))


def own_companies(access: Access, connection: Connection, account_ids: Iterable[int]) -> set[int]:
    """Those of some accounts to which somebody belongs, or to what they were merged into; four statements."""
    became = successors_of(connection, set(account_ids))
    every = set().union(*became.values())
    if not every:
        return set()
    mine = entries.memberships(connection, access.user_id, every) | _named(access.actor, connection, every)
    return {account_id for account_id, accounts in became.items() if accounts & mine}


def _named(actor: str, connection: Connection, accounts: Collection[int]) -> set[int]:
    return {account_id for account_id, names in names_of_people(connection, accounts).items()
            if any(same_person(actor, name) for name in names)}


def _own(actor: str) -> Refusal:
    return Refusal("own_account", f"found {actor!r}, who belongs to this company; expected somebody else")
