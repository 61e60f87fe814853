"""Withdrawing from a contract as consumers may (§ 356a BGB): whoever declares it gets a receipt, whatever comes of it.

What nobody works on yet is cancelled at once, and its points come back. All else stands in the work queue: pieces that
left or that a supplier has, and declarations of which nobody knows whose they are. Whether a declaration without a
login belongs to an order is decided by order, name and contact together, and shows in nothing that is answered.
"""

import json
import secrets
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Any

import attrs
from sqlalchemy import Connection

from treuwerk.domain import ids
from treuwerk.domain.folding import folded, words_of
from treuwerk.domain.ledger import moment
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import WITHDRAWABLE, OrderAct, Progress
from treuwerk.domain.rights import Access, Audience
from treuwerk.domain.withdrawals import WITHDRAWAL, Declared, last_day
from treuwerk.programme.settings import Settings
from treuwerk.services.auditing import note_act
from treuwerk.services.orders.changing import OpenOrder, progress_of
from treuwerk.services.orders.own_orders import own_order
from treuwerk.services.orders.scope import REDEEM
from treuwerk.store import reward_orders, withdrawals, work
from treuwerk.store.succession import successor

RECEIVED = "withdrawal_received"
"""The message that carries the receipt; its payload is the id of the withdrawal."""
STRANGER = "without a login"
_TOKEN_BYTES = 24
Pieces = tuple[int, int]
"""Number of a line, and how many pieces."""


@attrs.frozen
class Undone:
    """What of an order was cancelled at once, what is left to somebody, and the points that came back."""

    cancelled: tuple[Pieces, ...] = ()
    left: tuple[Pieces, ...] = ()
    points: int = 0


@attrs.frozen
class Followed(Undone):
    """The same with the last day in time, None while something has not arrived, and whether it came after that."""

    until: date | None = None
    late: bool = False

    @property
    def columns(self) -> dict[str, Any]:
        """As it is kept with the declaration."""
        return {"cancelled": json.dumps(self.cancelled), "left": json.dumps(self.left), "points": self.points,
                "last_day": self.until.isoformat() if self.until else "", "late": int(self.late)}

    @property
    def told(self) -> dict[str, list[str] | bool]:
        """As the audit has it."""
        return {"cancelled": _told(self.cancelled), "left": _told(self.left), "late": self.late}


def withdraw(connection: Connection, settings: Settings, declared: Declared, now: int, *, locale: str,
             access: Access | None = None) -> str:
    """Keep a declaration, do what follows from it, and return the token by which its receipt is shown.

    With `access` the order must be an own one; without, what does not fit together waits for somebody to look at it.

    Raises:
        NotAllowed, OutOfScope: whoever is signed in may not, or it is someone else's order.
        Refusal: `unknown_line`: no line of this order.
    """
    number, token = next(ids.row_ids(now)), secrets.token_urlsafe(_TOKEN_BYTES)
    name = ids.public_id(WITHDRAWAL, 0, number)
    account_id, order_id = _own(access, connection, declared) if access else _matching(connection, declared)
    actor = access or Access(0, STRANGER, Audience.PORTAL, frozenset(), account_id)
    found = follow(connection, settings, (account_id, order_id), declared, actor, name, now) if order_id else Followed()
    withdrawals.add(connection, {
        "id": number, "receipt": _hash(token), "account_id": account_id, "order_id": order_id,
        "ordered": declared.order, "name": declared.name, "contact": declared.contact, "words": declared.words,
        "lines": json.dumps(declared.lines), "user_id": actor.user_id, "locale": locale, "declared_at": now,
        "answer": "", "answered_at": 0, **found.columns})
    if found.left or not order_id:
        put_work(connection, name, account_id, declared, now)
    note_act(connection, actor, "order.withdraw", account_id, name, now=now, after={
        "order": declared.order, **found.told})
    reward_orders.tell(connection, account_id, RECEIVED, json.dumps({"withdrawal": name}), now)
    return token


def follow(connection: Connection, settings: Settings, place: tuple[int, int], declared: Declared, actor: Access,
           name: str, now: int, *, declared_at: int = 0, version: int | None = None) -> Followed:
    """What follows from a declaration for its order; it counts from `declared_at`, left out: from now.

    Raises:
        Refusal: `changed_meanwhile`: the order is not as it was seen, where a `version` is named.
    """
    until = _last_day(connection, settings, *place)
    late = until is not None and _day(settings, declared_at or now) > until
    undone = _undone(connection, settings, place, declared, actor, name, now, version)
    return Followed(undone.cancelled, undone.left, undone.points, until, late)


def put_work(connection: Connection, name: str, account_id: int, declared: Declared, now: int) -> None:
    """Let somebody see to it."""
    work.put(connection, work.WITHDRAWAL, name, now, gist=declared.order,
             account_id=successor(connection, account_id) if account_id else 0)


def is_free(declared: Declared, line: Progress) -> bool:
    """Whether a line that is declared is cancelled at once; a part that is named in words only is left to somebody."""
    return not declared.words and bool(line.charged) and line.state in WITHDRAWABLE and bool(
        line.there_for(OrderAct.CANCEL))


def _own(access: Access, connection: Connection, declared: Declared) -> tuple[int, int]:
    access.require(REDEEM)
    order = own_order(access, connection, declared.order)
    if unknown := set(declared.lines) - {line.number for line in order.lines}:
        raise Refusal("unknown_line", f"found line {min(unknown)}, expected one of the order")
    return order.account_id, order.id


def _matching(connection: Connection, declared: Declared) -> tuple[int, int]:
    """Account and number of the order, if number, name and contact fit together; else zeros."""
    try:
        prefix, account_id, number = ids.account_and_row(declared.order)
    except ValueError:
        return 0, 0
    row = reward_orders.by_id(connection, account_id, number) if prefix == ids.REWARD_ORDER else None
    if row is None:
        return 0, 0
    where = json.loads(row.destination) if row.destination else {}
    names = {*withdrawals.names_of(connection, account_id, row.user_id), where.get("name", ""),
             where.get("company", "")}
    contacts = withdrawals.contacts_of(connection, account_id, row.user_id)
    known = _words(declared.name) in {_words(name) for name in names if name}
    contact = folded(declared.contact.strip())
    return (account_id, number) if known and contact in {folded(one.strip()) for one in contacts if one} else (0, 0)


def _words(name: str) -> frozenset[str]:
    """A name as it is compared: whichever of its words comes first."""
    return frozenset(words_of(name))


def _undone(connection: Connection, settings: Settings, place: tuple[int, int], declared: Declared, actor: Access,
            name: str, now: int, version: int | None) -> Undone:
    """Cancel what nobody works on yet.

    A part that is named in words only is left to somebody, and so is everything where the ledger refuses: a declaration
    counts all the same.
    """
    order = OpenOrder(connection, settings, *place, now, actor=actor.actor, version=version)
    wanted = declared.lines or tuple(order.lines)
    charged = {line: progress_of(order.lines[line]).charged for line in wanted}
    free = [line for line in wanted if is_free(declared, progress_of(order.lines[line]))]
    try:
        with connection.begin_nested():
            order.note("withdrawn", {"withdrawal": name})
            for line in free:
                order.apply(line, OrderAct.CANCEL, details={"withdrawal": name})
            order.finish()
    except Refusal:
        return Undone(left=tuple((line, pieces) for line, pieces in charged.items() if pieces))
    cancelled = {one.line: one.pieces for one in order.effects}
    left = [(line, pieces - cancelled.get(line, 0)) for line, pieces in charged.items()]
    return Undone(tuple(cancelled.items()), tuple(one for one in left if one[1]),
                  sum(one.points for one in order.effects))


def _last_day(connection: Connection, settings: Settings, account_id: int, number: int) -> date | None:
    """The last day in time, None while something has not arrived."""
    lines = [progress_of(row) for row in reward_orders.lines_of(connection, account_id, number)]
    if any(line.to_ship or line.shipped > line.delivered + line.returned for line in lines):
        return None
    at = withdrawals.last_delivery(connection, account_id, number)
    return last_day(_day(settings, at), settings.legal.withdrawal_days) if at else None


def _day(settings: Settings, instant: int) -> date:
    return moment(instant).astimezone(settings.programme.time_zone).date()


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _told(pieces: Sequence[Pieces]) -> list[str]:
    return [f"{line}: {count}" for line, count in pieces]
