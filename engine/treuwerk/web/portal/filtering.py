"""Filters whose state is the address: read strictly, shown as chips, carried by every link of the page."""

import hmac
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException

from treuwerk.domain.ledger import start_of_day
from treuwerk.services.statements import Cursor

FIRST_YEAR, LAST_YEAR = 1970, 9998
_LONGEST_TEXT = 80
_DIGEST = 16


def address(path: str, parameters: Mapping[str, object]) -> str:
    """A path with those parameters that say something."""
    said = {name: str(value) for name, value in parameters.items() if value}
    return f"{path}?{urlencode(said)}" if said else path


def year_of(text: str) -> int | None:
    """A calendar year, None for an empty text.

    Raises:
        HTTPException: 400, the text is no year.
    """
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) == 4 and FIRST_YEAR <= int(text) <= LAST_YEAR):
        raise HTTPException(400)
    return int(text)


def words_of(text: str) -> str:
    """Words to search for: trimmed, printable, of bounded length."""
    return "".join(character for character in text if character.isprintable()).strip()[:_LONGEST_TEXT]


def year_bounds(year: int | None, zone: ZoneInfo) -> tuple[int | None, int | None]:
    """First instant of a calendar year and of the next one in a zone."""
    if year is None:
        return None, None
    return start_of_day(date(year, 1, 1), zone), start_of_day(date(year + 1, 1, 1), zone)


def cursor_text(cursor: Cursor, key: str) -> str:
    """A cursor for an address: booking, balance before it, and a mark that only this session can make."""
    body = f"{cursor.before}.{cursor.balance}"
    return f"{body}.{_mark(body, key)}"


def cursor_of(text: str, key: str) -> Cursor | None:
    """The cursor of an address. A balance without the right mark is not believed; it is added up anew.

    Raises:
        HTTPException: 400, the text is no cursor.
    """
    if not text:
        return None
    before, _, rest = text.partition(".")
    balance, _, mark = rest.partition(".")
    if not (before.isascii() and before.isdigit() and len(before) < 20 and int(before) < 2**63):
        raise HTTPException(400)
    if hmac.compare_digest(mark.encode(), _mark(f"{before}.{balance}", key).encode()):
        return Cursor(int(before), int(balance))
    return Cursor(int(before))


def _mark(body: str, key: str) -> str:
    return hmac.new(key.encode(), body.encode(), sha256).hexdigest()[:_DIGEST]
