"""Words as they are searched: without case, accents and the ways in which umlauts are written.

What is stored and what somebody types go through the same function, so ``Müller``, ``Mueller`` and ``Muller`` are
one word. Names that differ only so find each other, too, as ``Bauer`` and ``Baur`` do: one hit more, none missed.
"""

import re
from unicodedata import combining, normalize

LONGEST_WORD = 60
"""Letters of a word that are looked at: the rest does not make it easier to find."""
_LETTERS = str.maketrans({"ø": "o", "œ": "oe", "æ": "ae", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_UMLAUT = re.compile("([aou])e")
_WORD = re.compile(r"[^\W_]+")


def folded(text: str) -> str:
    """A text in plain letters, with its marks and blanks.

    >>> folded("Müller & Söhne"), folded("MUELLER & SOEHNE")
    ('muller & sohne', 'muller & sohne')
    """
    plain = "".join(letter for letter in normalize("NFKD", text.casefold()) if not combining(letter))
    return _UMLAUT.sub(r"\1", plain.translate(_LETTERS))


def name_key(name: str) -> str:
    """A person's name as lists spell it in different ways: compatibility form, case and spacing folded; marks stay.

    >>> name_key("  ANNA  Bergström")
    'anna bergström'
    """
    return " ".join(normalize("NFKC", name).casefold().split())


def words_of(text: str) -> list[str]:
    """The words of a text, each once, in their order.

    >>> words_of("Straße 7, office@sued-dach.example")
    ['strasse', '7', 'office', 'sud', 'dach', 'example']
    """
    return list(dict.fromkeys(word[:LONGEST_WORD] for word in _WORD.findall(folded(text))))


def number_words(text: str) -> list[str]:
    """The words of a number, and the number without its marks, so that either way of typing finds it.

    >>> number_words("LS-0077")
    ['ls', '0077', 'ls0077', '77']
    """
    words = words_of(text)
    joined = "".join(words)[:LONGEST_WORD]
    bare = [word.lstrip("0") for word in words if word.isdigit() and word.startswith("0") and word.strip("0")]
    return list(dict.fromkeys([*words, joined, *bare])) if words else []


def behind(prefix: str) -> str:
    """The first text that is greater than all that begin with `prefix`, in the order of code points.

    >>> behind("mul")
    'mum'
    """
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)


def sortable(text: str) -> str:
    """A name by which a list is ordered: folded, with one blank between words.

    >>> sortable("  Österreich Solar AG ")
    'osterreich solar ag'
    """
    return " ".join(words_of_all(text))


def words_of_all(text: str) -> list[str]:
    """All words of a text, also those that come twice."""
    return _WORD.findall(folded(text))


def sortable_number(text: str) -> str:
    """A number by which a list is ordered: digits by their value, then letters.

    >>> sorted(["1000", "20", "K-3"], key=sortable_number)
    ['20', '1000', 'K-3']
    """
    return "".join(part.lstrip("0").rjust(20, "0") if part.isdigit() else part
                   for part in re.findall(r"\d+|\D+", folded(text)))[:120]
