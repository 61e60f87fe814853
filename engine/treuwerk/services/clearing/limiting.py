"""Caps and budgets where points are booked: what is left of them is read, awards are cut, and what they used is kept.

One for each transaction. Its turns come before anything else; it reads its counters once claims have decided what is
new, and writes them behind all balances. A rehearsal takes no turns and writes nothing, and sees the same.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from operator import itemgetter

from sqlalchemy import Connection

from treuwerk.domain.earning import steps_as_json
from treuwerk.domain.ledger import moment
from treuwerk.domain.limits import BUDGET, Award, Bound, Counters, Granted, Limits, step_of
from treuwerk.programme.limiting import limits_of
from treuwerk.programme.settings import Settings
from treuwerk.services.clearing.purchase_keys import document_of
from treuwerk.services.clearing.scoring import ScoredAward, ScoredBatch, ScoredLine
from treuwerk.services.clearing.serials import Numbered
from treuwerk.store import limits as store

_AT = itemgetter(4)
_LEG = 2  # each award has two legs, of which the first one is the participant's
Cut = Callable[[Award, Granted], None]
"""Told of each award that a limit cut."""


def _tell_nobody(award: Award, granted: Granted) -> None:
    """Nobody wants to know."""


class Limiting:
    """The limits of one transaction; without any in the programme, all that it does is to say so."""

    def __init__(self, settings: Settings, now: int, limits: Limits | None = None, *, looking: bool = False) -> None:
        self.settings, self.limits = settings, limits_of(settings) if limits is None else limits
        self.day = moment(now).astimezone(settings.programme.time_zone).date().isoformat()
        self._budgets = settings.budgets.keys()
        self._counters, self._known = Counters(), set[tuple[int, str]]()
        self._uses: list[store.UseRow] = []
        self._turns, self._looking = set[int](), looking
        self._told = set[tuple[str, str]]()

    def take_turns(self, connection: Connection, accounts: Collection[int]) -> None:
        """Before anything else: nobody raises the counters of these accounts, or of any budget, meanwhile."""
        if self.limits and accounts:
            self._take(connection, store.turns_of(accounts, self._budgets))

    def take_all_turns(self, connection: Connection) -> None:
        """The same where nobody knows yet whose counters are raised."""
        if self.limits:
            self._take(connection, store.turns_of(range(store.TURNS), self._budgets))

    def _take(self, connection: Connection, turns: set[int]) -> None:
        store.take_turns(connection, turns)
        self._turns |= turns

    def take_turns_of(self, connection: Connection, batch: ScoredBatch) -> None:
        """The turns of all that a batch may raise: what corrections complete is known only later."""
        if not self.limits:
            return
        if batch.corrections:
            self.take_all_turns(connection)
            return
        rules = self.limits.rules
        self.take_turns(connection, {line[0] for key, line in batch.lines.items() if key in batch.of_orders
                                     or any(award[3] in rules for award in line[6])})

    def may_raise(self, connection: Connection, award: Award) -> bool:
        """Whether this transaction has the turn of all that an award counts against; who only looks needs none."""
        return (self._looking or award.rule not in self.limits.rules or connection.dialect.name == "sqlite"
                or store.turns_of([award.account], self._budgets) <= self._turns)

    def cut(self, connection: Connection, batch: ScoredBatch, lines: Numbered) -> Numbered:
        """Lines with what limits leave of their awards, served in the order of the file; warnings go to the batch."""
        rules = self.limits.rules
        met = [at for at, (_, line) in enumerate(lines) if any(award[3] in rules for award in line[6])]
        if not met:
            return lines
        self.learn(connection, (award for at in met for award in _awards(lines[at][1])))
        cut: Numbered = list(lines)
        for at in sorted(met, key=lambda at: _AT(lines[at][1])):
            number, line = lines[at]
            cut[at] = number, self._line(number, line, batch)
        return cut

    def _line(self, number: int, line: ScoredLine, batch: ScoredBatch) -> ScoredLine:
        account, key, evidence, day, at, facts, awards = line

        def tell(award: Award, granted: Granted) -> None:
            if granted.by is not None:
                self._tell(batch, at, facts[2], award, granted.points, granted.by)

        return account, key, evidence, day, at, facts, self.grant(number, _awards(line), awards, tell)

    def _tell(self, batch: ScoredBatch, at: int, document: str, award: Award, left: int, by: Bound) -> None:
        """Tell it once for each document and limit."""
        told = document, by.place[1]
        if told in self._told:
            return
        self._told.add(told)
        reason = (f"rule {award.rule!r} earned {award.points} {award.unit} points, and {left} were left of the "
                  f"{by.most} of its {by.name}; what is more is not given")
        if by.name.startswith(BUDGET):
            batch.set_beside(at, document, "budget_used_up", reason)
        else:
            batch.set_beside(at, document, "cap_reached", reason)

    def learn(self, connection: Connection, awards: Iterable[Award]) -> None:
        """Read what is used of all limits that awards meet, in one statement."""
        places = {bound.place for award in awards for bound in self.limits.bounds(award)} - self._known
        self._counters.used |= store.used(connection, places)
        self._known |= places

    def grant(self, number: int, asked: Sequence[Award], awards: Sequence[ScoredAward],
              tell: Cut = _tell_nobody) -> tuple[ScoredAward, ...]:
        """What limits leave of the awards of one transaction, which has this number."""
        left = list[ScoredAward]()
        for award, (unit, points, explanation, rule) in zip(asked, awards, strict=True):
            granted = self.granted(award, number, _LEG * len(left) + 1)
            if granted.by is not None:
                tell(award, granted)
            if granted.by is None:
                left.append((unit, points, explanation, rule))
            elif granted.points:
                left.append((unit, granted.points, _behind(explanation, granted.points, granted.by), rule))
        return tuple(left)

    def granted(self, award: Award, number: int, line: int) -> Granted:
        """What limits leave of an award, which is to be booked as a line of a transaction; it is counted at once."""
        bounds = self.limits.bounds(award)
        if not bounds:
            return Granted(award.points)
        granted = self._counters.grant(award.points, bounds)
        self.use(award._replace(points=granted.points), number, line)
        return granted

    def grant_later(self, award: Award) -> Granted:
        """The same where its line is not known yet; `use` tells it."""
        return self._counters.grant(award.points, self.limits.bounds(award))

    def use(self, award: Award, number: int, line: int) -> None:
        """Note that what is left of an award is booked as a line of a transaction."""
        if award.points:
            self._uses += [(award.account, number, line, bound.place[1], award.points)
                           for bound in self.limits.bounds(award)]

    def write(self, connection: Connection) -> None:
        """Keep what was used, behind all balances."""
        if self._uses:
            store.write(connection, self._uses, self.day)
            self._uses = []


def _awards(line: ScoredLine) -> list[Award]:
    account, key, _, day, _, _, awards = line
    document = document_of(key)
    return [Award(account, rule, unit, day, document, points) for unit, points, _, rule in awards]


def _behind(explanation: str, points: int, by: Bound) -> str:
    """A stored explanation with the step of the limit behind its tape."""
    return f"{explanation[:-1]},{steps_as_json([step_of(points, by)])[1:]}"
