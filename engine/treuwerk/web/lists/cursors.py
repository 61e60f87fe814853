"""Cursors of pages: opaque texts that only this session's pages can make, so that nobody reads past a filter by one.

A cursor carries the key of the last row. It is no secret of ours, but it is marked with the session's key, for its list
and order. What is no cursor is refused; one of an older session is not believed, and the list begins anew.
"""

import hmac
import json
from base64 import b64decode, urlsafe_b64encode
from hashlib import sha256

from starlette.exceptions import HTTPException

from treuwerk.store.keyset import Key

_MARK_BYTES = 12


def cursor_text(after: Key, about: str, key: str) -> str:
    """A cursor for an address; `about` is what it is valid for, such as list and order, `key` that of the session."""
    body = json.dumps(after, ensure_ascii=False, separators=(",", ":")).encode()
    return urlsafe_b64encode(_mark(body, about, key) + body).decode().rstrip("=")


def cursor_of(text: str, about: str, key: str) -> Key | None:
    """The key of a cursor; None for an empty text, and for a cursor of another session, list or order.

    Raises:
        HTTPException: 400, this is no cursor.
    """
    if not text:
        return None
    try:
        raw = b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        mark, body = raw[:_MARK_BYTES], raw[_MARK_BYTES:]
        found = json.loads(body)
    except (ValueError, RecursionError):  # no JSON, or brackets within brackets
        raise HTTPException(400) from None
    if not isinstance(found, list) or not all(type(value) in (int, str) for value in found):
        raise HTTPException(400)
    return tuple(found) if hmac.compare_digest(mark, _mark(body, about, key)) else None


def _mark(body: bytes, about: str, key: str) -> bytes:
    return hmac.new(key.encode(), about.encode() + b"\0" + body, sha256).digest()[:_MARK_BYTES]
