"""Strict structuring of TOML values into attrs classes.

cattrs as it comes turns ``12.7`` into 12, ``"false"`` into True, 7 into ``"7"`` and a text into a list of its letters.
Here a value has exactly the type that is asked for, or it is a mistake. Validators run key by key, so that a value out
of range is reported together with all others.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from enum import Enum
from functools import partial
from types import UnionType
from typing import Any, get_args, get_origin

import attrs
import cattrs
from cattrs import AttributeValidationNote, ClassValidationError, IterableValidationError, IterableValidationNote
from cattrs.errors import ForbiddenExtraKeysError

from treuwerk.domain.durations import Duration, MonthDay
from treuwerk.domain.reading import Unreadable
from treuwerk.domain.terms import WrongTerms
from treuwerk.programme.errors import Mistake

_WORDS: dict[type, str] = {str: "text", int: "whole number", bool: "true or false", date: "date"}
_QUOTED_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class WrongValue(ValueError):
    """A value of the wrong type or an unknown name; carries what was found and what was expected."""

    def __init__(self, found: object, expected: str, hint: str = "") -> None:
        super().__init__(f"expected {expected}, found {found!r}")
        self.found, self.expected, self.hint = shown(found), expected, hint


class MissingKey(ValueError):
    """A key without default that is not there."""


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
    for kind, word in _WORDS.items():
        converter.register_structure_hook(kind, _exactly(kind, word))
    converter.register_structure_hook(Decimal, _decimal)
    converter.register_structure_hook(Enum, _member)
    converter.register_structure_hook(Duration, _written(Duration.read))
    converter.register_structure_hook(MonthDay, _written(MonthDay.read))
    converter.register_structure_hook_func(lambda t: t == int | str, _whole_number_or_text)
    converter.register_structure_hook_func(_is_choice_with_table, _whole_number_text_or_table(converter))
    converter.register_structure_hook_func(attrs.has, lambda value, kind: table(converter, value, kind))
    converter.register_structure_hook_func(partial(_comes_from, list), _list_of(converter))
    converter.register_structure_hook_func(partial(_comes_from, dict), _dict_of(converter))
    return converter


def _comes_from(origin: type, kind: Any) -> bool:
    return get_origin(kind) is origin


def _exactly(kind: type, word: str) -> Callable[[object, Any], object]:
    def structure(value: object, target: Any) -> object:
        if target is not kind and issubclass(target, Enum):  # a StrEnum is a str too, and would let any text pass
            return _member(value, target)
        if type(value) is not kind:
            quoted = kind is date and isinstance(value, str) and _QUOTED_DATE.fullmatch(value)
            raise WrongValue(value, word, "write it without quotes: 2026-12-31" if quoted else "")
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


def _written(read: Callable[[str], object]) -> Callable[[object, Any], object]:
    """Values that are written as a text of their own grammar."""
    def structure(value: object, _: Any) -> object:
        try:
            return read(value if isinstance(value, str) else "")
        except Unreadable as error:
            raise WrongValue(value, error.expected) from error

    return structure


def _whole_number_or_text(value: object, _: Any) -> int | str:
    if type(value) not in (int, str):
        raise WrongValue(value, "whole number or text")
    return value  # type: ignore[return-value]


def _is_choice_with_table(kind: Any) -> bool:
    """Whether a value is a whole number, a text, or a table of its own."""
    parts = get_args(kind)
    return get_origin(kind) is UnionType and parts[:2] == (int, str) and len(parts) == 3 and attrs.has(parts[2])


def _whole_number_text_or_table(converter: cattrs.Converter) -> Callable[[object, Any], object]:
    def structure(value: object, kind: Any) -> object:
        if isinstance(value, dict):
            return converter.structure(value, get_args(kind)[2])
        if type(value) not in (int, str):
            raise WrongValue(value, "whole number, text or table")
        return value

    return structure


def _list_of(converter: cattrs.Converter) -> Callable[[object, Any], list[Any]]:
    def structure(value: object, kind: Any) -> list[Any]:
        if not isinstance(value, list):
            raise WrongValue(value, "list")
        return list(_each(converter, enumerate(value), kind, get_args(kind)[0]).values())

    return structure


def _dict_of(converter: cattrs.Converter) -> Callable[[object, Any], dict[Any, Any]]:
    def structure(value: object, kind: Any) -> dict[Any, Any]:
        if not isinstance(value, dict):
            raise WrongValue(value, "table")
        return _each(converter, value.items(), kind, get_args(kind)[1])

    return structure


def _each(converter: cattrs.Converter, values: Iterable[tuple[Any, Any]], kind: Any, item: Any) -> dict[Any, Any]:
    done, errors = dict[Any, Any](), list[Exception]()
    for index, value in values:
        try:
            done[index] = converter.structure(value, item)
        except Exception as error:
            errors.append(_noted(error, IterableValidationNote(f"at {index}", index, item)))
    if errors:
        raise IterableValidationError(f"in {kind}", errors, kind)  # pyright: ignore[reportCallIssue] # no stub
    return done


def meant(found: object, known: Iterable[object]) -> str:
    """``did you mean …?`` where a known name is close, else nothing."""
    close = get_close_matches(str(found), [str(name) for name in known], 1)
    return f"did you mean {close[0]!r}?" if close else ""


def table(converter: cattrs.Converter, value: object, kind: Any) -> Any:
    """Structure a table into an attrs class.

    Raises:
        WrongValue: it is no table.
        ClassValidationError: with all that is wrong in it; `mistakes` puts that in words.
    """
    if not isinstance(value, dict):
        raise WrongValue(value, "table")
    fields = {field.alias: field for field in attrs.fields(attrs.resolve_types(kind)) if field.init}
    done, errors = _fields(converter, value, fields)
    if unknown := {str(key) for key in value if key not in fields}:
        errors.append(ForbiddenExtraKeysError(None, kind, unknown))
    if not errors:
        try:
            return kind(**done)
        except ValueError as error:  # what only the class as a whole can tell
            errors.append(error)
    raise all_of(errors, kind)


def _fields(converter: cattrs.Converter, values: dict[str, Any],
            fields: dict[str, "attrs.Attribute[Any]"]) -> tuple[dict[str, Any], list[Exception]]:
    done, errors = dict[str, Any](), list[Exception]()
    for key, field in fields.items():
        try:
            if key in values:
                done[key] = _checked(field, converter.structure(values[key], field.type or Any))
            elif field.default is attrs.NOTHING:
                raise MissingKey(key)
        except Exception as error:
            errors.append(noted(error, key))
    return done, errors


def _checked(field: "attrs.Attribute[Any]", value: Any) -> Any:
    if field.validator is not None:
        try:
            field.validator(None, field, value)
        except (ValueError, TypeError) as error:
            raise WrongValue(value, _expectation(error, field.name, value)) from error
    return value


def all_of(errors: list[Exception], kind: Any) -> ClassValidationError:
    """The errors of one table as one."""
    return ClassValidationError(f"in {kind.__name__}", errors, kind)  # pyright: ignore[reportCallIssue] # no stub


def noted(error: Exception, key: str) -> Exception:
    """The error with the note by which cattrs tells to which key it belongs."""
    return _noted(error, AttributeValidationNote(f"at {key}", key, Any))


def _noted(error: Exception, note: str) -> Exception:
    error.__notes__ = [*getattr(error, "__notes__", ()), note]
    return error


def mistakes(error: BaseException, path: str) -> list[Mistake]:
    """All mistakes inside an error of cattrs, each with its path below `path`."""
    if isinstance(error, ClassValidationError | IterableValidationError):
        with_notes, without = error.group_exceptions()
        found = [mistake for inner, note in with_notes
                 for mistake in mistakes(inner, _below(path, note))]
        return found + [mistake for inner in without for mistake in mistakes(inner, path)]
    return _mistakes_of_one(error, path)


def _below(path: str, note: AttributeValidationNote | IterableValidationNote) -> str:
    # Notes are texts, so each has a method `index` too: only the class tells them apart.
    if isinstance(note, IterableValidationNote) and isinstance(note.index, int):
        return f"{path}[{note.index}]"
    return f"{path}.{note.index if isinstance(note, IterableValidationNote) else note.name}".lstrip(".")


def _mistakes_of_one(error: BaseException, path: str) -> list[Mistake]:
    match error:
        case WrongValue() | WrongTerms():
            return [Mistake(path, error.found, error.expected, error.hint)]
        case MissingKey():
            return [Mistake(path, "nothing", "a value; the key is missing")]
        case ForbiddenExtraKeysError():
            known = [field.name for field in attrs.fields(error.cl)]
            return [Mistake(f"{path}.{key}".lstrip("."), "a key that is not known here", f"one of {', '.join(known)}",
                            meant(key, known)) for key in sorted(error.extra_fields)]
        case ValueError() | TypeError():
            return [Mistake(path, "", str(error.args[0]) if error.args else str(error))]
        case _:  # the class of a plugin's settings asks for what no table can hold
            return [Mistake(path, "", f"a key whose type can be read; it raised {type(error).__name__}: {error}",
                            "mend the settings class of the plugin")]


def _expectation(error: BaseException, name: str, value: object) -> str:
    """What the validators of attrs say without key and value, which the mistake names by itself."""
    text = str(error.args[0]) if error.args else str(error)
    text = text.removeprefix("Length of ").removeprefix(f"'{name}' ").removeprefix("must be ")
    for end in (f": {value}", f": {value!r}", f" (got {value!r})", f" ({value!r} doesn't)"):
        text = text.removesuffix(end)
    if isinstance(value, str | list | dict):
        text = re.sub(r"^>= (\d+): \d+$", r"at least \1 of it", text)
    return text.replace("must match regex", "text that matches").replace("in [", "one of [")
