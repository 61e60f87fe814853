"""Nobody decides on the own company: known by the portal user of the same person, or by its name.

A company is the own one, too, where the account in question was merged into it. People and portal users move with a
merge, so that it is enough to look at what an account has become.
"""

from collections.abc import Iterable

from sqlalchemy import Connection

from treuwerk.domain.actors import same_person
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access
from treuwerk.store import entries
from treuwerk.store.owners import names_of_people
from treuwerk.store.succession import successor


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
    if _is_named(actor, connection, account_id):
        raise _own(actor)


def is_own_company(access: Access, connection: Connection, account_ids: Iterable[int]) -> bool:
    """Whether somebody belongs to one of these accounts, or to what it was merged into."""
    return any(entries.belongs_to(connection, access.user_id, account_id)
               or _is_named(access.actor, connection, account_id) for account_id in sorted(set(account_ids)))


def _is_named(actor: str, connection: Connection, account_id: int) -> bool:
    return any(same_person(actor, name) for one in {account_id, successor(connection, account_id)}
               for name in names_of_people(connection, one))


def _own(actor: str) -> Refusal:
    return Refusal("own_account", f"found {actor!r}, who belongs to this company; expected somebody else")
