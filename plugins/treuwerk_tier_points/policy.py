"""The tier scheme ``tier_points``: figures of a window in, the tier of a day out."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

import attrs

from treuwerk.domain.tiers import Goal, Held, Judged, Metric, Outlook, Shortfall, Sums, Why
from treuwerk_tier_points.settings import ENDLESS, Downgrade, Join, Lasts, Starts, TierPointsSettings, Window
from treuwerk_tier_points.windows import Days, period, rolling, shifted


@attrs.frozen
class _Reached:
    """A tier that figures of some days are enough for, and until when it is certain then."""

    rank: int
    days: Days
    until: date | None


class TierPoints:
    """Judges one day at a time."""

    def __init__(self, settings: TierPointsSettings) -> None:
        self._settings = settings
        self._wait = 1 if settings.starts is Starts.NEXT_PERIOD else 0
        self._life = self._wait + (1 if settings.lasts is Lasts.NEXT_PERIOD else 0)
        self._metrics = {name: one.metric for name, one in settings.metrics.items()}
        self._ladder = tuple(settings.tiers)

    @property
    def metrics(self) -> Mapping[str, Metric]:
        """What is counted."""
        return self._metrics

    @property
    def ladder(self) -> Sequence[str]:
        """The tiers in the order of the settings."""
        return self._ladder

    def first_day(self, day: date, joined_on: date) -> date:
        """The first day of the oldest window that still gives a tier."""
        if self._settings.window in ENDLESS:
            return self._endless(day)[0]
        window = self._settings.window
        return shifted(window, period(window, day, joined_on), -self._life - 1, joined_on)[0]

    def judge(self, held: Held, sums: Sums, day: date, joined_on: date) -> Judged:
        """Up where figures are enough, else as the settings say of who has too little."""
        best = self._best(sums, day, joined_on)
        rank = self._rank(held.tier)
        if best is not None and best.rank > rank:
            return self._judged(Held(self._ladder[best.rank], day, best.until), Why.REACHED, sums, best.days,
                                self._ladder[best.rank])
        if rank < 0:
            return Judged(Held())
        if best is not None and best.rank == rank:
            until = best.until if held.until is None or best.until is None else max(held.until, best.until)
            return self._judged(Held(held.tier, held.since, until), Why.REACHED, sums, best.days, held.tier)
        return self._short(held, best, sums, day, joined_on)

    def _short(self, held: Held, best: _Reached | None, sums: Sums, day: date, joined_on: date) -> Judged:
        """Somebody holds more than the figures are enough for."""
        grace, policy = timedelta(days=self._settings.grace_days), self._settings.downgrade
        if policy is Downgrade.NEVER:
            return Judged(held, Why.BELOW)
        if policy is Downgrade.AT_ONCE:
            since = held.short_since or day
            if day < since + grace:
                return Judged(attrs.evolve(held, short_since=since), Why.BELOW)
            return self._fallen(held, best.rank if best else -1, best, Why.BELOW, sums, day, joined_on)
        if held.until is not None and day <= held.until + grace:
            return Judged(held, Why.BELOW)
        rank = best.rank if best else -1
        if policy is Downgrade.ONE_STEP:
            rank = max(rank, self._rank(held.tier) - 1)
        return self._fallen(held, rank, best, Why.ENDED, sums, day, joined_on)

    def _fallen(self, held: Held, rank: int, best: _Reached | None, why: Why, sums: Sums, day: date,
                joined_on: date) -> Judged:
        """What is left of a tier that is lost, and the figures that were too small for it."""
        now = self._now(day, joined_on)
        days = now or self._endless(day)
        if now is not None and why is Why.ENDED:
            days = shifted(self._settings.window, now, -1, joined_on)
        if rank < 0:
            return self._judged(Held(), why, sums, days, held.tier)
        until = best.until if best and best.rank == rank else now[1] if now else None
        return self._judged(Held(self._ladder[rank], day, until), why, sums, days, held.tier)

    def _judged(self, held: Held, why: Why, sums: Sums, days: Days, tier: str) -> Judged:
        """With the figures that a tier asks for, over the days that decided."""
        asked = self._settings.tiers[tier].at_least
        return Judged(held, why, {name: sums.total(name, *days) for name in asked}, *days)

    def _best(self, sums: Sums, day: date, joined_on: date) -> _Reached | None:
        """The highest tier that any window still gives; of two alike the one that lasts longer."""
        now = self._now(day, joined_on)
        if now is None:
            days = self._endless(day)
            rank = self._reached(sums, days)
            return None if rank < 0 else _Reached(rank, days, None)
        found: _Reached | None = None
        for back in range(self._wait, self._life + 1):
            days = shifted(self._settings.window, now, -back, joined_on)
            rank = self._reached(sums, days)
            if rank >= 0 and (found is None or rank > found.rank):
                found = _Reached(rank, days, self._until(now, self._life - back, joined_on))
        return found

    def _until(self, now: Days, periods: int, joined_on: date) -> date:
        return shifted(self._settings.window, now, periods, joined_on)[1]

    def _reached(self, sums: Sums, days: Days) -> int:
        return next((rank for rank in range(len(self._ladder) - 1, -1, -1) if self._is_met(rank, sums, days)), -1)

    def _is_met(self, rank: int, sums: Sums, days: Days) -> bool:
        wanted = self._settings.tiers[self._ladder[rank]]
        met = (sums.total(name, *days) >= figure for name, figure in wanted.at_least.items())
        return all(met) if wanted.join is Join.ALL else any(met)

    def _now(self, day: date, joined_on: date) -> Days | None:
        window = self._settings.window
        return None if window in ENDLESS else period(window, day, joined_on)

    def _endless(self, day: date) -> Days:
        return rolling(day, self._settings.months) if self._settings.window is Window.ROLLING else (date.min, day)

    def _rank(self, tier: str) -> int:
        return self._ladder.index(tier) if tier in self._ladder else -1

    def quiet_until(self, held: Held, day: date, joined_on: date) -> date:
        """Up to the end of the period, of what is certain, or of a grace; a rolling window moves every day."""
        if self._settings.window is Window.ROLLING:
            return day
        grace, now = timedelta(days=self._settings.grace_days), self._now(day, joined_on)
        ends = [now[1]] if now else [date.max]
        if held.until is not None:
            ends += [held.until, held.until + grace]
        if held.short_since is not None:
            ends.append(held.short_since + grace - timedelta(days=1))
        return min(end for end in ends if end >= day) if any(end >= day for end in ends) else day

    def outlook(self, held: Held, sums: Sums, day: date, joined_on: date) -> Outlook:
        """The tier above, and the present one where what is bought in this window would keep it for longer."""
        now, rank = self._now(day, joined_on), self._rank(held.tier)
        days = now or self._endless(day)
        by = now[1] if now else None
        until = self._until(now, self._life, joined_on) if now else None
        from_ = by + timedelta(days=1) if by and self._wait else None
        above = self._goal(rank + 1, sums, days, by, until, from_) if rank + 1 < len(self._ladder) else None
        stay = self._goal(rank, sums, days, by, until, None) if rank >= 0 else None
        if stay and (held.until is not None and until is not None and until <= held.until):
            stay = None  # it is certain for as long as this window could make it
        if stay and self._settings.downgrade is Downgrade.NEVER:
            stay = None
        return Outlook(above, stay if stay and stay.missing else None)

    def _goal(self, rank: int, sums: Sums, days: Days, by: date | None, until: date | None,
              from_: date | None) -> Goal:
        code = self._ladder[rank]
        wanted = self._settings.tiers[code]
        found = [Shortfall(name, figure, sums.total(name, *days)) for name, figure in wanted.at_least.items()]
        missing = [one for one in found if one.missing > Decimal(0)]
        every = wanted.join is Join.ALL
        if not every and len(missing) < len(found):
            missing = []
        return Goal(code, missing, every, by, until, from_)
