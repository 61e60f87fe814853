"""The pseudo-locale ``en_XA``: English with accents, half as long again, in brackets.

Whatever stands on a page without brackets cannot be translated, and what overflows would overflow in German. It is made
from the texts themselves when they are asked for, so it is never incomplete. ``TREUWERK_PSEUDO=1`` offers it.
"""

import os
import re
from gettext import NullTranslations

VARIABLE = "TREUWERK_PSEUDO"
OPEN, CLOSE = "⟦", "⟧"
_WORD = 8
_PLACES = re.compile(r"(%\(\w+\)[sd]|%%)")
_ACCENTED = str.maketrans("AEINOUYaceinouy", "ÅÉÎÑÖÛÝåçéîñöûý")


def is_wanted() -> bool:
    """Whether the environment asks for the pseudo-locale."""
    return os.environ.get(VARIABLE) == "1"


def pseudo(text: str) -> str:
    """A text as the pseudo-locale has it; placeholders stay what they are.

    >>> pseudo("Sign in, %(name)s")
    '⟦Sîgñ îñ, %(name)s·····⟧'
    """
    parts = _PLACES.split(text)
    letters = sum(len(part) for part in parts[::2])
    accented = "".join(part if place % 2 else part.translate(_ACCENTED) for place, part in enumerate(parts))
    return f"{OPEN}{accented}{_longer(letters // 2)}{CLOSE}"


def _longer(letters: int) -> str:
    """So many letters, in words: no language has words without end."""
    return " ".join("·" * min(_WORD, letters - begin) for begin in range(0, letters, _WORD))


class PseudoTranslations(NullTranslations):
    """Every text that is asked for, made strange."""

    def __init__(self, english: NullTranslations) -> None:
        super().__init__()
        self._english = english

    def gettext(self, message: str) -> str:
        """A message."""
        return pseudo(self._english.gettext(message))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """A message with number."""
        return pseudo(self._english.ngettext(msgid1, msgid2, n))

    def pgettext(self, context: str, message: str) -> str:
        """A message in a context. A code that has no words stays a code: it stands for itself."""
        found = self._english.pgettext(context, message)
        return message if found == message else pseudo(found)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        """A message with number in a context."""
        return pseudo(self._english.npgettext(context, msgid1, msgid2, n))
