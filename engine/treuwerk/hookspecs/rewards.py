"""What plugins offer around rewards: constraints on them, their kinds, and ways to suppliers."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Generic, Protocol, TypeVar, runtime_checkable

import attrs

from treuwerk.domain.handovers import Cancellation, Handover, Reply, SentParcel
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
        """What became of lines whose answer never came; ``not_there`` where the supplier does not have them.

        Called before each further attempt. ``unknown`` is for channels that nobody can ask: what may have arrived is
        then sent again, and cancelled where nobody wants it any more.

        Raises:
            treuwerk.domain.handovers.ChannelUnavailable: it cannot tell now.
        """
        ...


@runtime_checkable
class FollowedChannel(Protocol):
    """What a channel also has where its supplier can say what was sent: of handovers that it has, again and again."""

    def sent(self, handover: Handover) -> Sequence[SentParcel]:
        """All parcels so far in which lines of this handover left; those that were told before may be told again.

        The handover has the lines of which something is still to be sent. Each parcel is checked and noted by itself;
        what cannot be noted is kept for the service centre.

        Raises:
            treuwerk.domain.handovers.ChannelUnavailable: it cannot tell now, or its answer cannot be read.
        """
        ...


@runtime_checkable
class CancellingChannel(Protocol):
    """What a channel also has where its supplier can be told that pieces are not wanted any more."""

    def cancel(self, cancellation: Cancellation) -> Reply:
        """Tell the supplier. ``refused``: it will not hear of it, and somebody has to tell it; it may be sent twice.

        Raises:
            treuwerk.domain.handovers.ChannelUnavailable: nobody knows whether it arrived; it is tried again.
        """
        ...


@attrs.frozen
class SupplierChannelKind(Generic[S]):
    """A kind of channel that an integrator can name in the programme file under ``channel``.

    `settings` as for rules; `build` gets the folder of the programme and the checked settings. It opens no connection.
    What it returns may also be a `FollowedChannel` and a `CancellingChannel`, just by having their methods.
    """

    name: str
    settings: type[S]
    build: Callable[[Path, S], SupplierChannel]
