"""Who acts: the name of a person as it is kept, and as it is compared.

A second person must be another one. So names are compared without case, accents, punctuation, spacing and the order of
their words: whoever asked as ``Ada Lovelace`` cannot agree as ``lovelace, ada``.
"""

import re
from unicodedata import combining, normalize

from treuwerk.domain.refusals import Refusal

LONGEST_NAME = 100
LONGEST_REASON = 500
_SHORTEST_REASON = 2  # words
_WORD = re.compile(r"[^\W_]+")


def person_key(name: str) -> str:
    """A name as it is looked up.

    >>> person_key("Lovelace, Ada") == person_key("ada.lovelace") == "adalovelace"
    True
    """
    return "".join(sorted(_words(name)))


def same_person(one: str, other: str) -> bool:
    """Whether two names are taken for the same person: by their words in any order, or by their letters as they come.

    >>> same_person("Zoe Adams", "zo.e-adams")
    True
    """
    return person_key(one) == person_key(other) or "".join(_words(one)) == "".join(_words(other))


def _words(name: str) -> list[str]:
    plain = "".join(letter for letter in normalize("NFKD", name) if not combining(letter)).casefold()
    return _WORD.findall(normalize("NFKD", plain))


def acting_person(name: str) -> str:
    """The name, if it can be that of a person.

    Raises:
        Refusal: `unknown_actor`: it is empty, too long, or that of the machine.
    """
    trimmed = " ".join(name.split())
    if not trimmed.isprintable() or len(trimmed) > LONGEST_NAME or person_key(trimmed) in ("", "system"):
        raise Refusal("unknown_actor", f"found actor {trimmed[:LONGEST_NAME]!r}, expected the login or name of the "
                      f"person who acts, up to {LONGEST_NAME} characters")
    return trimmed


def stated_reason(reason: str) -> str:
    """The reason, if somebody can make sense of it later.

    Raises:
        Refusal: `no_reason`: fewer than two words, or more than 500 characters.
    """
    trimmed = " ".join(reason.split())
    words = [word for word in trimmed.split() if _WORD.search(word)]
    if len(words) < _SHORTEST_REASON or len(trimmed) > LONGEST_REASON or not trimmed.isprintable():
        raise Refusal("no_reason", f"found reason {trimmed[:LONGEST_NAME]!r}, expected two words or more and up to "
                      f"{LONGEST_REASON} characters, by which an auditor understands the booking")
    return trimmed
