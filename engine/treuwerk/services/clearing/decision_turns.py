"""Turns: what people decide, one after the other, about a line that cannot be booked as it came.

Each turn is decided once: who comes second is told to look again. What somebody asks for waits until another person
agrees or refuses, and who asked can withdraw it.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain.actors import same_person
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, OutOfScope
from treuwerk.store import conflicts as store
from treuwerk.store.conflicts import DONE, REFUSED, WAITING, Place

APPROVE = "submissions.approve"
"""The right of a second person."""
_LONGEST = 19
_HIGHEST = 2**63 - 1


@attrs.frozen
class Turn:
    """What somebody decided, or asked a second person to agree with; `points` by unit are those that it moves."""

    turn: int
    act: str
    state: str
    reason: str
    user_id: int
    actor: str
    asked_at: int
    second: str
    decided_at: int
    points: Mapping[str, int]


_FIELDS = tuple(one.name for one in attrs.fields(Turn))
T = TypeVar("T", bound=Turn)


class InTurns(Generic[T]):
    """A line that is decided upon in turns; `decisions` are those so far, oldest first."""

    __slots__ = ()
    run_id: int
    number: int
    decisions: Sequence[T]

    @property
    def id(self) -> str:
        """As addresses have it."""
        return f"{self.run_id}-{self.number}"

    @property
    def place(self) -> Place:
        """Its run, and its number there."""
        return self.run_id, self.number

    @property
    def turn(self) -> int:
        """The number of the next decision."""
        return len(self.decisions) + 1

    @property
    def version(self) -> int:
        """Changes with each decision."""
        return self.turn

    @property
    def waiting(self) -> T | None:
        """The decision that waits for a second person."""
        return next((one for one in self.decisions if one.state == WAITING), None)


def place_of(public_id: str) -> Place:
    """Run and number of a line, as addresses have them.

    Raises:
        OutOfScope: it is no id of one.
    """
    run_id, dash, number = public_id.partition("-")
    if not (dash and all(one.isascii() and one.isdigit() and len(one) <= _LONGEST for one in (run_id, number))):
        raise OutOfScope
    return min(int(run_id), _HIGHEST), min(int(number), _HIGHEST)


def told_of(row: Row[Any]) -> dict[str, Any]:
    """The fields of a turn by name, from its row."""
    return {**{name: getattr(row, name) for name in _FIELDS}, "points": json.loads(row.points or "{}")}


@attrs.frozen
class Taking(Generic[T]):
    """Somebody who decides at an instant about a line as it was seen; `changed` is what one is told who is too late."""

    access: Access
    one: InTurns[T]
    now: int
    changed: Callable[[], Refusal]

    def check_waiting(self, *, waiting: bool) -> None:
        """Go on only where a decision waits for a second person, or only where none does.

        Raises:
            Refusal: `waits_already`, or `changed`.
        """
        if waiting == (self.one.waiting is not None):
            return
        raise self.changed() if waiting else Refusal(
            "waits_already", "found a decision that waits for a second person; expected a look at that first")

    def another(self, asked: T | None) -> T:
        """The decision of another person.

        Raises:
            Refusal: `self_approval`: it is one's own; `changed`: there is none.
        """
        if asked is None:
            raise self.changed()
        if asked.user_id == self.access.user_id or same_person(asked.actor, self.access.actor):
            raise Refusal("self_approval", f"found {self.access.actor!r}, who decided this; expected another person")
        return asked

    def decide(self, connection: Connection, act: str, reason: str, **values: Any) -> None:
        """Keep what one person decided."""
        self._keep(connection, act, reason, state=DONE, decided_at=self.now, **values)

    def ask(self, connection: Connection, act: str, reason: str, **values: Any) -> None:
        """Keep what a second person is to agree with."""
        self._keep(connection, act, reason, state=WAITING, **values)

    def agree(self, connection: Connection, asked: T, **values: Any) -> None:
        """Keep that a second person agreed."""
        self._end(connection, asked, DONE, **values)

    def refuse(self, connection: Connection) -> T:
        """Keep that a second person refused, or that who asked withdrew it; answers with what waited.

        Raises:
            NotAllowed: the right of a second person is not there, and somebody else asked.
        """
        asked = self.one.waiting
        if asked is None or asked.user_id != self.access.user_id:
            self.access.require(APPROVE)
        if asked is None:
            raise self.changed()
        self._end(connection, asked, REFUSED)
        return asked

    def _keep(self, connection: Connection, act: str, reason: str, **values: Any) -> None:
        run_id, number = self.one.place
        row = {"run_id": run_id, "number": number, "turn": self.one.turn, "act": act, "reason": reason,
               "user_id": self.access.user_id, "actor": self.access.actor, "asked_at": self.now, "second_by": 0,
               "second": "", "decided_at": 0, "points": "{}", "placed": "{}", "booked_run": None}
        if not store.decide(connection, row | values):
            raise self.changed()

    def _end(self, connection: Connection, asked: T, state: str, **values: Any) -> None:
        if not store.change(connection, (*self.one.place, asked.turn), WAITING, state=state,
                            second_by=self.access.user_id, second=self.access.actor, decided_at=self.now, **values):
            raise self.changed()


def written_points(points: Mapping[str, int]) -> str:
    """Points by unit as they are kept."""
    return json.dumps(dict(points), sort_keys=True)
