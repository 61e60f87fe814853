"""Passkeys (WebAuthn): made, named, removed, and used to sign in without a name.

Each use asks for the person behind the device (user verification), so a passkey is both factors at once.
"""

import json
from collections.abc import Mapping
from typing import Any

import attrs
from sqlalchemy import Connection, delete, insert, select, update
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from treuwerk.store.tables import passkey

MOST_PASSKEYS = 20
LONGEST_NAME = 60
_REQUIRED = UserVerificationRequirement.REQUIRED


class PasskeyRefused(Exception):
    """What a device answered proves nothing."""


@attrs.frozen
class Site:
    """For whom a passkey is good: the host, and the origin of our pages."""

    host: str
    origin: str
    name: str


@attrs.frozen
class Passkey:
    """A passkey in the list of its owner; instants in microseconds, 0 for never."""

    credential_id: str
    name: str
    created_at: int
    used_at: int


@attrs.frozen
class Challenge:
    """What the browser is told, as JSON, and the challenge that its answer must hold."""

    options: str
    challenge: str


def passkeys_of(connection: Connection, user_id: int) -> list[Passkey]:
    """The passkeys of a user, oldest first."""
    columns = [passkey.c[field.name] for field in attrs.fields(Passkey)]
    rows = connection.execute(select(*columns).where(passkey.c.user_id == user_id)
                              .order_by(passkey.c.created_at, passkey.c.credential_id))
    return [Passkey(**row._mapping) for row in rows]


def begin_registration(connection: Connection, site: Site, user_id: int, login: str) -> Challenge:
    """Ask a device to make a passkey, unless it holds one already."""
    known = [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential_id))
             for one in passkeys_of(connection, user_id)]
    options = generate_registration_options(
        rp_id=site.host, rp_name=site.name, user_name=login, user_id=_handle(user_id), exclude_credentials=known,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_REQUIRED))
    return Challenge(options_to_json(options), bytes_to_base64url(options.challenge))


def finish_registration(connection: Connection, site: Site, user_id: int, challenge: str, answer: str, name: str,
                        now: int) -> None:
    """Keep the passkey that a device made.

    Raises:
        PasskeyRefused: the answer does not fit the question, or there are twenty already.
    """
    try:
        made = verify_registration_response(
            credential=answer, expected_challenge=base64url_to_bytes(challenge), expected_rp_id=site.host,
            expected_origin=site.origin, require_user_verification=True)
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise PasskeyRefused(str(error)) from error
    credential_id = bytes_to_base64url(made.credential_id)
    taken = connection.execute(select(passkey.c.user_id).where(passkey.c.credential_id == credential_id)).scalar()
    if taken is not None or len(passkeys_of(connection, user_id)) >= MOST_PASSKEYS:
        raise PasskeyRefused("the passkey is known already, or there are too many")
    connection.execute(insert(passkey).values(
        credential_id=credential_id, user_id=user_id, public_key=bytes_to_base64url(made.credential_public_key),
        sign_count=made.sign_count, transports="", name=_name(name), created_at=now, used_at=0))


def begin_use(site: Site) -> Challenge:
    """Ask any device for any passkey of this site."""
    options = generate_authentication_options(rp_id=site.host, user_verification=_REQUIRED)
    return Challenge(options_to_json(options), bytes_to_base64url(options.challenge))


def finish_use(connection: Connection, site: Site, challenge: str, answer: str, now: int) -> int:
    """The user whose passkey answered the challenge.

    Raises:
        PasskeyRefused: unknown, forged, replayed, for another site, or its counter went back, as that of a copy does.
    """
    row = connection.execute(select(passkey).where(passkey.c.credential_id == _credential_id(answer))).one_or_none()
    if row is None:
        raise PasskeyRefused("found no passkey of this id")
    try:
        used = verify_authentication_response(
            credential=answer, expected_challenge=base64url_to_bytes(challenge), expected_rp_id=site.host,
            expected_origin=site.origin, credential_public_key=base64url_to_bytes(row.public_key),
            credential_current_sign_count=row.sign_count, require_user_verification=True)
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise PasskeyRefused(str(error)) from error
    if connection.execute(update(passkey).where(
            passkey.c.credential_id == row.credential_id, passkey.c.sign_count == row.sign_count).values(
            sign_count=used.new_sign_count, used_at=now)).rowcount != 1:
        raise PasskeyRefused("the passkey was used by somebody else at the same time")
    user_id: int = row.user_id
    return user_id


def rename_passkey(connection: Connection, user_id: int, credential_id: str, name: str) -> bool:
    """Give a passkey of a user another name; False where that user has none of this id."""
    return connection.execute(update(passkey).where(
        passkey.c.credential_id == credential_id, passkey.c.user_id == user_id).values(name=_name(name))).rowcount == 1


def remove_passkey(connection: Connection, user_id: int, credential_id: str) -> bool:
    """Take a passkey of a user away; False where that user has none of this id."""
    return connection.execute(delete(passkey).where(
        passkey.c.credential_id == credential_id, passkey.c.user_id == user_id)).rowcount == 1


def remove_passkeys(connection: Connection, user_id: int) -> int:
    """Take all passkeys of a user away; returns how many."""
    return connection.execute(delete(passkey).where(passkey.c.user_id == user_id)).rowcount


def _credential_id(answer: str) -> str:
    try:
        found: Mapping[str, Any] = json.loads(answer)
        return str(found["id"])[:1_400]
    except (ValueError, KeyError, TypeError) as error:
        raise PasskeyRefused("the answer cannot be read") from error


def _handle(user_id: int) -> bytes:
    return user_id.to_bytes(8, "big")


def _name(name: str) -> str:
    return " ".join("".join(filter(str.isprintable, name)).split())[:LONGEST_NAME] or "Passkey"
