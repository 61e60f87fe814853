"""Recalculating: what booked purchases of an article are worth by the article master as it is now.

Nobody recalculates by the way: a corrected article changes no past booking until somebody orders it. Then each line is
asked anew by the rules of its day, and the difference alone is booked. A run may be killed and ordered again: what is
booked is no difference any more.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import attrs
from sqlalchemy import Connection

from treuwerk.domain.actors import acting_person, same_person, stated_reason
from treuwerk.domain.ids import row_ids
from treuwerk.domain.participants import identifier
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access
from treuwerk.services.auditing import note_act
from treuwerk.services.changes.revaluing import Revalued, Revaluer, within
from treuwerk.services.clearing.completing import Completing
from treuwerk.services.clearing.limiting import Limiting
from treuwerk.services.installation import Installation
from treuwerk.store import corrections, many
from treuwerk.store import recalculations as store
from treuwerk.store.parties import all_articles
from treuwerk.store.sealing import ids_behind

_AT_ONCE = 500
_START = (-1, -1)
Progress = Callable[[int, int], None]
Also = Callable[[Connection, "Recalculated"], None]
"""What else is written in the transaction of a batch; it gets what was booked so far."""


def _nothing_else(connection: Connection, so_far: "Recalculated") -> None:
    """Nothing else is written."""


@attrs.frozen
class Asked:
    """What is to be recalculated, why, who orders it, and who agrees to it (empty: nobody). Both days are included."""

    article: str
    reason: str
    actor: str
    approved_by: str = ""
    first: date = date.min
    until: date = date.max


@attrs.define
class Recalculated:
    """Lines that were looked at, those that changed, points given and taken by unit, and why lines were left out."""

    lines: int = 0
    changed: int = 0
    given: dict[str, int] = attrs.field(factory=dict)
    taken: dict[str, int] = attrs.field(factory=dict)
    left_out: dict[str, int] = attrs.field(factory=dict)

    def add(self, revalued: Sequence[Revalued], lines: int, left_out: Mapping[str, int]) -> None:
        """Count one batch."""
        self.lines += lines
        self.changed += len(revalued)
        for one in revalued:
            for (unit, points) in one.points:
                sums = self.given if points > 0 else self.taken
                sums[unit] = sums.get(unit, 0) + abs(points)
        for why, count in left_out.items():
            self.left_out[why] = self.left_out.get(why, 0) + count

    def after(self, before: "Recalculated") -> "Recalculated":
        """What it came to with what an earlier run, which ended too soon, had booked."""
        def both(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
            return {unit: one.get(unit, 0) + other.get(unit, 0) for unit in sorted({**one, **other})}

        return attrs.evolve(self, changed=self.changed + before.changed, given=both(self.given, before.given),
                            taken=both(self.taken, before.taken))

    @property
    def moved(self) -> dict[str, int]:
        """Points given and taken by unit, both added up, as limits count."""
        return {unit: self.given.get(unit, 0) + self.taken.get(unit, 0) for unit in {**self.given, **self.taken}}


def foresee(installation: Installation, asked: Asked, now: int, access: Access, *,
            progress: Progress = lambda done, total: None) -> Recalculated:
    """What a recalculation would come to; nothing is booked.

    Raises:
        Refusal: `unknown_article`.
    """
    return _Run(installation, asked, now, access).foresee(progress)


def recalculate(installation: Installation, asked: Asked, now: int, access: Access, *, dry_run: bool = False,
                progress: Progress = lambda done, total: None, also: Also = _nothing_else) -> Recalculated:
    """Book what the lines of an article are worth more or less by now; with `dry_run` only tell it.

    Raises:
        Refusal: `unknown_article`, `unknown_actor`, `no_reason`, `same_person`, or `above_limit`: it is more than one
            person may book by hand, and nobody else agreed. Nothing was booked.
    """
    asked = attrs.evolve(asked, actor=acting_person(asked.actor), reason=stated_reason(asked.reason),
                         approved_by=acting_person(asked.approved_by) if asked.approved_by else "")
    if asked.approved_by and same_person(asked.approved_by, asked.actor):
        raise Refusal("same_person", f"found {asked.approved_by!r} as the person who agrees, expected another one than "
                      f"{asked.actor!r}")
    foreseen = _Run(installation, asked, now, access).foresee()
    if dry_run:
        return foreseen
    _check_limits(installation, foreseen, asked)
    return _Run(installation, asked, now, access, also).book(progress, foreseen.lines)


def _check_limits(installation: Installation, done: Recalculated, asked: Asked) -> None:
    if asked.approved_by:
        return
    for unit, points in sorted(done.moved.items()):
        limit = installation.programme.settings.units[unit].manual.limit
        if points > limit:
            raise Refusal("above_limit", f"found {points} {unit} to book, expected at most {limit} for one; name a "
                          "second person who agrees with --approved-by", unit=unit, points=points, limit=limit)


class _Run:
    """One way through all lines of an article."""

    def __init__(self, installation: Installation, asked: Asked, now: int, access: Access,
                 also: Also = _nothing_else) -> None:
        self._database, self._settings = installation.database, installation.programme.settings
        self._installation, self._asked, self._now, self._access = installation, asked, now, access
        self._behind, self._also = _START, also
        self._foreseen = Limiting(self._settings, now, looking=True)
        with self._database.reading() as connection:
            article = all_articles(connection).get(identifier(asked.article))
            if article is None:
                raise Refusal("unknown_article", f"found article {asked.article!r}, expected one of the article master")
            self._article = article
        self._numbers = {article.number, identifier(article.number)}
        self._days = asked.first.isoformat(), asked.until.isoformat()

    def foresee(self, progress: Progress = lambda done, total: None) -> Recalculated:
        """What it would come to."""
        found = Recalculated()
        while batch := self._looked_at(found):
            self._behind = batch[-1][:2]
            progress(found.lines, 0)
        return found

    def _looked_at(self, found: Recalculated) -> list[store.Purchase]:
        """One batch in a look of its own: who reads SQLite for long keeps everybody from booking."""
        with self._database.reading() as connection:
            batch = self._next(connection, self._behind)
            if batch:
                revalued, lines, left_out = self._revaluer(connection).revalue(batch)
                found.add(within(connection, self._foreseen, revalued), lines, left_out)
        return batch

    def book(self, progress: Progress, total: int) -> Recalculated:
        """Book batch by batch, each in a transaction of its own."""
        done = Recalculated()
        while True:
            so_far, behind = done, self._behind
            done, self._behind = self._database.run(lambda connection: self._batch(connection, so_far, behind))  # noqa: B023
            progress(done.lines, total)
            if self._behind == behind:
                return done

    def _batch(self, connection: Connection, so_far: Recalculated,
               behind: tuple[int, int]) -> tuple[Recalculated, tuple[int, int]]:
        """One batch; it may be done again where it lost a race, so it changes nothing but the database."""
        corrections.take_turn(connection, alone=True)  # no return may pass unseen
        limiting = Limiting(self._settings, self._now, self._foreseen.limits)
        limiting.take_all_turns(connection)
        batch = self._next(connection, behind)
        if not batch:
            return so_far, behind
        accounts = {one.account_id for one in batch}
        many.lock_in_order(connection, set(), accounts)
        revalued, lines, left_out = self._revaluer(connection).revalue(batch)
        revalued = within(connection, limiting, revalued)
        done = attrs.evolve(so_far, given=dict(so_far.given), taken=dict(so_far.taken), left_out=dict(so_far.left_out))
        done.add(revalued, lines, left_out)
        _check_limits(self._installation, done, self._asked)
        if revalued:
            self._write(connection, revalued, accounts, limiting)
        self._also(connection, done)
        return done, batch[-1][:2]

    def _write(self, connection: Connection, revalued: Sequence[Revalued], accounts: set[int],
               limiting: Limiting) -> None:
        last = max(many.last_ids(connection, accounts).values(), default=0)
        ids = row_ids(self._now, max(last, next(ids_behind(connection, self._now))))
        store.keep(connection, [one.kept for one in revalued])
        done = Completing(self._settings, self._now, self._asked.actor, "recalculation", limiting)
        done.write(connection, [one.change for one in revalued], ids)
        limiting.write(connection)
        note_act(connection, self._access, "points.recalculate", 0, self._article.number, now=self._now, after={
            "lines": len(revalued), "approved_by": self._asked.approved_by,
            **dict(sorted(done.points.items()))}, reason=self._asked.reason)
        done.seal()

    def _next(self, connection: Connection, behind: tuple[int, int]) -> list[store.Purchase]:
        return store.purchases(connection, self._numbers, self._days, behind, _AT_ONCE)

    def _revaluer(self, connection: Connection) -> Revaluer:
        told = f"; approved by {self._asked.approved_by}" if self._asked.approved_by else ""
        return Revaluer(connection, self._installation, self._article, f"{self._asked.reason}{told}", self._now)
