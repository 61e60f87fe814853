"""Amounts as the command line writes and reads them."""

from decimal import Decimal
from typing import Any

import click

from treuwerk.domain.reading import Unreadable, decimal_number

_LARGEST = 100_000_000_00


def in_money(cents: int, currency: str) -> str:
    """Cents as people read them."""
    return f"{Decimal(cents) / 100:,.2f} {currency}"


class Cents(click.ParamType[int]):
    """An amount with at most two decimals: ``34.50``."""

    name = "amount"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The same in cents."""
        if isinstance(value, int):
            return value
        try:
            cents = decimal_number(str(value)) * 100
        except Unreadable as error:
            self.fail(str(error), param, ctx)
        if cents != int(cents) or not 0 < cents <= _LARGEST:
            self.fail(f"found {value!r:.40}, expected an amount above 0 with at most two decimals, such as "
                      "34.50", param, ctx)
        return int(cents)
