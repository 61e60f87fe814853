"""What one person wants a number of a sender to mean, where that books more than one person decides."""

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain import ids
from treuwerk.domain.aliases import Alias, Kind, Name, Verdict
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, OutOfScope, row_named
from treuwerk.services.auditing import note_act
from treuwerk.store import alias_proposals as store
from treuwerk.store import work
from treuwerk.store.alias_proposals import WAITING

READ = "queue.read"
_LISTED = 50


class Reach(StrEnum):
    """For whom and when a mapping holds."""

    SENDER = "sender"
    ALL = "all"
    ONCE = "once"


@attrs.frozen
class Proposal:
    """A number, what it is to mean, and who wants that; instants in microseconds UTC.

    `points` by unit are those that it moved when it was asked for. `second` decided, or withdrew it; both are empty
    while it waits. `alias_id` is the decision that came of it, 0 for none.
    """

    id: int
    name: Name
    written: str
    called: str
    account_id: int
    participant: str
    reach: Reach
    document: str
    points: Mapping[str, int]
    state: str
    user_id: int
    actor: str
    asked_at: int
    second: str
    decided_at: int
    alias_id: int

    @property
    def public_id(self) -> str:
        """As people and addresses have it."""
        return public_id_of(self.id)

    @property
    def waits(self) -> bool:
        """Whether a second person must still decide."""
        return self.state == WAITING


def public_id_of(number: int) -> str:
    """The id of a proposal as people and addresses have it."""
    return ids.public_id(ids.MAPPING, 0, number)


def propose(access: Access, connection: Connection, name: Name, alias: Alias, document: str, points: Mapping[str, int],
            now: int) -> int:
    """Let a mapping wait for a second person; answers with its number.

    Raises:
        Refusal: `waits_already`: another one on the same number waits.
    """
    reach = Reach.ONCE if alias.verdict is Verdict.ONCE else Reach.SENDER if alias.name == name else Reach.ALL
    if not store.ask(connection, {
            "id": alias.id, "kind": name.kind.value, "scope": name.scope, "scheme": name.scheme, "value": name.value,
            "written_as": alias.written, "called": alias.called, "account_id": alias.account_id, "reach": reach.value,
            "document": document, "points": json.dumps(dict(points), sort_keys=True), "user_id": access.user_id,
            "actor": access.actor, "asked_at": now}):
        raise waits_already()
    number = alias.written or name.value
    work.put(connection, work.MAPPING, public_id_of(alias.id), now, account_id=alias.account_id,
             gist=" ".join(filter(None, (number, alias.called)))[:200])
    note_act(connection, access, "alias.ask", alias.account_id, public_id_of(alias.id), now=now, after={
        "sender": name.scope, "number": number, "points": json.dumps(dict(points), sort_keys=True)})
    return alias.id


def refuse_waiting(connection: Connection, name: Name) -> None:
    """Go on only where no mapping of this number waits for a second person.

    Raises:
        Refusal: `waits_already`.
    """
    if store.waiting_on(connection, name) is not None:
        raise waits_already()


def waits_already() -> Refusal:
    """Told to who decides on a number about which somebody asked a second person."""
    return Refusal("waits_already", "found a mapping of this number that waits for a second person; expected a look at "
                   "that first")


def overtake(connection: Connection, name: Name, now: int) -> None:
    """Close the proposals on a number that somebody else decided on, with their work."""
    for number in store.overtake(connection, name, now):
        work.close(connection, work.MAPPING, public_id_of(number), now)


def proposal_of(access: Access, connection: Connection, public_id: str) -> Proposal:
    """One proposal, whether it waits or not.

    Raises:
        NotAllowed: the right to see the queue is not there.
        OutOfScope: there is none.
    """
    access.require(READ)
    row = store.by_id(connection, row_named(public_id, ids.MAPPING)[1])
    if row is None:
        raise OutOfScope
    return _from(row)


def waiting_on(access: Access, connection: Connection, name: Name) -> Proposal | None:
    """The proposal that waits on a number."""
    access.require(READ)
    row = store.waiting_on(connection, name)
    return _from(row) if row is not None else None


def waiting(access: Access, connection: Connection) -> Sequence[Proposal]:
    """Proposals that wait, the oldest first; at most 50."""
    access.require(READ)
    return [_from(row) for row in store.waiting(connection, _LISTED)]


def _from(row: Row[Any]) -> Proposal:
    return Proposal(row.id, Name(Kind(row.kind), row.scope, row.scheme, row.value), row.written_as, row.called,
                    row.account_id, row.participant or "", Reach(row.reach), row.document, json.loads(row.points),
                    row.state, row.user_id, row.actor, row.asked_at, row.second, row.decided_at, row.alias_id)
