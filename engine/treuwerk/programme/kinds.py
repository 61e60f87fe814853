"""Tables whose kind is named by a key.

``[[earning]]`` by ``rule``, ``[[sources]]`` by ``reader``, ``[[sign_in]]`` by ``provider``.

The head of such a table is ours, all other keys belong to the settings class of the kind that a plugin offers.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import attrs
import cattrs
from cattrs import ClassValidationError

from treuwerk.programme.settings import Earning, EarningHead, SignIn, SignInHead, Source, SourceHead
from treuwerk.programme.structuring import WrongValue, all_of, meant, noted, table

H = TypeVar("H")


class HeadTellsIt(ValueError):
    """The key that names the kind is missing or no text, which is reported with the head of the table."""


def register_kinds(converter: cattrs.Converter, rules: Mapping[str, Any], readers: Mapping[str, Any],
                   providers: Mapping[str, Any]) -> None:
    """Teach the converter the rule kinds, readers and identity providers of the loaded plugins."""

    def earning(value: object, _: type) -> Earning:
        head, settings = _head_and_settings(converter, value, EarningHead, "rule", rules)
        rule = _built("rule", head.rule, lambda: rules[head.rule].build(settings))
        _built("rule", head.rule, lambda: frozenset(rule.units))
        return Earning(head, settings, rule)

    def source(value: object, _: type) -> Source:
        head, settings = _head_and_settings(converter, value, SourceHead, "reader", readers)
        return Source(head, settings, _built("reader", head.reader,
                                             lambda: readers[head.reader].build(head.name, settings)))

    def sign_in(value: object, _: type) -> SignIn:
        head, settings = _head_and_settings(converter, value, SignInHead, "provider", providers)
        return SignIn(head, settings, _built("provider", head.provider,
                                             lambda: providers[head.provider].build(head.name, settings)))

    converter.register_structure_hook(Earning, earning)
    converter.register_structure_hook(Source, source)
    converter.register_structure_hook(SignIn, sign_in)


def _built(key: str, kind: str, build: Callable[[], Any]) -> Any:
    """What a plugin makes of checked settings; whatever it raises is a mistake of this table, not the end."""
    try:
        return build()
    except Exception as error:
        reason = f"settings that the {key} {kind!r} can be built from; it raised {type(error).__name__}: {error}"
        raise all_of([noted(ValueError(reason), key)], dict) from error


def _head_and_settings(converter: cattrs.Converter, value: object, head_class: type[H], key: str,
                       kinds: Mapping[str, Any]) -> tuple[H, Any]:
    if not isinstance(value, dict):
        raise WrongValue(value, "table")
    own = {field.name for field in attrs.fields(head_class)}  # type: ignore[arg-type]
    head, errors = _tried(lambda: table(converter, {k: v for k, v in value.items() if k in own}, head_class))
    rest = {k: v for k, v in value.items() if k not in own}
    settings, more = _tried(lambda: table(converter, rest, _kind(value, key, kinds).settings))
    if errors or more:
        raise all_of(errors + more, head_class)
    return head, settings


def _tried(structure: Callable[[], Any]) -> tuple[Any, list[Exception]]:
    try:
        return structure(), []
    except HeadTellsIt:
        return None, []
    except (ClassValidationError, WrongValue) as error:
        return None, [error]


def _kind(value: dict[str, Any], key: str, kinds: Mapping[str, Any]) -> Any:
    name = value.get(key)
    if not isinstance(name, str):
        raise HeadTellsIt(key)
    if name not in kinds:
        known = ", ".join(sorted(kinds)) or "none; name the plugin that brings it under plugins"
        unknown = WrongValue(name, f"a {key} that a loaded plugin offers: {known}", meant(name, kinds))
        raise all_of([noted(unknown, key)], dict)
    return kinds[name]
