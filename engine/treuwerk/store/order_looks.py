"""What an order looks at before it is decided, in one statement: who orders, what is wanted, and what its key says."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

import attrs
from sqlalchemy import Connection, and_, bindparam, func, select

from treuwerk.domain.catalogue import Reward
from treuwerk.domain.participants import ParticipantStatus
from treuwerk.store import rewards
from treuwerk.store.owners import Owner
from treuwerk.store.prepared import Prepared
from treuwerk.store.tables import catalogue_state, participant, reward, reward_order, reward_stock, reward_variant

_P, _O, _V, _R, _S = participant.c, reward_order.c, reward_variant.c, reward.c, reward_stock.c
_CATALOGUE = select(func.coalesce(func.max(catalogue_state.c.version), 0)).scalar_subquery()
_LOOK = Prepared(
    select(_P.name, _P.group, _P.country, _P.status, _CATALOGUE.label("catalogue"), _O.id.label("order_id"),
           _O.state.label("order_state"), _O.points.label("order_points"), _O.evidence.label("order_evidence"),
           _V.variant, _R.number, _R.content, _R.version, (_S.on_hand - _S.reserved).label("there"))
    .select_from(participant)
    .join(reward_order, and_(_O.account_id == _P.account_id, _O.key == bindparam("key")), isouter=True)
    .join(reward_variant, _V.variant.in_(bindparam("variants", expanding=True)), isouter=True)
    .join(reward, _R.number == _V.number, isouter=True)
    .join(reward_stock, _S.variant == _V.variant, isouter=True)
    .where(_P.account_id == bindparam("account")))
_read = lru_cache(2_048)(rewards.read)  # by its text, which says all: who orders what is liked need not read it anew


@attrs.frozen
class Known:
    """A variant that is known: its reward and version, and the pieces that are left, None where none are counted."""

    reward: Reward
    version: int
    there: int | None


@attrs.frozen
class Before:
    """The order that stands under a key already."""

    id: int
    state: str
    points: int
    evidence: str


@attrs.frozen
class Looked:
    """What was found at one moment. `catalogue` is its newest state, and `variants` are those that are known."""

    owner: Owner
    country: str
    catalogue: int
    before: Before | None
    variants: Mapping[str, Known]

    @property
    def counted(self) -> dict[str, int]:
        """Pieces that can be ordered, of those variants that are counted."""
        return {variant: one.there for variant, one in self.variants.items() if one.there is not None}


def look(connection: Connection, account_id: int, key: str, variants: Collection[str]) -> Looked | None:
    """Look at an account, at the order under a key, and at variants; None where nobody owns the account."""
    rows = _LOOK.rows(connection, account=account_id, key=key, variants=sorted(variants))
    if not rows:
        return None
    one = rows[0]
    before = None if one.order_id is None else Before(one.order_id, one.order_state, one.order_points,
                                                      one.order_evidence)
    return Looked(Owner(account_id, one.name, one.group, ParticipantStatus(one.status)), one.country, one.catalogue,
                  before, {row.variant: _known(row) for row in rows if row.content is not None})


def _known(row: Any) -> Known:
    return Known(_read(row.content), row.version, row.there)
