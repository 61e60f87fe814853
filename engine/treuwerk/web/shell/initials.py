"""Initials and a tone of colour for a name, where no picture is kept."""

from zlib import crc32

_TONES = 6


def initials(name: str) -> str:
    """First letters of the first and the last word.

    >>> initials("Wiebke Lornsen"), initials("Dachpaten Ruhr eG"), initials("Kranichdach"), initials("")
    ('WL', 'DE', 'K', '')
    """
    words = [word for word in name.split() if word[0].isalnum()]
    ends = [words[0], words[-1]] if len(words) > 1 else words
    return "".join(word[0] for word in ends).upper()


def tone(name: str) -> int:
    """A number from 1 to 6, always the same for the same name."""
    return crc32(name.encode()) % _TONES + 1
