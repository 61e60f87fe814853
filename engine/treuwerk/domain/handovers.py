"""Lines of orders as a supplier gets them, many under one key, and what a supplier answers."""

from collections.abc import Mapping
from enum import StrEnum

import attrs

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


@attrs.frozen
class Reply:
    """An answer, and what the supplier said with it."""

    answer: Answer
    said: str = ""


class ChannelUnavailable(Exception):
    """A supplier cannot be reached, or did not answer in time. Whether it has the lines is not known."""
