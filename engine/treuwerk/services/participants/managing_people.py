"""A company manages its own people: invited, given another role, shut out, and let in again.

Who may manage people is never the last one to lose that: every change of a role or of access locks the memberships of
the company first, and is decided by what stands behind that lock. So two managers who take the role from one another at
the same moment do not both succeed.
"""

from typing import Any

import attrs
from sqlalchemy import Connection, Row, delete, insert, select, update

from treuwerk.domain import ids
from treuwerk.domain.folding import name_key
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, NotAllowed, OutOfScope
from treuwerk.services.auditing import note_act
from treuwerk.services.identity import linking
from treuwerk.services.identity.linking import FreshCode
from treuwerk.services.identity.memberships import add_membership, remove_membership
from treuwerk.services.identity.session_keeping import end_for_company
from treuwerk.services.identity.sessions import ACTIVE
from treuwerk.services.participants.colleagues import KEPT, MANAGE, Giving
from treuwerk.store.owners import lock_owners
from treuwerk.store.tables import app_user, former_membership, membership, person

CODE = "inv"
"""What ids of invitations begin with."""
LONGEST_NAME = 100
MOST_OPEN_CODES = 50


@attrs.frozen
class Invitation:
    """Whom to invite as what: a person whom the company has already, or else a name."""

    role: str
    person_id: int = 0
    name: str = ""


def invite(access: Access, connection: Connection, giving: Giving, invitation: Invitation, fresh: FreshCode,
           now: int) -> int:
    """Let a colleague sign in first with this code; earlier codes for the same one are withdrawn. Returns its number.

    Raises:
        Refusal: `beyond_own`, `no_name`, `has_access`, `too_many_codes`.
        OutOfScope: there is no such person in the company.
    """
    access.require(MANAGE)
    _may_give(giving, invitation.role)
    rows = _locked(access, connection, giving)
    known, name = _invited(connection, access.account_id, invitation)
    if known and any(row.person_id == known for row in rows):
        raise Refusal("has_access", "found a person who can sign in already, expected one who cannot")
    waiting = linking.open_codes(connection, access.account_id, now)
    same = [one for one in waiting if (known and one.person_id == known) or name_key(one.name) == name_key(name)]
    if len(waiting) - len(same) >= MOST_OPEN_CODES:
        raise Refusal("too_many_codes", f"found {len(waiting)} codes that wait, expected fewer than {MOST_OPEN_CODES}")
    for one in same:
        linking.withdraw_code(connection, access.account_id, one.id, now)
    number = linking.keep_code(connection, access.account_id, fresh, now, role=invitation.role, created_by=access.actor,
                               person_id=known, name="" if known else name)
    note_act(connection, access, "people.invite", access.account_id, ids.public_id(CODE, access.account_id, number),
             now=now, after={"role": invitation.role, "replaces": len(same)})
    return number


def withdraw(access: Access, connection: Connection, number: int, now: int) -> bool:
    """Let a code be good no more; False where it was used or is over."""
    access.require(MANAGE)
    done = linking.withdraw_code(connection, access.account_id, number, now)
    if done:
        note_act(connection, access, "people.withdraw", access.account_id,
                 ids.public_id(CODE, access.account_id, number), now=now)
    return done


def give_back(access: Access, connection: Connection, giving: Giving, number: int, now: int) -> bool:
    """Undo that a code was withdrawn; False where it is too old or was used.

    Raises:
        Refusal: `beyond_own`.
    """
    access.require(MANAGE)
    done = linking.give_back_code(connection, access.account_id, number, now)
    if done:
        _may_take(giving, linking.role_of_code(connection, access.account_id, number))
        note_act(connection, access, "people.give_back", access.account_id,
                 ids.public_id(CODE, access.account_id, number), now=now)
    return done


def change_role(access: Access, connection: Connection, giving: Giving, user_id: int, role: str, seen: str,
                now: int) -> bool:
    """Give a colleague another role; `seen` is the one that was there when this was asked for. False for the same one.

    Sessions of the colleague for this company end, since rights are gained by a fresh sign-in.

    Raises:
        Refusal: `beyond_own`, `last_manager`, `changed`: somebody else was faster.
        OutOfScope: nobody of this company.
    """
    access.require(MANAGE)
    _may_give(giving, role)
    rows = _locked(access, connection, giving)
    before = _roles_of(rows, user_id)
    if set(before) == {role}:
        return False
    if seen not in before:
        raise Refusal("changed", "found that somebody else changed this role meanwhile; look at it again")
    _may_take(giving, *before)
    if role not in giving.managing:
        _refuse_nobody_left(rows, giving, user_id)
    connection.execute(update(membership).where(
        membership.c.account_id == access.account_id, membership.c.user_id == user_id).values(role=role))
    if user_id != access.user_id:
        end_for_company(connection, user_id, access.account_id)
    note_act(connection, access, "people.role", access.account_id, ids.public_user_id(user_id), now=now,
             before={"role": ", ".join(sorted(set(before)))}, after={"role": role})
    return True


def end_access(access: Access, connection: Connection, giving: Giving, user_id: int, now: int) -> None:
    """Let a colleague act for the company no more; sessions for it end at once. It can be given back for a while.

    Raises:
        Refusal: `own_access`, `beyond_own`, `last_manager`.
        OutOfScope: nobody of this company.
    """
    access.require(MANAGE)
    if user_id == access.user_id:
        raise Refusal("own_access", "found the own access, expected that of a colleague: another manager can end yours")
    rows = _locked(access, connection, giving)
    roles = _roles_of(rows, user_id)
    _may_take(giving, *roles)
    _refuse_nobody_left(rows, giving, user_id)
    _remember(connection, [row for row in rows if row.user_id == user_id], access.user_id, now)
    remove_membership(connection, user_id, access.account_id)
    end_for_company(connection, user_id, access.account_id)
    note_act(connection, access, "people.end_access", access.account_id, ids.public_user_id(user_id), now=now,
             before={"role": ", ".join(sorted(set(roles)))})


def restore_access(access: Access, connection: Connection, giving: Giving, user_id: int, now: int) -> None:
    """Give access back to exactly who had it, with the role of then.

    Raises:
        Refusal: `beyond_own`.
        OutOfScope: nobody whose access was ended here within the last thirty days.
    """
    access.require(MANAGE)
    _locked(access, connection, giving)
    rows = connection.execute(delete(former_membership).where(
        former_membership.c.account_id == access.account_id, former_membership.c.user_id == user_id,
        former_membership.c.ended_at > now - KEPT).returning(former_membership)).all()
    if not rows:
        raise OutOfScope
    for row in rows:
        _may_take(giving, row.role)
        add_membership(connection, user_id, access.account_id, now, role=row.role, person_id=row.person_id)
    note_act(connection, access, "people.restore_access", access.account_id, ids.public_user_id(user_id), now=now,
             after={"role": rows[0].role})


def _invited(connection: Connection, account_id: int, invitation: Invitation) -> tuple[int, str]:
    """Id and name of the person; 0 for somebody who becomes one with the first login."""
    if invitation.person_id:
        found = connection.execute(select(person.c.name).where(
            person.c.account_id == account_id, person.c.id == invitation.person_id)).scalar()
        if found is None:
            raise OutOfScope
        return invitation.person_id, found
    name = " ".join(invitation.name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Refusal("no_name", f"found a name of {len(name)} characters, expected 1 to {LONGEST_NAME}")
    known: int | None = connection.execute(select(person.c.id).where(
        person.c.account_id == account_id, person.c.known_as == name_key(name))).scalar()
    return known or 0, name


def _locked(access: Access, connection: Connection, giving: Giving) -> list[Row[Any]]:
    """Memberships of the company as nobody else changes them now, if the one who asks still manages people."""
    if not lock_owners(connection, [access.account_id], to_change=True):
        raise OutOfScope
    rows = _memberships(connection, access.account_id)
    if access.user_id not in {row.user_id for row in rows if row.role in giving.managing}:
        raise NotAllowed(MANAGE)
    return rows


def _memberships(connection: Connection, account_id: int) -> list[Row[Any]]:
    return list(connection.execute(select(membership, app_user.c.state).join(
        app_user, app_user.c.user_id == membership.c.user_id).where(membership.c.account_id == account_id)))


def _roles_of(rows: list[Row[Any]], user_id: int) -> list[str]:
    """One for each person of the company that the user acts for."""
    roles = [row.role for row in rows if row.user_id == user_id]
    if not roles:
        raise OutOfScope
    return roles


def _may_give(giving: Giving, role: str) -> None:
    if role not in giving.roles:
        raise Refusal("beyond_own", f"found role {role!r}, expected one whose rights you have yourself: "
                      f"{', '.join(giving.roles)}")


def _may_take(giving: Giving, *roles: str) -> None:
    """A role that the programme does not have any more gives nothing, so anybody may take it."""
    for role in giving.beyond.intersection(roles):
        _may_give(giving, role)


def _refuse_nobody_left(rows: list[Row[Any]], giving: Giving, without: int) -> None:
    left = [row for row in rows if row.user_id != without and row.state == ACTIVE and row.role in giving.managing]
    if not left:
        raise Refusal("last_manager", "found that nobody could manage the people of the company afterwards; expected "
                      "that a colleague has such a role first")


def _remember(connection: Connection, rows: list[Row[Any]], ended_by: int, now: int) -> None:
    """Keep whose access it was, so that it can be given back; what is older than that goes."""
    accounts = {row.account_id for row in rows}
    connection.execute(delete(former_membership).where(former_membership.c.account_id.in_(accounts), (
        former_membership.c.ended_at <= now - KEPT) | former_membership.c.user_id.in_({row.user_id for row in rows})))
    connection.execute(insert(former_membership), [
        {"account_id": row.account_id, "user_id": row.user_id, "person_id": row.person_id, "role": row.role,
         "since": row.since, "ended_at": now, "ended_by": ended_by} for row in rows])
