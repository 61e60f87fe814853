"""Sets of small whole numbers as the bits of one number: many sets of thousands are met and counted at once."""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice

EMPTY = 0


def of(members: Iterable[int], size: int) -> int:
    """The set of these members, each below `size`.

    >>> bin(of([0, 3], 10))
    '0b1001'
    """
    octets = bytearray(size // 8 + 1)
    for one in members:
        octets[one >> 3] |= 1 << (one & 7)
    return int.from_bytes(octets, "little")


def members(bits: int) -> list[int]:
    """The members in their order.

    >>> members(0b1001)
    [0, 3]
    """
    letters, found, at = f"{bits:b}"[::-1], list[int](), -1
    while (at := letters.find("1", at + 1)) >= 0:
        found.append(at)
    return found


def chosen(order: Iterable[int], bits: int) -> list[int]:
    """Those of an order that are members, in that order.

    >>> chosen([3, 2, 0], 0b1001)
    [3, 0]
    """
    octets = bits.to_bytes(bits.bit_length() // 8 + 1, "little")
    last = len(octets)
    return [one for one in order if one >> 3 < last and octets[one >> 3] >> (one & 7) & 1]


def part(order: Sequence[int], rank: Callable[[int], int], bits: int, first: int, many: int) -> list[int]:
    """So many members from the `first` on, in an order that has them all; `rank` tells which of two comes first.

    Of few members only they are looked at, of many only the beginning of the order.

    >>> part([3, 2, 1, 0], lambda one: -one, 0b1101, 1, 2)
    [2, 0]
    """
    count = bits.bit_count()
    if first >= count:
        return []
    if count * count <= len(order) * (first + many):
        return sorted(members(bits), key=rank)[first : first + many]
    octets, last = bits.to_bytes(bits.bit_length() // 8 + 1, "little"), bits.bit_length()
    return list(islice((one for one in order if one < last and octets[one >> 3] >> (one & 7) & 1), first, first + many))
