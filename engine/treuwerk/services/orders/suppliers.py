"""All that is said between the programme and its suppliers: what they get, what they sent, what they need no more."""

import attrs

from treuwerk.services.installation import Installation
from treuwerk.services.orders.following import follow
from treuwerk.services.orders.handing_over import hand_over
from treuwerk.services.orders.recalling import recall


@attrs.frozen
class Spoken:
    """What a run came to.

    Handovers that were `made` anew, and those that were tried by their answers; `parcels` that were noted and `parked`;
    cancellations that suppliers were `told`, that people have to tell (`by_hand`), and that nobody answered.
    """

    made: int
    accepted: int
    refused: int
    unknown: int
    parcels: int
    parked: int
    told: int
    by_hand: int
    unanswered: int

    @property
    def needs_somebody(self) -> bool:
        """Whether anything waits for people, or for an answer."""
        return any((self.refused, self.unknown, self.parked, self.by_hand, self.unanswered))


def speak(installation: Installation, now: int) -> Spoken:
    """Hand over what is due, ask what was sent, and tell what was cancelled. Twice at once is harmless."""
    handed, sent, off = hand_over(installation, now), follow(installation, now), recall(installation, now)
    return Spoken(handed.made, handed.accepted, handed.refused, handed.unknown, sent.noted, sent.parked,
                  off.told, off.by_hand, off.unknown)
