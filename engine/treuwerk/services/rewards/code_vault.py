"""How voucher codes are kept: sealed by one key, which is itself sealed by the keys of the installation.

So where the keys of the installation are changed, one row is written anew and not a million. Without keys of the
installation the key stands in the database as it is; the doctor warns of that.
"""

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from hmac import HMAC

import attrs
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection

from treuwerk.domain.secrets import UnknownKey
from treuwerk.domain.voucher_codes import Code
from treuwerk.services.identity.keyring import Keyring
from treuwerk.store import voucher_codes as store

_KEY_BYTES, _NONCE_BYTES = 32, 12
_WHOSE = b"voucher codes"


@attrs.frozen
class Vault:
    """The key of an installation's codes."""

    key: bytes = attrs.field(repr=False)

    def fingerprint(self, variant: str, code: str) -> str:
        """By which a code of a variant is known again; without the key nobody can try codes against it."""
        return HMAC(self.key, f"{variant}\n{code}".encode(), sha256).hexdigest()

    def seal(self, fingerprint: str, code: Code) -> str:
        """A code as it is kept, bound to its row."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        content = json.dumps(code, ensure_ascii=False).encode()
        return urlsafe_b64encode(nonce + AESGCM(self.key).encrypt(nonce, content, fingerprint.encode())).decode()

    def open(self, fingerprint: str, sealed: str) -> Code:
        """A code as its issuer knows it.

        Raises:
            UnknownKey: the row was changed, or is another code's.
        """
        content = urlsafe_b64decode(sealed)
        try:
            plain = AESGCM(self.key).decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], fingerprint.encode())
        except InvalidTag:
            raise UnknownKey("found a voucher code that was changed, or is another's") from None
        return Code(*json.loads(plain))


def open_vault(connection: Connection, keys: Keyring, now: int) -> Vault:
    """The vault of this installation, made at its first use.

    Raises:
        UnknownKey: the key that opens it is not there.
    """
    if (sealed := store.sealed_key(connection)) is None:
        made = urlsafe_b64encode(secrets.token_bytes(_KEY_BYTES)).decode()
        store.add_key(connection, keys.seal_as(_WHOSE, made), now)
        sealed = store.sealed_key(connection)
        assert sealed is not None
    return Vault(urlsafe_b64decode(keys.open_as(_WHOSE, sealed)))


def reseal(connection: Connection, keys: Keyring) -> bool:
    """Seal the key of the vault with the first key of the installation; False where it is, or there is none.

    Raises:
        UnknownKey: the key that opens it is not there.
    """
    sealed = store.sealed_key(connection)
    if sealed is None or not keys.is_stale(sealed):
        return False
    return store.change_key(connection, sealed, keys.seal_as(_WHOSE, keys.open_as(_WHOSE, sealed)))
