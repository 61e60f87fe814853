"""Calendars (iCalendar) as lists of events. They say who was invited, never who came."""

from collections.abc import Sequence
from typing import Any

from treuwerk.hookspecs import ClearingSourceKind, hookimpl
from treuwerk_icalendar.reader import Calendar, CalendarSettings


@hookimpl
def clearing_sources() -> Sequence[ClearingSourceKind[Any]]:
    """Offers ``icalendar``."""
    return [ClearingSourceKind("icalendar", CalendarSettings, Calendar, describes_itself=True)]
