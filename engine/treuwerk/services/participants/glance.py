"""A participant at one look: who it is, what it is known by, what it holds, and with whom it was merged."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import Connection

from treuwerk.domain import ids
from treuwerk.domain.ledger import moment
from treuwerk.services.ledger.balances import UnitBalance, balances
from treuwerk.store import holds, manual, merges
from treuwerk.store.owners import owners_of


@attrs.frozen
class ShownMerge:
    """One merge; instants in microseconds UTC, `undone_at` None while it stands."""

    id: str
    account_id: int
    into_account_id: int
    merged_at: int
    actor: str
    undone_at: int | None
    undone_by: str


@attrs.frozen
class Shown:
    """A participant; `holds` and `adjustments` are public ids of what is open, identifiers are ``scheme:value``."""

    account_id: int
    name: str
    group: str
    status: str
    identifiers: Sequence[str]
    logins: Sequence[str]
    balances: Mapping[str, UnitBalance]
    holds: Sequence[str]
    adjustments: Sequence[str]
    merges: Sequence[ShownMerge]

    def as_json(self) -> dict[str, Any]:
        """The shape that others rely on."""
        units = {unit: {"available": one.available, "pending": one.pending, "held": one.held, "deficit": one.deficit}
                 for unit, one in self.balances.items()}
        merged = [{"id": one.id, "account": str(one.account_id), "into": str(one.into_account_id),
                   "merged_at": moment(one.merged_at).isoformat(), "actor": one.actor,
                   "undone_at": None if one.undone_at is None else moment(one.undone_at).isoformat(),
                   "undone_by": one.undone_by} for one in self.merges]
        return {"account": str(self.account_id), "name": self.name, "group": self.group, "status": self.status,
                "identifiers": list(self.identifiers), "logins": list(self.logins), "units": units,
                "holds": list(self.holds), "adjustments": list(self.adjustments), "merges": merged}


def show(connection: Connection, units: Iterable[str], account_id: int, now: int) -> Shown:
    """What there is to know of a participant at `now`."""
    owner = owners_of(connection, [account_id])[account_id]
    return Shown(
        account_id, owner.name, owner.group, owner.status.value,
        [":".join(pair) for pair in merges.identifiers_of(connection, account_id)],
        [shown for shown, *_ in merges.members_of(connection, account_id)],
        balances(connection, units, account_id, now),
        [ids.public_id(ids.TRANSACTION, account_id, row.id) for row in holds.holds_of(connection, account_id)],
        [ids.public_id(ids.ADJUSTMENT, account_id, number) for number in manual.waiting_of(connection, account_id)],
        [ShownMerge(ids.public_id(ids.MERGE, row.account_id, row.id), row.account_id, row.into_account_id,
                    row.merged_at, row.actor, row.undone_at, row.undone_by)
         for row in merges.merges_of(connection, account_id)])
