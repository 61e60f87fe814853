"""Strict structuring of TOML values into attrs classes.

cattrs as it comes turns ``12.7`` into 12, ``"false"`` into True and 7 into ``"7"``. Here a value has exactly the type
that is asked for, or it is a mistake.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from enum import Enum
from functools import partial
from operator import is_
from typing import Any

import attrs
import cattrs
from cattrs import ClassValidationError, IterableValidationError
from cattrs.errors import ForbiddenExtraKeysError
from cattrs.gen import make_dict_structure_fn

from treuwerk.programme.errors import Mistake


class WrongValue(ValueError):
    """A value of the wrong type or an unknown name; carries what was found and what was expected."""

    def __init__(self, found: object, expected: str, hint: str = "") -> None:
        super().__init__(f"expected {expected}, found {found!r}")
        self.found, self.expected, self.hint = shown(found), expected, hint


def shown(value: object) -> str:
    """A value as it stands in a TOML file, shortened."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal | int | date):
        return str(value)
    return f"{value!r:.80}"


def new_converter() -> cattrs.Converter:
    """A converter that accepts exact types only and refuses unknown keys."""
    converter = cattrs.Converter(forbid_extra_keys=True)
    for kind in (str, int, bool, date):  # by identity: registered by class, str would also answer for text enums
        converter.register_structure_hook_func(partial(is_, kind), _exactly(kind))
    converter.register_structure_hook(Decimal, _decimal)
    converter.register_structure_hook_func(lambda t: isinstance(t, type) and issubclass(t, Enum), _member)
    converter.register_structure_hook_func(lambda t: t == int | str, _whole_number_or_text)
    return converter


def _exactly(kind: type) -> Any:
    def structure(value: object, _: type) -> object:
        if type(value) is not kind:
            raise WrongValue(value, kind.__name__)
        return value

    return structure


def _decimal(value: object, _: type) -> Decimal:
    if type(value) is int or (isinstance(value, Decimal) and value.is_finite()):
        return Decimal(value)
    raise WrongValue(value, "number")


def _member(value: object, kind: type[Enum]) -> Enum:
    names = [member.value for member in kind]
    if value not in names:
        raise WrongValue(value, f"one of {', '.join(map(str, names))}", meant(value, names))
    return kind(value)


def _whole_number_or_text(value: object, _: Any) -> int | str:
    if type(value) not in (int, str):
        raise WrongValue(value, "whole number or text")
    return value  # type: ignore[return-value]


def meant(found: object, known: Iterable[object]) -> str:
    """``did you mean …?`` where a known name is close, else nothing."""
    close = get_close_matches(str(found), [str(name) for name in known], 1)
    return f"did you mean {close[0]!r}?" if close else ""


def table(converter: cattrs.Converter, value: object, kind: type) -> Any:
    """Structure a table, with a plain word where it is none."""
    if not isinstance(value, dict):
        raise WrongValue(value, "table")
    return make_dict_structure_fn(kind, converter)(value, kind)


def mistakes(error: BaseException, path: str) -> list[Mistake]:
    """All mistakes inside an error of cattrs, each with its path below `path`."""
    if isinstance(error, ClassValidationError | IterableValidationError):
        with_notes, without = error.group_exceptions()
        found = [mistake for inner, note in with_notes
                 for mistake in mistakes(inner, _below(path, note))]
        return found + [mistake for inner in without for mistake in mistakes(inner, path)]
    return _mistakes_of_one(error, path)


def _below(path: str, note: Any) -> str:
    if hasattr(note, "index"):
        return f"{path}[{note.index}]" if isinstance(note.index, int) else f"{path}.{note.index}".lstrip(".")
    return f"{path}.{note.name}".lstrip(".")


def _mistakes_of_one(error: BaseException, path: str) -> list[Mistake]:
    match error:
        case WrongValue():
            return [Mistake(path, error.found, error.expected, error.hint)]
        case ForbiddenExtraKeysError():
            known = [field.name for field in attrs.fields(error.cl)]
            return [Mistake(f"{path}.{key}".lstrip("."), "", "no such key here",
                            meant(key, known) or f"known are {', '.join(known)}") for key in sorted(error.extra_fields)]
        case KeyError():
            return [Mistake(f"{path}.{error.args[0]}".lstrip("."), "nothing", "a value; the key is missing")]
        case ValueError() | TypeError():
            return [Mistake(path, "", _expectation(error))]
    raise error


def _expectation(error: BaseException) -> str:
    """The text of an attrs validator is its first argument; the rest is for machines."""
    return str(error.args[0]) if error.args else str(error)


