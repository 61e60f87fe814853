"""What a file holds, counted without reading it: how a source tells quickly that a file is sound."""

from typing import NamedTuple


class Census(NamedTuple):
    """Lines of a file, and how many of them may be unreadable.

    `doubtful` is never less than the number of lines that reading would refuse; it may be more. Counts that the file
    tells of itself are right, or there is no census.
    """

    lines: int
    doubtful: int
