"""Purchases as delimited text, read strictly by the column map of a partner."""

from collections.abc import Sequence
from typing import Any

from treuwerk.hookspecs import ClearingSourceKind, hookimpl
from treuwerk_csv_feed.reader import CsvFeed
from treuwerk_csv_feed.settings import CsvFeedSettings


@hookimpl
def clearing_sources() -> Sequence[ClearingSourceKind[Any]]:
    """Offers ``csv_feed``."""
    return [ClearingSourceKind("csv_feed", CsvFeedSettings, CsvFeed)]
