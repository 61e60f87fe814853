"""The terms of points: from when they can be spent, and until when they live. Pure; instants are microseconds UTC.

Points expire *at* an instant: that is the first one at which they are gone.
"""

from datetime import date
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

import attrs

from treuwerk.domain.durations import Duration, MonthDay, Period, end_of
from treuwerk.domain.ledger import Book, moment, start_of_day

_WAYS = ("after", "on", "yearly_on", "after_inactivity", "never")
_COMPANIONS = {"after": ("rounding", "start"), "yearly_on": ("at_least",), "after_inactivity": ("rounding",)}


class WrongTerms(ValueError):
    """Terms that contradict themselves; carries what was found, what was expected, and the next step."""

    def __init__(self, found: str, expected: str, hint: str = "") -> None:
        super().__init__(f"found {found}, expected {expected}")
        self.found, self.expected, self.hint = found, expected, hint


class Rounding(StrEnum):
    """To which calendar border an expiry is moved forward."""

    NONE = "none"
    END_OF_DAY = "end_of_day"
    END_OF_WEEK = "end_of_week"
    END_OF_MONTH = "end_of_month"
    END_OF_QUARTER = "end_of_quarter"
    END_OF_YEAR = "end_of_year"


class ExpiryStart(StrEnum):
    """From when the life of a lot is counted."""

    BOOKING = "booking"
    EVENT = "event"
    ACTIVATION = "activation"


class Until(StrEnum):
    """The act for which points wait."""

    BOOKING = "booking"
    ACTIVATION = "activation"


class Returns(StrEnum):
    """What happens when points are taken back that were spent already."""

    NEGATIVE = "negative"
    CLAMP = "clamp"
    BLOCK = "block"


class Between(StrEnum):
    """Who may give points to whom."""

    SAME_GROUP = "same_group"
    ANYONE = "anyone"


@attrs.frozen(kw_only=True)
class Expiry:
    """``expires``: how long points live. Exactly one of the first five keys.

    Durations are a whole number and one of ``s m h D W M Y``, such as ``36M``; see the guide *Terms of points*.
    """

    after: Duration | None = None
    """So long after `start`."""
    on: date | None = None
    """A calendar date; points live through that day."""
    yearly_on: MonthDay | None = None
    """A day of the year, such as ``"12-31"``; points live through the next such day."""
    after_inactivity: Duration | None = None
    """All points of the account in this unit live until so long after its last booking in this unit."""
    never: bool = False
    """``true``: they stay."""
    rounding: Rounding | None = None
    """With `after` and `after_inactivity`: a border to which the end is moved forward. Left out: the end of the day for
    D, W, M and Y; none for s, m and h, and for durations that end with ``_D`` or ``_U``."""
    start: ExpiryStart | None = None
    """With `after`: what life is counted from. Left out: the booking, or the activation of points that wait for it."""
    at_least: Duration | None = None
    """With `yearly_on`: they live so long from the day they can be spent, and then to the next such day."""

    def __attrs_post_init__(self) -> None:
        """Refuse what contradicts itself."""
        ways = [way for way in _WAYS if getattr(self, way)]
        if len(ways) != 1:
            raise WrongTerms(" and ".join(ways) or "none of them", f"exactly one of {', '.join(_WAYS)} = true")
        self._check_companions(ways[0])
        for key in ("after", "after_inactivity", "at_least"):
            self._check_length(key, getattr(self, key))

    def _check_companions(self, way: str) -> None:
        allowed = _COMPANIONS.get(way, ())
        strange = [key for key in ("rounding", "start", "at_least") if getattr(self, key) and key not in allowed]
        if strange:
            beside = f"nothing but {' and '.join(allowed)}" if allowed else "nothing"
            raise WrongTerms(f"{' and '.join(strange)} beside {way}", f"{beside} beside it")

    def _check_length(self, key: str, duration: Duration | None) -> None:
        if duration is None:
            return
        if duration.edge and self.rounding:
            raise WrongTerms(f"{key} = {str(duration)!r} and rounding = {self.rounding.value!r}", "one of the two",
                             f"leave out rounding, or write {duration.count}{duration.unit}")
        rounded = key != "at_least" and self._rounding(duration) is not Rounding.NONE
        if not (rounded or duration.surely_later):
            raise WrongTerms(f"{key} = {str(duration)!r}", "a duration that ends later than it starts",
                             "0D_U is the end of the same day")

    def _rounding(self, duration: Duration) -> Rounding:
        if self.rounding is not None:
            return self.rounding
        return Rounding.NONE if duration.edge or duration.elapsed else Rounding.END_OF_DAY

    def end(self, duration: Duration, start: int, zone: ZoneInfo) -> int:
        """The instant that is a duration of these terms later than `start`, rounded as they say."""
        end, rounding = duration.after(start, zone), self._rounding(duration)
        return end if rounding is Rounding.NONE else end_of(Period(rounding.removeprefix("end_of_")), end, zone)


@attrs.frozen(kw_only=True)
class Activation:
    """``pending``: how long points wait until they can be spent. Exactly one of the keys."""

    after: Duration | None = None
    """A time that must pass since the booking, such as ``"14D"``."""
    until: Until | None = None
    """An act: with ``"activation"`` points wait until somebody activates them; ``"booking"`` is at once, by which a
    rule can say that the wait of its unit is not meant for it."""

    def __attrs_post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if (self.after is None) == (self.until is None):
            raise WrongTerms("after and until" if self.after else "none of them", "exactly one of after, until")
        if self.after is not None and not self.after.surely_later:
            raise WrongTerms(f"after = {str(self.after)!r}", "a duration that ends later than it starts",
                             'until = "booking" is at once')

    @property
    def by_act(self) -> bool:
        """Whether points wait for an act."""
        return self.until is Until.ACTIVATION

    def active_from(self, booked_at: int, zone: ZoneInfo) -> int | None:
        """From when the points can be spent; None: nobody knows yet."""
        if self.by_act:
            return None
        return self.after.after(booked_at, zone) if self.after else booked_at


NEVER = Expiry(never=True)
AT_ONCE = Activation(until=Until.BOOKING)


class Terms(NamedTuple):
    """What a posting says of its lot: book (of `Book`, as text), from when it can be spent, and from when it is gone.

    `active_from` is None where an act is waited for, `expires_at` None where nothing is fixed. `keeps_until` is the
    instant up to which this booking keeps all points of the account in the unit alive, None where activity does not
    matter.
    """

    book: str
    active_from: int | None
    expires_at: int | None
    keeps_until: int | None


def terms_of(expiry: Expiry, activation: Activation, booked_at: int, occurred_on: date, zone: ZoneInfo) -> Terms:
    """The terms of points for an event of the day `occurred_on` that are booked at an instant."""
    active_from = activation.active_from(booked_at, zone)
    if active_from is None:
        return Terms(Book.PENDING.value, None, None, kept_until(expiry, booked_at, zone))
    start = active_from
    if expiry.start in (None, ExpiryStart.BOOKING):
        start = booked_at
    elif expiry.start is ExpiryStart.EVENT:
        start = start_of_day(occurred_on, zone)
    return Terms(Book.PARTICIPANT.value, active_from, _expires_at(expiry, start, active_from, zone),
                 kept_until(expiry, active_from, zone))


def activated_terms(expiry: Expiry, activated_at: int, zone: ZoneInfo) -> Terms:
    """The terms of points that waited for an act, which came at an instant: their life is counted from there."""
    return Terms(Book.PARTICIPANT.value, activated_at, _expires_at(expiry, activated_at, activated_at, zone),
                 kept_until(expiry, activated_at, zone))


def kept_until(expiry: Expiry, active_at: int, zone: ZoneInfo) -> int | None:
    """Up to when activity at an instant keeps the points of its account and unit; None: it does not matter."""
    return expiry.end(expiry.after_inactivity, active_at, zone) if expiry.after_inactivity else None


def _expires_at(expiry: Expiry, start: int, active_from: int, zone: ZoneInfo) -> int | None:
    if expiry.after is not None:
        return expiry.end(expiry.after, start, zone)
    if expiry.on is not None:
        return _end_of_day(expiry.on, zone)
    if expiry.yearly_on is not None:
        return _next_end(expiry.yearly_on, expiry.at_least, active_from, zone)
    return None


def _end_of_day(day: date, zone: ZoneInfo) -> int:
    return end_of(Period.DAY, start_of_day(day, zone), zone)


def _next_end(day: MonthDay, at_least: Duration | None, start: int, zone: ZoneInfo) -> int:
    """The first end of such a day behind `start` that leaves the least life."""
    earliest = at_least.after(start, zone) if at_least else start + 1
    year = moment(earliest).astimezone(zone).year
    return min(end for end in (_end_of_day(day.in_year(near), zone) for near in range(year - 1, year + 2))
               if end >= earliest)
