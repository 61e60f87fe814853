"""Rights: what somebody may do and see, by the names of permissions.

Engine and plugins declare permissions, the programme file gathers them in roles, and every service that people reach
asks `Access` before it reads or writes. A name says what it is about and what is done to it: ``notes.write``.
"""

from collections.abc import Iterable
from enum import StrEnum

import attrs

from treuwerk.domain.ids import account_and_row


class Audience(StrEnum):
    """Whose pages and rights: those of participants, or those of the service centre."""

    PORTAL = "portal"
    OFFICE = "office"


@attrs.frozen
class Permission:
    """One right; `title` is English and is translated where it is shown."""

    name: str
    title: str
    audience: Audience
    reads_personal: bool = False
    """Whether using it shows data of a person, so that its use is noted in the audit."""
    writes: bool = False
    """Whether it changes anything; who only views as somebody else has no such right."""


def _portal(name: str, title: str, *, writes: bool = False) -> Permission:
    return Permission(name, title, Audience.PORTAL, writes=writes)


def _office(name: str, title: str, *, reads_personal: bool = False, writes: bool = False) -> Permission:
    return Permission(name, title, Audience.OFFICE, reads_personal, writes)


PERMISSIONS = (
    _portal("own.account.read", "See the own points account"),
    _portal("own.purchases.read", "See the own purchases"),
    _portal("own.submissions.read", "See the own reported purchases"),
    _portal("own.submissions.write", "Report purchases", writes=True),
    _portal("own.enquiries.write", "Ask about own bookings", writes=True),
    _portal("own.profile.read", "See the own profile"),
    _portal("own.profile.write", "Change the own profile", writes=True),
    _portal("own.people.manage", "Manage the people of the own company", writes=True),
    _portal("own.rewards.read", "See the rewards"),
    _portal("own.wishes.write", "Put rewards on the own wish list", writes=True),
    _portal("own.orders.read", "See the own orders of rewards"),
    _portal("own.points.redeem", "Spend points of the own company", writes=True),
    _office("search", "Search over everything", reads_personal=True),
    _office("participants.read", "See participants", reads_personal=True),
    _office("participants.write", "Change participants", writes=True),
    _office("participants.view_as", "See the portal as a participant", reads_personal=True),
    _office("notes.read", "Read notes", reads_personal=True),
    _office("notes.write", "Write notes", writes=True),
    _office("queue.read", "See the work queue"),
    _office("queue.work", "Take and finish work", writes=True),
    _office("submissions.read", "See reported purchases", reads_personal=True),
    _office("submissions.decide", "Enter and decide reported purchases", writes=True),
    _office("submissions.approve", "Decide as the second person on reported purchases", writes=True),
    _office("deliveries.read", "See deliveries that are held"),
    _office("deliveries.decide", "Decide on deliveries that are held", writes=True),
    _office("catalogue.read", "See the catalogue of rewards"),
    _office("catalogue.write", "Change rewards", writes=True),
    _office("catalogue.publish", "Publish and withdraw rewards", writes=True),
    _office("clearing.map", "Map unknown customers, articles and sellers", writes=True),
    _office("points.adjust", "Book points by hand", writes=True),
    _office("points.approve", "Decide on points that others book by hand", writes=True),
    _office("tiers.give", "Give tiers by hand", writes=True),
    _office("tiers.approve", "Decide on tiers that others give", writes=True),
    _office("orders.read", "See orders of rewards", reads_personal=True),
    _office("orders.write", "Work on orders of rewards", writes=True),
    _office("orders.place", "Order rewards for participants", writes=True),
    _office("orders.approve", "Approve orders of rewards", writes=True),
    _office("users.manage", "Manage users and their roles", writes=True),
    _office("programme.read", "See proposals for changed programmes", reads_personal=True),
    _office("programme.approve", "Decide on proposals for changed programmes", writes=True),
    _office("audit.read", "Read the audit", reads_personal=True),
    _office("plugins.read", "See plugins and their state"),
    _office("plugins.manage", "Pause plugins and let them go on", writes=True),
)
"""The permissions of the engine itself."""


class NotAllowed(Exception):
    """Somebody lacks a right; `permission` is its name."""

    def __init__(self, permission: str) -> None:
        super().__init__(f"this needs the right {permission!r}; expected a role that has it")
        self.permission = permission


class OutOfScope(Exception):
    """The account is not among those that somebody may see. People are told that it is not there."""


def row_named(public_id: str, *prefixes: str) -> tuple[int, int]:
    """Account and row of a public id of one of these kinds.

    Raises:
        OutOfScope: it is no id, or one of another kind.
    """
    try:
        found, account_id, row_id = account_and_row(public_id)
    except ValueError:
        raise OutOfScope from None
    if found not in prefixes:
        raise OutOfScope
    return account_id, row_id


@attrs.frozen
class Access:
    """Who acts, and what may be done. Made once for each request; services ask it before anything else.

    `account_id` is the company that a participant's user acts for, or whose pages the service centre views; 0 in the
    service centre itself. `actor` is what stands in books and audit.
    """

    user_id: int
    actor: str
    audience: Audience
    permissions: frozenset[str]
    account_id: int = 0
    person_id: int = 0
    viewing: bool = False
    session: str = ""
    """Beginning of the session's key, to find its acts in the audit."""
    request_id: str = ""

    def may(self, permission: str) -> bool:
        """Whether the right is there."""
        return permission in self.permissions

    def require(self, permission: str) -> None:
        """Go on only with this right.

        Raises:
            NotAllowed: it is not there.
        """
        if permission not in self.permissions:
            raise NotAllowed(permission)

    def require_account(self, account_id: int) -> None:
        """Go on only with an account in scope: any in the service centre, in the portal the own one.

        Raises:
            OutOfScope: it is someone else's.
        """
        if self.audience is Audience.PORTAL and account_id != self.account_id:
            raise OutOfScope


def names_for(audience: Audience, permissions: Iterable[Permission] = PERMISSIONS) -> frozenset[str]:
    """All rights of an audience."""
    return frozenset(permission.name for permission in permissions if permission.audience is audience)
