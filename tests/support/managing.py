"""A company at work on its own people, with a role that buys and manages, for tests of both."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection

from tests.support.company import giving_of, roles_in
from tests.support.portal import NOW, PROGRAMME, Portal, open_portal
from treuwerk.domain.rights import Access
from treuwerk.services.identity import linking
from treuwerk.services.participants import managing_people
from treuwerk.services.participants.managing_people import Invitation
from treuwerk.store.database import Database
from treuwerk.store.tables import audit_entry

_BUYER = """
[roles.buyer]
name = { de = "Einkauf", en = "Buyer", fr = "Achats" }
audience = "portal"
permissions = ["own.profile.read", "own.people.manage"]
"""
DAY = 86_400_000_000


def open_company(folder: Path, database: Database) -> Portal:
    """A portal whose companies can also have buyers, who manage people and little else."""
    return open_portal(folder, database, PROGRAMME + _BUYER)


def run(portal: Portal, work: Callable[[Connection], object]) -> object:
    """As a page does it: in a transaction of its own."""
    with portal.installation.database.writing() as connection:
        return work(connection)


def change(portal: Portal, access: Access, user_id: int, role: str, seen: str) -> object:
    """Give a colleague another role, as it was `seen`."""
    return run(portal, lambda connection: managing_people.change_role(
        access, connection, giving_of(portal, access), user_id, role, seen, NOW))


def end(portal: Portal, access: Access, user_id: int, now: int = NOW) -> object:
    """End the access of a colleague."""
    return run(portal, lambda connection: managing_people.end_access(
        access, connection, giving_of(portal, access), user_id, now))


def restore(portal: Portal, access: Access, user_id: int, now: int = NOW) -> object:
    """Give ended access back."""
    return run(portal, lambda connection: managing_people.restore_access(
        access, connection, giving_of(portal, access), user_id, now))


def invite(portal: Portal, access: Access, invitation: Invitation, now: int = NOW) -> str:
    """Invite somebody; the printed code."""
    fresh = linking.fresh_code(access.account_id)
    run(portal, lambda connection: managing_people.invite(
        access, connection, giving_of(portal, access), invitation, fresh, now))
    return fresh.printed


def roles(portal: Portal) -> dict[int, str]:
    """The roles of the company by user."""
    with portal.installation.database.reading() as connection:
        return roles_in(connection, portal.account("1001"))


def noted(portal: Portal) -> list[str]:
    """The acts of the audit, oldest first."""
    with portal.installation.database.reading() as connection:
        return [row.action for row in connection.execute(audit_entry.select().order_by(audit_entry.c.id))]
