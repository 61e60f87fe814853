"""The receipt of a file: every line has exactly one fate, and the fates add up."""

import json
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.store.ownership import BookedLine, evidence_of_run
from treuwerk.store.runs import COUNTERS, problems_of


@attrs.define
class Tally:
    """Counters of a run: lines = booked + duplicate + waiting + rejected + ignored.

    `corrected` of the booked lines took something back, in `reversals` of the transactions.
    """

    documents: int = 0
    lines: int = 0
    booked: int = 0
    duplicate: int = 0
    waiting: int = 0
    rejected: int = 0
    ignored: int = 0
    transactions: int = 0
    corrected: int = 0
    reversals: int = 0
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
    """What became of a file. `first` names the earlier receipt of the same file, `done_in_part` asks for a look.

    `evidence` are lines that were booked before by another way or from another document, each with what is booked.
    `held` says why a file is held as a whole; nothing of it is booked, and its lines are counted nowhere.
    """

    file: str
    sha256: str
    source: str
    tally: Tally
    problems: list[dict[str, Any]] = attrs.field(factory=list)
    run: int | None = None
    dry_run: bool = False
    first: dict[str, Any] | None = None
    evidence: list[dict[str, Any]] = attrs.field(factory=list)
    held: dict[str, Any] | None = None

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
            "evidence": self.evidence, "run": None if self.run is None else str(self.run), "dry_run": self.dry_run,
            "first_receipt": self.first, "held": self.held}


def stored_problems(connection: Connection, run_id: int) -> list[dict[str, Any]]:
    """Problems of a run as its receipt lists them."""
    return [{"line": row.at_line, "document": row.document, "code": row.code, "state": row.state, "reason": row.reason}
            for row in problems_of(connection, run_id) if row.state != "ignored"]


def stored_evidence(connection: Connection, run_id: int) -> list[dict[str, Any]]:
    """What a run brought that was booked before, as its receipt lists it."""
    return [{"line": row.at_line, "document": row.document, "booked": booked_as_json(booked)}
            for row, booked in evidence_of_run(connection, run_id)]


def booked_as_json(booked: BookedLine) -> dict[str, Any]:
    """A booked line as receipts name it."""
    return {"source": booked.source, "document": booked.document, "line": booked.line, "day": booked.day,
            "article": booked.article, "quantity": booked.quantity}
