"""A ledger as one would write it on one page, for comparing: lists of lots, no database, nothing of the engine.

It knows each point by the lot that it lies in. Time is a number of seconds.
"""

from dataclasses import dataclass, field
from math import inf


class Refused(Exception):
    """What is asked for cannot be done; `str()` is the code."""


@dataclass(frozen=True)
class Kind:
    """A unit: how long its points live, wait or are kept by activity (seconds), and who bears what was spent."""

    lives: float = inf
    waits: int = 0
    by_act: bool = False
    kept: int | None = None
    returns: str = "negative"


@dataclass(eq=False)
class Grain:
    """A lot: `left` can still be spent; `lapsed` went unspent. `since` None: it waits for an act."""

    number: int
    unit: str
    source: object
    left: int
    since: float | None
    until: float
    lapsed: int = 0


Parts = list[tuple[Grain, int]]


@dataclass(eq=False)
class Spent:
    """A redemption, a hold or a capture: what it took of which lots, in this order."""

    unit: str
    parts: Parts
    until: float = inf

    @property
    def points(self) -> int:
        """All that is left of it."""
        return sum(points for _, points in self.parts)

    def first(self, amount: int) -> Parts:
        """Take its first points away."""
        found: Parts = []
        while amount:
            grain, points = self.parts.pop(0)
            taken = min(points, amount)
            if points > taken:
                self.parts.insert(0, (grain, points - taken))
            found.append((grain, taken))
            amount -= taken
        return found

    def last(self, amount: int) -> Parts:
        """Take its last points away."""
        rest = self.first(self.points - amount)
        back, self.parts = self.parts, rest
        return back


@dataclass(eq=False)
class Credit:
    """An accrual: points that each number of its pieces earns, and how many are returned."""

    pieces: int
    earned: dict[str, list[int]]
    returned: int = 0
    lapsed_used: dict[str, int] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)


@dataclass
class Merge:
    """What one account gave to another: the mark that it bears there, lots, and what was owed."""

    mark: Credit
    parts: Parts
    owed: dict[str, int]


@dataclass
class Naive:
    """One account."""

    kinds: dict[str, Kind]
    now: float = 0
    grains: list[Grain] = field(default_factory=list)
    holds: list[Spent] = field(default_factory=list)
    deficit: dict[str, int] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)
    kept: dict[str, float] = field(default_factory=dict)
    numbers: int = 0

    def at(self, now: float) -> "Naive":
        """The same account, later: what has expired is gone."""
        self.now = now
        for grain in self.grains:
            if grain.since is not None and self.over(grain):
                grain.lapsed, grain.left = grain.lapsed + grain.left, 0
        return self

    def over(self, grain: Grain) -> bool:
        """Whether points of this lot are gone, also those that come back."""
        return grain.until <= self.now or self.kept.get(grain.unit, inf) <= self.now

    def alive(self, unit: str, *, active: bool = False, waiting: bool = False) -> list[Grain]:
        """Lots in the order of spending."""
        found = [one for one in self.grains if one.unit == unit and one.left and (one.since is None) == waiting
                 and (not active or (one.since is not None and one.since <= self.now))]
        return sorted(found, key=lambda one: (one.until, one.number))

    def spendable(self, unit: str) -> int:
        """What can be spent now."""
        return sum(grain.left for grain in self.alive(unit, active=True))

    def act(self, unit: str) -> None:
        """Somebody was active: points that go by inactivity stay longer."""
        if (kept := self.kinds[unit].kept) is not None:
            self.keep(unit, self.now + kept)

    def keep(self, unit: str, until: float) -> None:
        """Activity keeps points alive; what was gone before stays gone, also where it is spent or reserved just now."""
        before = self.kept.get(unit, inf)
        if before <= self.now:
            for grain in self.grains:
                if grain.unit == unit and grain.since is not None:
                    grain.until = min(grain.until, before)
        self.kept[unit] = until if before == inf else max(before, until)

    def add(self, unit: str, points: int, source: object, since: float | None, until: float) -> None:
        """A new lot."""
        self.numbers += 1
        self.grains.append(Grain(self.numbers, unit, source, points, since, until))

    def earn(self, credit: Credit) -> None:
        """Points of a purchase, by the terms of their units."""
        for unit, points in credit.earned.items():
            if points[-1]:
                self.act_later(unit)
                self.add(unit, points[-1], credit, *self.life(unit))
        self.settle()

    def act_later(self, unit: str) -> None:
        """Points that wait for a time keep the others alive from then on."""
        if (kept := self.kinds[unit].kept) is not None:
            self.keep(unit, self.now + self.kinds[unit].waits + kept)

    def life(self, unit: str) -> tuple[float | None, float]:
        """From when and until when points live that come now."""
        kind = self.kinds[unit]
        return (None, inf) if kind.by_act else (self.now + kind.waits, self.now + kind.lives)

    def activate(self, credit: Credit) -> None:
        """Points that waited for an act can be spent, and live from now on."""
        waiting = [grain for grain in self.grains if grain.source is credit and grain.since is None and grain.left]
        if not waiting:
            raise Refused("nothing_pending")
        for grain in waiting:
            points, grain.left = grain.left, 0
            self.act(grain.unit)
            self.add(grain.unit, points, credit, self.now, self.now + self.kinds[grain.unit].lives)
        self.settle()

    def take(self, grains: list[Grain], amount: int) -> Parts:
        """Take up to `amount` points of lots."""
        parts: Parts = []
        for grain in grains:
            points = min(grain.left, amount)
            grain.left, amount = grain.left - points, amount - points
            if points:
                parts.append((grain, points))
        return parts

    def spend(self, unit: str, amount: int, until: float = inf) -> Spent:
        """Points go out, or into a hold."""
        if any(self.deficit.get(code) and kind.returns == "block" for code, kind in self.kinds.items()):
            raise Refused("blocked")
        if self.spendable(unit) < amount:
            raise Refused("not_enough")
        self.act(unit)
        return Spent(unit, self.take(self.alive(unit, active=True), amount), until)

    def hold(self, unit: str, amount: int, until: float) -> Spent:
        """Reserve points."""
        self.holds.append(self.spend(unit, amount, until))
        return self.holds[-1]

    def held(self, unit: str) -> int:
        """What is reserved."""
        return sum(hold.points for hold in self.holds if hold.unit == unit)

    def capture(self, hold: Spent, amount: int | None) -> Spent:
        """Spend reserved points."""
        if hold.until <= self.now:
            raise Refused("hold_expired")
        return Spent(hold.unit, hold.first(self.enough(hold, amount)))

    def enough(self, spent: Spent, amount: int | None) -> int:
        """The amount, or all there is."""
        if not spent.points or (amount or 0) > spent.points:
            raise Refused("not_enough")
        return spent.points if amount is None else amount

    def give_back(self, spent: Spent, amount: int | None) -> None:
        """Part of a redemption, a capture or a hold comes back into its lots; what expired meanwhile is gone.

        But first it makes good what was missing when its goods went back, and what the account owes.
        """
        back = spent.last(self.enough(spent, amount))
        for grain, points in back:
            grain.left += points - self.recovered(grain, points)
        self.settle()
        for grain, _ in back:
            if self.over(grain):
                grain.lapsed, grain.left = grain.lapsed + grain.left, 0

    def recovered(self, grain: Grain, points: int) -> int:
        """What of points that come back was lost already when their goods went back."""
        if not isinstance(grain.source, Credit):
            return 0
        found = min(points, grain.source.lost.get(grain.unit, 0))
        if found:
            grain.source.lost[grain.unit] -= found
            self.lost[grain.unit] -= found
        return found

    def time_out(self) -> int:
        """End all holds that are over."""
        over = [hold for hold in self.holds if hold.points and hold.until <= self.now]
        for hold in over:
            self.give_back(hold, None)
        return len(over)

    def give_up(self, credit: Credit, pieces: int | None) -> None:
        """Pieces go back, and what they had earned is taken back."""
        returned = credit.pieces if pieces is None else credit.returned + pieces
        if returned > credit.pieces or credit.returned == credit.pieces:
            raise Refused("too_many_pieces")
        before, credit.returned = credit.returned, returned
        for unit, earned in credit.earned.items():
            self.take_back(credit, unit, earned[credit.pieces - before] - earned[credit.pieces - returned])
        self.settle()

    def adjust(self, unit: str, amount: int, source: object) -> None:
        """Somebody gives or takes points by hand."""
        if amount > 0:
            self.act_later(unit)
            self.add(unit, amount, source, *self.life(unit))
        elif self.spendable(unit) < -amount:
            raise Refused("not_enough")
        else:
            self.take(self.alive(unit, active=True), -amount)
        self.settle()

    def give(self, other: "Naive", unit: str, amount: int) -> None:
        """Give points to another account, where they end when they would have ended here."""
        kept = self.kept.get(unit, inf)
        parts = self.spend(unit, amount).parts
        if other.kept.get(unit, inf) <= self.now:  # all its own are gone, so these decide how long they live
            other.keep(unit, kept)
        for grain, points in parts:
            other.add(unit, points, None, self.now, min(grain.until, kept))
        other.settle()

    def merge_into(self, other: "Naive") -> Merge:
        """Give another account everything."""
        if any(hold.points for hold in self.holds):
            raise Refused("open_holds")
        for unit, owed in self.deficit.items():
            if owed > sum(grain.left for one in (self, other) for grain in one.alive(unit)):
                raise Refused("owes_too_much")
        merge = Merge(Credit(0, {}), [], {unit: owed for unit, owed in self.deficit.items() if owed})
        for unit in self.kinds:
            moving = self.alive(unit) + self.alive(unit, waiting=True)
            if (moving or unit in merge.owed) and unit in self.kept:
                other.keep(unit, self.kept[unit])
            for grain in moving:
                merge.parts.append((grain, grain.left))
                other.add(unit, grain.left, merge.mark, grain.since, grain.until)
                grain.left = 0
            other.deficit[unit] = other.deficit.get(unit, 0) + self.deficit.pop(unit, 0)
        other.settle()
        return merge

    def come_back(self, other: "Naive", merge: Merge) -> None:
        """Get everything back that another account was given; what it no longer has, it owes."""
        for unit in self.kinds:
            parts = [(grain, points) for grain, points in merge.parts if grain.unit == unit]
            other.take_back(merge.mark, unit, sum(points for _, points in parts))
            for grain, points in parts:
                grain.left += points
        self.at(self.now).settle()
        other.settle()

    def take_back(self, credit: Credit, unit: str, amount: int) -> None:
        """First what waits, its own points, what of those expired; then those of others; the rest is missing."""
        mine = [grain for grain in self.grains if grain.source is credit and grain.unit == unit]
        for own in (self.alive(unit, waiting=True), self.alive(unit)):
            amount -= sum(points for _, points in self.take([one for one in own if one in mine], amount))
        lapsed = min(amount, sum(grain.lapsed for grain in mine) - credit.lapsed_used.get(unit, 0))
        credit.lapsed_used[unit] = credit.lapsed_used.get(unit, 0) + lapsed
        amount -= lapsed
        amount -= sum(points for _, points in self.take(self.alive(unit), amount))
        bears = (self.lost, credit.lost) if self.kinds[unit].returns == "clamp" else (self.deficit,)
        for missing in bears:
            missing[unit] = missing.get(unit, 0) + amount

    def settle(self) -> None:
        """What is there makes good what is missing."""
        for unit in self.kinds:
            found = self.take(self.alive(unit), self.deficit.get(unit, 0))
            self.deficit[unit] = self.deficit.get(unit, 0) - sum(points for _, points in found)
