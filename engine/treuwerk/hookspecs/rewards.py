"""What plugins offer around rewards: constraints on them, their kinds, and ways to suppliers."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import attrs

from treuwerk.domain.handovers import Handover, Reply
from treuwerk.domain.reward_kinds import RewardTerms
from treuwerk.domain.rewards import CatalogueConstraint

S = TypeVar("S")


@attrs.frozen
class CatalogueConstraintKind(Generic[S]):
    """A kind of constraint on rewards that an integrator can name in the programme file under ``constraint``.

    `settings` as for rules; `build` gets the checked settings and returns the constraint, which is pure.
    """

    name: str
    settings: type[S]
    build: Callable[[S], CatalogueConstraint]


@attrs.frozen
class RewardSource(Generic[S]):
    """A kind of rewards that an integrator can name in the programme file under ``source``.

    `settings` as for rules; `build` gets the checked settings and says what holds for all rewards of the kind. `title`
    names it for people, in each language. Where all settings have defaults, the kind is there under its own name as
    soon as its plugin is named; a ``[[reward_kinds]]`` table gives it other settings, or makes another kind of it.
    """

    name: str
    settings: type[S]
    build: Callable[[S], RewardTerms]
    title: Mapping[str, str] = attrs.field(factory=dict)


class SupplierChannel(Protocol):
    """A way to a supplier with its settings bound. Its calls may wait for another machine: keep time-outs short."""

    def hand_over(self, handover: Handover) -> Reply:
        """Give lines to the supplier, under their key. It may be called again with the same lines and key.

        Raises:
            treuwerk.domain.handovers.ChannelUnavailable: nobody knows whether they arrived.
        """
        ...

    def reconcile(self, handover: Handover) -> Reply:
        """What became of lines whose answer never came; ``unknown`` where the supplier does not have them.

        Called before each further attempt.

        Raises:
            treuwerk.domain.handovers.ChannelUnavailable: it cannot tell now.
        """
        ...


@attrs.frozen
class SupplierChannelKind(Generic[S]):
    """A kind of channel that an integrator can name in the programme file under ``channel``.

    `settings` as for rules; `build` gets the folder of the programme and the checked settings. It opens no connection.
    """

    name: str
    settings: type[S]
    build: Callable[[Path, S], SupplierChannel]
