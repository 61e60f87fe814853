"""Amounts of other currencies in that of the programme, by the rate of a day."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from treuwerk.programme.settings import Rate, Settings

Rates = Mapping[str, Sequence[Rate]]
"""Rates by currency, the newest first."""


def rates_of(settings: Settings) -> Rates:
    """The rates of a programme."""
    rates: dict[str, list[Rate]] = {}
    for rate in sorted(settings.rates, key=lambda one: one.valid_from, reverse=True):
        rates.setdefault(rate.currency, []).append(rate)
    return rates


def converted(amount: Decimal, currency: str, day: date, rates: Rates, own: str) -> tuple[Decimal, str]:
    """An amount in the programme's `own` currency; without a rate, or before the first one, it stays as it is."""
    rate = next((one.rate for one in rates.get(currency, ()) if one.valid_from <= day), None)
    return (amount, currency) if rate is None else (amount * rate, own)
