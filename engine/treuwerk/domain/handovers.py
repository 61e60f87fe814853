"""Lines of orders as a supplier gets them, many under one key, and what a supplier answers and reports of them."""

from collections.abc import Mapping
from enum import StrEnum

import attrs
from attrs.validators import deep_iterable, instance_of

from treuwerk.domain.reward_orders import Destination


@attrs.frozen
class HandedLine:
    """One line: its order by the id that people see, its place in it, and what is to be delivered to whom.

    `name` is what the reward was called in the first language of the programme, `details` are answers to what its kind
    asked. `destination` is None where it goes by mail.
    """

    order: str
    line: int
    variant: str
    reward: str
    name: str
    quantity: int
    details: Mapping[str, str] = attrs.field(factory=dict)
    destination: Destination | None = None
    note: str = ""


@attrs.frozen
class Handover:
    """Lines for one supplier. `key` names them once and for good: what comes twice under a key is one delivery.

    `placed_at` is in microseconds since 1970 UTC, and the same whenever it is tried.
    """

    key: str
    supplier: str
    placed_at: int
    lines: tuple[HandedLine, ...]


class Answer(StrEnum):
    """What became of a handover."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # for good: trying again would not help
    UNKNOWN = "unknown"  # it never came, or nobody can tell; it is tried again under the same key
    NOT_THERE = "not_there"  # asked for it, the supplier says that it does not have it


@attrs.frozen
class SentPieces:
    """Pieces of a line, by the id of its order that people see and its place in it, that are in a parcel."""

    order: str = attrs.field(validator=instance_of(str))
    line: int = attrs.field(validator=instance_of(int))
    pieces: int = attrs.field(validator=instance_of(int))


@attrs.frozen
class SentParcel:
    """A parcel as a supplier reports it.

    `name` is what the supplier calls it, once and for good: what is reported twice under a name is one parcel. Empty:
    its `carrier` and `tracking` name it.
    """

    carrier: str = attrs.field(validator=instance_of(str))
    tracking: str = attrs.field(validator=instance_of(str))
    lines: tuple[SentPieces, ...] = attrs.field(validator=deep_iterable(instance_of(SentPieces), instance_of(tuple)))
    name: str = attrs.field(default="", validator=instance_of(str))


@attrs.frozen
class Reply:
    """An answer, what the supplier said with it, and the parcels that it tells of at once."""

    answer: Answer
    said: str = ""
    parcels: tuple[SentParcel, ...] = ()


@attrs.frozen
class CancelledLine:
    """A line of which a supplier was told of more pieces than are wanted by now.

    Of `told` pieces `cancelled` are not wanted any more, all told: what an earlier cancellation said is part of it.
    """

    order: str
    line: int
    variant: str
    reward: str
    name: str
    told: int
    cancelled: int

    @property
    def wanted(self) -> int:
        """Pieces that are still to be delivered."""
        return self.told - self.cancelled


@attrs.frozen
class Cancellation:
    """What of a handover is not wanted any more. It says how things stand, so that it may be sent twice.

    `key`, `supplier` and `placed_at` are those of the handover; `cancelled_at` is the instant of what was cancelled
    last, in microseconds since 1970 UTC, and the same whenever it is tried.
    """

    key: str
    supplier: str
    placed_at: int
    cancelled_at: int
    lines: tuple[CancelledLine, ...]

    @property
    def name(self) -> str:
        """What tells it from others about the same handover: its key, and how many pieces are cancelled."""
        return f"{self.key}-cancelled-{sum(line.cancelled for line in self.lines)}"


class ChannelUnavailable(Exception):
    """A supplier cannot be reached, or did not answer in time. Whether it has the lines is not known."""
