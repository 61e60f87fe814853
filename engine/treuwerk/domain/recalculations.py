"""A purchase that is judged anew: what it is worth by now, and the difference to what it earned first.

What a line earned first stays in the journal as it was booked. Where it is worth more by now, the difference is a
booking of its own; where it is worth less, points of the first booking are taken back, and the breakdown that is noted
with that counts from then on: later returns go by it.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from treuwerk.domain.breakdown import points_kept
from treuwerk.domain.earning import Operation, Step, steps_as_json, steps_from_json

RECALCULATED = "*recalculated|"
"""What takes the place of the order of a line that was judged anew by itself; no seller's name begins so."""
WHY = "recalculated since the article master changed"
"""What the causes of such bookings begin with."""
_LEFT = "left"
Award = Mapping[str, Any]


def recalculated_key(line_id: int) -> str:
    """What stands for the order of a line that was judged anew."""
    return f"{RECALCULATED}{line_id}"


def is_recalculated(order_key: str) -> bool:
    """Whether a line stands by itself, since it was judged anew."""
    return order_key.startswith(RECALCULATED)


def lowered(explanation: str, latest: str | None) -> str:
    """The breakdown of a first booking as it counts by now; `latest` is that of what lowered it last, if anything did.

    >>> first = '[{"line":1,"unit":"b","points":8,"steps":[["start","quantity","8"]]}]'
    >>> lowered(first, '[{"line":1,"left":6,"steps":[["start","quantity","6"]]}]')
    '[{"line":1,"unit":"b","points":6,"steps":[["start","quantity","6"]]}]'
    """
    if not latest:
        return explanation
    left = {award["line"]: award for award in json.loads(latest) if _LEFT in award}
    awards = [award | {"points": left[award["line"]][_LEFT], "steps": left[award["line"]]["steps"]}
              if award["line"] in left else award for award in json.loads(explanation)]
    return json.dumps(awards, separators=(",", ":"), ensure_ascii=False)


def lowering(base: Sequence[Award], owed: Sequence[Award], pieces: int, gone: int) -> list[dict[str, Any]]:
    """What is taken of each award of a first booking, so that it is no more than what is owed by now; empty: nothing.

    `base` are its awards as they count so far, of which `gone` of the `pieces` went back.
    """
    by_origin: dict[tuple[str, int, str], list[Award]] = {}
    for award in owed:
        by_origin.setdefault(origin(award), []).append(award)
    seen, found, less = set[tuple[str, int, str]](), list[dict[str, Any]](), False
    for award in base:
        of = origin(award)
        before, due = _sum(base, of), sum(one["points"] for one in by_origin.get(of, ()))
        left, steps = award["points"], award["steps"]
        if due < before:
            first, less = of not in seen, True
            left, steps = (due if first else 0), _steps(by_origin.get(of, ()), due if first else 0)
        seen.add(of)
        taken = _kept(award["points"], award["steps"], pieces, gone) - _kept(left, steps, pieces, gone)
        found.append({**award, "points": max(0, taken), "returned": gone, "of": pieces, _LEFT: left, "steps": steps})
    return found if less else []


def origin(award: Award) -> tuple[str, int, str]:
    """Rule, revision and unit of an award."""
    return award["rule"], award["revision"], award["unit"]


def _sum(awards: Sequence[Award], of: tuple[str, int, str]) -> int:
    return sum(award["points"] for award in awards if origin(award) == of)


def _steps(awards: Sequence[Award], points: int) -> list[list[str]]:
    """The tape of what is left: that of the rule where it gives one award, else the bare points."""
    if len(awards) == 1 and points:
        return list(awards[0]["steps"])
    told: list[list[str]] = json.loads(steps_as_json([Step(Operation.START, "points", str(points))]))
    return told


def _kept(points: int, steps: Sequence[Sequence[str]], pieces: int, gone: int) -> int:
    return points_kept(points, steps_from_json(steps), pieces, pieces - gone) if gone else points


def changes(before: Sequence[Award], after: Sequence[Award]) -> str:
    """What of the arithmetic is another figure by now, such as ``wp 400 → 405``; empty where no step is.

    >>> changes([{"steps": [["times", "wp", "400"]]}], [{"steps": [["times", "wp", "405"]]}])
    'wp 400 → 405'
    """
    was, now = ({(does, name): operand for award in awards for does, name, operand in award["steps"] if operand}
                for awards in (before, after))
    found = [f"{name} {was[does, name]} → {now[does, name]}" for does, name in was
             if (does, name) in now and was[does, name] != now[does, name]]
    return ", ".join(dict.fromkeys(found))
