"""Whole numbers are written as the CLDR says, in every language that Babel knows."""

from decimal import Decimal
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from babel import localedata

from treuwerk.web.shell.formats import Formats

ZONE = SimpleNamespace(zone="Europe/Berlin", time_zone=ZoneInfo("Europe/Berlin"), currency="EUR")


@pytest.mark.parametrize("value", [0, 7, 999, 1_000, 12_480, 1_234_567, 10**12])
def test_points_are_written_as_decimals_are(value: int) -> None:
    told = [Formats(locale, ZONE) for locale in localedata.locale_identifiers()]  # type: ignore[arg-type]

    assert [one.number(value) for one in told] == [one.number(Decimal(value)) for one in told]
