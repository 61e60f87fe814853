"""Check digits of the numbers by which companies and goods are known.

All numbers lie in ranges that are given to nobody: GS1 prefix 952 is meant for examples, the tax numbers begin with
digits that the offices have not reached.
"""

from collections.abc import Sequence
from random import Random


def gs1(body: str) -> str:
    """A GTIN or GLN: body and check digit, weights 3 and 1 from the right (GS1 General Specifications 7.9).

    >>> gs1("952400004107")
    '9524000041074'
    """
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return f"{body}{-weighted % 10}"


def german_vat(body: str) -> str:
    """USt-IdNr. of eight digits and the check digit of ISO 7064 MOD 11,10.

    >>> german_vat("13669597")
    'DE136695976'
    """
    product = 10
    for digit in body:
        product = 2 * ((int(digit) + product) % 10 or 10) % 11
    return f"DE{body}{(11 - product) % 10}"


def austrian_vat(body: str) -> str:
    """UID of seven digits and the check digit of the Ministry of Finance.

    >>> austrian_vat("1358562")
    'ATU13585627'
    """
    return f"ATU{body}{(96 - _digit_sum(body, (1, 2))) % 10}"


def swiss_uid(body: str) -> str | None:
    """UID of eight digits and the check digit modulo 11; None where it would be 10, since such numbers are not given.

    >>> swiss_uid("10015521")
    'CHE100155212'
    """
    check = -sum(int(digit) * weight for digit, weight in zip(body, (5, 4, 3, 2, 7, 6, 5, 4), strict=True)) % 11
    return f"CHE{body}{check}" if check < 10 else None


def french_vat(body: str) -> str:
    """TVA number of a SIREN, whose eight digits get a Luhn digit and stand behind a key modulo 97.

    >>> french_vat("40483304")
    'FR83404833048'
    """
    siren = f"{body}{-_digit_sum(body, (1, 2)) % 10}"
    return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02d}{siren}"


def _digit_sum(body: str, weights: Sequence[int]) -> int:
    products = (int(digit) * weights[place % len(weights)] for place, digit in enumerate(body))
    return sum(product // 10 + product % 10 for product in products)


def vat(country: str, random: Random) -> str:
    """A valid number of a company in this country that exists nowhere."""
    if country == "DE":
        return german_vat(f"99{random.randrange(10**6):06d}")
    if country == "AT":
        return austrian_vat(f"99{random.randrange(10**5):05d}")
    if country == "FR":
        return french_vat(f"00{random.randrange(10**6):06d}")
    while (number := swiss_uid(f"99{random.randrange(10**6):06d}")) is None:
        continue
    return number
