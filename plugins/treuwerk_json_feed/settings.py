"""What a feed of JSON may be told."""

import attrs
from attrs.validators import ge, le


@attrs.frozen
class JsonFeedSettings:
    """Keys of a ``[[sources]]`` table with ``reader = "json_feed"``."""

    max_megabytes: int = attrs.field(default=64, validator=[ge(1), le(1000)])
    """Most that one JSON text may hold, which is in memory as a whole. JSON Lines have this limit line by line."""
