"""Numbers, days and instants as a reader of a language writes them, by the CLDR."""

from datetime import date
from decimal import Decimal

from babel.dates import format_date, format_time, get_day_names
from babel.numbers import format_compact_decimal, format_currency, format_decimal, get_group_symbol

from treuwerk.domain.eligibility import Weekday
from treuwerk.domain.ledger import moment
from treuwerk.programme.languages import cldr
from treuwerk.programme.settings import Programme
from treuwerk.web.shell.notation import Notation, notation

_MINUS = "\N{MINUS SIGN}"


class Formats:
    """Formats of one language in one programme's time zone. Each method is a filter of the templates."""

    def __init__(self, locale: str, programme: Programme) -> None:
        european = programme.zone.startswith("Europe/")
        self.locale = cldr(locale, european=european)
        self._zone, self._currency = programme.time_zone, programme.currency
        self._group = get_group_symbol(self.locale)

    @property
    def notation(self) -> Notation:
        """How the language writes what is typed into fields."""
        return notation(self.locale)

    def typed(self, value: str | int | Decimal | date) -> str:
        """``31.12.2026`` or ``1.234,5``, as it would be typed."""
        return self.notation.written(value)

    def number(self, value: int | Decimal | str) -> str:
        """``12.480``; up to four places behind the mark."""
        if type(value) is int and value >= 0:  # points and counts, hundreds on a page: the same, in a tenth of the time
            return f"{value:,}".replace(",", self._group)
        return str(format_decimal(Decimal(value), "#,##0.####", locale=self.locale)).replace("-", _MINUS)

    def money(self, cents: int) -> str:
        """``34,50 €`` in the currency of the programme, for cents."""
        return str(format_currency(Decimal(cents) / 100, self._currency, locale=self.locale)).replace("-", _MINUS)

    def few(self, value: int, most: int = 999) -> str:
        """``12``, or ``999+`` for what is counted no further."""
        return self.number(value) if value <= most else f"{self.number(most)}+"

    def compact(self, value: int | str) -> str:
        """``1,2 Mio.`` for the scale of a drawing; what is shorter, and words, stay as they are."""
        if isinstance(value, str):
            return value
        if abs(value) < 1_000_000:
            return self.number(value)
        return str(format_compact_decimal(value, locale=self.locale, fraction_digits=1)).replace("-", _MINUS)

    def amount(self, value: Decimal | str) -> str:
        """``1.000,00 €`` in the currency of the programme, for an exact figure."""
        return str(format_currency(Decimal(value), self._currency, locale=self.locale)).replace("-", _MINUS)

    def signed(self, value: int) -> str:
        """``+2.480`` or ``−300``."""
        return f"+{self.number(value)}" if value > 0 else self.number(value)

    def day(self, value: date | int) -> str:
        """``21. Nov. 2026``; an instant is shown as the programme's local day."""
        return str(format_date(self._day(value), "medium", locale=self.locale))

    def day_of_text(self, value: str) -> str:
        """The day of an ISO text."""
        return self.day(date.fromisoformat(value)) if value else ""

    def long_day(self, value: date | int) -> str:
        """``21. November 2026``."""
        return str(format_date(self._day(value), "long", locale=self.locale))

    def last_day(self, instant: int) -> str:
        """The last day on which something is there that is gone at `instant`: ``31. Dezember 2029``."""
        return self.long_day(instant - 1)

    def short_day(self, value: date | int) -> str:
        """Day and month, ``21. Nov.``, where the year stands above."""
        pattern = self.locale.datetime_skeletons.get("MMMd")
        return str(format_date(self._day(value), pattern.pattern if pattern else "medium", locale=self.locale))

    def weekday(self, value: str) -> str:
        """``Samstag``, for a day as ISO text or the English name of a day of the week."""
        names = get_day_names("wide", "format", self.locale)
        return str(names[list(Weekday).index(Weekday(value)) if value in list(Weekday)
                         else date.fromisoformat(value).weekday()])

    def month(self, value: date | int) -> str:
        """``November 2026``."""
        return str(format_date(self._day(value), "LLLL y", locale=self.locale))

    def iso_day(self, value: date | int) -> str:
        """``2026-11-21``, for machines."""
        return self._day(value).isoformat()

    def minute(self, instant: int) -> str:
        """``21.11.2026, 14:03``."""
        local = moment(instant).astimezone(self._zone)
        return f"{self.day(instant)}, {format_time(local, 'short', locale=self.locale)}"

    def _day(self, value: date | int) -> date:
        return moment(value).astimezone(self._zone).date() if isinstance(value, int) else value
