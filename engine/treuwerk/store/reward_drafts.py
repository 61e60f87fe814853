"""Drafts of rewards: what people are changing, beside what is offered."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Row, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from treuwerk.store.tables import reward_draft

DRAFT, REVIEW, ENDED = "draft", "review", "ended"
"""States: being changed, handed in, and published or given up. The row stays, so that versions go on."""
OPEN = (DRAFT, REVIEW)
_D = reward_draft.c
_AT_ONCE = 1_000


def of(connection: Connection, number: str, *, locked: bool = True) -> Row[Any] | None:
    """The draft of a reward in any state; `locked`: nobody changes it before this transaction ends."""
    query = select(reward_draft).where(_D.number == number)
    return connection.execute(query.with_for_update() if locked else query).one_or_none()


def being_made(connection: Connection, numbers: Collection[str]) -> dict[str, Row[Any]]:
    """Drafts of some rewards that are open."""
    found: dict[str, Row[Any]] = {}
    wanted = sorted(numbers)
    for start in range(0, len(wanted), _AT_ONCE):
        rows = connection.execute(select(reward_draft).where(_D.number.in_(wanted[start:start + _AT_ONCE]),
                                                             _D.state.in_(OPEN)))
        found |= {row.number: row for row in rows}
    return found


def write(connection: Connection, values: Mapping[str, Any]) -> bool:
    """Write a draft whose ``version`` is the next one; False where somebody else wrote that version."""
    if values["version"] > 1:
        changed = update(reward_draft).where(_D.number == values["number"], _D.version == values["version"] - 1)
        return connection.execute(changed.values(**values)).rowcount == 1
    insert = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
    made = insert(reward_draft).values(**values).on_conflict_do_nothing().returning(_D.number)
    return connection.execute(made).one_or_none() is not None
