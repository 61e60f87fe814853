"""Settings of days that earn by themselves."""

from typing import Any

import attrs

from treuwerk.domain.occasions import OccasionSource
from treuwerk.programme.settings.values import Texts, is_code


@attrs.frozen
class OccasionHead:
    """``[[occasions]]``: days that earn by themselves. All keys beside these belong to the kind of occasion.

    Rules are asked about each of them as about an activity whose kind is the `name`.
    """

    name: str = attrs.field(validator=is_code)
    kind: str
    """The kind of occasion, as a plugin offers it."""
    title: Texts
    """What participants read, such as ``{ en = "Anniversary" }``."""


@attrs.frozen
class OccasionTable:
    """An occasion of the programme, ready to be asked."""

    head: OccasionHead
    settings: Any
    source: OccasionSource
