"""What a file would earn, line by line, by the real sources, matching and rules; nothing is stored.

A purchase that is known is told with what it would earn, too, and that it is known: so a rule can be tried on files
that were cleared long ago.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from itertools import repeat
from pathlib import Path
from typing import Any, NamedTuple

import attrs
from sqlalchemy import Connection

from treuwerk.domain.documents import Document
from treuwerk.domain.earning import steps_from_json
from treuwerk.domain.ledger import moment
from treuwerk.domain.limits import Limits
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.simulations import told
from treuwerk.services.clearing.foreseeing import TakesBack, foresee
from treuwerk.services.clearing.intake import batches, opened, source_for
from treuwerk.services.clearing.limiting import Limiting
from treuwerk.services.clearing.matched_lines import Problem
from treuwerk.services.clearing.matching import Matcher
from treuwerk.services.clearing.ownership import Reporter
from treuwerk.services.clearing.purchase_keys import purchase_prefix
from treuwerk.services.clearing.scoring import ScoredBatch, ScoredLine, score
from treuwerk.services.installation import Installation
from treuwerk.store.identities import taken
from treuwerk.store.standings import named

NEW, KNOWN, EVIDENCE = "new", "known", "evidence"
"""What a line is beside the books: not there, booked, or booked by another way; else the state of its problem."""
_AT_ONCE = 500


@attrs.define
class _Found:
    """What was found so far."""

    awards: list[dict[str, Any]] = attrs.field(factory=list)
    without: list[dict[str, Any]] = attrs.field(factory=list)
    problems: list[dict[str, Any]] = attrs.field(factory=list)
    points: dict[str, int] = attrs.field(factory=dict)
    corrections: int = 0


class _Line(NamedTuple):
    """A line that was scored, with its key as the books know it, and what it would earn in a complete order."""

    key: str
    scored: ScoredLine
    if_complete: str


def simulate_file(installation: Installation, path: Path, now: int, *, source: str | None = None,
                  at: date | None = None) -> dict[str, Any]:
    """What each line of a file would earn, as JSON: `awards`, lines `without_points`, `problems`, sums of `points`.

    With `at` as if everything were bought on that day.

    Raises:
        OSError: the file cannot be opened.
        UnreadableFile: no source is right for it, or it is broken as a whole.
        Refusal: `before_start`: the day is before the programme begins.
    """
    start = installation.programme.settings.programme.starts_on
    if at and at < start:
        raise Refusal("before_start", f"found {at}, expected a day from the programme's start {start} on")
    found = _Found()
    with opened(path) as stream:
        chosen = source_for(installation.programme.settings.sources, source, path.name, stream)
        simulation = _Simulation(installation, chosen.head.name, now, at)
        for documents, _ in batches(chosen.source.read(stream), repeat(_AT_ONCE)):
            with installation.database.reading() as connection:
                simulation.look(connection, documents, found)
    return {"file": path.name, "source": chosen.head.name, "at": at.isoformat() if at else "",
            "points": dict(sorted(found.points.items())), "awards": found.awards, "without_points": found.without,
            "corrections": found.corrections, "problems": found.problems}


class _Simulation:
    """Looks at the documents of one file."""

    def __init__(self, installation: Installation, source: str, now: int, at: date | None) -> None:
        settings = installation.programme.settings
        today = moment(now).astimezone(settings.programme.time_zone).date()
        self._settings, self._at = settings, at
        self._rules, self._totals = installation.programme.rules, installation.programme.totals
        self._reporter, self._now = Reporter(source), now
        self._limiting = Limiting(settings, now)
        with installation.database.reading() as connection:
            self._matcher = Matcher(settings, max(today, at or today), connection)

    def look(self, connection: Connection, documents: Sequence[Document], found: _Found) -> None:
        """Score some documents, and lay them beside the books."""
        self._matcher.learn(connection, documents)
        meant = [self._dated(one) for one in documents]
        batch = score(meant, self._matcher, self._rules, self._totals)
        lines, before = self._lines(batch, documents, meant), len(batch.problems)
        fates, problems = self._fates(connection, documents if self._at else (), batch, lines)
        names = named(connection, {line.scored[0] for line in lines})
        for line in self._within_limits(connection, batch, lines, fates):
            self._add(found, line, fates.get(line.key, NEW), names.get(line.scored[0], ("", "")))
        found.corrections += len(batch.corrections)
        found.problems += [one.as_json() for one in [*problems, *batch.problems[before:]]]

    def _dated(self, document: Document) -> Document:
        if self._at is None:
            return document
        return document._replace(delivery_date=self._at, delivered_at="")

    def _lines(self, batch: ScoredBatch, documents: Sequence[Document], meant: Sequence[Document]) -> list[_Line]:
        """Lines with their keys in the books: the year of its document is part of a key."""
        seller = self._matcher.seller
        keys = {purchase_prefix(new, seller(new)): purchase_prefix(old, seller(old))
                for old, new in zip(documents, meant, strict=True)}
        return [_Line(keys.get(_prefix(key), _prefix(key)) + key[len(_prefix(key)):], line,
                      batch.of_orders[key].awards if key in batch.of_orders else "")
                for key, line in batch.lines.items()]

    def _fates(self, connection: Connection, documents: Sequence[Document], batch: ScoredBatch,
               lines: Sequence[_Line]) -> tuple[dict[str, str], list[Problem]]:
        """What lines are beside the books, where they are not new; and what stands in their way.

        On another day than their own they are looked for as they are.
        """
        looked = score(documents, self._matcher, self._rules, self._totals) if documents else batch.copy()
        boundless = Limiting(self._settings, self._now, Limits({}))
        before, known = set(looked.lines), taken(connection, [line.key for line in lines])
        evidence = set[str]()
        with suppress(TakesBack):  # such a line stands in the place of what somebody reported, and is new
            evidence = {line[1] for line, _ in foresee(connection, self._settings, looked, self._reporter,
                                                      boundless)}
        fates = {one.key: one.state for one in looked.problems if one.key in before and one.state != "warning"}
        fates |= dict.fromkeys(evidence, EVIDENCE) | {key: KNOWN for key in known if key not in fates}
        if documents:  # what is wrong on that day; of its own day only what the books say
            return fates, [*batch.problems, *(one for one in looked.problems if one.key in before)]
        return fates, looked.problems

    def _within_limits(self, connection: Connection, batch: ScoredBatch, lines: Sequence[_Line],
                       fates: Mapping[str, str]) -> list[_Line]:
        """The same with what caps and budgets leave by now of lines that are new; warnings go to the batch."""
        new = [(at, line.scored) for at, line in enumerate(lines) if line.key not in fates]
        left = dict(self._limiting.cut(connection, batch, new))
        return [line._replace(scored=left.get(at, line.scored)) for at, line in enumerate(lines)]

    @staticmethod
    def _add(found: _Found, line: _Line, fate: str, who: tuple[str, str]) -> None:
        _, _, _, day, at, facts, awards = line.scored
        what = {"document": facts[2], "line": facts[3], "at": at, "day": day, "participant": who[0], "name": who[1],
                "article": facts[5], "quantity": facts[6], "fate": fate}
        for unit, points, text, _ in awards:
            found.points[unit] = found.points.get(unit, 0) + points
            found.awards.append({**what, **_award({"unit": unit, "points": points, **json.loads(f"{{{text}}}")}),
                                 "if_complete": False})
        found.awards += [{**what, **_award(one), "if_complete": True} for one in _stored(line.if_complete)]
        if not awards:
            found.without.append(what)


def _prefix(key: str) -> str:
    return f"{'|'.join(key.split('|', 5)[:5])}|"


def _stored(awards: str) -> Iterator[Mapping[str, Any]]:
    yield from json.loads(awards) if awards else ()


def _award(stored: Mapping[str, Any]) -> dict[str, Any]:
    return {"rule": stored["rule"], "revision": stored["revision"], "unit": stored["unit"], "points": stored["points"],
            "steps": told(steps_from_json(stored["steps"]))}
