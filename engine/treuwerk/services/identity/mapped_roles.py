"""Roles that an identity provider gives, by the claims of each sign-in. Roles given by hand are never touched."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select, update

from treuwerk.domain.ids import public_user_id
from treuwerk.domain.rights import Access, Audience
from treuwerk.programme.settings import SignInHead
from treuwerk.services.auditing import note_act
from treuwerk.services.identity.users import grant_role, roles_of_user, withdraw_role
from treuwerk.store.tables import membership


def mapped(head: SignInHead, claims: Mapping[str, Any]) -> list[str]:
    """The roles of these claims, in the order of the programme file."""
    values = claim_values(claims, head.claim)
    return list(dict.fromkeys(role for value, role in head.roles.items() if value in values))


def claim_values(claims: Mapping[str, Any], name: str) -> frozenset[str]:
    """The texts of a claim, be it one or a list; ``realm_access.roles`` looks into a claim that is a table.

    >>> sorted(claim_values({"realm_access": {"roles": ["chief", 7]}}, "realm_access.roles"))
    ['chief']
    """
    found: Any = claims.get(name) if name else None
    if found is None:
        found = claims
        for part in name.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    values = found if isinstance(found, list) else [found]
    return frozenset(value for value in values if isinstance(value, str))


def give_mapped_roles(connection: Connection, head: SignInHead, user_id: int, claims: Mapping[str, Any],
                      now: int) -> None:
    """Make the roles that this provider gave the ones that its claims say now; a change is noted in the audit."""
    if not head.claim:
        return
    wanted = mapped(head, claims)
    if head.audience is Audience.OFFICE:
        _in_office(connection, head.name, user_id, wanted, now)
    elif wanted:
        _in_portal(connection, head.name, user_id, wanted[0], now)


def _in_office(connection: Connection, provider: str, user_id: int, wanted: list[str], now: int) -> None:
    before = roles_of_user(connection, user_id)
    for role in wanted:
        if role not in before:
            grant_role(connection, user_id, role, now, granted_by=provider, source=provider)
    for role, source in before.items():
        if source == provider and role not in wanted:
            withdraw_role(connection, user_id, role)
    after = roles_of_user(connection, user_id)
    if after != before:
        note_act(connection, acting(provider), "user.roles", 0, public_user_id(user_id), now=now,
                 before={"roles": sorted(before)}, after={"roles": sorted(after)})


def _in_portal(connection: Connection, provider: str, user_id: int, role: str, now: int) -> None:
    """The first role that the claims give; without any, that of the membership stays."""
    others = (membership.c.user_id == user_id) & (membership.c.role != role)
    for row in connection.execute(select(membership.c.account_id, membership.c.role).where(others)).all():
        note_act(connection, acting(provider), "user.roles", row.account_id, public_user_id(user_id), now=now,
                 before={"roles": [row.role]}, after={"roles": [role]})
    connection.execute(update(membership).where(others).values(role=role))


def acting(provider: str) -> Access:
    """The identity provider as the one who acts, for the audit."""
    return Access(0, f"sign_in:{provider}", Audience.OFFICE, frozenset())
