"""What numbers of senders are proposed to mean, until a second person agrees."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select, text, update

from treuwerk.domain.aliases import Name
from treuwerk.store.once import insert_once
from treuwerk.store.tables import alias_proposal, participant

WAITING, DONE, REFUSED, WITHDRAWN, OVERTAKEN = "waiting", "done", "refused", "withdrawn", "overtaken"
"""States of a proposal."""
_WAITS = text("alias_proposal.state = 'waiting'")  # as the partial index has it
_NAMED = select(alias_proposal, participant.c.name.label("participant")).join(
    participant, participant.c.account_id == alias_proposal.c.account_id, isouter=True)


def ask(connection: Connection, values: dict[str, Any]) -> bool:
    """Keep a proposal; False where another one on the same number waits, and nothing is changed."""
    return insert_once(connection, alias_proposal, {
        **values, "state": WAITING, "second_by": 0, "second": "", "decided_at": 0, "alias_id": 0})


def by_id(connection: Connection, number: int) -> Row[Any] | None:
    """A proposal with the name of its participant."""
    return connection.execute(_NAMED.where(alias_proposal.c.id == number)).one_or_none()


def waiting_on(connection: Connection, name: Name) -> Row[Any] | None:
    """The proposal that waits on a number."""
    return connection.execute(_NAMED.where(
        _WAITS, alias_proposal.c.kind == name.kind.value, alias_proposal.c.value == name.value,
        alias_proposal.c.scheme == name.scheme, alias_proposal.c.scope == name.scope)).one_or_none()


def waiting(connection: Connection, limit: int) -> Sequence[Row[Any]]:
    """Proposals that wait, the oldest first."""
    return connection.execute(_NAMED.where(_WAITS).order_by(alias_proposal.c.id).limit(limit)).all()


def end(connection: Connection, number: int, state: str, now: int, **values: Any) -> bool:
    """End a proposal that waits; False where it waits no more."""
    return connection.execute(update(alias_proposal).where(_WAITS, alias_proposal.c.id == number).values(
        state=state, decided_at=now, **values)).rowcount == 1


def overtake(connection: Connection, name: Name, now: int) -> Sequence[int]:
    """End proposals on a number that is decided; one without scope is that of every sender. Answers with their ids."""
    of = alias_proposal.c
    ended = update(alias_proposal).where(_WAITS, of.kind == name.kind.value, of.value == name.value,
                                         of.scheme == name.scheme).values(state=OVERTAKEN, decided_at=now)
    if name.scope:
        ended = ended.where(of.scope == name.scope)
    return connection.execute(ended.returning(of.id)).scalars().all()
