"""Phone numbers as they are searched: by their digits, however somebody writes them.

A number is found by how it is dialled in its country, how it is from abroad, and by neither's beginning.
"""

import json
import re
from typing import NamedTuple

PHONES = ("phone", "mobile")
"""Names of the attributes of a participant that are phone numbers."""
FEWEST_DIGITS, MOST_DIGITS = 5, 17
_MARKS = re.compile(r"[+0-9()/.\-\u2013\s]+")
_DIGITS = re.compile(r"[0-9]")
_CALLING = {
    "AT": "43", "BE": "32", "BG": "359", "CH": "41", "CY": "357", "CZ": "420", "DE": "49", "DK": "45", "EE": "372",
    "ES": "34", "FI": "358", "FR": "33", "GB": "44", "GR": "30", "HR": "385", "HU": "36", "IE": "353", "IS": "354",
    "IT": "39", "LI": "423", "LT": "370", "LU": "352", "LV": "371", "MT": "356", "NL": "31", "NO": "47", "PL": "48",
    "PT": "351", "RO": "40", "SE": "46", "SI": "386", "SK": "421"}
"""Countries and what is dialled before their numbers from abroad."""


class Phone(NamedTuple):
    """A number as it was written, and as it is dialled."""

    written: str
    dialled: str


def phones_of(attributes: str) -> list[Phone]:
    """The phone numbers among the attributes of a participant, which are JSON.

    >>> phones_of('{"phone": "+49 (0)228 12 34", "wp": "3"}')
    [Phone(written='+49 (0)228 12 34', dialled='+492281234')]
    """
    told = json.loads(attributes)
    found = [told[name] for name in PHONES if told.get(name)]
    return [Phone(one, ("+" if one.strip().startswith("+") else "") + phone_query(one)) for one in found]


def is_phone(text: str) -> bool:
    """Whether a text can be a phone number.

    >>> is_phone("+49 (0)228 12 34-56"), is_phone("call Anna"), is_phone("12")
    (True, False, False)
    """
    return bool(_MARKS.fullmatch(text)) and FEWEST_DIGITS <= len(_DIGITS.findall(text)) <= MOST_DIGITS


def phone_words(text: str, country: str) -> list[str]:
    """The digits of a number by which it is found: as from abroad, as at home, and without what stands before both.

    >>> phone_words("+49 (0)228 12 34-56", "DE"), phone_words("0228/123456", "DE"), phone_words("555 0199", "US")
    (['49228123456', '0228123456', '228123456'], ['49228123456', '0228123456', '228123456'], ['5550199'])
    """
    if not is_phone(text):
        return []
    from_abroad = text.strip().startswith(("+", "00"))
    typed = phone_query(text)
    code = _code_of(typed) if from_abroad else _CALLING.get(country, "")
    national = (typed.removeprefix(code) if from_abroad else typed).lstrip("0")
    return list(dict.fromkeys([code + national, "0" + national, national])) if code else [typed]


def phone_query(text: str) -> str:
    """The digits by which a number is looked for; empty where it is none.

    >>> phone_query("0049 228/12"), phone_query("+49 (0) 228 12"), phone_query("0228 12"), phone_query("228")
    ('4922812', '4922812', '022812', '')
    """
    if not is_phone(text):
        return ""
    plain = text.strip().replace("(0)", "") if text.strip().startswith(("+", "00")) else text
    digits = "".join(_DIGITS.findall(plain))
    return digits.removeprefix("00") if digits.startswith("00") else digits


def _code_of(digits: str) -> str:
    """What is dialled before the numbers of a country, of a number from abroad; empty for one that is not known."""
    return next((code for code in _CALLING.values() if digits.startswith(code)), "")
