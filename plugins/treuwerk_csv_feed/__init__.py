"""Purchases as delimited text or spreadsheets, read strictly by the profile of a partner."""

from collections.abc import Sequence
from typing import Any

from treuwerk.hookspecs import ClearingSourceKind, hookimpl
from treuwerk_csv_feed.reader import CsvFeed
from treuwerk_csv_feed.settings import CsvFeedSettings, XlsxFeedSettings
from treuwerk_csv_feed.spreadsheet import XlsxFeed


@hookimpl
def clearing_sources() -> Sequence[ClearingSourceKind[Any]]:
    """Offers ``csv_feed`` and ``xlsx_feed``."""
    return [ClearingSourceKind("csv_feed", CsvFeedSettings, CsvFeed),
            ClearingSourceKind("xlsx_feed", XlsxFeedSettings, XlsxFeed)]
