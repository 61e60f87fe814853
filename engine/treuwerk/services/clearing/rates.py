"""Amounts in the currency of the programme, by the rates that it names."""

from datetime import date
from decimal import Decimal

from treuwerk.programme.settings import Rate, Settings


class Rates:
    """The rates of a programme by currency, the latest first."""

    def __init__(self, settings: Settings) -> None:
        self._currency = settings.programme.currency
        self._rates: dict[str, list[Rate]] = {}
        for rate in sorted(settings.rates, key=lambda one: one.valid_from, reverse=True):
            self._rates.setdefault(rate.currency, []).append(rate)

    def __contains__(self, currency: str) -> bool:
        """Whether there is a rate for a currency on any day."""
        return currency in self._rates

    def converted(self, amount: Decimal, currency: str, day: date) -> tuple[Decimal, str]:
        """An amount in the programme's currency, by the rate of a day; before the first rate it stays as it is."""
        rate = next((one.rate for one in self._rates[currency] if one.valid_from <= day), None)
        return (amount, currency) if rate is None else (amount * rate, self._currency)
