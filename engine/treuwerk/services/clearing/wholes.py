"""What purchase lines are as part of their orders: a whole, or not yet one, where nobody but the parts tells it."""

import json
from collections.abc import Collection
from datetime import date

import attrs
from sqlalchemy import Connection

from treuwerk.domain.recalculations import is_recalculated
from treuwerk.services.clearing.assembling import booked_of, paid_as
from treuwerk.store import assemblies as store


@attrs.frozen
class Whole:
    """What a line is by the parts of its order: `value` of a `feature`, complete since a day, or None: not yet.

    `amounts` are the points that it has for that beside its own, by unit.
    """

    order: str
    feature: str
    value: str
    since: date | None
    amounts: dict[str, int] = attrs.field(factory=dict)


def wholes(connection: Connection, account_id: int, lines: Collection[int]) -> dict[int, Whole]:
    """What these lines are, by line; those of which sender or clerk say it are left out."""
    groups = store.groups_of(connection, [(account_id, line) for line in lines])
    if not groups:
        return {}
    found = [one for one in store.lines_of(connection, groups) if one.line_id in lines and one.awards
             and not is_recalculated(one.order_key)]
    paid = store.credited(connection, [(account_id, one.line_id) for one in found])
    terms = {number: json.loads(detail) for number, detail in store.terms(connection).items()}
    told = dict[int, Whole]()
    for one in found:
        by, amounts = terms[one.terms], dict[str, int]()
        for (_, _, unit), points in booked_of(paid_as(one, paid)).items():
            amounts[unit] = amounts.get(unit, 0) + points
        told[one.line_id] = Whole(one.order, by["feature"], by["complete" if one.since else "alone"],
                                  date.fromisoformat(one.since) if one.since else None, amounts)
    return told
