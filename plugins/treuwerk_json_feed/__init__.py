"""Documents in the shape that ``treuwerk read --json`` prints: as JSON, or as JSON Lines in flat memory."""

from collections.abc import Sequence
from typing import Any

from treuwerk.hookspecs import ClearingSourceKind, hookimpl
from treuwerk_json_feed.reader import JsonFeed
from treuwerk_json_feed.settings import JsonFeedSettings


@hookimpl
def clearing_sources() -> Sequence[ClearingSourceKind[Any]]:
    """Offers ``json_feed``."""
    return [ClearingSourceKind("json_feed", JsonFeedSettings, JsonFeed, describes_itself=True)]
