"""Changed programmes as proposals: what they would come to is kept, and another person approves them or does not.

What is approved is the part of the file that decides about points, by its digest. A proposal is about the programme
that it was laid beside: once another one is in force, it must be proposed anew.
"""

import json
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import attrs
from sqlalchemy import Connection, Row, select

from treuwerk.domain import ids
from treuwerk.domain.actors import acting_person, same_person, stated_reason
from treuwerk.domain.earning_parts import Change, changes, digest
from treuwerk.domain.ledger import moment
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, OutOfScope, row_named
from treuwerk.programme.reading import LoadedProgramme
from treuwerk.services.auditing import note_act
from treuwerk.services.identity.passwords import folded
from treuwerk.services.simulation.reporting import Report, with_names
from treuwerk.store import proposals as store
from treuwerk.store.tables import app_user, local_login

READ, APPROVE = "programme.read", "programme.approve"
_LISTED = 50


class State(StrEnum):
    """What became of a proposal; the first programme of a database is given."""

    GIVEN = "given"
    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@attrs.frozen
class Proposal:
    """A proposal without what it comes to; instants in microseconds UTC, 0 and empty for what is not there yet."""

    id: int
    digest: str
    base: str
    reason: str
    state: State
    user_id: int
    actor: str
    asked_at: int
    second: str
    decided_at: int
    said: str

    @property
    def public_id(self) -> str:
        """As people and addresses have it."""
        return ids.public_id(ids.PROPOSAL, 0, self.id)

    def as_json(self) -> dict[str, Any]:
        """The proposal for machines."""
        return {"id": self.public_id, "digest": self.digest, "state": self.state.value, "reason": self.reason,
                "actor": self.actor, "asked_at": moment(self.asked_at).isoformat(), "second": self.second,
                "decided_at": moment(self.decided_at).isoformat() if self.decided_at else None, "said": self.said}


@attrs.frozen
class Shown:
    """A proposal with all that whoever decides must see: its effect with names, and what changes in the file."""

    proposal: Proposal
    effect: Report
    changes: Sequence[Change]


def propose(access: Access, connection: Connection, current: LoadedProgramme, following: LoadedProgramme,
            effect: Report, reason: str, now: int) -> Proposal:
    """Let another person decide on a changed programme.

    Raises:
        NotAllowed: the right is not there.
        Refusal: `no_reason`; `nothing_changed`: no setting that decides about points is another one; `waits_already`.
    """
    access.require(APPROVE)
    said, actor = stated_reason(reason), acting_person(access.actor)
    base, wanted = digest(current.earning_part), digest(following.earning_part)
    if base == wanted:
        raise Refusal("nothing_changed", "found the same rules, filters, units and levels as in force, expected a "
                      "change of them; others need no approval")
    number = next(ids.row_ids(now))
    if not store.put(connection, {
            "id": number, "digest": wanted, "part": following.earning_part, "base": base,
            "base_part": current.earning_part, "effect": json.dumps(effect, ensure_ascii=False),
            "reason": said, "state": State.WAITING.value, "asked_at": now, "actor": actor,
            "user_id": access.user_id or _user_called(connection, actor)}):
        raise Refusal("waits_already", "found a proposal of the same programme that waits, expected none; decide on "
                      "that, or withdraw it")
    found = numbered(connection, number)
    note_act(connection, access, "programme.propose", 0, found.public_id, now=now, reason=said,
             after={"digest": wanted, "base": base})
    return found


def approve(access: Access, connection: Connection, public_id: str, current: LoadedProgramme, now: int,
            said: str = "") -> Proposal:
    """Agree with a proposal as a second person; its programme may be put in force then.

    Raises:
        NotAllowed: the right is not there.
        OutOfScope: there is none of this id.
        Refusal: `self_approval`, `already_decided`; `outdated`: another programme is in force than it was laid beside.
    """
    found = _waiting(access, connection, public_id)
    if is_own(access, connection, found):
        raise Refusal("self_approval", f"found {access.actor!r}, who proposed it; expected another person")
    # Whoever has put it in force already books nothing until then, so that nothing has changed since.
    if digest(current.earning_part) not in (found.base, found.digest):
        raise Refusal("outdated", "found another programme in force than the one that it was laid beside; let it be "
                      "simulated and proposed anew")
    return _decide(access, connection, found, State.APPROVED, " ".join(said.split()), now)


def decline(access: Access, connection: Connection, public_id: str, now: int, reason: str) -> Proposal:
    """Say no with a reason, or withdraw one's own.

    Raises:
        NotAllowed: the right is not there.
        OutOfScope: there is none of this id.
        Refusal: `no_reason`, `already_decided`.
    """
    found = _waiting(access, connection, public_id)
    if is_own(access, connection, found):
        return _decide(access, connection, found, State.WITHDRAWN, " ".join(reason.split()), now)
    return _decide(access, connection, found, State.DECLINED, stated_reason(reason), now)


def latest(access: Access, connection: Connection) -> list[Proposal]:
    """The latest ones first, at most 50."""
    access.require(READ)
    return [_from(row) for row in store.latest(connection, _LISTED)]


def shown(access: Access, connection: Connection, public_id: str) -> Shown:
    """One of them, with what it comes to.

    Raises:
        NotAllowed: the right is not there.
        OutOfScope: there is none of this id.
    """
    access.require(READ)
    row = store.by_id(connection, row_named(public_id, ids.PROPOSAL)[1])
    if row is None:
        raise OutOfScope
    effect = with_names(connection, json.loads(row.effect)) if row.effect else {}
    return Shown(_from(row), effect, changes(row.base_part, row.part) if row.base_part else ())


def numbered(connection: Connection, number: int) -> Proposal:
    """One of them by its number.

    Raises:
        OutOfScope: there is none.
    """
    row = store.by_id(connection, number)
    if row is None:
        raise OutOfScope
    return _from(row)


def is_own(access: Access, connection: Connection, found: Proposal) -> bool:
    """Whether this person proposed it, by user or by name; at the machine the login is known, too."""
    user_id = access.user_id or _user_called(connection, access.actor)
    return (user_id != 0 and user_id == found.user_id) or same_person(access.actor, found.actor)


def _waiting(access: Access, connection: Connection, public_id: str) -> Proposal:
    access.require(APPROVE)
    found = numbered(connection, row_named(public_id, ids.PROPOSAL)[1])
    if found.state is not State.WAITING:
        raise _decided(found)
    return found


def _decide(access: Access, connection: Connection, found: Proposal, state: State, said: str, now: int) -> Proposal:
    acting_person(access.actor)
    if not store.decide(connection, found.id, state.value, {
            "decided_by": access.user_id, "second": access.actor, "decided_at": now, "said": said}):
        raise _decided(found)
    note_act(connection, access, f"programme.{_ACTS[state]}", 0, found.public_id, now=now, reason=said,
             after={"digest": found.digest, "asked_by": found.actor})
    return numbered(connection, found.id)


_ACTS = {State.APPROVED: "approve", State.DECLINED: "decline", State.WITHDRAWN: "withdraw"}


def _decided(found: Proposal) -> Refusal:
    return Refusal("already_decided", f"found it {found.state.value}, or decided in this moment; expected one that "
                   "waits for a decision")


def _user_called(connection: Connection, name: str) -> int:
    """The user of a login or of a name that only one has; 0 for nobody."""
    by_login = connection.execute(select(local_login.c.user_id).where(local_login.c.login == folded(name))).scalar()
    if by_login is not None:
        return int(by_login)
    users = connection.execute(select(app_user.c.user_id).where(app_user.c.name == name).limit(2)).scalars().all()
    return users[0] if len(users) == 1 else 0


def _from(row: Row[Any]) -> Proposal:
    return Proposal(row.id, row.digest, row.base, row.reason, State(row.state), row.user_id, row.actor, row.asked_at,
                    row.second, row.decided_at, row.said)
