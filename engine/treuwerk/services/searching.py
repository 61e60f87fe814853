"""Search over everything that people call something: participants, their people, deliveries, orders, and exact ids."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import attrs
from sqlalchemy import Connection, select

from treuwerk.domain import ids
from treuwerk.domain.folding import folded, words_of
from treuwerk.domain.notes import NOTE
from treuwerk.domain.participants import CUSTOMER_NUMBER
from treuwerk.domain.phones import phone_query
from treuwerk.domain.rights import Access
from treuwerk.services.auditing import note_act
from treuwerk.store import documents, search
from treuwerk.store.database import Database
from treuwerk.store.notes import has_object
from treuwerk.store.notes import one as note_of
from treuwerk.store.reward_orders import by_id
from treuwerk.store.tables import identifier as known
from treuwerk.store.tables import participant, person

SEARCH, ORDERS = "search", "orders.read"
LONGEST_QUERY = 200
SHOWN = 20
"""Hits of one group."""
_LOOKED_AT = 400
_WORDS_AT_MOST = 6
_EXACT = ("txn", "pur", "adj", NOTE)


@attrs.frozen
class FoundParticipant:
    """A company: `why` says in which of its facts the words stand, such as name, number, phone, mail or person."""

    account_id: int
    number: str
    name: str
    city: str
    group: str
    status: str
    why: str
    exact: bool = False


@attrs.frozen
class FoundPerson:
    """A person of a company."""

    account_id: int
    person_id: int
    name: str
    company: str
    number: str


@attrs.frozen
class FoundDocument:
    """A delivery note or an order of a participant, with the number of its lines that were found."""

    account_id: int
    number: str
    day: str
    company: str
    lines: int


@attrs.frozen
class Found:
    """Everything that was found, by groups; `jump` is the public id of the one thing that was meant, if there is one.

    `more` are the groups of which only the first hits are shown.
    """

    query: str
    participants: tuple[FoundParticipant, ...] = ()
    people: tuple[FoundPerson, ...] = ()
    deliveries: tuple[FoundDocument, ...] = ()
    orders: tuple[FoundDocument, ...] = ()
    jump: str = ""
    more: frozenset[str] = frozenset()

    @property
    def count(self) -> int:
        """Hits of all groups."""
        return len(self.participants) + len(self.people) + len(self.deliveries) + len(self.orders)


def find(access: Access, database: Database, typed: str, sellers: Sequence[str], now: int) -> Found:
    """What is called as somebody typed, or begins so; `sellers` are those whose delivery notes are known.

    That somebody looks for people is noted in the audit first, by itself: the look keeps nobody from booking.
    """
    access.require(SEARCH)
    query = " ".join(typed.split())[:LONGEST_QUERY]
    words = words_of(query)[:_WORDS_AT_MOST]
    if not words:
        return Found(query)
    database.run(lambda connection: note_act(connection, access, "search.query", 0, "", now=now,
                                             after={"query": query}))
    with database.reading() as connection:
        return _found(connection, query, words, sellers, orders=access.may(ORDERS))


def _found(connection: Connection, query: str, words: Sequence[str], sellers: Sequence[str], *, orders: bool) -> Found:
    if jump := _exact_id(connection, query, orders=orders):
        return Found(query, jump=jump)
    phone = phone_query(query)
    hits = search.hits(connection, words, _LOOKED_AT) + (
        search.hits(connection, [phone], _LOOKED_AT) if phone and [phone] != list(words) else [])
    companies = _companies(connection, {hit.account_id for hit in hits})
    participants = _participants(hits, companies, [*words, phone])
    people = _people(connection, hits, companies)
    deliveries = _documents(connection, documents.deliveries(connection, sellers, query, SHOWN + 1))
    of_orders = _documents(connection, documents.orders(connection, query, SHOWN + 1))
    groups: dict[str, Sequence[object]] = {"participants": participants, "people": people, "deliveries": deliveries,
                                           "orders": of_orders}
    more = frozenset(name for name, found in groups.items() if len(found) > SHOWN)
    return Found(query, tuple(participants[:SHOWN]), tuple(people[:SHOWN]), tuple(deliveries[:SHOWN]),
                 tuple(of_orders[:SHOWN]), more=more)


def found_participants(connection: Connection, *, words: Sequence[str] = (),
                       accounts: Collection[int] = ()) -> list[FoundParticipant]:
    """Companies that these words belong to, the best first, or those of these accounts in their order."""
    if accounts:
        known_ones = _companies(connection, set(accounts))
        return [known_ones[one] for one in dict.fromkeys(accounts) if one in known_ones]
    hits = search.hits(connection, words, _LOOKED_AT)
    return _participants(hits, _companies(connection, {hit.account_id for hit in hits}), words)


def _exact_id(connection: Connection, query: str, *, orders: bool) -> str:
    """The id as we write it, where it is one and something has it; those of `orders` of rewards, too."""
    try:
        prefix, account_id, row_id = ids.account_and_row(query)
    except ValueError:
        return ""
    there = prefix in _EXACT and (has_object(connection, account_id, prefix, row_id) or (
        prefix == NOTE and note_of(connection, account_id, row_id) is not None))
    there = there or (orders and prefix == ids.REWARD_ORDER and by_id(connection, account_id, row_id) is not None)
    return ids.public_id(prefix, account_id, row_id) if there else ""


def _participants(hits: Iterable[search.Hit], companies: Mapping[int, FoundParticipant],
                  words: Sequence[str]) -> list[FoundParticipant]:
    """Whole numbers first, then whole words, then beginnings; in each by name."""
    best: dict[int, FoundParticipant] = {}
    wanted = set(words)
    for hit in hits:
        company = companies.get(hit.account_id)
        exact = hit.word in wanted
        if company and (hit.account_id not in best or _rank(hit.kind, exact) < _rank(
                best[hit.account_id].why, best[hit.account_id].exact)):
            best[hit.account_id] = attrs.evolve(company, why=hit.kind, exact=exact)
    return sorted(best.values(), key=lambda one: (*_rank(one.why, one.exact), folded(one.name), one.account_id))


def _rank(kind: str, exact: bool) -> tuple[bool, int]:
    order = (search.NUMBER, search.NAME, search.PHONE, search.MAIL, search.PLACE, search.ADDRESS, search.PERSON)
    return not exact, order.index(kind)


def _companies(connection: Connection, accounts: set[int]) -> dict[int, FoundParticipant]:
    if not accounts:
        return {}
    rows = connection.execute(select(
        participant.c.account_id, participant.c.name, participant.c.city, participant.c.group, participant.c.status
    ).where(participant.c.account_id.in_(sorted(accounts))))
    numbers = customer_numbers(connection, accounts)
    return {row.account_id: FoundParticipant(row.account_id, numbers.get(row.account_id, ""), row.name, row.city,
                                             row.group, row.status, "") for row in rows}


def customer_numbers(connection: Connection, accounts: Collection[int]) -> dict[int, str]:
    """The customer number of each account as it was written, the first one where it has several."""
    if not accounts:  # an empty list would be a walk over all numbers
        return {}
    rows = connection.execute(select(known.c.account_id, known.c.value, known.c.written_as).where(
        known.c.account_id.in_(sorted(accounts)), known.c.scheme == CUSTOMER_NUMBER)).all()
    # Put in order here: SQLite would walk all numbers in theirs rather than look up a few accounts and sort them.
    return {row.account_id: row.written_as for row in sorted(rows, key=lambda row: row.value, reverse=True)}


def _people(connection: Connection, hits: Iterable[search.Hit],
            companies: Mapping[int, FoundParticipant]) -> list[FoundPerson]:
    wanted = {(hit.account_id, int(hit.object)) for hit in hits if hit.kind == search.PERSON}
    if not wanted:
        return []
    rows = connection.execute(select(person.c.account_id, person.c.id, person.c.name).where(
        person.c.account_id.in_(sorted({account for account, _ in wanted}))).order_by(person.c.name, person.c.id))
    return [FoundPerson(row.account_id, row.id, row.name, companies[row.account_id].name,
                        companies[row.account_id].number) for row in rows
            if (row.account_id, row.id) in wanted and row.account_id in companies]


def _documents(connection: Connection, found: Sequence[documents.FoundLines]) -> list[FoundDocument]:
    names = _companies(connection, {one.account_id for one in found})
    return [FoundDocument(one.account_id, one.number, one.day, names[one.account_id].name, one.lines) for one in found
            if one.account_id in names]

