"""Numbers, days and instants as a reader of a language writes them, by the CLDR."""

from datetime import date
from decimal import Decimal

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_compact_decimal, format_decimal

from treuwerk.domain.ledger import moment
from treuwerk.programme.settings import Programme

# Plain "en" writes days as in the United States; English of a European programme has the day first.
_IN_EUROPE = {"en": "en_150"}
_MINUS = "\N{MINUS SIGN}"


class Formats:
    """Formats of one language in one programme's time zone. Each method is a filter of the templates."""

    def __init__(self, locale: str, programme: Programme) -> None:
        european = programme.zone.startswith("Europe/")
        self._locale = Locale.parse(_IN_EUROPE.get(locale, locale) if european else locale)
        self._zone = programme.time_zone

    def number(self, value: int | Decimal | str) -> str:
        """``12.480``; up to four places behind the mark."""
        return str(format_decimal(Decimal(value), "#,##0.####", locale=self._locale)).replace("-", _MINUS)

    def compact(self, value: int | str) -> str:
        """``1,2 Mio.`` for the scale of a drawing; what is shorter, and words, stay as they are."""
        if isinstance(value, str):
            return value
        if abs(value) < 1_000_000:
            return self.number(value)
        return str(format_compact_decimal(value, locale=self._locale, fraction_digits=1)).replace("-", _MINUS)

    def signed(self, value: int) -> str:
        """``+2.480`` or ``−300``."""
        return f"+{self.number(value)}" if value > 0 else self.number(value)

    def day(self, value: date | int) -> str:
        """``21. Nov. 2026``; an instant is shown as the programme's local day."""
        return str(format_date(self._day(value), "medium", locale=self._locale))

    def long_day(self, value: date | int) -> str:
        """``21. November 2026``."""
        return str(format_date(self._day(value), "long", locale=self._locale))

    def last_day(self, instant: int) -> str:
        """The last day on which something is there that is gone at `instant`: ``31. Dezember 2029``."""
        return self.long_day(instant - 1)

    def short_day(self, value: date | int) -> str:
        """Day and month, ``21. Nov.``, where the year stands above."""
        pattern = self._locale.datetime_skeletons.get("MMMd")
        return str(format_date(self._day(value), pattern.pattern if pattern else "medium", locale=self._locale))

    def month(self, value: date | int) -> str:
        """``November 2026``."""
        return str(format_date(self._day(value), "LLLL y", locale=self._locale))

    def iso_day(self, value: date | int) -> str:
        """``2026-11-21``, for machines."""
        return self._day(value).isoformat()

    def minute(self, instant: int) -> str:
        """``21.11.2026, 14:03``."""
        local = moment(instant).astimezone(self._zone)
        return f"{self.day(instant)}, {format_time(local, 'short', locale=self._locale)}"

    def _day(self, value: date | int) -> date:
        return moment(value).astimezone(self._zone).date() if isinstance(value, int) else value
