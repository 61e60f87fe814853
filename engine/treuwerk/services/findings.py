"""Findings: what a check of settings came to, and what to do about it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

import attrs
from sqlalchemy.exc import SQLAlchemyError


class State(StrEnum):
    """What a check came to."""

    OK = "ok"
    WARNING = "warning"
    UNSAFE = "unsafe"
    COULD_NOT_RUN = "could_not_run"


@attrs.frozen
class Finding:
    """One check: what was found, what was expected, and what to do where they differ."""

    name: str
    state: State
    found: str
    expected: str = ""
    hint: str = ""

    def as_json(self) -> dict[str, Any]:
        """The shape that others rely on."""
        return attrs.asdict(self)


Check = Callable[[], Iterator[Finding]]


def finding(name: str, found: object, expected: str, hint: str, otherwise: State | None = None) -> Finding:
    """A finding that is ok, unless `otherwise` says what it is; only then the hint is given."""
    if otherwise is None:
        return Finding(name, State.OK, str(found), expected)
    return Finding(name, otherwise, str(found), expected, hint)


def examined(checks: Mapping[str, Check]) -> list[Finding]:
    """The findings of checks by name. One that fails is a finding, too, and does not stop the others."""
    findings: list[Finding] = []
    for name, check in checks.items():
        try:
            findings += check()
        except (SQLAlchemyError, OSError, ImportError, OverflowError) as error:
            reason = str(getattr(error, "orig", None) or error)
            findings.append(Finding(name, State.COULD_NOT_RUN, reason, "an answer", "mend what it says, and ask again"))
    return findings


def worst(findings: Sequence[Finding]) -> State:
    """The state that decides: unsafe before what could not be run before a warning."""
    order = (State.UNSAFE, State.COULD_NOT_RUN, State.WARNING)
    states = {each.state for each in findings}
    return next((state for state in order if state in states), State.OK)
