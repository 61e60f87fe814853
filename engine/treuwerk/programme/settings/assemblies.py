"""``[assembly]``: what makes the deliveries of one order a whole, such as a complete system of modules and inverter."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

import attrs
from attrs.validators import deep_iterable, ge, min_len, optional

from treuwerk.domain.assemblies import Part, Terms


class MissingFeature(StrEnum):
    """What becomes of a line that does not say whether it is part of a whole."""

    REFUSE = "refuse"
    ALONE = "alone"
    DERIVE = "derive"


class BrokenAssembly(StrEnum):
    """What becomes of a whole of which something goes back."""

    KEEP = "keep"
    RECALCULATE = "recalculate"


def _above_zero(_: object, attribute: Any, value: Decimal | None) -> None:
    if value is not None and value <= 0:
        raise ValueError(f"'{attribute.name}' must be > 0: {value}")


@attrs.frozen
class AssemblyPart:
    """``[assembly.parts.<name>]``: goods that a whole needs, and how much of them."""

    kinds: list[str] = attrs.field(validator=[min_len(1), deep_iterable(min_len(1))])
    """Kinds of articles, as the article master has them. One kind may be several parts, such as a set of all."""
    attribute: str = ""
    """The article attribute that counts, such as ``wp``; an article without it brings nothing. Left out: pieces do."""
    at_least: Decimal = attrs.field(default=Decimal(1), validator=_above_zero)
    """How much a whole needs, in pieces or in the attribute."""
    share: Decimal | None = attrs.field(default=None, validator=optional(_above_zero))
    """How much it needs besides for each one of the part `of`: 0.7 where inverters must have seventy per cent of the
    modules' power."""
    of: str = ""
    """The other part that `share` is measured by."""


@attrs.frozen
class Assembly:
    """``[assembly]``: deliveries of one order that make a whole together. Left out: nothing does.

    Whether a line is part of a whole is a feature of its delivery. Where the sender or a clerk says it, that holds.
    """

    feature: str = attrs.field(validator=min_len(1))
    """The feature that tells it, such as ``scope``."""
    complete: str = attrs.field(validator=min_len(1))
    """Its value for goods that are part of a whole, such as ``SYSTEM``."""
    alone: str = attrs.field(validator=min_len(1))
    """Its value for goods that are not, such as ``MODULE``."""
    parts: dict[str, AssemblyPart] = attrs.field(factory=dict)
    missing: MissingFeature = MissingFeature.ALONE
    """What becomes of a line that does not say it: rules refuse it (``refuse``), it earns alone and is reported
    (``alone``), or the parts of its order decide (``derive``)."""
    within_days: int = attrs.field(default=60, validator=ge(0))
    """How many days from the first delivery of an order on its deliveries belong together."""
    broken: BrokenAssembly = BrokenAssembly.KEEP
    """Where parts go back so that it is whole no more: what stays keeps what it earned (``keep``), or the difference is
    taken back (``recalculate``). What was cancelled never counts."""

    @property
    def terms(self) -> Terms:
        """What a whole is, in words of the domain."""
        return Terms(tuple(Part(name, one.at_least, one.share or Decimal(0), one.of)
                           for name, one in self.parts.items()),
                     self.within_days, self.broken is BrokenAssembly.RECALCULATE)

    def brings(self, kind: str, attributes: Mapping[str, Decimal]) -> dict[str, Decimal]:
        """What one piece of an article brings of each part."""
        found: dict[str, Decimal] = {}
        for name, part in self.parts.items():
            each = Decimal(kind in part.kinds) if not part.attribute else (
                attributes.get(part.attribute, Decimal(0)) if kind in part.kinds else Decimal(0))
            if each:
                found[name] = each
        return found
