"""Voucher codes: how those that are made here are written, and what becomes of a code."""

from enum import StrEnum
from typing import NamedTuple

BITS = 64
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O and U, which are read as others (Crockford's Base32)
_LENGTH, _GROUP = 13, 5


class CodeState(StrEnum):
    """What became of a code."""

    FREE = "free"
    TAKEN = "taken"  # by an order line, and not shown yet
    REVEALED = "revealed"
    LAPSED = "lapsed"  # its last day passed before anybody saw it


class Code(NamedTuple):
    """A code as its issuer knows it, and the number that belongs to it, if there is one."""

    code: str
    pin: str = ""


def written(number: int) -> str:
    """A number of 64 bits as people type it.

    >>> written(2**64 - 1), written(0)
    ('FZZZZ-ZZZZZ-ZZZ', '00000-00000-000')

    Raises:
        ValueError: it has more bits, or a sign.
    """
    if not 0 <= number < 1 << BITS:
        raise ValueError(f"found {number}, expected a number of {BITS} bits")
    signs = "".join(_SIGNS[number >> 5 * place & 31] for place in reversed(range(_LENGTH)))
    return "-".join(signs[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))
