"""One-time codes of a first login: customer number and code make a user a member of a company.

An operator makes a code and sends it by letter or mail. It is good for thirty days and ten tries, kept as a hash, and
what a wrong one costs does not depend on what is known.
"""

import secrets
from collections.abc import Callable
from hmac import compare_digest
from typing import Any

import attrs
from argon2.low_level import Type, hash_secret_raw
from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from treuwerk.domain import ids
from treuwerk.domain.folding import name_key
from treuwerk.services.finding import UnknownParticipant, account_of
from treuwerk.services.identity import attempts
from treuwerk.services.identity.memberships import add_membership
from treuwerk.services.identity.passwords import turn
from treuwerk.services.identity.sessions import SECOND, Origin
from treuwerk.store.database import Database
from treuwerk.store.people import people_known_as
from treuwerk.store.tables import link_code, person

LETTERS = 10
GOOD_DAYS = 30
MOST_TRIES = 10
_GOOD = GOOD_DAYS * 86_400 * SECOND
_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"  # what is not mistaken on paper


@attrs.frozen
class Link:
    """A code that was right and is not used yet: which person of which company, with which role."""

    account_id: int
    id: int
    person_id: int
    role: str


@attrs.frozen
class Tried:
    """What became of a try: the link where it was right; seconds to wait where it was not even looked at."""

    link: Link | None = None
    wait: int = 0


@attrs.frozen
class FreshCode:
    """A code that nobody keeps yet: as it is printed, and the hash of it."""

    printed: str = attrs.field(repr=False)
    hash: str = attrs.field(repr=False)


@attrs.frozen
class OpenCode:
    """A code that waits for its first login; `name` is that of the person, empty for the company as such."""

    id: int
    person_id: int
    name: str
    role: str
    created_by: str
    created_at: int
    expires_at: int


def make_link_code(database: Database, account_id: int, now: int, *, role: str, created_by: str,
                   person_id: int = 0, also: Callable[[Connection], object] = lambda connection: None) -> str:
    """A new code for a person of a company (0: the company itself), as it is printed once.

    `also` writes in the same transaction.
    """
    fresh = fresh_code(account_id)

    def work(connection: Connection) -> None:
        keep_code(connection, account_id, fresh, now, role=role, created_by=created_by, person_id=person_id)
        also(connection)

    database.run(work)
    return fresh.printed


def fresh_code(account_id: int) -> FreshCode:
    """A new code for a company. Its hash is slow, so it is made before the transaction that keeps it."""
    code = "".join(secrets.choice(_ALPHABET) for _ in range(LETTERS))
    return FreshCode(f"{code[:5]}-{code[5:]}", _hashed(account_id, code))


def keep_code(connection: Connection, account_id: int, fresh: FreshCode, now: int, *, role: str, created_by: str,
              person_id: int = 0, name: str = "") -> int:
    """Keep a code for a person of a company, or for a name that becomes one with the first login; returns its id."""
    number = next(ids.row_ids(now))
    connection.execute(insert(link_code).values(
        account_id=account_id, id=number, person_id=person_id, name=name, role=role, code_hash=fresh.hash, tries=0,
        created_by=created_by, created_at=now, expires_at=now + _GOOD, used_at=None))
    return number


def open_codes(connection: Connection, account_id: int, now: int) -> list[OpenCode]:
    """The codes of a company with which somebody may still sign in first, the newest first."""
    own_person = (person.c.account_id == link_code.c.account_id) & (person.c.id == link_code.c.person_id)
    rows = connection.execute(
        select(link_code, person.c.name.label("person")).select_from(link_code.join(person, own_person, isouter=True))
        .where(*_open(account_id, now)).order_by(link_code.c.id.desc()))
    return [OpenCode(row.id, row.person_id, row.person or row.name, row.role, row.created_by, row.created_at,
                     row.expires_at) for row in rows]


def withdraw_code(connection: Connection, account_id: int, number: int, now: int) -> bool:
    """Let a code be good no more; False where it was used or over."""
    return connection.execute(update(link_code).where(link_code.c.id == number, *_open(account_id, now)).values(
        expires_at=now)).rowcount == 1


def give_back_code(connection: Connection, account_id: int, number: int, now: int) -> bool:
    """Undo that a code was withdrawn: it is good until the day it was to be. False where it cannot be any more."""
    return connection.execute(update(link_code).where(
        link_code.c.account_id == account_id, link_code.c.id == number, link_code.c.used_at.is_(None),
        link_code.c.expires_at <= now, link_code.c.created_at > now - _GOOD).values(
        expires_at=link_code.c.created_at + _GOOD)).rowcount == 1


def role_of_code(connection: Connection, account_id: int, number: int) -> str:
    """The role that a code of a company gives."""
    return str(connection.execute(select(link_code.c.role).where(
        link_code.c.account_id == account_id, link_code.c.id == number)).scalar_one())


def try_link_code(database: Database, number: str, typed: str, origin: Origin, now: int) -> Tried:
    """Check customer number and code; nothing is used yet. Unknown number and wrong code are told alike."""
    counted = attempts.of_link(number.strip(), origin.source)
    if wait := attempts.try_now(database, counted, now):
        return Tried(wait=wait)
    account_id = _account(database, number)
    found = _hashed(account_id, "".join(filter(str.isalnum, typed.lower()))[:100])

    def work(connection: Connection) -> Tried:
        rows = connection.execute(select(link_code).where(*_open(account_id, now))).all()
        right = [row for row in rows if compare_digest(row.code_hash, found)]
        if not right:
            connection.execute(update(link_code).where(*_open(account_id, now)).values(tries=link_code.c.tries + 1))
            return Tried()
        attempts.succeed(connection, counted, now)
        return Tried(_link(right[0]))

    return database.run(work)


def use_link(connection: Connection, link: Link, user_id: int, now: int) -> bool:
    """Make a user a member by a code that was right; False where the code was used or ended meanwhile."""
    used = connection.execute(update(link_code).where(link_code.c.id == link.id, *_open(link.account_id, now)).values(
        used_at=now).returning(link_code.c.name)).one_or_none()
    if used is None:
        return False
    person_id = link.person_id
    if not person_id and used.name:
        key = link.account_id, name_key(used.name)
        person_id = people_known_as(connection, {key: used.name}, now)[key]
    add_membership(connection, user_id, link.account_id, now, role=link.role, person_id=person_id)
    return True


def _open(account_id: int, now: int) -> list[ColumnElement[bool]]:
    return [link_code.c.account_id == account_id, link_code.c.used_at.is_(None), link_code.c.expires_at > now,
            link_code.c.tries < MOST_TRIES]


def _account(database: Database, number: str) -> int:
    """The account of a customer number; 0, which is nobody's, where there is none."""
    with database.reading() as connection:
        try:
            return account_of(connection, number.strip()) if ":" not in number else 0
        except UnknownParticipant:
            return 0


def _link(row: Row[Any]) -> Link:
    return Link(row.account_id, row.id, row.person_id, row.role)


def _hashed(account_id: int, code: str) -> str:
    """A slow hash, since a code is shorter than a token. One for each try, whatever number of codes is open."""
    salt = b"link" + account_id.to_bytes(12, "big")
    with turn():
        return hash_secret_raw(code.encode(), salt, time_cost=3, memory_cost=65_536, parallelism=4, hash_len=32,
                               type=Type.ID).hex()
