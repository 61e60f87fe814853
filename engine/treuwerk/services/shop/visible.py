"""Whether somebody may see a reward at all: what is hidden is answered like what is not there."""

from collections.abc import Mapping

from sqlalchemy import Connection

from treuwerk.programme.settings import Settings
from treuwerk.services.rewards.askers import asker_of, programme_day
from treuwerk.services.rewards.offering import Offered, judged
from treuwerk.store import promotions
from treuwerk.store import rewards as store


def visible_variants(connection: Connection, settings: Settings, account_id: int, reward: str,
                     now: int) -> Mapping[str, Offered]:
    """The variants of a reward that the participant of an account may see, by number; none of an unknown reward.

    It is asked of the database itself, so that a page which writes does not rest on a shelf of a moment ago.

    Raises:
        OutOfScope: there is no participant.
    """
    row = store.some(connection, [reward]).get(reward)
    if row is None:
        return {}
    asker = asker_of(connection, settings, account_id, now)
    found = judged(settings, [(store.read(row.content), int(row.version))], asker, programme_day(settings, now),
                   promotions.arrangement(connection))
    return {one.variant.number: one for one in found if one.shown}
