"""Days of points by hand: of which day a booking tells, and how long points live that are counted from it."""

from datetime import date

from treuwerk.domain.ledger import moment
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.terms import Terms
from treuwerk.programme.settings import Settings
from treuwerk.services.ledger.terms import BY_HAND, TermsTable


def value_date(settings: Settings, day: date | None, now: int) -> str:
    """The day of which a booking tells, as ISO text; empty for the day of booking itself.

    Books are closed by the instant of booking, so a day that is over changes no statement of the past. A day that is
    still to come tells of nothing that happened, and one before the programme of nothing that belongs to it.

    Raises:
        Refusal: `wrong_day`.
    """
    today = _today(settings, now)
    if day is None or day == today:
        return ""
    if not settings.programme.starts_on <= day < today:
        raise Refusal("wrong_day", f"found value date {day}, expected a day from {settings.programme.starts_on}, when "
                      f"the programme began, to {today}", first=settings.programme.starts_on.isoformat(),
                      last=today.isoformat())
    return day.isoformat()


def terms_by_hand(settings: Settings, unit: str, occurred_on: str, now: int) -> Terms:
    """The terms of points that are given by hand at an instant with a value date; empty: that of the instant.

    Raises:
        Refusal: `gone_already`: counted from that day, they would have expired by now.
    """
    terms = TermsTable(settings, now)[BY_HAND, unit, occurred_on or _today(settings, now).isoformat()]
    if terms.expires_at is not None and terms.expires_at <= now:
        raise Refusal("gone_already", f"found value date {occurred_on}, with which the points would be gone since "
                      f"{moment(terms.expires_at).isoformat()}, expected a later one", expires_at=terms.expires_at)
    return terms


def day_of(settings: Settings, now: int) -> str:
    """The day on which limits count an instant, as ISO text."""
    return _today(settings, now).isoformat()


def _today(settings: Settings, now: int) -> date:
    return moment(now).astimezone(settings.programme.time_zone).date()
