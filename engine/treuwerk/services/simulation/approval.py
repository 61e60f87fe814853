"""Whether a programme may book: where changes need approval, only one that somebody else agreed with."""

from treuwerk.domain import ids
from treuwerk.domain.earning_parts import digest
from treuwerk.services.installation import Installation
from treuwerk.services.simulation.proposals import State
from treuwerk.store import proposals as store


class NotApproved(Exception):
    """The programme decides about points otherwise than what was approved; nothing is booked by it."""


def require_approval(installation: Installation, now: int) -> None:
    """Go on only with a programme that may book. The first one of a database is taken as given.

    Who returns to one that was approved before needs nothing.

    Raises:
        NotApproved: changes need approval, and this one has none.
    """
    programme = installation.programme
    if not programme.settings.programme.changes_need_approval:
        return
    wanted = digest(programme.earning_part)
    with installation.database.reading() as connection:
        known, begun = store.standing(connection, wanted), store.any_given(connection)
    if known & {State.GIVEN, State.APPROVED} or (not begun and _taken_as_given(installation, wanted, now)):
        return
    waits = " a proposal for it waits for a second person, in the service centre or by treuwerk proposals;" \
        if State.WAITING in known else ""
    raise NotApproved(
        f"found a programme in {programme.folder} whose rules, filters, units or levels nobody approved, expected one "
        f"that a second person agreed with;{waits} put the approved one back, and there run treuwerk simulate --next "
        f"{programme.folder} --propose REASON --actor NAME")


def _taken_as_given(installation: Installation, wanted: str, now: int) -> bool:
    """Take the first programme as given; False where another one was faster."""
    values = {"id": next(ids.row_ids(now)), "digest": wanted, "part": installation.programme.earning_part, "base": "",
              "base_part": "", "effect": "", "reason": "", "state": State.GIVEN.value, "user_id": 0, "actor": "system",
              "asked_at": now}
    with installation.database.writing() as connection:
        store.put(connection, values)
        return State.GIVEN in store.standing(connection, wanted)
