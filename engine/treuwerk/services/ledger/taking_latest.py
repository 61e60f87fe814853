"""What is taken back of bookings that follow one another: always of the latest one first."""

from typing import Any

from treuwerk.domain.assemblies import Origin
from treuwerk.store.credited import Credited


def taken(booking: Credited, need: dict[Origin, int]) -> list[dict[str, Any]]:
    """What goes back of the awards of a booking; `need` is what is still to be taken by origin, which it lessens."""
    found = list[dict[str, Any]]()
    for award in booking.awards:
        origin = award["rule"], award["revision"], award["unit"]
        undone = sum(one["points"] for one in booking.undone if (one["rule"], one["revision"], one["unit"]) == origin)
        points = min(need.get(origin, 0), award["points"] - undone)
        if points > 0:
            need[origin] -= points
            found.append({**award, "points": points})
    return found
