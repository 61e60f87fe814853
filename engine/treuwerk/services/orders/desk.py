"""Orders as a list for the service centre: narrowed, counted and paged, with what belongs to the orders of one page."""

import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import date

import attrs
from sqlalchemy import Connection

from treuwerk.domain import ids
from treuwerk.domain.folding import words_of
from treuwerk.domain.ledger import end_of_day, start_of_day
from treuwerk.domain.reward_orders import LineState
from treuwerk.domain.rights import Access
from treuwerk.programme.settings import Settings
from treuwerk.services.orders.scope import READ
from treuwerk.services.orders.viewing_orders import PlacedOrder, with_lines
from treuwerk.services.searching import FoundParticipant, found_participants
from treuwerk.store import handovers, reported_parcels, search
from treuwerk.store import order_desk as store
from treuwerk.store.keyset import Key
from treuwerk.store.order_desk import DECIDED, Wanted

_DAY = 86_400_000_000
_LOOKED_AT, _WORDS_AT_MOST, _SUPPLIERS_AT_MOST = 400, 6, 500


@attrs.frozen
class Narrowed:
    """What the list is narrowed to; empty values narrow nothing.

    `words` are the number of an order, or what a participant is called. `late`: a line is in work for longer than its
    reward takes to be delivered.
    """

    words: str = ""
    states: tuple[LineState, ...] = ()
    supplier: str = ""
    kind: str = ""
    account_id: int = 0
    placed_from: date | None = None
    placed_until: date | None = None
    late: bool = False


@attrs.frozen
class DeskPage:
    """One page with the participants of its orders by account, and the keys of its first and last row."""

    rows: Sequence[PlacedOrder]
    participants: Mapping[int, FoundParticipant]
    next: Key | None
    previous: Key | None


def desk_page(access: Access, connection: Connection, settings: Settings, narrowed: Narrowed, now: int, *,
              falling: bool = True, after: Key | None = None, before: Key | None = None, limit: int = 50) -> DeskPage:
    """One page, behind or before a row; as many statements however many orders there are.

    Raises:
        NotAllowed: whoever looks has no right to.
    """
    access.require(READ)
    found = store.page(connection, _wanted(connection, settings, narrowed, now), limit=limit, falling=falling,
                       after=after, before=before)
    orders = with_lines(connection, found.rows)
    return DeskPage(orders, participants_of(connection, orders), found.next, found.previous)


def counted(access: Access, connection: Connection, settings: Settings, many: Mapping[str, Narrowed], now: int,
            at_most: int) -> dict[str, int]:
    """How many orders each of these leaves, up to `at_most`, beyond which nobody counts; in one statement."""
    access.require(READ)
    known: dict[tuple[str, int], Wanted] = {}
    wanted = {name: _known(connection, settings, one, now, known) for name, one in many.items()}
    return store.counted(connection, wanted, at_most)


def keys_of(access: Access, connection: Connection, settings: Settings, narrowed: Narrowed, now: int,
            limit: int) -> list[str]:
    """The public ids of all orders that are left, the oldest first."""
    access.require(READ)
    found = store.keys(connection, _wanted(connection, settings, narrowed, now), limit)
    return [ids.public_id(ids.REWARD_ORDER, account_id, number) for account_id, number in found]


def some(access: Access, connection: Connection, public_ids: Sequence[str]) -> list[PlacedOrder]:
    """Orders with their lines by the ids that people see, in their order; what is not there is left out."""
    access.require(READ)
    places = {public_id: place for public_id in public_ids if (place := place_of(public_id)) is not None}
    rows = store.some(connection, set(places.values()))
    found = {(one.account_id, one.number): one for one in with_lines(connection, rows)}
    return [found[place] for place in places.values() if place in found]


def waiting(access: Access, connection: Connection, at_most: int) -> int:
    """How many orders wait for a decision of the service centre: to be approved, or since they cannot be delivered."""
    access.require(READ)
    return store.counted(connection, {"": Wanted(tuple(one.value for one in DECIDED))}, at_most)[""]


def suppliers(access: Access, connection: Connection, settings: Settings) -> list[str]:
    """Suppliers of the programme and of what is in work, by name."""
    access.require(READ)
    mine = {one.head.name for one in settings.suppliers}
    return sorted(mine.union(store.suppliers(connection, _SUPPLIERS_AT_MOST)))


def participants_of(connection: Connection, orders: Collection[PlacedOrder]) -> dict[int, FoundParticipant]:
    """Who placed orders, by account."""
    accounts = sorted({one.account_id for one in orders})
    if not accounts:
        return {}
    return {one.account_id: one for one in found_participants(connection, accounts=accounts)}


def names_of(access: Access, connection: Connection, accounts: Collection[int]) -> dict[int, FoundParticipant]:
    """Participants of some accounts, as a list of orders names them."""
    access.require(READ)
    return {one.account_id: one for one in found_participants(connection, accounts=accounts)} if accounts else {}


def people_of(connection: Connection, order: PlacedOrder) -> dict[str, str]:
    """Names of users of the portal who did something to an order, by what stands for them."""
    numbers = {}
    for actor in {order.actor, *(one.actor for one in order.events)}:
        with suppress(ValueError):
            prefix, _, number = ids.account_and_row(actor)
            if prefix == ids.USER:
                numbers[number] = actor
    return {numbers[number]: name for number, name in store.names_of_users(connection, numbers).items()}


@attrs.frozen
class HandoverOfOrder:
    """A handover that lines of an order stand in: what became of it, and what the supplier said. Instants as always."""

    key: str
    supplier: str
    state: str
    said: str
    attempts: int
    not_before: int
    made_at: int
    changed_at: int
    lines: tuple[int, ...]
    calling_off: bool = False
    """Whether its supplier is still to be told of what was cancelled."""


@attrs.frozen
class ParkedParcel:
    """A parcel that a supplier reported and that could not be noted.

    `code` is the reason as `treuwerk.services.orders.reported` has it; `pieces` by the ids of orders, lines and as they
    were told. An instant as always.
    """

    carrier: str
    tracking: str
    pieces: tuple[tuple[str, int, int], ...]
    code: str
    said: str
    changed_at: int


def parked_of(connection: Connection, order: PlacedOrder) -> list[ParkedParcel]:
    """What suppliers reported of an order and nobody could note, the oldest first; not what is forgotten."""
    found = []
    for row in reported_parcels.parked_of(connection, (order.account_id, order.number)):
        if row.content:
            carrier, tracking, pieces = json.loads(row.content)
            found.append(ParkedParcel(carrier, tracking, tuple(map(tuple, pieces)), row.code, row.said, row.changed_at))
    return found


def handovers_of(connection: Connection, order: PlacedOrder) -> list[HandoverOfOrder]:
    """The handovers that lines of an order stand in now, the oldest first."""
    lines: dict[str, list[int]] = {}
    for line in order.lines:
        if line.handover_key:
            lines.setdefault(line.handover_key, []).append(line.number)
    rows = handovers.some(connection, lines)
    return [HandoverOfOrder(row.key, row.supplier, row.state, row.said, row.attempts, row.not_before, row.made_at,
                            row.changed_at, tuple(lines[row.key]), row.recall_at > 0) for row in rows]


def unanswered(connection: Connection, orders: Collection[PlacedOrder]) -> set[str]:
    """Keys of handovers with lines of some orders that no supplier answered yet."""
    keys = {line.handover_key for one in orders for line in one.lines if line.handover_key}
    return {row.key for row in handovers.some(connection, keys) if row.state in (handovers.OPEN, handovers.UNKNOWN)}


def is_late(order: PlacedOrder, now: int) -> bool:
    """Whether a line is in work for longer than its reward takes to be delivered."""
    return any(line.delivery_days and line.progress.state in _IN_WORK
               and order.placed_at + line.delivery_days * _DAY < now for line in order.lines)


_S = LineState
_IN_WORK = frozenset({_S.ORDERED, _S.HANDED_OVER, _S.FAILED, _S.PARTLY_SHIPPED})


def place_of(public_id: str) -> tuple[int, int] | None:
    """Account and number of an order by the id that people see; None where it is none."""
    try:
        prefix, account_id, number = ids.account_and_row(public_id.strip())
    except ValueError:
        return None
    return (account_id, number) if prefix == ids.REWARD_ORDER else None


def _known(connection: Connection, settings: Settings, narrowed: Narrowed, now: int,
           known: dict[tuple[str, int], Wanted]) -> Wanted:
    """The same words lead to the same participants, so they are looked up once."""
    who = narrowed.words, narrowed.account_id
    if who not in known:
        known[who] = _wanted(connection, settings, Narrowed(narrowed.words, account_id=narrowed.account_id), now)
    plain = _wanted(connection, settings, attrs.evolve(narrowed, words="", account_id=0), now)
    return attrs.evolve(plain, number=known[who].number, accounts=known[who].accounts)


def _wanted(connection: Connection, settings: Settings, narrowed: Narrowed, now: int) -> Wanted:
    zone, first, last = settings.programme.time_zone, narrowed.placed_from, narrowed.placed_until
    number = place_of(narrowed.words) if narrowed.words else None
    accounts = _accounts(connection, narrowed, named=number is not None)
    return Wanted(tuple(one.value for one in narrowed.states), narrowed.supplier, narrowed.kind, accounts,
                  number, None if first is None else start_of_day(first, zone),
                  None if last is None else end_of_day(last, zone), now if narrowed.late else 0)


def _accounts(connection: Connection, narrowed: Narrowed, *, named: bool) -> set[int] | None:
    """Accounts whose orders are wanted, with those that were merged into them; None for all."""
    wanted = {narrowed.account_id} if narrowed.account_id else None
    if narrowed.words and not named:
        words = words_of(narrowed.words)[:_WORDS_AT_MOST]
        found = {hit.account_id for hit in search.hits(connection, words, _LOOKED_AT)} if words else set()
        wanted = found if wanted is None else wanted & found
    return None if wanted is None else store.with_predecessors(connection, wanted)
