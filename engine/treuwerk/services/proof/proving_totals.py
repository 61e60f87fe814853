"""The law of totals: what counts is net of what went back, and each total is paid as it was worked out last."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from treuwerk.domain.earning import fold, steps_from_json
from treuwerk.domain.totals import kept_of, total_key
from treuwerk.services.clearing.assembling import booked_of
from treuwerk.services.proof.proving import expected_credits
from treuwerk.store import assemblies
from treuwerk.store import totals as store
from treuwerk.store.credited import Credited
from treuwerk.store.totals import CountedLine, State, Sums, Total


def wrong_totals(connection: Connection) -> Iterator[str]:
    """Lines that count for something else than what is left of them; totals with other sums, or paid otherwise."""
    for account, number in store.strays(connection):
        yield f"account {account}, transaction {number}: belongs to no total"
    yield from _unexplained(connection)
    for totals in store.all_totals(connection):
        yield from _of_totals(connection, totals)


def _unexplained(connection: Connection) -> Iterator[str]:
    for (account, number), group in groupby(store.given(connection), key=lambda row: (row[0], row[1])):
        legs = list(group)
        there = sorted(f"{line},{unit},{amount}" for *_, line, unit, amount in legs if line is not None)
        if sorted(expected_credits(legs[0][2]) or ["?"]) != there:
            yield f"account {account}, transaction {number}: the explanation does not give its points"


def _of_totals(connection: Connection, totals: Sequence[Total]) -> Iterator[str]:
    lines = store.lines_of(connection, totals)
    gone = assemblies.gone(connection, {(line.account_id, line.line_id) for line in lines})
    sums: dict[Total, Sums] = {}
    for line in lines:
        kept = kept_of(line.amount, line.quantity, max(line.gone, gone.get((line.account_id, line.line_id), (0, 0))[0]))
        if kept != line.kept:
            yield (f"account {line.account_id}, purchase {line.line_id}: counts {line.kept} for {line.total}, expected "
                   f"{kept}")
        _add(sums.setdefault((line.account_id, line.total), {}), line)
    days, states, paid = store.days(connection, totals), store.states(connection, totals), store.credited(
        connection, totals)
    for at in totals:
        yield from _wrong(at, sums.get(at, {}), days.get(at, {}), states.get(at), paid.get(at, []))


def _add(sums: Sums, line: CountedLine) -> None:
    amount, lines = sums.get(line.day, (0, 0))
    if line.kept:
        sums[line.day] = amount + line.kept, lines + 1


def _wrong(at: Total, expected: Sums, found: Sums, state: State | None, paid: Sequence[Credited]) -> Iterator[str]:
    where = f"account {at[0]}, total {at[1]}"
    there = {day: one for day, one in found.items() if any(one)}
    if there != expected:
        yield f"{where}: the sums of its days are not those of its lines"
    if state is None:
        yield f"{where}: nobody worked out what it is worth"
        return
    counted = sum(amount for amount, _ in expected.values())
    if state.counted != counted:
        yield f"{where}: found {state.counted} counted, expected {counted}"
    owed = _owed(at, state)
    if owed is None:
        yield f"{where}: its worth is not explained"
    elif owed != (booked := {origin: points for origin, points in booked_of(paid).items() if points}):
        yield f"{where}: found {_sum(booked)} points booked, expected {_sum(owed)}"


def _owed(at: Total, state: State) -> dict[Any, int] | None:
    """Points by origin, where their tapes fold to them."""
    key = total_key(at[1])
    try:
        awards = json.loads(state.awards)
        sound = all(fold(steps_from_json(award["steps"]))[-1] == award["points"] for award in awards)
        return {(key.rule, key.revision, award["unit"]): award["points"] for award in awards} if sound else None
    except (ValueError, KeyError, TypeError, ArithmeticError, IndexError):
        return None


def _sum(points: Mapping[Any, int]) -> int:
    return sum(points.values())
