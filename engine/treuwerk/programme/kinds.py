"""Tables whose kind is named by a key: ``[[earning]]`` by ``rule``, ``[[sources]]`` by ``reader``.

The head of such a table is ours, all other keys belong to the settings class of the kind that a plugin offers.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import attrs
import cattrs
from cattrs import ClassValidationError

from treuwerk.programme.settings import Earning, EarningHead, Source, SourceHead
from treuwerk.programme.structuring import WrongValue, meant, table

H = TypeVar("H")


class MissingKind(ValueError):
    """The key that names the kind is not there."""


def register_kinds(converter: cattrs.Converter, rules: Mapping[str, Any], readers: Mapping[str, Any]) -> None:
    """Teach the converter the rule kinds and readers of the loaded plugins."""

    def earning(value: object, _: type) -> Earning:
        head, settings = _head_and_settings(converter, value, EarningHead, "rule", rules)
        return Earning(head, settings, rules[head.rule].build(settings))

    def source(value: object, _: type) -> Source:
        head, settings = _head_and_settings(converter, value, SourceHead, "reader", readers)
        return Source(head, settings, readers[head.reader].build(head.name, settings))

    converter.register_structure_hook(Earning, earning)
    converter.register_structure_hook(Source, source)


def _head_and_settings(converter: cattrs.Converter, value: object, head_class: type[H], key: str,
                       kinds: Mapping[str, Any]) -> tuple[H, Any]:
    if not isinstance(value, dict):
        raise WrongValue(value, "table")
    own = {field.name for field in attrs.fields(head_class)}  # type: ignore[arg-type]
    head, errors = _tried(lambda: table(converter, {k: v for k, v in value.items() if k in own}, head_class))
    rest = {k: v for k, v in value.items() if k not in own}
    settings, more = _tried(lambda: table(converter, rest, _kind(value, key, kinds).settings))
    if errors or more:
        raise _all(errors + more, head_class)
    return head, settings


def _tried(structure: Callable[[], Any]) -> tuple[Any, list[Exception]]:
    try:
        return structure(), []
    except MissingKind:
        return None, []  # the head already reports the missing key
    except (ClassValidationError, WrongValue) as error:
        return None, [error]


def _kind(value: dict[str, Any], key: str, kinds: Mapping[str, Any]) -> Any:
    if key not in value:
        raise MissingKind(key)
    if value[key] not in kinds:
        known = ", ".join(sorted(kinds)) or "none; name the plugin that brings it under plugins"
        hint = meant(value[key], kinds)
        unknown = WrongValue(value[key], f"a {key} that a loaded plugin offers: {known}", hint)
        raise _all([_noted(unknown, key)], dict)
    return kinds[value[key]]


def _all(errors: list[Exception], kind: type) -> ClassValidationError:
    return ClassValidationError(f"in {kind.__name__}", errors, kind)  # pyright: ignore[reportCallIssue] # no stub


def _noted(error: Exception, key: str) -> Exception:
    """The error with the note by which cattrs tells to which key it belongs."""
    error.__notes__ = [cattrs.AttributeValidationNote(f"at {key}", key, str)]
    return error
