"""Passwords: which ones are taken, and how they are kept and compared.

Hashes are Argon2id. Each takes much memory and a core for a while, so that only a few are made at once.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from threading import BoundedSemaphore

import attrs
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, select, update

from treuwerk.domain.refusals import Refusal
from treuwerk.store.database import Database
from treuwerk.store.faults import DatabaseBusy
from treuwerk.store.once import insert_once
from treuwerk.store.tables import local_login

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256  # bounds what one attempt may cost
LONGEST_LOGIN = 100
_DIFFERENT_LETTERS = 5
_WAIT_SECONDS = 10.0
# What people take when twelve characters are asked for; what they put around it counts.
_COMMON_WORD = re.compile(
    "password|passwort|motdepasse|qwertzuiop|qwertyuiop|azertyuiop|qwertz|qwerty|azerty|letmein|iloveyou|administrator|"
    "welcome|willkommen|bienvenue|changeme|geheim|secret|treuwerk|abcdefghijklm?|1234567890|0987654321|123456")

_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"  # what is not mistaken when read aloud
GIVEN = 0
"""In place of the instant at which its owner chose a password: somebody else did."""

_hasher = PasswordHasher()
_at_once = BoundedSemaphore(2)  # each hash takes 64 MiB and a core


class WeakPassword(ValueError):
    """The password is not taken; `code` is one of ``short``, ``long``, ``login``, ``common``."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@attrs.frozen
class NewLogin:
    """A login with the hash of a password that was checked; `given`: somebody else chose it, so it must be replaced."""

    login: str
    password_hash: str = attrs.field(repr=False)
    given: bool = False


def folded(login: str) -> str:
    """A login as it is compared: trimmed, without case."""
    return login.strip().casefold()


def check_password(password: str, login: str) -> None:
    """Whether a password may be had with a login.

    Raises:
        WeakPassword: too short or long, the login itself, or one of the commonest.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise WeakPassword("short" if len(password) < SHORTEST_PASSWORD else "long",
                           f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters; "
                           f"this one has {len(password)}")
    own = _COMMON_WORD.sub("", password.casefold())
    name = folded(login)
    if name and (name in password.casefold() or password.casefold() in name):
        raise WeakPassword("login", "a password does not hold the login; this one does")
    if len(set(password.casefold())) < _DIFFERENT_LETTERS or len(own) < SHORTEST_PASSWORD // 2:
        raise WeakPassword("common", "a password is none that others would guess; this one is among the commonest")


def new_login(login: str, password: str, *, given: bool = False) -> NewLogin:
    """A login with a password, ready to be stored. Make it before a transaction begins: it takes a while.

    Raises:
        WeakPassword: as `check_password`.
    """
    check_password(password, login)
    return NewLogin(login, hash_of(password), given)


def starting_password() -> str:
    """A password that somebody is told, and replaces at the first sign-in: 80 random bits, easy to read out."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(16))
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))


def hash_of(password: str) -> str:
    """The hash that is kept. Make it before a transaction begins: it takes a while."""
    with turn():
        return _hasher.hash(password)


def user_with(database: Database, login: str, password: str) -> int | None:
    """The user of a login if the password is right. An unknown login takes as long as a wrong password."""
    with database.reading() as connection:
        row = connection.execute(select(local_login).where(local_login.c.login == folded(login))).one_or_none()
    right = matches(row.password_hash if row else _hash_of_nobody(), password[:LONGEST_PASSWORD])
    return row.user_id if row is not None and right else None


def own_password_is(database: Database, user_id: int, password: str) -> bool:
    """Whether this is the password of a user. Who has none takes as long."""
    with database.reading() as connection:
        row = connection.execute(select(local_login).where(local_login.c.user_id == user_id)).first()
    right = matches(row.password_hash if row else _hash_of_nobody(), password[:LONGEST_PASSWORD])
    return row is not None and right


def login_of(connection: Connection, user_id: int) -> str:
    """The login of a user; empty where there is none."""
    return connection.execute(select(local_login.c.login).where(
        local_login.c.user_id == user_id).order_by(local_login.c.login)).scalar() or ""


def add_login(connection: Connection, user_id: int, login: str, password_hash: str, now: int, *,
              given: bool = False) -> None:
    """Give a user a login; a password that is `given` is replaced at the next sign-in.

    Raises:
        Refusal: `login_taken`, `wrong_login`: somebody has it, or it is empty or too long.
    """
    name = folded(login)
    if not name or len(name) > LONGEST_LOGIN or not name.isprintable():
        raise Refusal("wrong_login", f"found login {login[:LONGEST_LOGIN]!r}, expected 1 to {LONGEST_LOGIN} letters")
    row = {"login": name, "user_id": user_id, "password_hash": password_hash,
           "changed_at": GIVEN if given else now}
    if not insert_once(connection, local_login, row):
        raise Refusal("login_taken", f"found login {name!r} with another user, expected one that nobody has")


def change_hash(connection: Connection, user_id: int, password_hash: str, now: int, *, given: bool = False) -> bool:
    """Give the login of a user another password; False where there is no login."""
    return connection.execute(update(local_login).where(local_login.c.user_id == user_id).values(
        password_hash=password_hash, changed_at=GIVEN if given else now)).rowcount > 0


def is_given(connection: Connection, user_id: int) -> bool:
    """Whether somebody else chose the password of a user, so that it must be replaced."""
    return connection.execute(select(local_login.c.user_id).where(
        local_login.c.user_id == user_id, local_login.c.changed_at == GIVEN)).first() is not None


def state_of_password(connection: Connection, user_id: int) -> str:
    """A text that changes with the password of a user, and tells nothing about it; empty where there is none."""
    kept = connection.execute(select(local_login.c.password_hash).where(
        local_login.c.user_id == user_id).order_by(local_login.c.login)).scalars().all()
    return sha256("\n".join(kept).encode()).hexdigest() if kept else ""


def matches(stored: str, password: str) -> bool:
    """Whether a password has this hash."""
    with turn():
        try:
            return _hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False


@cache
def _hash_of_nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))


@contextmanager
def turn() -> Iterator[None]:
    """One of the few turns for slow hashes; a flood of sign-ins must not hold all threads for long."""
    if not _at_once.acquire(timeout=_WAIT_SECONDS):
        raise DatabaseBusy("too many sign-ins at once; nothing was checked, try again in a moment")
    try:
        yield
    finally:
        _at_once.release()
