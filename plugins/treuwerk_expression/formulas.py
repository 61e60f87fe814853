"""Reading formulas: from words to parts, each of which has a kind, so that what does not fit is found at start-up.

From what binds least to what binds most: ``? :``, ``or``, ``and``, ``not``, comparisons, ``+ -``, ``* /``, ``-`` before
a figure, brackets and functions. Comparisons do not chain.
"""

from collections.abc import Callable
from fractions import Fraction

from treuwerk_expression.parts import Act, Kind, Literal, Name, Part
from treuwerk_expression.tokens import WORDS, FormulaMistake, Token, tokens_of

DEEPEST = 20
"""Brackets within brackets, and other parts within parts."""
FUNCTIONS = {"min": 0, "max": 0, "floor": 1, "ceil": 1, "round": 1}
"""Functions by name, with the number of their figures; 0: two or more."""
_TEXTS = frozenset({"article.number", "article.kind"})
_PLAIN = frozenset({"quantity", "amount"})
_ROOMS = {"article": Kind.NUMBER, "feature": Kind.TEXT, "participant": Kind.TEXT}
_ORDERED = ("<", "<=", ">", ">=")
NAMES = "quantity, amount, article.number, article.kind, article.<attribute>, feature.<name> or participant.<attribute>"


def read_formula(formula: str) -> Part:
    """The parts of a formula that is worth a number.

    Raises:
        FormulaMistake: it cannot be read.
    """
    return _Reader(formula).whole()


class _Reader:
    """Goes through the words of one formula from left to right."""

    def __init__(self, formula: str) -> None:
        self._formula, self._tokens = formula, list(tokens_of(formula))
        self._at = self._depth = 0

    def whole(self) -> Part:
        """The whole formula."""
        part = self._part(Kind.NUMBER)
        if self._next.kind != "end":
            raise FormulaMistake(self._next.at, str(self._next), "a sign between two figures, or the end")
        return part

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _is_next(self, *texts: str) -> bool:
        return self._next.kind in ("sign", "name") and self._next.text in texts

    def _take(self, text: str) -> None:
        if not self._is_next(text):
            raise FormulaMistake(self._next.at, str(self._next), repr(text))
        self._at += 1

    def _part(self, kind: Kind | None = None) -> Part:
        """A part of any binding; `kind` is what it must be."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise FormulaMistake(self._next.at, "a part that lies too deep", f"at most {DEEPEST} parts within parts")
        start = self._next
        part = self._choice(start)
        self._depth -= 1
        return part if kind is None else self._must_be(kind, part, start)

    def _choice(self, start: Token) -> Part:
        condition = self._one_of(("or",), self._both, Kind.TRUTH)
        if not self._is_next("?"):
            return condition
        self._must_be(Kind.TRUTH, condition, start)
        self._at += 1
        yes = self._part()
        self._take(":")
        no = self._part(yes.kind)
        return Act("?", (condition, yes, no), yes.kind, self._source(start))

    def _both(self) -> Part:
        return self._one_of(("and",), self._negated, Kind.TRUTH)

    def _negated(self) -> Part:
        start = self._next
        if not self._is_next("not"):
            return self._compared()
        self._at += 1
        return Act("not", (self._must_be(Kind.TRUTH, self._nested(self._negated), start),), Kind.TRUTH,
                   self._source(start))

    def _compared(self) -> Part:
        start = self._next
        left = self._sum()
        if not self._is_next("==", "!=", *_ORDERED):
            return left
        sign = self._next
        self._at += 1
        behind = self._next
        right = self._must_be(left.kind, self._sum(), behind)
        if left.kind is Kind.TRUTH or (sign.text in _ORDERED and left.kind is not Kind.NUMBER):
            raise FormulaMistake(sign.at, str(sign), f"a sign that goes with {left.kind.value}")
        return Act(sign.text, (left, right), Kind.TRUTH, self._source(start))

    def _sum(self) -> Part:
        return self._one_of(("+", "-"), self._product, Kind.NUMBER)

    def _product(self) -> Part:
        return self._one_of(("*", "/"), self._signed, Kind.NUMBER)

    def _one_of(self, signs: tuple[str, ...], tighter: Callable[[], Part], kind: Kind) -> Part:
        """Parts of a tighter binding with such signs between them, from left to right."""
        start = self._next
        part = tighter()
        while self._is_next(*signs):
            does, self._at = self._next.text, self._at + 1
            self._must_be(kind, part, start)
            behind = self._next
            right = self._must_be(kind, tighter(), behind)
            part = Act(does, (part, right), kind, self._source(start))
        return part

    def _signed(self) -> Part:
        start = self._next
        if not self._is_next("-"):
            return self._single()
        self._at += 1
        return Act("-", (self._must_be(Kind.NUMBER, self._nested(self._signed), start),), Kind.NUMBER,
                   self._source(start))

    def _nested(self, read: Callable[[], Part]) -> Part:
        """A part that may hold another one of its own sort, as often as is allowed."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise FormulaMistake(self._next.at, "a part that lies too deep", f"at most {DEEPEST} parts within parts")
        part = read()
        self._depth -= 1
        return part

    def _single(self) -> Part:
        token = self._next
        if self._is_next("("):
            self._at += 1
            part = self._part()
            self._take(")")
            return part
        if token.kind not in ("number", "text", "name") or (token.kind == "name" and token.text in WORDS):
            raise FormulaMistake(token.at, str(token), "a number, a name, a text in single quotes or '('")
        self._at += 1
        if token.kind == "number":
            return Literal(Fraction(token.text), token.text)
        if token.kind == "text":
            return Literal(token.text, f"'{token.text}'")
        return self._called(token) if self._is_next("(") else _named(token)

    def _called(self, token: Token) -> Part:
        """A function with its figures."""
        if token.text not in FUNCTIONS:
            raise FormulaMistake(token.at, str(token), f"one of the functions {', '.join(FUNCTIONS)}")
        self._take("(")
        figures = [self._part(Kind.NUMBER)]
        while self._is_next(","):
            self._at += 1
            figures.append(self._part(Kind.NUMBER))
        wanted = FUNCTIONS[token.text]
        if len(figures) != wanted if wanted else len(figures) < 2:
            raise FormulaMistake(token.at, f"{token.text} of {len(figures)}",
                                 "one figure" if wanted else "at least two figures")
        self._take(")")
        return Act(token.text, tuple(figures), Kind.NUMBER, self._source(token))

    def _must_be(self, kind: Kind, part: Part, start: Token) -> Part:
        if part.kind is not kind:
            raise FormulaMistake(start.at, f"{part.source}, which is {part.kind.value}", kind.value)
        return part

    def _source(self, start: Token) -> str:
        """How a part is written, from its first word up to here."""
        last = self._tokens[self._at - 1]
        end = last.at + len(last.text) + 2 * (last.kind == "text")
        return " ".join(self._formula[start.at:end].split())


def _named(token: Token) -> Name:
    room, _, name = token.text.partition(".")
    if token.text in _PLAIN:
        return Name(token.text, Kind.NUMBER)
    if not name or room not in _ROOMS:
        raise FormulaMistake(token.at, str(token), f"a name of a line: {NAMES}")
    return Name(token.text, Kind.TEXT if token.text in _TEXTS else _ROOMS[room])
