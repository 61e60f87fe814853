"""Proposals for changed programmes."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select, update

from treuwerk.store.once import insert_once
from treuwerk.store.tables import programme_proposal

_OF = programme_proposal.c
_LATER = {"decided_by": 0, "second": "", "decided_at": 0, "said": ""}
# What it comes to in full is some hundred kilobytes, which lists do not need.
_LISTED = [column for column in _OF if column.name not in ("part", "base_part", "effect")]


def put(connection: Connection, values: dict[str, Any]) -> bool:
    """Keep one; False, and nothing is changed, where one of the same digest waits, or something is given already."""
    return insert_once(connection, programme_proposal, {**values, **_LATER})


def by_id(connection: Connection, number: int) -> Row[Any] | None:
    """One of them."""
    return connection.execute(select(programme_proposal).where(_OF.id == number)).one_or_none()


def latest(connection: Connection, limit: int) -> Sequence[Row[Any]]:
    """The latest first, without what they come to."""
    return connection.execute(select(*_LISTED).order_by(_OF.id.desc()).limit(limit)).all()


def decide(connection: Connection, number: int, state: str, values: dict[str, Any]) -> bool:
    """Decide on one that waits; False where it does not."""
    return connection.execute(update(programme_proposal).where(_OF.id == number, _OF.state == "waiting").values(
        state=state, **values)).rowcount == 1


def standing(connection: Connection, digest: str) -> set[str]:
    """States in which a digest stands."""
    return set(connection.execute(select(_OF.state).where(_OF.digest == digest)).scalars())


def any_given(connection: Connection) -> bool:
    """Whether a first programme was taken as given."""
    return connection.execute(select(_OF.id).where(_OF.state == "given").limit(1)).first() is not None
