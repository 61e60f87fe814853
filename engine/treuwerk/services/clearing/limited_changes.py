"""What is to be booked of purchase lines beside their first booking, and what caps and budgets leave of it.

A line that a limit cut keeps to that: what it is worth is noted with the cut, so that it is not asked for again
whenever its order is looked at.
"""

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from treuwerk.domain.assemblies import Origin, Owed, cut_worth
from treuwerk.domain.limits import Award as Asked
from treuwerk.domain.limits import step_of
from treuwerk.services.clearing.limiting import Limiting
from treuwerk.services.clearing.purchase_keys import document_of
from treuwerk.services.ledger.points_back import Award
from treuwerk.store.assemblies import OrderLine, set_awards
from treuwerk.store.credited import Credited


class Change(NamedTuple):
    """What is to be booked of a line: by origin points to give, or below zero to take back.

    `since` is the day since which it is part of a whole, `gone` are the pieces that went back, `before` what was booked
    of it, oldest first.
    """

    line: OrderLine
    since: str
    gone: int
    by_origin: Mapping[Origin, Owed]
    before: Sequence[Credited]
    lowering: Sequence[Award] = ()
    """What is taken of the first booking itself, where the line was judged anew and is worth less."""
    lowered: int = 0
    """How often that was done before."""
    cause: str = ""

    def of(self, *, given: bool) -> dict[Origin, Owed]:
        """What is to be given, or what is to be taken back."""
        return {origin: owed for origin, owed in self.by_origin.items() if (owed.points > 0) is given}


def within_limits(connection: Connection, limiting: Limiting, changes: Sequence[Change]) -> list[Change]:
    """Changes with what limits leave of what they give, each at its place; without a turn they give nothing limited."""
    if not limiting.limits:
        return list(changes)
    limiting.learn(connection, [award_of(change, origin, owed.points) for change in changes
                                for origin, owed in change.of(given=True).items()])
    return [_within(connection, limiting, change) for change in changes]


def note_cuts(connection: Connection, before: Sequence[Change], after: Sequence[Change]) -> list[Change]:
    """Keep what was cut of lines, so that it is not asked for again; the answer are those with something left."""
    set_awards(connection, [one.line for was, one in zip(before, after, strict=True) if was is not one])
    return [one for one in after if one.by_origin or one.lowering]


def award_of(change: Change, origin: Origin, points: int) -> Asked:
    """What limits are asked about a change of one origin."""
    rule, _, unit = origin
    line = change.line
    return Asked(line.account_id, rule, unit, line.day, document_of(line.purchase_key), points)


def _within(connection: Connection, limiting: Limiting, change: Change) -> Change:
    """The same change where no limit cuts it."""
    by_origin, awards = dict(change.by_origin), change.line.awards
    for origin, owed in change.of(given=True).items():
        award = award_of(change, origin, owed.points)
        if not limiting.may_raise(connection, award):
            del by_origin[origin]
            continue
        granted = limiting.grant_later(award)
        if granted.by is None:
            continue
        cut = owed.points - granted.points
        awards = json.dumps(cut_worth(json.loads(awards), origin, cut, granted.by.name, change.line.quantity,
                                      change.line.quantity - change.gone))
        if granted.points:
            by_origin[origin] = Owed(granted.points, (*owed.steps, step_of(granted.points, granted.by)))
        else:
            del by_origin[origin]
    if len(by_origin) == len(change.by_origin) and awards == change.line.awards:
        return change
    return change._replace(by_origin=by_origin, line=change.line._replace(awards=awards))
