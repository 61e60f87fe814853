"""The words of a formula, each with the place where it stands."""

import re
from collections.abc import Iterator
from typing import NamedTuple

LONGEST = 1000
"""Characters of a formula."""
MOST = 200
"""Words of a formula: so what is done for one line is bounded, too."""
_DIGITS = 15
_TOKEN = re.compile(r"""\s*(?:
    (?P<number>[0-9]+(?:\.[0-9]+)?) | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)?)
  | '(?P<text>[^'\n]*)' | (?P<sign><=|>=|==|!=|[-+*/<>?:(),]) | (?P<end>\Z))""", re.VERBOSE)
WORDS = frozenset({"and", "or", "not"})


class FormulaMistake(ValueError):
    """A formula that cannot be read; the message says at which character, what was found and what was expected."""

    def __init__(self, at: int, found: str, expected: str) -> None:
        super().__init__(f"a formula that can be read; at character {at + 1}: found {found}, expected {expected}")


class Token(NamedTuple):
    """A word: its kind (``number``, ``name``, ``text``, ``sign``, ``end``), how it is written, and where it begins."""

    kind: str
    text: str
    at: int

    def __str__(self) -> str:
        """The word for a message."""
        return "the end" if self.kind == "end" else f"'{self.text}'" if self.kind == "text" else repr(self.text)


def tokens_of(formula: str) -> Iterator[Token]:
    """All words of a formula, the last one being its end.

    Raises:
        FormulaMistake: it is too long, or holds what is no word.
    """
    if len(formula) > LONGEST:
        raise FormulaMistake(LONGEST, f"{len(formula)} characters", f"at most {LONGEST}")
    at, kind, count = 0, "", 0
    while kind != "end":
        found = _TOKEN.match(formula, at)
        if found is None or found.lastgroup is None:
            raise _no_word(formula, at)
        kind, at = found.lastgroup, found.end()
        token = Token(kind, found[kind], found.start(kind) - (kind == "text"))
        if kind == "number" and len(token.text) > _DIGITS + 1:
            raise FormulaMistake(token.at, f"a number of {len(token.text)} characters", f"at most {_DIGITS} digits")
        count += 1
        if count > MOST:
            raise FormulaMistake(token.at, f"more than {MOST} words", "a shorter formula, or several rules")
        yield token


def _no_word(formula: str, at: int) -> FormulaMistake:
    at += len(formula[at:]) - len(formula[at:].lstrip())
    if formula[at] == "'":
        return FormulaMistake(at, "a text without its end", "a second ' on the same line")
    hints = {'"': "texts in single quotes, such as 'SYSTEM'", "=": "'==' to compare",
             "&": "'and'", "|": "'or'", "!": "'not' or '!='"}
    return FormulaMistake(at, repr(formula[at]), hints.get(formula[at], "a number, a name, a text or a sign"))
