"""People of the service centre who belong to a company, too: as its portal user, or known to it by name alone."""

from collections.abc import Callable

import attrs

from tests.support.accounts import DONNELLY, account
from tests.support.worlds import SIX_IN_THE_EVENING, World
from treuwerk.domain.rights import Access
from treuwerk.services.identity.memberships import add_membership
from treuwerk.services.identity.users import add_user

Belonging = Callable[[World, Access, str], Access]
"""Makes somebody of the service centre one who belongs to the company of a customer number."""


def member(world: World, access: Access, number: str = DONNELLY) -> Access:
    """Somebody who acts in the portal for a company, too."""
    with world.database.writing() as connection:
        user_id = add_user(connection, "Carla Clerk", SIX_IN_THE_EVENING)
        add_membership(connection, user_id, account(world, number), SIX_IN_THE_EVENING, role="manager")
    return attrs.evolve(access, user_id=user_id, actor="usr_77")


def namesake(world: World, access: Access, number: str = DONNELLY) -> Access:
    """Somebody who is known to the company by name."""
    member(world, access, number)
    return attrs.evolve(access, user_id=99, actor="Clerk, Carla")
