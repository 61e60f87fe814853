"""The second factor by time (RFC 6238): six digits of an app, each good once."""

import hmac

import attrs
from pyotp import random_base32
from pyotp.totp import TOTP
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from treuwerk.services.identity.keyring import Keyring
from treuwerk.services.identity.sessions import SECOND
from treuwerk.store.database import Database
from treuwerk.store.tables import authenticator

STEP_SECONDS = 30
_DRIFT_STEPS = 1  # clocks differ by half a minute


@attrs.frozen
class Enrolment:
    """What an app needs to know: the secret to type, and the address that a picture carries."""

    secret: str
    address: str


def new_secret() -> str:
    """160 random bits in base 32."""
    return random_base32()


def enrolment(secret: str, login: str, programme: str) -> Enrolment:
    """The secret as an app takes it."""
    spaced = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return Enrolment(spaced, TOTP(secret, name=login, issuer=programme).provisioning_uri())


def has_authenticator(connection: Connection, user_id: int) -> bool:
    """Whether a user has confirmed one."""
    return connection.execute(select(authenticator.c.user_id).where(
        authenticator.c.user_id == user_id, authenticator.c.confirmed_at.is_not(None))).scalar() is not None


def confirm_authenticator(connection: Connection, keys: Keyring, user_id: int, secret: str, code: str,
                          now: int) -> bool:
    """Take an app as second factor if it shows the right code; it replaces the one before."""
    step = _step_of(secret, code, now)
    if step is None:
        return False
    connection.execute(delete(authenticator).where(authenticator.c.user_id == user_id))
    connection.execute(insert(authenticator).values(
        user_id=user_id, secret=keys.seal(user_id, secret), confirmed_at=now, last_step=step))
    return True


def use_code(connection: Connection, keys: Keyring, user_id: int, code: str, now: int) -> bool:
    """Whether a code is right. No code counts twice: of two who use the same one, one is let in.

    A secret that is in the open, or under an older key, is sealed with the first one.

    Raises:
        UnknownKey: its key is not there.
    """
    stored = connection.execute(select(authenticator.c.secret).where(
        authenticator.c.user_id == user_id, authenticator.c.confirmed_at.is_not(None))).scalar()
    secret = keys.open(user_id, stored) if stored else ""
    step = _step_of(secret, code, now) if secret else None
    if step is None:
        return False
    kept = keys.seal(user_id, secret) if keys.is_stale(stored or "") else stored
    return connection.execute(update(authenticator).where(
        authenticator.c.user_id == user_id, authenticator.c.secret == stored,
        authenticator.c.last_step < step).values(last_step=step, secret=kept)).rowcount == 1


@attrs.frozen
class Sealed:
    """What became of the stored secrets: sealed now, sealed before, and those whose key is not there."""

    sealed: int = 0
    before: int = 0
    unknown: int = 0


def seal_all(database: Database, keys: Keyring) -> Sealed:
    """Seal all secrets with the first key; one that is changed meanwhile is left as it is then."""
    with database.reading() as connection:
        rows = connection.execute(select(authenticator.c.user_id, authenticator.c.secret)).all()
    stale = [row for row in rows if keys.is_stale(row.secret)]
    known = [row for row in stale if keys.can_open(row.secret)]
    fresh = [{"of": row.user_id, "stored": row.secret,
              "fresh": keys.seal(row.user_id, keys.open(row.user_id, row.secret))} for row in known]
    if fresh:
        database.run(lambda connection: connection.execute(_SEAL, fresh))
    return Sealed(len(fresh), len(rows) - len(stale), len(stale) - len(known))


_SEAL = update(authenticator).where(
    authenticator.c.user_id == bindparam("of"), authenticator.c.secret == bindparam("stored")).values(
    secret=bindparam("fresh"))


def remove_authenticator(connection: Connection, user_id: int) -> bool:
    """Take the app away; False where there was none."""
    return connection.execute(delete(authenticator).where(authenticator.c.user_id == user_id)).rowcount == 1


def _step_of(secret: str, code: str, now: int) -> int | None:
    """The step whose code this is, if its time is near."""
    typed = "".join(filter(str.isdigit, code)).encode()
    totp, present = TOTP(secret), now // SECOND // STEP_SECONDS
    found = None
    for step in range(present - _DRIFT_STEPS, present + _DRIFT_STEPS + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), typed):
            found = step
    return found
