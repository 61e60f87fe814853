"""The purchase line or the activity behind a booking, or without one, to consider the rules about it."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, select

from treuwerk.store.tables import activity, journal, person, purchase_line

_LINE, _ACTIVITY = purchase_line.c, activity.c


def line_among(connection: Connection, account_id: int, ids: Collection[int]) -> Row[Any] | None:
    """The first purchase line of an account among these ids; `booking` is None where it earned nothing."""
    booked = purchase_line.join(journal, (journal.c.account_id == _LINE.account_id) & (journal.c.id == _LINE.id),
                                isouter=True)
    return connection.execute(select(purchase_line, journal.c.id.label("booking")).select_from(booked).where(
        _LINE.account_id == account_id, _LINE.id.in_(sorted(ids))).order_by(_LINE.id).limit(1)).one_or_none()


def activity_among(connection: Connection, account_id: int, ids: Collection[int]) -> Row[Any] | None:
    """The first activity of an account among these ids, with the name of the person."""
    with_person = activity.join(
        person, (person.c.account_id == _ACTIVITY.account_id) & (person.c.id == _ACTIVITY.person_id), isouter=True)
    named = select(activity, person.c.name.label("person_name")).select_from(with_person)
    own = named.where(_ACTIVITY.account_id == account_id, _ACTIVITY.id.in_(sorted(ids)))
    return connection.execute(own.order_by(_ACTIVITY.id).limit(1)).one_or_none()
