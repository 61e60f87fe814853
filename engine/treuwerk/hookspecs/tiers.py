"""What plugins offer to say who has reached which tier."""

from collections.abc import Callable
from typing import Generic, TypeVar

import attrs

from treuwerk.domain.tiers import TierScheme

S = TypeVar("S")


@attrs.frozen
class TierSchemeKind(Generic[S]):
    """A kind of tier scheme that an integrator can name in the programme file under ``scheme``.

    `settings` is an attrs class: each of its fields is a key of the ``[tier_scheme]`` table, structured strictly.
    `build` binds checked settings and returns the scheme, which is pure; it is called once at start-up.
    """

    name: str
    settings: type[S]
    build: Callable[[S], TierScheme]
