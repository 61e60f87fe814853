"""The people of the own company as a participant sees them, and who may be given which role."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import attrs
from sqlalchemy import Connection, func, select

from treuwerk.domain import ids
from treuwerk.domain.rights import Access, Audience, Permission
from treuwerk.programme.roles import permissions_of, roles_of
from treuwerk.programme.settings import Settings
from treuwerk.services.identity.linking import OpenCode, open_codes
from treuwerk.services.identity.sessions import SECOND
from treuwerk.services.participants.members import Member, members_of
from treuwerk.store.tables import app_user, former_membership, person

READ, MANAGE = "own.profile.read", "own.people.manage"
GIVEN_BACK_DAYS = 30
"""For so long access that was ended can be given back."""
KEPT = GIVEN_BACK_DAYS * 86_400 * SECOND


@attrs.frozen
class Former:
    """Somebody whose access was ended lately."""

    user_id: int
    person_id: int
    name: str
    role: str
    ended_at: int


@attrs.frozen
class Team:
    """Everybody of the own company. Codes that wait and former people are told to who manages people only.

    `inviters` are the names of colleagues who made codes, by what stands on the code.
    """

    members: Sequence[Member]
    codes: Sequence[OpenCode] = ()
    former: Sequence[Former] = ()
    inviters: Mapping[str, str] = attrs.field(factory=dict)

    @property
    def users(self) -> list[Member]:
        """Who has access."""
        return [one for one in self.members if one.user_id]

    @property
    def listed(self) -> list[Member]:
        """People of lists who have no access, wait for none and had none lately."""
        told = {one.person_id for one in self.codes} | {one.person_id for one in self.former}
        return [one for one in self.members if not one.user_id and one.person_id not in told]


@attrs.frozen
class Giving:
    """Which roles somebody may give: those whose rights one has oneself.

    `beyond` are the others, which one may not take from anybody either; `managing` are those that manage people.
    """

    roles: tuple[str, ...]
    beyond: frozenset[str]
    managing: frozenset[str]


def team(access: Access, connection: Connection, now: int) -> Team:
    """Everybody of the own company; two queries, two more for who manages people."""
    access.require(READ)
    members = members_of(connection, access.account_id)
    if not access.may(MANAGE):
        return Team([attrs.evolve(one, last_seen=0, login="") for one in members])
    names = {ids.public_user_id(one.user_id): one.name for one in members if one.user_id}
    return Team(members, open_codes(connection, access.account_id, now), _former(connection, access.account_id, now),
                names)


def giving(access: Access, settings: Settings, permissions: Iterable[Permission]) -> Giving:
    """What somebody may give: nobody hands on rights beyond the own."""
    declared = list(permissions)
    rights = {code: permissions_of(settings, [code], Audience.PORTAL, declared) for code in portal_roles(settings)}
    own = tuple(code for code, names in rights.items() if names <= access.permissions)
    return Giving(own, frozenset(rights) - set(own),
                  frozenset(code for code, names in rights.items() if MANAGE in names))


def portal_roles(settings: Settings) -> list[str]:
    """The roles that people of companies can have."""
    return [code for code, role in roles_of(settings).items() if role.audience is Audience.PORTAL]


def rights_of_roles(settings: Settings, codes: Collection[str],
                    permissions: Iterable[Permission]) -> dict[str, list[Permission]]:
    """What each of these roles may do, in the order of declaration."""
    declared = [one for one in permissions if one.audience is Audience.PORTAL]
    rights = {code: permissions_of(settings, [code], Audience.PORTAL, declared) for code in codes}
    return {code: [one for one in declared if one.name in names] for code, names in rights.items()}


def _former(connection: Connection, account_id: int, now: int) -> list[Former]:
    rows = connection.execute(
        select(former_membership.c.user_id, former_membership.c.person_id,
               func.coalesce(person.c.name, app_user.c.name), former_membership.c.role, former_membership.c.ended_at)
        .select_from(former_membership.join(app_user, app_user.c.user_id == former_membership.c.user_id)
                     .join(person, (person.c.account_id == former_membership.c.account_id)
                           & (person.c.id == former_membership.c.person_id), isouter=True))
        .where(former_membership.c.account_id == account_id, former_membership.c.ended_at > now - KEPT)
        .order_by(former_membership.c.ended_at.desc(), former_membership.c.user_id))
    return [Former(*row) for row in rows]
