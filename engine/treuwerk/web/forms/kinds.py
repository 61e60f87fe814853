"""Reads what was typed into a field, by the kind of its rule. Everything that is not certain is refused with words."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import attrs

from treuwerk.web.forms.complaints import Wrong
from treuwerk.web.forms.rules import Rule
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.notation import Notation

# Control characters, halves of pairs and what broken bytes were replaced by: nothing that a database should keep.
_UNUSABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\ufffd]")
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_EMAIL = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@(?P<domain>{_LABEL}(?:\.{_LABEL})+)")
_TICKED = "1"


@attrs.frozen
class Typed:
    """What came for one field, with everything that is needed to read it."""

    texts: Sequence[str]
    rule: Rule
    notation: Notation
    options: Sequence[str]


def read_field(typed: Typed) -> Any:
    """The value of a field that something was typed into.

    Raises:
        Wrong: it is not what the field takes.
    """
    if typed.rule.kind == "several":
        return _several(typed)
    if len(typed.texts) > 1:
        raise Wrong(marked("Give one answer only."))
    value = _READERS[typed.rule.kind](typed, typed.texts[0])
    if typed.rule.check is not None:
        typed.rule.check(value)
    return value


def is_empty(typed: Typed) -> bool:
    """Whether nothing was typed; blanks are nothing, except in a password."""
    return not any(text if typed.rule.kind == "secret" else text.strip() for text in typed.texts)


def _text(typed: Typed, text: str) -> str:
    if "\n" in text or "\r" in text or "\t" in text:
        raise Wrong(marked("Write this in one line."))
    return _bounded(typed.rule, unicodedata.normalize("NFC", text).strip())


def _area(typed: Typed, text: str) -> str:
    lines = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _bounded(typed.rule, lines.strip())


def _bounded(rule: Rule, text: str) -> str:
    if _UNUSABLE.search(text):
        raise Wrong(marked("There are characters in it that cannot be stored. Type the text anew."))
    if len(text) > rule.longest:
        raise Wrong(marked("Shorten this to %(longest)s characters. There are %(length)s."),
                    longest=rule.longest, length=len(text))
    if len(text) < rule.shortest:
        raise Wrong(marked("Write at least %(shortest)s characters. There are %(length)s."),
                    shortest=rule.shortest, length=len(text))
    return text


def _secret(typed: Typed, text: str) -> str:
    return _bounded(typed.rule, text)


def _email(typed: Typed, text: str) -> str:
    address = _text(typed, text)
    found = _EMAIL.fullmatch(address)
    local = address.partition("@")[0]
    if found is None or ".." in local or local.startswith(".") or local.endswith("."):
        raise Wrong(marked("Enter an e-mail address such as name@example.org."))
    return address[:found.start("domain")] + found["domain"].lower()


def _whole(typed: Typed, text: str) -> int:
    number = typed.notation.number(text)
    if number is None or number != int(number) or number.as_tuple().exponent:
        raise Wrong(marked("Enter a whole number such as %(example)s."), example=1_250)
    return int(_within(typed, number))


def _decimal(typed: Typed, text: str) -> Decimal:
    number = typed.notation.number(text)
    if number is None:
        raise Wrong(marked("Enter a number such as %(example)s."), example=Decimal("1250.5"))
    if -int(number.as_tuple().exponent) > typed.rule.places:
        raise Wrong(marked("Enter a number with at most %(places)s decimal places."), places=typed.rule.places)
    found: Decimal = _within(typed, number)
    return found


def _day(typed: Typed, text: str) -> date:
    found = typed.notation.day(text)
    if found is None:
        raise Wrong(marked("Enter a day such as %(example)s."), example=date(2026, 12, 31))
    day: date = _within(typed, found)
    return day


def _within(typed: Typed, value: Any) -> Any:
    rule = typed.rule
    if rule.at_least is not None and value < rule.at_least:
        raise Wrong(marked("This must be %(least)s or later.") if rule.kind == "day" else
                    marked("This must be at least %(least)s."), least=rule.at_least)
    if rule.at_most is not None and value > rule.at_most:
        raise Wrong(marked("This must be %(most)s or earlier.") if rule.kind == "day" else
                    marked("This may be at most %(most)s."), most=rule.at_most)
    return value


def _choice(typed: Typed, text: str) -> str:
    if text not in typed.options:
        raise Wrong(marked("Choose one of the entries."))
    return text


def _several(typed: Typed) -> tuple[str, ...]:
    texts = [text for text in typed.texts if text]
    if len(set(texts)) != len(texts) or not set(texts) <= set(typed.options):
        raise Wrong(marked("Choose from the entries, each one once."))
    if isinstance(typed.rule.at_most, int) and len(texts) > typed.rule.at_most:
        raise Wrong(marked("Choose at most %(most)s entries."), most=typed.rule.at_most)
    return tuple(texts)


def _yes(_: Typed, text: str) -> bool:
    if text != _TICKED:
        raise Wrong(marked("Tick this box or leave it empty."))
    return True


_READERS: dict[str, Callable[[Typed, str], Any]] = {
    "text": _text, "area": _area, "secret": _secret, "email": _email, "whole": _whole, "decimal": _decimal,
    "day": _day, "choice": _choice, "yes": _yes}
