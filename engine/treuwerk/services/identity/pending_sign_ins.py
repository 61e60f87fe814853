"""What is kept between two steps of a sign-in, on our side: taken once, by whom it was given to, and not for long.

These are rows among the sessions under a kind of their own, so no cookie of a pending step opens anything.
"""

import json
import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from treuwerk.services.identity.sessions import SECOND, hashed
from treuwerk.store.tables import web_session

_KIND = "sign_in"
SECONDS = 900
"""How long the way there and back may take."""


def keep(connection: Connection, provider: str, values: Mapping[str, Any], now: int) -> str:
    """Keep values for a later step; the answer is the token that brings them back."""
    token = secrets.token_urlsafe(32)
    connection.execute(insert(web_session).values(
        id_hash=hashed(token), user_id=0, audience=_KIND, account_id=0, person_id=0, viewing_account=0, created_at=now,
        seen_at=now, authenticated_at=0, method="", provider=provider, idp_session="", id_token="", source="", agent="",
        data=json.dumps(values, ensure_ascii=False)))
    return token


def take(connection: Connection, token: str, now: int) -> dict[str, Any] | None:
    """What is kept under a token, which is gone then: of two that come at once, one gets it.

    None where nothing is, or for too long.
    """
    found: str | None = connection.execute(select(web_session.c.data).where(
        web_session.c.id_hash == hashed(token), web_session.c.audience == _KIND,
        web_session.c.created_at > now - SECONDS * SECOND)).scalar()
    gone = connection.execute(delete(web_session).where(
        web_session.c.id_hash == hashed(token), web_session.c.audience == _KIND)).rowcount
    return json.loads(found) if found and gone else None
