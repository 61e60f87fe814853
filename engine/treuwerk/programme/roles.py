"""Roles: those that come with the engine, with the programme's own over them."""

from collections.abc import Iterable, Mapping

from treuwerk.domain.rights import PERMISSIONS, Audience, Permission, names_for
from treuwerk.programme.settings import Role, Settings

ALL = "*"
MANAGER, MEMBER, ADMIN, AGENT = "manager", "member", "admin", "agent"
ROLES: Mapping[str, Role] = {
    MANAGER: Role({"de": "Verwaltung", "en": "Manager", "fr": "Gestion"}, Audience.PORTAL, [ALL]),
    MEMBER: Role({"de": "Mitglied", "en": "Member", "fr": "Membre"}, Audience.PORTAL,
                 ["own.account.read", "own.purchases.read", "own.submissions.read", "own.submissions.write",
                  "own.enquiries.write", "own.profile.read", "own.profile.write", "own.rewards.read",
                  "own.wishes.write", "own.orders.read"]),
    ADMIN: Role({"de": "Administration", "en": "Administration", "fr": "Administration"}, Audience.OFFICE, [ALL]),
    AGENT: Role({"de": "Servicecenter", "en": "Service centre", "fr": "Centre de service"}, Audience.OFFICE,
                ["search", "participants.read", "participants.write", "participants.view_as", "notes.read",
                 "notes.write", "queue.read", "queue.work", "submissions.read", "submissions.decide",
                 "submissions.approve", "deliveries.read", "deliveries.decide", "clearing.map", "points.adjust",
                 "tiers.give", "catalogue.read", "orders.read", "orders.write", "orders.place"]),
}
"""What a programme has that names no roles of its own."""


def roles_of(settings: Settings) -> Mapping[str, Role]:
    """All roles of a programme by code."""
    return {**ROLES, **settings.roles}


def permissions_of(settings: Settings, codes: Iterable[str], audience: Audience,
                   offered: Iterable[Permission] = ()) -> frozenset[str]:
    """The rights that these roles give an audience; a role that the programme does not have any more gives none.

    `offered` are the permissions of plugins.
    """
    roles = roles_of(settings)
    given = [role for code in codes if (role := roles.get(code)) and role.audience is audience]
    every = names_for(audience, [*PERMISSIONS, *offered])
    return every & {name for role in given for name in (every if ALL in role.permissions else role.permissions)}
