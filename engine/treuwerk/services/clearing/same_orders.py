"""Order, article and quantity that came by another way: perhaps the same purchase, so a person looks before it counts.

Two direct feeds never meet so: a manufacturer may well deliver the same quantity twice on one order.
"""

from collections.abc import Mapping

from sqlalchemy import Connection

from treuwerk.services.clearing.ownership import Reporter, order_key
from treuwerk.services.clearing.purchase_keys import same_number
from treuwerk.services.clearing.scoring import ScoredBatch, ScoredLine
from treuwerk.services.clearing.sides import doubt
from treuwerk.store import ownership as store
from treuwerk.store.identities import taken
from treuwerk.store.ownership import BookedLine


def wait_for_a_look(connection: Connection, batch: ScoredBatch, reporter: Reporter) -> None:
    """Set aside what may be booked already under another document, unless a person confirmed it."""
    asked = [line for line in batch.lines.values() if line[5][11] and line[4] not in reporter.confirmed] \
        if not reporter.direct or store.any_order_reported(connection) else []
    if not asked:
        return
    booked = _booked(connection, asked, reporter)
    doubtful = {line[1]: same for line in asked
                if (same := [one for one in booked.get(order_key(line), ()) if _is_another(one, line)])}
    known = taken(connection, doubtful) if doubtful else {}  # what is booked already is no second purchase
    for key, same in doubtful.items():
        if key not in known:
            line = batch.lines.pop(key)
            batch.set_aside(doubt(line, "order_known", same, (
                f"order {line[5][11]} is booked with the same article and quantity under another document; a person in "
                "the service centre decides whether this is the same purchase")))


def _booked(connection: Connection, asked: list[ScoredLine], reporter: Reporter) -> Mapping[str, list[BookedLine]]:
    """Booked lines by order, article and quantity: all of them for an upload, those of uploads for a direct feed."""
    if reporter.direct:
        lines = store.referring_lines(connection, {order_key(line) for line in asked})
    else:
        lines = store.lines_of_orders(connection, {line[5][11] for line in asked})
    found: dict[str, list[BookedLine]] = {}
    for line in lines:
        found.setdefault(f"order|{line.order}|{line.article}|{line.quantity}", []).append(line)
    return found


def _is_another(booked: BookedLine, line: ScoredLine) -> bool:
    """Whether it is the same account's, under another document: of the same one, its owner has decided already."""
    return booked.account_id == line[0] and not (
        booked.seller == line[5][1] and same_number(booked.document, line[5][2]))
