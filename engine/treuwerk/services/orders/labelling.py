"""Address labels for the orders of a pick list: for whom one is printed, and that it was."""

import attrs
from sqlalchemy import Connection

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import Destination
from treuwerk.domain.rights import Access, row_named
from treuwerk.programme.settings import Settings
from treuwerk.services.auditing import entry_of
from treuwerk.services.orders.picking import PICK_LIST, PickList, pick_list
from treuwerk.services.orders.scope import WRITE
from treuwerk.store import audit, prints


@attrs.frozen
class Label:
    """One label: the order that it is for, its address, and whether one was printed for it before."""

    account_id: int
    number: int
    order: str
    destination: Destination
    again: bool


def labels_of(found: PickList) -> list[Label]:
    """Labels for what of a list is still to be sent and has an address, in the order in which they were ordered."""
    return [Label(one.account_id, one.number, one.public_id, one.destination, bool(found.labels_of(one)))
            for one in found.open if one.destination is not None and one.destination.street]


def labels_to_print(access: Access, connection: Connection, settings: Settings, list_id: str,
                    now: int) -> list[Label]:
    """The labels of a list as it stands now.

    Raises:
        Refusal: `no_labels`: nothing of it is sent to an address any more.
        NotAllowed, OutOfScope: whoever acts may not, or there is no such list.
    """
    access.require(WRITE)
    found = labels_of(pick_list(access, connection, settings, list_id, now))
    if not found:
        raise Refusal("no_labels", "found no order that still goes to an address, expected at least one")
    return found


def note_printed(access: Access, connection: Connection, list_id: str, labels: list[Label], now: int) -> None:
    """Keep for whom labels were printed; each is an entry of the audit, since somebody's address was read."""
    access.require(WRITE)
    _, number = row_named(list_id, PICK_LIST)
    prints.add(connection, prints.LABEL, number, [(one.account_id, one.number) for one in labels], now,
               access.user_id, access.actor)
    for one in labels:
        audit.add(connection, entry_of(access, "order.label", one.account_id, one.order, now=now, after={
            "list": list_id, "again": one.again}))
