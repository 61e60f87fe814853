"""Tiers as the command line tells them: plain English sentences, and JSON with exact decimals."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from treuwerk.domain.reading import plain_number
from treuwerk.domain.tier_history import Change
from treuwerk.services.tiers.assessing import text_of
from treuwerk.services.tiers.standing import Ahead, TierStanding


def change_as_json(one: Change) -> dict[str, Any]:
    """One change of a tier."""
    return {"day": one.day.isoformat(), "from": one.before, "to": one.after, "until": text_of(one.until),
            "why": one.why.value, "figures": _figures(one.figures), "counted_from": text_of(one.counted_from),
            "counted_until": text_of(one.counted_until), "actor": one.actor, "reason": one.reason}


def standing_as_json(one: TierStanding) -> dict[str, Any]:
    """How a participant stands, with its history."""
    state = one.state
    return {"tier": state.tier, "since": text_of(state.since), "until": text_of(state.until), "why": state.why.value,
            "by_hand": bool(state.grant), "figures": _figures(state.figures), "next": _ahead_as_json(one.next),
            "stay": _ahead_as_json(one.stay), "history": [change_as_json(change) for change in one.history]}


def _ahead_as_json(one: Ahead | None) -> dict[str, Any] | None:
    if one is None:
        return None
    does = one.would_do
    return {"tier": one.goal.tier, "by": text_of(one.goal.by), "until": text_of(one.goal.until),
            "from": text_of(one.goal.from_), "every": one.goal.every,
            "missing": {gap.metric: plain_number(gap.missing) for gap in one.goal.missing},
            "would_do": {"article": does.article, "pieces": does.pieces, "bought_on": does.bought_on.isoformat(),
                         "brings": plain_number(does.brings)} if does else None}


def _figures(figures: Mapping[str, Decimal]) -> dict[str, str]:
    return {name: plain_number(figure) for name, figure in figures.items()}


def standing_lines(one: TierStanding) -> Iterator[str]:
    """The same in words."""
    state = one.state
    if not state.tier:
        yield "no tier"
    else:
        by_hand = ", given by hand" if state.grant else ""
        figures = ", ".join(f"{figure:,} {name}" for name, figure in state.figures.items())
        span = f" from {text_of(state.counted_from) or 'the beginning'} to {text_of(state.counted_until)}"
        yield (f"{state.tier} since {state.since}{_until(state.until)}{by_hand}"
               f"{f': {figures}{span}' if figures else ''}")
    for words, ahead in (("to stay", one.stay), ("to reach it", one.next)):
        if ahead is not None:
            yield f"  {ahead.goal.tier}: {_missing(ahead)} {words}{_by(ahead.goal.by)}{_until(ahead.goal.until)}"
            if ahead.would_do is not None:
                does = ahead.would_do
                yield (f"    this would do it: {does.pieces:,} × {does.article} {does.name}, as bought on "
                       f"{does.bought_on}, brings {does.brings:,}")


def _missing(ahead: Ahead) -> str:
    goal = ahead.goal
    if not goal.missing:
        return f"nothing missing, from {goal.from_} on"
    gaps = [f"{gap.missing:,} {gap.metric} missing" for gap in goal.missing]
    return (" and " if goal.every else " or ").join(gaps)


def _by(day: date | None) -> str:
    return f" by {day}" if day else ""


def _until(day: date | None) -> str:
    return f", until {day}" if day else ""
