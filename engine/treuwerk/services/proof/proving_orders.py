"""The law of orders that make a whole: each line has what it is worth by now, once, and its bookings explain it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from treuwerk.domain.assemblies import Terms, terms_from_json
from treuwerk.domain.recalculations import is_recalculated
from treuwerk.services.clearing.assembling import Judged, booked_of, judge, paid_as, worth_of
from treuwerk.services.proof.proving import expected_credits
from treuwerk.store import assemblies as store
from treuwerk.store.assemblies import Group, OrderLine


def wrong_orders(connection: Connection) -> Iterator[str]:
    """Lines that are judged or paid otherwise than their order, its returns and the stored awards say."""
    yield from _unexplained(connection)
    terms = _terms(connection)
    for groups in store.all_groups(connection):
        yield from _of_groups(connection, groups, terms)


def _unexplained(connection: Connection) -> Iterator[str]:
    for account, number, explanation, given, known in store.completions(connection):
        if not known:
            yield f"account {account}, transaction {number}: completes no line of an order"
        elif sorted(expected_credits(explanation) or ["?"]) != sorted(given):
            yield f"account {account}, transaction {number}: the explanation does not give its points"


def _terms(connection: Connection) -> Mapping[str, Terms]:
    found: dict[str, Terms] = {}
    for number, detail in store.terms(connection).items():
        try:
            found[number] = terms_from_json(json.loads(detail))
        except (ValueError, KeyError, TypeError, ArithmeticError):
            continue
    return found


def _of_groups(connection: Connection, groups: Sequence[Group], terms: Mapping[str, Terms]) -> Iterator[str]:
    lines = store.lines_of(connection, groups)
    places = [(line.account_id, line.line_id) for line in lines]
    lost = {_order(line) for line in lines if line.terms not in terms and not is_recalculated(line.order_key)}
    for account, order in sorted(lost):
        yield f"account {account}, order {order}: the terms by which it was judged are not there"
    paid = store.credited(connection, places)
    for one in judge([line for line in lines if _order(line) not in lost], store.gone(connection, places), terms):
        yield from _wrong(one, booked_of(paid_as(one.line, paid)))


def _order(line: OrderLine) -> Group:
    return line.account_id, line.order_key


def _wrong(one: Judged, booked: Mapping[Any, int]) -> Iterator[str]:
    where = f"account {one.line.account_id}, purchase {one.line.line_id}"
    if one.since != one.line.since:
        yield (f"{where}: found complete since {one.line.since or 'never'}, expected {one.since or 'never'} by the "
               "lines of its order")
    worth = {} if one.line.awards in ("", "[]") else {origin: owed.points for origin, owed in worth_of(one).items()}
    there = {origin: points for origin, points in booked.items() if points}
    if worth != there:
        yield f"{where}: found {_sum(there)} points as part of a whole, expected {_sum(worth)}"


def _sum(points: Mapping[Any, int]) -> int:
    return sum(points.values())
