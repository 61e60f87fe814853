"""Numbers of bank transfers that check themselves: IBANs (ISO 13616) and creditor references (ISO 11649)."""

import re
from collections.abc import Iterable

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", re.ASCII)
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", re.ASCII)
_BODY = re.compile(r"[0-9A-Z]{1,21}", re.ASCII)
_LENGTHS = {length: frozenset(countries.split()) for length, countries in (
    (15, "NO"), (16, "BE"), (18, "DK FI FO GL NL"), (19, "MK SI"), (20, "AT BA EE LT LU XK"), (21, "CH HR LI LV"),
    (22, "BG DE GB GE IE ME RS"), (23, "AE IL"), (24, "AD CZ ES MD PK RO SA SE SK TN VA"), (25, "PT"), (26, "IS TR"),
    (27, "FR GR IT MC SM"), (28, "AL AZ CY HU LB PL"), (29, "UA"), (31, "MT"))}
"""How long IBANs of a country are, by the registry of ISO 13616."""
_LENGTH_OF = {country: length for length, countries in _LENGTHS.items() for country in countries}
_BEGIN = re.compile(r"(?<![A-Z0-9])[A-Z]{2}[0-9]{2}", re.ASCII)
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def tidy(text: str) -> str:
    """A number as machines write it: without spaces, in capitals."""
    return "".join(text.split()).upper()


def checked_iban(text: str) -> str:
    """An IBAN without spaces.

    Raises:
        ValueError: it is none, or its check digits are wrong.
    """
    iban = tidy(text)
    if not _IBAN.fullmatch(iban) or _remainder(iban) != 1:
        raise ValueError(f"found {text[:50]!r}, expected an IBAN with right check digits, such as "
                         "DE89 3704 0044 0532 0130 00")
    return iban


def ibans_in(words: Iterable[str]) -> list[str]:
    """All IBANs among the words of a text, also those in groups; others than those with right check digits are none.

    >>> ibans_in("IBAN: DE89 3704 0044 0532 0130 00 BIC COBADEFF".split())
    ['DE89370400440532013000']
    """
    text, found = " ".join(words).upper(), dict[str, None]()
    for begin in _BEGIN.finditer(text):
        length = _LENGTH_OF.get(begin.group()[:2], 0)
        number = "".join(text[begin.start():begin.start() + 2 * length].split())[:length]
        if length and len(number) == length and _IBAN.fullmatch(number) and _remainder(number) == 1:
            found[number] = None
    return list(found)


def checked_bic(text: str) -> str:
    """A BIC of 8 or 11 characters.

    Raises:
        ValueError: it is none.
    """
    bic = tidy(text)
    if not _BIC.fullmatch(bic):
        raise ValueError(f"found {text[:50]!r}, expected a BIC of 8 or 11 characters, such as COBADEFFXXX")
    return bic


def creditor_reference(body: str) -> str:
    """The reference of up to 25 characters that banks check, for a text of letters and digits.

    >>> creditor_reference("539007547034")
    'RF18539007547034'

    Raises:
        ValueError: the text has other characters, or more than 21.
    """
    if not _BODY.fullmatch(body):
        raise ValueError(f"found {body[:50]!r}, expected 1 to 21 capitals and digits")
    return f"RF{98 - _remainder(f'RF00{body}'):02}{body}"


def is_creditor_reference(text: str) -> bool:
    """Whether a text is such a reference with right check digits."""
    found = tidy(text)
    return found[:2] == "RF" and found[2:4].isdigit() and bool(_BODY.fullmatch(found[4:])) and _remainder(found) == 1


def in_base_36(number: int) -> str:
    """A number in digits and capitals, at most 13 of them below 2^63.

    >>> in_base_36(35), in_base_36(36)
    ('Z', '10')
    """
    text = ""
    while number:
        number, rest = divmod(number, 36)
        text = _DIGITS[rest] + text
    return text or "0"


def grouped(text: str) -> str:
    """A number in groups of four, as people read it.

    >>> grouped("RF18539007547034")
    'RF18 5390 0754 7034'
    """
    return " ".join(text[at:at + 4] for at in range(0, len(text), 4))


def _remainder(number: str) -> int:
    """Modulo 97 by ISO 7064: the first four characters go to the end, and letters count from 10 on."""
    return int("".join(str(_DIGITS.index(one)) for one in number[4:] + number[:4])) % 97
