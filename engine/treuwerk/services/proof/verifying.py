"""Proving the ledger: every law by name, recomputed from the rows alone, without changing any.

The work is done in pieces, side by side where there is much of it. First come short cuts, each a scan that proves
several laws; whatever they leave open is checked by itself, which also finds how often and where a law is broken.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import Connection, text

from treuwerk.domain.ledger import FIRST_HEAD, chained
from treuwerk.services.proof.anchoring import Anchor, missed_anchors
from treuwerk.services.proof.proof_crew import Work, crew, crew_size, prepare
from treuwerk.services.proof.proof_tasks import Found, Task, names_of_laws, run
from treuwerk.services.proof.proving import Seal
from treuwerk.store.claims import PARTS
from treuwerk.store.database import Database
from treuwerk.store.sealing import waiting_for_a_seal

SIDE_BY_SIDE_FROM = 50_000  # transactions: below, processes cost more than they save
_RECORDS_AT_ONCE = 100_000
_OF_RECORDS = ("explanations_fold_to_their_points", "chain_of_seals", "bookings_are_not_behind_their_seal")
_OTHERS = ("purchases_are_as_claimed", "activities_are_as_claimed", *_OF_RECORDS)
_OF_SHORT_CUTS = {
    "booked": ("balance_is_sum_of_postings", "system_books_are_their_deltas"),
    "summed": ("balance_is_sum_of_open_lots", "pending_is_sum_of_open_lots", "held_is_sum_of_open_holds"),
    "traced": ("lot_is_its_posting", "movement_is_traced_to_its_lots"),
}
_OF_COUNTS = {
    "records": ("transaction_is_sealed_once", "sealed_transaction_is_there"),
    "postings": ("zero_sum_per_transaction_and_unit", "posting_has_its_transaction", "transaction_has_postings"),
    "purchases": ("accrual_has_its_claim", "claim_has_its_line", "run_counts_its_lines"),
}
Told = Callable[[int, int], None]


@attrs.frozen
class Invariant:
    """One law: ok, violated (how often, and where first), or could not run (why).

    `duration` is the seconds of work that went into it; a scan that proves several laws counts for each.
    """

    name: str
    state: str
    count: int = 0
    first_violation: str = ""
    duration: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """The shape that others rely on."""
        return attrs.asdict(self) | {"duration": round(self.duration, 3)}


@attrs.frozen
class Verdict:
    """All laws of one look at the database; `unsealed` transactions wait for a seal, which breaks none."""

    invariants: list[Invariant]
    transactions: int
    unsealed: int = 0

    @property
    def ok(self) -> bool:
        """Whether every law holds."""
        return all(invariant.state == "ok" for invariant in self.invariants)

    @property
    def could_not_run(self) -> bool:
        """Whether a law could not be checked."""
        return any(invariant.state == "could_not_run" for invariant in self.invariants)


def verify(database: Database, told: Told = lambda done, total: None, *, anchors: Sequence[Anchor] = (),
           processes: int | None = None) -> Verdict:
    """Check every law in one consistent, read-only look; `told` hears of each piece that is done, and of how many.

    With `anchors` there is one law more: the chain goes through each of them. `processes` may share the work; by
    default as many as pay for themselves.
    """
    with database.reading() as connection:
        prepare(connection)
        size = processes or (crew_size() if _sealed(connection) >= SIDE_BY_SIDE_FROM else 1)
        with crew(database, connection, size) as work:
            proof = _Proof(connection)
            proof.check(work, told)
            kept = [_anchored(connection, anchors)] if anchors else []
            transactions = proof.transactions or _transactions(connection)
            return Verdict(proof.invariants() + kept, transactions, waiting_for_a_seal(connection))


def _anchored(connection: Connection, anchors: Sequence[Anchor]) -> Invariant:
    missed = list(missed_anchors(connection, anchors))
    return Invariant("anchors_are_in_the_chain", "violated" if missed else "ok", len(missed), "".join(missed[:1]))


def _sealed(connection: Connection) -> int:
    """About how many transactions there are; to count them takes longer."""
    return connection.execute(text("SELECT MAX(last_sequence) FROM seal")).scalar() or 0


def _transactions(connection: Connection) -> int:
    return int(connection.execute(text("SELECT COUNT(*) FROM journal")).scalar_one())


class _Proof:
    """What is known of the laws so far."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._seals: list[Any] = []
        self._proven: set[str] = set()
        self._violations: dict[str, tuple[int, str]] = {}
        self._errors: dict[str, str] = {}
        self._seconds: dict[str, float] = {}
        self._figures: dict[str, Counter[Any]] = {
            name: Counter() for name in ("records", "runs", "activities", "postings")}
        self._digests: dict[int, str] = {}
        self._newest: dict[int, int] = {}
        self._explained: int | None = None
        self._counts: Mapping[str, Any] = {}
        self._waiting_accruals = 0
        self._pieces = self._finished = 0

    @property
    def transactions(self) -> int:
        """How many there are; 0 where they were not counted."""
        return int(self._counts.get("counts", {}).get("transactions", 0))

    def check(self, work: Work, told: Told) -> None:
        """Short cuts and what has none; then what the short cuts left open."""
        laws = names_of_laws(self._connection.dialect.name)
        chain = run(self._connection, Task("seals"))
        self._seals = chain.figures.get("seals", [])
        if chain.error:
            self._errors |= dict.fromkeys(_OF_RECORDS[1:], chain.error)
        first = self._first_pieces(laws)
        self._do(work, first, told)
        self._check_chain()
        self._check_counts()
        self._do(work, self._in_doubt(), told)
        rest = [Task("law", name) for name in laws
                if name not in self._proven | set(self._violations) | set(self._errors)]
        self._do(work, rest, told)

    def _do(self, work: Work, tasks: Sequence[Task], told: Told) -> None:
        self._pieces += len(tasks)

        def done() -> None:
            self._finished += 1
            told(self._finished, self._pieces)

        for task, found in zip(tasks, work(tasks, done), strict=True):
            self._note(task, found)

    def _first_pieces(self, laws: Sequence[str]) -> list[Task]:
        """The long ones first, so that none of them is left for the end."""
        later = {law for laws_of in (*_OF_SHORT_CUTS.values(), *_OF_COUNTS.values()) for law in laws_of}
        records = [Task("records", part) for part in _portions(self._seals)]
        purchases = [Task("purchases", part) for part in range(PARTS)]
        explained = [] if self._connection.dialect.name == "sqlite" else [Task("explained")]
        short_cuts = [Task("counts"), Task("postings"), *(Task("short_cut", name) for name in _OF_SHORT_CUTS)]
        return [*explained, *records, *purchases, *short_cuts,
                *(Task("law", name) for name in laws if name not in later), Task("activities"), Task("waiting")]

    def _note(self, task: Task, found: Found) -> None:
        laws = {"records": _OF_RECORDS, "waiting": _OF_RECORDS[:1], "explained": _OF_RECORDS[:1],
                "unexplained": _OF_RECORDS[:1], "purchases": _OTHERS[:1],
                "activities": _OTHERS[1:2], "law": (task.part,), "counts": (),
                "postings": _OF_COUNTS["postings"],
                "short_cut": _OF_SHORT_CUTS.get(str(task.part), ())}[task.kind]
        for law in laws:
            self._seconds[law] = self._seconds.get(law, 0.0) + found.seconds
        if found.error and task.kind not in ("short_cut", "postings"):
            self._errors |= dict.fromkeys(laws, found.error)
        for law, (count, first) in found.violations.items():
            before = self._violations.get(law)
            self._violations[law] = (count + before[0], before[1]) if before else (count, first)
        self._proven |= found.proven | (set(laws) if task.kind == "law" else set())
        self._digests |= found.figures.get("digests", {})
        self._newest |= found.figures.get("newest", {})
        if task.kind == "counts":
            self._counts = found.figures
        self._explained = found.figures.get("explained", self._explained)
        for name, figures in self._figures.items():
            figures.update(found.figures.get(name, {}) if name != "records" else
                           {one: found.figures.get(one, 0) for one in ("records", "accruals", "legs")})

    def _check_chain(self) -> None:
        for law, broken in (("chain_of_seals", _broken_seals(self._seals, self._digests)),
                            ("bookings_are_not_behind_their_seal", _early_seals(self._seals, self._newest))):
            if law not in self._errors and (found := list(broken)):
                self._violations[law] = len(found), found[0]

    def _in_doubt(self) -> list[Task]:
        """Where explanations were compared in bulk, and something was odd, they are looked at one by one."""
        accruals = self._figures["records"]["accruals"] + self._waiting_accruals
        if self._connection.dialect.name == "sqlite" or self._explained == accruals:
            return []
        return [Task("unexplained", part) for part in _portions(self._seals)]

    def _check_counts(self) -> None:
        """Where all numbers agree, there is one of each, and nothing is left to look for."""
        if not self._counts or self._errors.keys() & set(_OTHERS):
            return
        counts, runs = self._counts["counts"], self._counts["every_run"]
        self._waiting_accruals = counts["waiting_accruals"]
        records, lines, activities = (self._figures[name] for name in ("records", "runs", "activities"))
        if records["records"] != counts["sealed"]:
            return
        self._proven.add("sealed_transaction_is_there")
        if sum(lines.values()) + sum(activities.values()) == counts["claims"]:
            self._proven.add("claim_has_its_line")
        if (counts["sealed"] + counts["waiting"] != counts["transactions"] or counts["twice"]
                or counts["waiting"] != counts["known"]):
            return
        self._proven.add("transaction_is_sealed_once")
        postings = self._figures["postings"]
        if records["legs"] + counts["waiting_legs"] == postings["legs"]:
            self._proven.add("posting_has_its_transaction")
            if postings["transactions"] == counts["transactions"]:
                self._proven.add("transaction_has_postings")
        booked = sum(count for (_, earned), count in lines.items() if earned) + activities[True]
        if booked == records["accruals"] + counts["waiting_accruals"]:
            self._proven.add("accrual_has_its_claim")
        if {number for number, _ in lines} <= {one.id for one in runs} and all(
                lines[one.id, True] == one.booked and lines[one.id, False] <= one.ignored for one in runs):
            self._proven.add("run_counts_its_lines")

    def invariants(self) -> list[Invariant]:
        """Every law with what was found, those of records last."""
        names = [*names_of_laws(self._connection.dialect.name), *_OTHERS]
        return [self._invariant(name) for name in names]

    def _invariant(self, name: str) -> Invariant:
        seconds = self._seconds.get(name, 0.0)
        if name in self._errors:
            return Invariant(name, "could_not_run", 0, self._errors[name], seconds)
        if name in self._violations:
            return Invariant(name, "violated", *self._violations[name], seconds)
        return Invariant(name, "ok", duration=seconds)


def _portions(all_seals: Sequence[Any]) -> Iterator[list[Seal]]:
    """Seals in portions of about the same number of records."""
    portion: list[Seal] = []
    records = 0
    for seal in all_seals:
        portion.append((seal.number, seal.first_sequence, seal.last_sequence, seal.digest))
        records += max(seal.last_sequence - seal.first_sequence + 1, 0)
        if records >= _RECORDS_AT_ONCE:
            yield portion
            portion, records = [], 0
    if portion:
        yield portion


def _broken_seals(all_seals: Sequence[Any], digests: dict[int, str]) -> Iterator[str]:
    previous = FIRST_HEAD
    for number, seal in enumerate(all_seals, start=1):
        digest = digests.get(seal.number, "")
        head = chained(previous, number, seal.first_sequence, seal.last_sequence, digest)
        if (seal.number, seal.digest, seal.previous_head, seal.head) != (number, digest, previous, head):
            yield (f"seal {seal.number} over sequence {seal.first_sequence} to {seal.last_sequence}: found head "
                   f"{seal.head}, the rows of the journal give {head}")
        previous = seal.head


def _early_seals(all_seals: Sequence[Any], newest: dict[int, int]) -> Iterator[str]:
    """Seals that seem older than one of their bookings, or than the seal before."""
    sealed_at = 0
    for seal in all_seals:
        sealed_at = max(sealed_at, newest.get(seal.number, 0))
        if seal.sealed_at < sealed_at:
            yield (f"seal {seal.number} over sequence {seal.first_sequence} to {seal.last_sequence}: found sealed_at "
                   f"{seal.sealed_at}, expected {sealed_at} or later, as of its bookings and the seal before")
        sealed_at = max(sealed_at, seal.sealed_at)
