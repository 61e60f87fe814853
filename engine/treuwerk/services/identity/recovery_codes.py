"""Recovery codes: the way in when the phone is lost. Shown once, kept as hashes, each good once."""

import secrets
from hashlib import sha256

from sqlalchemy import Connection, delete, func, insert, select, update

from treuwerk.store.tables import recovery_code

CODES = 10
_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"  # what is not mistaken when read aloud
_LETTERS = 16


def renew_recovery_codes(connection: Connection, user_id: int) -> list[str]:
    """Ten new codes; the ones before are worth nothing any more."""
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS)) for _ in range(CODES)]
    remove_recovery_codes(connection, user_id)
    connection.execute(insert(recovery_code), [
        {"code_hash": _hashed(user_id, code), "user_id": user_id, "used_at": None} for code in codes])
    return ["-".join(code[start : start + 4] for start in range(0, _LETTERS, 4)) for code in codes]


def use_recovery_code(connection: Connection, user_id: int, typed: str, now: int) -> bool:
    """Whether a code is right and was not used before; it is used now."""
    return connection.execute(update(recovery_code).where(
        recovery_code.c.code_hash == _hashed(user_id, _plain(typed)), recovery_code.c.user_id == user_id,
        recovery_code.c.used_at.is_(None)).values(used_at=now)).rowcount == 1


def codes_left(connection: Connection, user_id: int) -> int:
    """How many codes are still good."""
    return connection.execute(select(func.count()).select_from(recovery_code).where(
        recovery_code.c.user_id == user_id, recovery_code.c.used_at.is_(None))).scalar_one()


def remove_recovery_codes(connection: Connection, user_id: int) -> None:
    """Take all codes of a user away."""
    connection.execute(delete(recovery_code).where(recovery_code.c.user_id == user_id))


def looks_like_recovery_code(typed: str) -> bool:
    """Whether this is a recovery code rather than the digits of an app."""
    return len(_plain(typed)) == _LETTERS


def _plain(typed: str) -> str:
    return "".join(filter(str.isalnum, typed.lower()))


def _hashed(user_id: int, code: str) -> str:
    """The code is random and long, so one round of SHA-256 is enough."""
    return sha256(f"{user_id}:{code}".encode()).hexdigest()
