"""Looking for settings under which the books are not safe: of the database, of the machine, of what is installed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

import attrs
from sqlalchemy.exc import SQLAlchemyError

from treuwerk.programme.reading import LoadedProgramme
from treuwerk.store.database import Database


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


def doctor(database: Database, now: int, programme: LoadedProgramme | None = None) -> list[Finding]:
    """All findings about a database, this machine and what is installed. Nothing is changed.

    Args:
        database: it may be one that does not answer or has no tables yet.
        now: the present instant in microseconds, against which bookings and zone data are held.
        programme: whose time zone and plugins are meant; without it, all plugins that are installed.
    """
    from treuwerk.services.database_findings import database_checks
    from treuwerk.services.host_findings import host_checks

    return examined({**database_checks(database, now), **host_checks(now, programme)})


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
