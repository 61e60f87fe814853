"""A company with people who sign in, for tests of what it manages itself."""

from collections.abc import Iterable

from sqlalchemy import Connection

from tests.support.portal import NOW, Portal
from treuwerk.domain.ids import public_user_id
from treuwerk.domain.rights import PERMISSIONS, Access, Audience
from treuwerk.programme.roles import permissions_of
from treuwerk.services.identity.memberships import add_membership
from treuwerk.services.identity.users import add_user
from treuwerk.services.participants.colleagues import Giving, giving

ADDRESS = {"label": "Warehouse", "name": "Müller & Söhne, gate 3", "street": "Am Kesselhaus 12", "postcode": "D-13089",
           "city": "Berlin", "country": "DE"}
"""An address as it is typed."""


def add_colleague(portal: Portal, name: str, role: str = "manager", customer: str = "1001") -> int:
    """A user who acts for a company."""
    with portal.installation.database.writing() as connection:
        user_id = add_user(connection, name, NOW)
        add_membership(connection, user_id, portal.account(customer), NOW, role=role)
    return user_id


def acting_as(portal: Portal, user_id: int, role: str = "manager", customer: str = "1001",
              without: Iterable[str] = ()) -> Access:
    """A user of a company at work."""
    rights = permissions_of(portal.installation.programme.settings, [role], Audience.PORTAL) - set(without)
    return Access(user_id, public_user_id(user_id), Audience.PORTAL, rights, portal.account(customer), 0, session="s1",
                  request_id="r1")


def giving_of(portal: Portal, access: Access) -> Giving:
    """What somebody may give to others."""
    return giving(access, portal.installation.programme.settings, PERMISSIONS)


def roles_in(connection: Connection, account_id: int) -> dict[int, str]:
    """The roles of a company by user."""
    from treuwerk.store.tables import membership

    rows = connection.execute(membership.select().where(membership.c.account_id == account_id))
    return {row.user_id: row.role for row in rows}
