"""What was found for an order, told in the words of the catalogue: the order that stands already, and the offers."""

from collections.abc import Mapping

import attrs
from sqlalchemy import Connection

from treuwerk.domain import ids
from treuwerk.domain.refusals import KeyConflict
from treuwerk.domain.reward_orders import LineState
from treuwerk.services.ledger.entitled import active_among, unknown_account
from treuwerk.services.orders.composing import Request
from treuwerk.services.rewards.askers import asker_in, programme_day
from treuwerk.services.rewards.offering import Offered, offers_of
from treuwerk.store import promotions
from treuwerk.store.order_looks import Looked, look


@attrs.frozen
class Placed:
    """An order that stands: its state, what it costs, and what can be spent before and after it.

    `repeated`: it was placed before, and nothing was done now; then `before` and `after` are 0. `money` are cents that
    it waits for.
    """

    account_id: int
    number: int
    state: LineState
    points: int
    before: int = 0
    after: int = 0
    repeated: bool = False
    money: int = 0

    @property
    def public_id(self) -> str:
        """The id that people see."""
        return ids.public_id(ids.REWARD_ORDER, self.account_id, self.number)


def looked_up(connection: Connection, request: Request) -> Looked:
    """What is there for a request, as it is now.

    Raises:
        Refusal: `unknown_account`.
    """
    if (looked := look(connection, request.account_id, request.wanted.key, request.variants)) is None:
        raise unknown_account(request.account_id)
    return looked


def before_of(request: Request, looked: Looked) -> Placed | None:
    """The order that stands under the key; None where a new one may be placed.

    Raises:
        KeyConflict: it is another one.
        Refusal: `participant_not_active`: there is none, and there will be none.
    """
    if (row := looked.before) is not None:
        placed = Placed(request.account_id, row.id, LineState(row.state), row.points, repeated=True)
        if row.evidence != request.evidence:
            raise KeyConflict(request.wanted.key, placed.public_id)
        return placed
    active_among({request.account_id: looked.owner}, request.account_id)
    return None


def offers_to(connection: Connection, request: Request, looked: Looked) -> Mapping[str, Offered]:
    """What is offered of what is wanted, by variant."""
    settings, owner = request.settings, looked.owner
    asker = asker_in(connection, settings, request.account_id, request.now, owner.group, looked.country,
                     request.country)
    known = {variant: (one.reward, one.version) for variant, one in looked.variants.items()}
    return offers_of(settings, known, request.variants, asker, programme_day(settings, request.now),
                     promotions.arrangement_at(connection, looked.catalogue))
