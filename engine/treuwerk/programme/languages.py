"""What a language code of a programme means: whose formats it has, which texts stand in for its own, what it is called.

A code is a Babel identifier such as ``de`` or ``de_AT``. Two are our own: ``de_Informal`` says "du", and ``en_XA`` is
the pseudo-locale of tests, which no reader chooses.
"""

import re
from functools import lru_cache

from babel import Locale
from babel.core import UnknownLocaleError

INFORMAL = "Informal"
PSEUDO = "en_XA"
# Babel also takes "DE" and "deu", which would be de a second time.
_WRITTEN = re.compile(r"[a-z]{2,3}(_[A-Z][A-Za-z]{1,7})?", re.ASCII)
_OWN_NAMES = {"de_Informal": "Deutsch (Du)", PSEUDO: "[Ƥşḗŭḓǿ]"}
# Plain "en" writes days as in the United States; English of a European programme has the day first.
_IN_EUROPE = {"en": "en_150", PSEUDO: "en_150"}


def is_language(code: str) -> bool:
    """Whether a code is a language that can be formatted.

    >>> is_language("de_Informal"), is_language("xx")
    (True, False)
    """
    try:
        return _WRITTEN.fullmatch(code) is not None and cldr(code).language == code.partition("_")[0]
    except (UnknownLocaleError, ValueError):
        return False


def cldr(code: str, *, european: bool = True) -> Locale:
    """Whose formats a language has: ``de_Informal`` writes as ``de`` does.

    Raises:
        UnknownLocaleError, ValueError: there is no such language.
    """
    plain = code.removesuffix(f"_{INFORMAL}")
    if european or plain == PSEUDO:
        plain = _IN_EUROPE.get(plain, plain)
    return Locale.parse(plain)


@lru_cache(maxsize=256)
def fallbacks(code: str) -> tuple[str, ...]:
    """The language itself and those whose texts stand in for its own, dearest first.

    >>> fallbacks("de_Informal"), fallbacks("fr")
    (('de_Informal', 'de'), ('fr',))
    """
    parts = code.split("_")
    return tuple("_".join(parts[:length]) for length in range(len(parts), 0, -1))


def tag(code: str) -> str:
    """The language as HTML and HTTP name it; whether it says "du" is no part of that.

    >>> tag("de_Informal"), tag("de_AT")
    ('de', 'de-AT')
    """
    return code.removesuffix(f"_{INFORMAL}").replace("_", "-")


def own_name(code: str) -> str:
    """What a language calls itself.

    >>> own_name("fr"), own_name("de_Informal")
    ('Français', 'Deutsch (Du)')
    """
    if code in _OWN_NAMES:
        return _OWN_NAMES[code]
    name = Locale.parse(code).get_display_name(code) or code
    return name[0].upper() + name[1:]
