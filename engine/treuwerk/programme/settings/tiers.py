"""Settings of tiers: the levels themselves, and the scheme that says who has reached which of them."""

from typing import Any

import attrs
from attrs.validators import ge

from treuwerk.domain.tiers import TierScheme
from treuwerk.programme.settings.values import Texts, is_code


@attrs.frozen
class Tier:
    """``[[tiers]]``: a status level, the lowest first.

    Without a ``[tier_scheme]`` it is reached from `points` on in `unit`, and held as long as they are there. With one
    the scheme says what it asks for, and both are left out.
    """

    code: str = attrs.field(validator=is_code)
    name: Texts
    unit: str = ""
    """The unit whose points are asked."""
    points: int = attrs.field(default=0, validator=ge(0))


@attrs.frozen
class TierSchemeHead:
    """``[tier_scheme]``: who has reached which tier. All keys beside these belong to the scheme's kind."""

    scheme: str
    """The kind of scheme, as a plugin offers it."""
    second_person: bool = True
    """Whether a second person must agree when somebody gives a tier by hand."""


@attrs.frozen
class BoundTierScheme:
    """The scheme of the programme, ready to be asked."""

    head: TierSchemeHead
    settings: Any
    scheme: TierScheme
