"""Filters whose state is the address: read strictly, shown as chips, carried by every link of the page."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException

from treuwerk.domain.ledger import start_of_day

FIRST_YEAR, LAST_YEAR = 1970, 9998
_LONGEST_TEXT = 80


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
