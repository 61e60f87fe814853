"""The terms of what a batch books: per rule, unit and day one look into a table."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from treuwerk.domain.terms import Activation, Expiry, ExpiryStart, Terms, activated_terms, kept_until, terms_of
from treuwerk.programme.settings import EarningHead, Settings

BY_HAND = ""
"""In place of a rule's name: points that no rule gave have the terms of their unit."""


class TermsTable(dict[tuple[str, str, str], Terms]):
    """(rule, unit, ISO day of the event) → terms of points that are booked at an instant; worked out on first use."""

    def __init__(self, settings: Settings, booked_at: int) -> None:
        super().__init__()
        self._units, self._zone, self._booked_at = settings.units, settings.programme.time_zone, booked_at
        self._heads, self._closed_through = _heads_with_terms(settings), settings.clearing.closed_through
        self._worked_out: dict[tuple[int, int, date | None], Terms] = {}

    def __missing__(self, key: tuple[str, str, str]) -> Terms:
        """The terms that were not asked for before."""
        rule, code, day = key
        unit, occurred_on = self._units[code], date.fromisoformat(day)
        expires, pending = self._policies(rule, code, occurred_on)
        terms = self._terms_of(expires, pending, self._in_open_period(occurred_on))
        if expires is not unit.expires:  # whatever a rule says of its own points, its bookings are activity in the unit
            terms = terms._replace(keeps_until=kept_until(unit.expires, terms.active_from or self._booked_at,
                                                          self._zone))
        self[key] = terms
        return terms

    def _in_open_period(self, day: date) -> date:
        """The day itself, or the first one behind the periods that are closed."""
        closed = self._closed_through
        return day if closed is None or day > closed else closed + timedelta(days=1)

    def _terms_of(self, expires: Expiry, pending: Activation, day: date) -> Terms:
        """The same for all days, unless points live from the day of the event on; policies live as long as settings."""
        key = id(expires), id(pending), day if expires.start is ExpiryStart.EVENT else None
        if key not in self._worked_out:
            self._worked_out[key] = terms_of(expires, pending, self._booked_at, day, self._zone)
        return self._worked_out[key]

    def activated(self, rule: str, code: str, day: str) -> Terms:
        """The terms of points that waited for an act, which comes now; as those of a key otherwise."""
        expires, _ = self._policies(rule, code, date.fromisoformat(day))
        terms = activated_terms(expires, self._booked_at, self._zone)
        return terms._replace(keeps_until=kept_until(self._units[code].expires, self._booked_at, self._zone))

    def _policies(self, rule: str, code: str, day: date) -> tuple[Expiry, Activation]:
        """How long points live and wait: what the rule says of its own, else what their unit says."""
        unit, head = self._units[code], self._head(rule, day)
        if head is None:
            return unit.expires, unit.pending
        return head.expires or unit.expires, head.pending or unit.pending

    def _head(self, rule: str, day: date) -> EarningHead | None:
        """The revision of a rule that is valid on a day; windows of revisions do not overlap."""
        return next((head for head in self._heads.get(rule, ()) if head.valid_from <= day <= head.valid_until), None)


def _heads_with_terms(settings: Settings) -> Mapping[str, Sequence[EarningHead]]:
    heads: dict[str, list[EarningHead]] = {}
    for earning in settings.earning:
        if earning.head.expires is not None or earning.head.pending is not None:
            heads.setdefault(earning.head.name, []).append(earning.head)
    return heads
