"""Tables whose kind is named by a key.

``[[earning]]`` by ``rule``, ``[[occasions]]`` by ``kind``, ``[[sources]]`` by ``reader``, ``[[sign_in]]`` by
``provider``, ``[[upload_scanners]]`` by ``scanner``, ``[page_reader]`` by ``reader``, ``[[constraints]]`` by
``constraint``, ``[[reward_kinds]]`` by ``source``, ``[[suppliers]]`` by ``channel``, ``[rewards.money]`` by
``provider``, ``[tier_scheme]`` by ``scheme``.

The head of such a table is ours, all other keys belong to the settings class of the kind that a plugin offers.
"""

import pickle
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import attrs
import cattrs
from cattrs import ClassValidationError

from treuwerk.hookspecs import RewardSource
from treuwerk.plugins import Registry
from treuwerk.programme.settings import (
    BoundTierScheme,
    Constraint,
    ConstraintHead,
    Earning,
    EarningHead,
    Money,
    MoneyHead,
    OccasionHead,
    OccasionTable,
    PageReaderHead,
    PageReading,
    RewardKind,
    RewardKindHead,
    ScannerHead,
    SignIn,
    SignInHead,
    Source,
    SourceHead,
    Supplier,
    SupplierHead,
    TierSchemeHead,
    UploadScanning,
)
from treuwerk.programme.structuring import WrongValue, all_of, meant, noted, table

H = TypeVar("H")


class HeadTellsIt(ValueError):
    """The key that names the kind is missing or no text, which is reported with the head of the table."""


def register_kinds(converter: cattrs.Converter, registry: Registry, folder: Path) -> None:
    """Teach the converter the kinds that the loaded plugins offer."""
    _register_earning(converter, registry)
    readers, providers, scanners = (registry.clearing_sources(), registry.identity_providers(),
                                    registry.upload_scanners())
    page_readers, constraints = registry.page_readers(), registry.catalogue_constraints()
    reward_sources, channels = registry.reward_sources(), registry.supplier_channels()
    payments = registry.payment_providers()

    def source(value: object, _: type) -> Source:
        head, settings = _head_and_settings(converter, value, SourceHead, "reader", readers)
        return Source(head, settings, _built("reader", head.reader,
                                             lambda: readers[head.reader].build(head.name, settings)))

    def sign_in(value: object, _: type) -> SignIn:
        head, settings = _head_and_settings(converter, value, SignInHead, "provider", providers)
        return SignIn(head, settings, _built("provider", head.provider,
                                             lambda: providers[head.provider].build(head.name, settings)))

    def scanning(value: object, _: type) -> UploadScanning:
        head, settings = _head_and_settings(converter, value, ScannerHead, "scanner", scanners)
        return UploadScanning(head, settings, _built("scanner", head.scanner,
                                                     lambda: scanners[head.scanner].build(settings)))

    def page_reading(value: object, _: type) -> PageReading:
        head, settings = _head_and_settings(converter, value, PageReaderHead, "reader", page_readers)
        reader = _built("reader", head.reader, lambda: page_readers[head.reader].build(settings))
        _built("reader", head.reader, lambda: pickle.dumps(reader))  # it is sent to another process
        return PageReading(head, settings, reader)

    def constraint(value: object, _: type) -> Constraint:
        head, settings = _head_and_settings(converter, value, ConstraintHead, "constraint", constraints)
        return Constraint(head, settings, _built("constraint", head.constraint,
                                                 lambda: constraints[head.constraint].build(settings)))

    def reward_kind(value: object, _: type) -> RewardKind:
        head, settings = _head_and_settings(converter, value, RewardKindHead, "source", reward_sources)
        return _reward_kind(head, reward_sources[head.source], settings)

    def supplier(value: object, _: type) -> Supplier:
        head, settings = _head_and_settings(converter, value, SupplierHead, "channel", channels)
        return Supplier(head, settings, _built("channel", head.channel,
                                               lambda: channels[head.channel].build(folder, settings)))

    def money(value: object, _: type) -> Money:
        head, settings = _head_and_settings(converter, value, MoneyHead, "provider", payments)
        return Money(head, settings, _built("provider", head.provider,
                                            lambda: payments[head.provider].build(folder, settings)))

    _register_tier_schemes(converter, registry)
    converter.register_structure_hook(Money, money)
    converter.register_structure_hook(Supplier, supplier)
    converter.register_structure_hook(Constraint, constraint)
    converter.register_structure_hook(RewardKind, reward_kind)
    converter.register_structure_hook(UploadScanning, scanning)
    converter.register_structure_hook(PageReading, page_reading)
    converter.register_structure_hook(Source, source)
    converter.register_structure_hook(SignIn, sign_in)


def _register_earning(converter: cattrs.Converter, registry: Registry) -> None:
    """Kinds of what earns: rules, and days that rules are asked about."""
    rules, occasion_kinds = registry.earning_rule_kinds(), registry.occasion_kinds()

    def earning(value: object, _: type) -> Earning:
        head, settings = _head_and_settings(converter, value, EarningHead, "rule", rules)
        rule = _built("rule", head.rule, lambda: rules[head.rule].build(settings))
        _built("rule", head.rule, lambda: frozenset(rule.units))
        return Earning(head, settings, rule)

    def occasion(value: object, _: type) -> OccasionTable:
        head, settings = _head_and_settings(converter, value, OccasionHead, "kind", occasion_kinds)
        return OccasionTable(head, settings, _built("kind", head.kind,
                                                    lambda: occasion_kinds[head.kind].build(settings)))

    converter.register_structure_hook(Earning, earning)
    converter.register_structure_hook(OccasionTable, occasion)


def _register_tier_schemes(converter: cattrs.Converter, registry: Registry) -> None:
    schemes = registry.tier_schemes()

    def tier_scheme(value: object, _: type) -> BoundTierScheme:
        head, settings = _head_and_settings(converter, value, TierSchemeHead, "scheme", schemes)
        return BoundTierScheme(head, settings, _built("scheme", head.scheme,
                                                      lambda: schemes[head.scheme].build(settings)))

    converter.register_structure_hook(BoundTierScheme, tier_scheme)


def reward_kinds_without_table(sources: Mapping[str, RewardSource[Any]],
                               tables: Sequence[RewardKind]) -> list[RewardKind]:
    """Kinds of rewards that need no settings, each under its own name where no table has it."""
    taken = {one.head.name for one in tables}
    return [_reward_kind(RewardKindHead(name, name), source, source.settings()) for name, source in sources.items()
            if name not in taken and all(field.default is not attrs.NOTHING for field in attrs.fields(source.settings))]


def _reward_kind(head: RewardKindHead, source: RewardSource[Any], settings: Any) -> RewardKind:
    terms = _built("source", head.source, lambda: source.build(settings))
    titled = attrs.evolve(head, title={**source.title, **head.title})
    return RewardKind(titled, settings, terms)


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
