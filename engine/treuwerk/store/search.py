"""Search words of participants: kept with them, found by how they begin."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, delete, exists, func, select

from treuwerk.domain.folding import behind, number_words, sortable, sortable_number, words_of
from treuwerk.domain.participants import CUSTOMER_NUMBER
from treuwerk.domain.phones import phone_words, phones_of
from treuwerk.store.bulk import insert_rows
from treuwerk.store.tables import account, address, directory, identifier, participant, person, search_word

NUMBER, NAME, MAIL, PLACE, PERSON, ADDRESS, PHONE = (
    "number", "name", "mail", "place", "person", "address", "phone")
_AT_ONCE = 500
_ENOUGH = 4_000
"""Hits of one word that are counted before it is called a common one."""


class Hit(NamedTuple):
    """A word of an account that begins as wanted; `object` is the person's id, or the scheme of a number."""

    account_id: int
    kind: str
    object: str
    word: str


def index_accounts(connection: Connection, account_ids: Iterable[int]) -> None:
    """Write the words and the place in lists of these accounts anew, from what is stored of them now."""
    wanted = sorted(set(account_ids))
    for start in range(0, len(wanted), _AT_ONCE):
        chunk = wanted[start:start + _AT_ONCE]
        connection.execute(delete(search_word).where(search_word.c.account_id.in_(chunk)))
        connection.execute(delete(directory).where(directory.c.account_id.in_(chunk)))
        words, places = _rows(connection, chunk)
        insert_rows(connection, search_word, words)
        insert_rows(connection, directory, places)


def index_all(connection: Connection) -> None:
    """Write the words of every account anew."""
    index_accounts(connection, connection.execute(select(participant.c.account_id)).scalars())


def differing(connection: Connection, account_ids: Collection[int]) -> list[int]:
    """Accounts whose words are not those that their data give: none, while everybody who writes keeps them."""
    chunk = sorted(account_ids)
    expected, places = (set(rows) for rows in _rows(connection, chunk))
    found = {tuple(row) for row in connection.execute(select(search_word).where(search_word.c.account_id.in_(chunk)))}
    listed = {tuple(row) for row in connection.execute(select(directory).where(directory.c.account_id.in_(chunk)))}
    return sorted({row[1] for row in expected ^ found} | {row[0] for row in places ^ listed})


def _rows(connection: Connection, chunk: Sequence[int]) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    # Columns by name: migrations call this, too, when the tables have not all their columns yet.
    owners: Sequence[Any] = connection.execute(select(
        participant.c.account_id, participant.c.name, participant.c.email, participant.c.street, participant.c.postcode,
        participant.c.city, participant.c.status, participant.c.group, participant.c.country, participant.c.attributes,
        account.c.opened_at).join(
        account, account.c.account_id == participant.c.account_id).where(participant.c.account_id.in_(chunk))).all()
    numbers = connection.execute(select(identifier).where(identifier.c.account_id.in_(chunk)).order_by(
        identifier.c.scheme, identifier.c.value)).all()
    people: Sequence[Any] = connection.execute(select(
        person.c.account_id, person.c.id, person.c.name, person.c.email).where(person.c.account_id.in_(chunk))).all()
    sent_to = connection.execute(select(address).where(
        address.c.account_id.in_(chunk), address.c.removed_at == 0)).all()
    words = {row for found in (map(_of_owner, owners), map(_of_number, numbers), map(_of_person, people),
                               map(_of_address, sent_to))
             for rows in found for row in rows}
    shown = {row.account_id: row.written_as for row in reversed(numbers) if row.scheme == CUSTOMER_NUMBER}
    places = [(row.account_id, sortable(row.name), sortable_number(shown.get(row.account_id, "")), sortable(row.city),
               row.opened_at, row.status, row.group, row.country) for row in owners]
    return sorted(words), places


def _of_owner(row: Row[Any]) -> Iterator[tuple[Any, ...]]:
    texts = ((NAME, row.name), (MAIL, row.email), (PLACE, f"{row.street} {row.postcode} {row.city}"))
    for kind, text in texts:
        yield from ((word, row.account_id, kind, "") for word in words_of(text))
    for phone in phones_of(row.attributes):
        yield from ((word, row.account_id, PHONE, "") for word in phone_words(phone.written, row.country))


def _of_number(row: Row[Any]) -> Iterator[tuple[Any, ...]]:
    for text in (row.written_as, row.value):
        yield from ((word, row.account_id, NUMBER, row.scheme) for word in number_words(text))


def _of_person(row: Row[Any]) -> Iterator[tuple[Any, ...]]:
    for text in (row.name, row.email):
        yield from ((word, row.account_id, PERSON, str(row.id)) for word in words_of(text))


def _of_address(row: Row[Any]) -> Iterator[tuple[Any, ...]]:
    for text in (row.name, f"{row.street} {row.postcode} {row.city}"):
        yield from ((word, row.account_id, ADDRESS, "") for word in words_of(text))


def hits(connection: Connection, words: Sequence[str], limit: int) -> list[Hit]:
    """Words of accounts that have a beginning of each of these words, the rarest word's hits: at most `limit`.

    The whole word comes first. The cost is bounded by the rarest word, not by how many participants there are.
    """
    if not words:
        return []
    rarest = min(words, key=lambda word: (_count(connection, word), -len(word)))
    others = [word for word in words if word != rarest]
    query = select(search_word.c.account_id, search_word.c.kind, search_word.c.object, search_word.c.word).where(
        *_begins(search_word, rarest), *(_also(word) for word in others))
    return [Hit(*row) for row in connection.execute(query.order_by(search_word.c.word).limit(limit))]


def _count(connection: Connection, word: str) -> int:
    some = select(search_word.c.word).where(*_begins(search_word, word)).limit(_ENOUGH).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()


def _begins(table: Any, word: str) -> tuple[Any, Any]:
    return table.c.word >= word, table.c.word < behind(word)


def _also(word: str) -> Any:
    other = search_word.alias()
    return exists().where(other.c.account_id == search_word.c.account_id, *_begins(other, word))
