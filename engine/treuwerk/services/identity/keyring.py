"""Keys by which secrets are encrypted that must be read again, such as those of authenticator apps.

AES-256-GCM; the user is part of what is authenticated, so that a row copied to another user opens nothing. The first
key encrypts, all of them open, so that keys can be changed without an hour of silence.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256

import attrs
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from treuwerk.domain.secrets import MissingSecret, UnknownKey, secret_text
from treuwerk.services.deployment import WrongDeployment

VARIABLE = "TREUWERK_SECRET_KEYS"
KEY_BYTES = 32
NEW_KEY = "python -c 'import secrets; print(secrets.token_urlsafe(32))'"
_FORMAT, _NONCE_BYTES = "v1", 12


@attrs.frozen
class Keyring:
    """The keys of an installation, the one that encrypts first; without any, secrets are kept as they are."""

    keys: tuple[bytes, ...] = attrs.field(default=(), repr=False)

    def seal(self, user_id: int, secret: str) -> str:
        """The secret as it is stored for a user."""
        return self.seal_as(_whose(user_id), secret)

    def seal_as(self, whose: bytes, secret: str) -> str:
        """The secret as it is stored; `whose` must be the same when it is opened."""
        if not self.keys:
            return secret
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = AESGCM(self.keys[0]).encrypt(nonce, secret.encode(), whose)
        return f"{_FORMAT}.{_name(self.keys[0])}.{urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, user_id: int, stored: str) -> str:
        """The secret of a user as it was; one that was stored without a key is taken as it stands.

        Raises:
            UnknownKey: its key is not there, or the row is not this user's.
        """
        return self.open_as(_whose(user_id), stored)

    def open_as(self, whose: bytes, stored: str) -> str:
        """A secret as it was.

        Raises:
            UnknownKey: its key is not there, or it was sealed as another's.
        """
        if not is_sealed(stored):
            return stored
        _, name, content = stored.split(".", 2)
        for key in self.keys:
            if _name(key) == name:
                return _opened(key, whose, urlsafe_b64decode(content))
        raise UnknownKey(f"found a secret under the key {name}, expected that one in {VARIABLE}")

    def is_stale(self, stored: str) -> bool:
        """Whether a secret is not stored as it would be today: in the open, or under an older key."""
        return bool(self.keys) and not stored.startswith(f"{_FORMAT}.{_name(self.keys[0])}.")

    def can_open(self, stored: str) -> bool:
        """Whether the key of a stored secret is there; whether it fits is seen when it is opened."""
        return not is_sealed(stored) or stored.split(".", 2)[1] in {_name(key) for key in self.keys}


def is_sealed(stored: str) -> bool:
    """Whether a stored secret is encrypted."""
    return stored.startswith(f"{_FORMAT}.")


def read_keyring(environ: Mapping[str, str]) -> Keyring:
    """The keys of an environment: ``TREUWERK_SECRET_KEYS``, separated by commas or lines, or a file with them.

    Raises:
        WrongDeployment: something that is no key. The message never shows what was found.
    """
    try:
        text = secret_text(environ, VARIABLE)
    except MissingSecret as error:
        raise WrongDeployment(str(error)) from error
    return Keyring(tuple(dict.fromkeys(_keys(text))))


def _keys(text: str) -> Iterator[bytes]:
    for place, part in enumerate(text.replace(",", "\n").split(), 1):
        try:
            key = urlsafe_b64decode(part + "=" * (-len(part) % 4))
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES:
            raise WrongDeployment(f"{VARIABLE}: found {len(part)} characters as key {place}, expected {KEY_BYTES} "
                                  f"random bytes in base64; make one by {NEW_KEY}")
        yield key


def _opened(key: bytes, whose: bytes, content: bytes) -> str:
    try:
        return AESGCM(key).decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], whose).decode()
    except InvalidTag:
        raise UnknownKey("found a secret that was changed, or is another's") from None


def _whose(user_id: int) -> bytes:
    return f"authenticator of {user_id}".encode()


def _name(key: bytes) -> str:
    """By which a key is told from others; it tells nothing about the key itself."""
    return sha256(b"treuwerk key " + key).hexdigest()[:8]
