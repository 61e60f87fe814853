"""The receipt of a file: every line has exactly one fate, and the fates add up."""

import json
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.store.runs import COUNTERS, problems_of


@attrs.define
class Tally:
    """Counters of a run: lines = booked + duplicate + waiting + rejected + ignored."""

    documents: int = 0
    lines: int = 0
    booked: int = 0
    duplicate: int = 0
    waiting: int = 0
    rejected: int = 0
    ignored: int = 0
    transactions: int = 0
    points: dict[str, int] = attrs.field(factory=dict)

    @classmethod
    def of(cls, run: Row[Any]) -> "Tally":
        """The counters as a run has them."""
        return cls(**{name: getattr(run, name) for name in COUNTERS}, points=json.loads(run.points))

    def copy(self) -> "Tally":
        """The same counters, to count on from."""
        return attrs.evolve(self, points=dict(self.points))

    def add(self, other: "Tally") -> None:
        """Add the counters of a batch."""
        for name in COUNTERS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for unit, points in other.points.items():
            self.points[unit] = self.points.get(unit, 0) + points

    def as_row(self) -> dict[str, Any]:
        """The counters as columns of the run."""
        return {name: getattr(self, name) for name in COUNTERS} | {"points": json.dumps(self.points, sort_keys=True)}


@attrs.frozen
class Receipt:
    """What became of a file. `first` names the earlier receipt of the same file, `done_in_part` asks for a look."""

    file: str
    sha256: str
    source: str
    tally: Tally
    problems: list[dict[str, Any]] = attrs.field(factory=list)
    run: int | None = None
    dry_run: bool = False
    first: dict[str, Any] | None = None

    @property
    def done_in_part(self) -> bool:
        """Whether lines wait or were rejected."""
        return bool(self.tally.waiting or self.tally.rejected)

    def as_json(self) -> dict[str, Any]:
        """The shape that others rely on."""
        counters = {name: getattr(self.tally, name) for name in COUNTERS}
        return {
            "file": self.file, "sha256": self.sha256, "source": self.source, **counters,
            "points": dict(sorted(self.tally.points.items())), "problems": self.problems,
            "run": None if self.run is None else str(self.run), "dry_run": self.dry_run, "first_receipt": self.first}


def stored_problems(connection: Connection, run_id: int) -> list[dict[str, Any]]:
    """Problems of a run as its receipt lists them."""
    return [{"line": row.at_line, "document": row.document, "code": row.code, "state": row.state, "reason": row.reason}
            for row in problems_of(connection, run_id)]
