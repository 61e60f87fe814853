"""The registry: loads the plugins that a programme names, checks them, and has one typed method per hook.

Entry points of the group ``treuwerk.plugins`` are looked up by name; nothing else that is installed is imported.
"""

import sys
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from importlib.metadata import Distribution, EntryPoint, EntryPoints, entry_points
from pathlib import Path
from typing import Any, TypeVar

import attrs
import pluggy

from treuwerk.domain.pages import WebPart
from treuwerk.domain.rights import PERMISSIONS, Permission
from treuwerk.hookspecs import (
    PROJECT,
    CatalogueConstraintKind,
    ClearingSourceKind,
    CommandKind,
    DemoData,
    EarningRuleKind,
    Hooks,
    IdentityProviderKind,
    OccasionKind,
    PageReaderKind,
    PaymentProviderKind,
    RewardSource,
    SupplierChannelKind,
    TierSchemeKind,
    UploadScannerKind,
    WorkRunnerKind,
)

GROUP = "treuwerk.plugins"
ENGINE = "treuwerk"
"""The distribution whose plugins safe mode trusts."""
_REMEDY = "mend or update it, or take it out of the programme's plugins"
R = TypeVar("R")


class PluginError(Exception):
    """A named plugin cannot be used. The message names plugin, distribution, version and remedy."""


@attrs.frozen
class PluginInfo:
    """One plugin as ``treuwerk plugins`` lists it; `state` is installed, used, failed or left_out."""

    name: str
    distribution: str
    version: str
    state: str
    hooks: tuple[str, ...] = ()
    error: str = ""


def installed() -> dict[str, list[EntryPoint]]:
    """Installed plugins by name. More than one entry point under a name is a conflict that `load` reports."""
    found: dict[str, list[EntryPoint]] = {}
    for entry in _entries(tuple((place, _changed_at(place)) for place in sys.path)):
        found.setdefault(entry.name, []).append(entry)
    return found


@lru_cache(maxsize=4)  # metadata of everything that is installed is read for it
def _entries(places: tuple[tuple[str, int], ...]) -> EntryPoints:  # noqa: ARG001  # what the answer depends on
    return entry_points(group=GROUP)


def _changed_at(place: str) -> int:
    """When something was put into a folder of the path or taken out, as Python's own search for modules asks."""
    try:
        return Path(place).stat().st_mtime_ns
    except OSError:
        return -1


class Registry:
    """The plugins of one programme. Two registries share nothing, so two programmes run in one process."""

    def __init__(self) -> None:
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(Hooks)
        self._origins: dict[str, str] = {}

    def add(self, name: str, plugin: object, origin: str = "given as an object") -> None:
        """Register a plugin object under a name.

        Raises:
            PluginError: name taken, a hook misspelt, or an argument that the hook does not have.
        """
        if name in self._origins:
            raise PluginError(f"plugin {name!r} is named twice; take one of them out of the programme's plugins")
        try:
            self._manager.register(plugin, name)
            self._manager.check_pending()
        except (ValueError, pluggy.PluginValidationError) as error:
            if self._manager.get_plugin(name) is plugin:
                self._manager.unregister(name=name)
            raise PluginError(f"plugin {name!r} ({origin}) does not fit the hooks of this engine: {error}. "
                              f"Hooks are {', '.join(hook_names())}; mend the plugin or update it") from error
        self._origins[name] = origin

    def earning_rule_kinds(self) -> dict[str, EarningRuleKind[Any]]:
        """Rule kinds by name."""
        return self._by_name("earning_rule_kinds", EarningRuleKind)

    def occasion_kinds(self) -> dict[str, OccasionKind[Any]]:
        """Kinds of occasions by name."""
        return self._by_name("occasion_kinds", OccasionKind)

    def clearing_sources(self) -> dict[str, ClearingSourceKind[Any]]:
        """Reader kinds by name."""
        return self._by_name("clearing_sources", ClearingSourceKind)

    def identity_providers(self) -> dict[str, IdentityProviderKind[Any]]:
        """Kinds of identity providers by name."""
        return self._by_name("identity_providers", IdentityProviderKind)

    def work_runners(self) -> dict[str, WorkRunnerKind]:
        """Queues of durable work by name."""
        return self._by_name("work_runners", WorkRunnerKind)

    def upload_scanners(self) -> dict[str, UploadScannerKind[Any]]:
        """Kinds of scanners of uploaded files by name."""
        return self._by_name("upload_scanners", UploadScannerKind)

    def page_readers(self) -> dict[str, PageReaderKind[Any]]:
        """Kinds of readers of drawn pages by name."""
        return self._by_name("page_readers", PageReaderKind)

    def commands(self) -> dict[str, CommandKind]:
        """Commands of the command line by name."""
        return self._by_name("commands", CommandKind)

    def catalogue_constraints(self) -> dict[str, CatalogueConstraintKind[Any]]:
        """Kinds of constraints on rewards by name."""
        return self._by_name("catalogue_constraints", CatalogueConstraintKind)

    def reward_sources(self) -> dict[str, RewardSource[Any]]:
        """Kinds of rewards by name."""
        return self._by_name("reward_sources", RewardSource)

    def supplier_channels(self) -> dict[str, SupplierChannelKind[Any]]:
        """Kinds of ways to suppliers by name."""
        return self._by_name("supplier_channels", SupplierChannelKind)

    def payment_providers(self) -> dict[str, PaymentProviderKind[Any]]:
        """Kinds of payment providers by name."""
        return self._by_name("payment_providers", PaymentProviderKind)

    def tier_schemes(self) -> dict[str, TierSchemeKind[Any]]:
        """Kinds of tier schemes by name."""
        return self._by_name("tier_schemes", TierSchemeKind)

    def permissions(self) -> dict[str, Permission]:
        """The rights that plugins add, by name."""
        offered = self._by_name("permissions", Permission)
        for known in PERMISSIONS:
            if known.name in offered:
                raise PluginError(f"permissions: {known.name!r} is a right of the engine; the plugin that offers it "
                                  "must name its own otherwise")
        return offered

    def web_parts(self) -> dict[str, WebPart]:
        """What plugins add to pages, by name, in the order of the programme file."""
        return self._by_name("web_parts", WebPart)

    def demo_data(self) -> DemoData | None:
        """The demo data of the bundle, if a plugin offers any."""
        offers = self._offers("demo_data", DemoData)
        if len(offers) > 1:
            raise PluginError(f"demo data is offered by {' and '.join(name for name, _ in offers)}; name only one")
        return offers[0][1] if offers else None

    def web_parts_by_plugin(self) -> list[tuple[str, WebPart]]:
        """What plugins add to pages, each with the name of its plugin."""
        return self._offers("web_parts", WebPart)

    def offered(self) -> dict[str, dict[str, list[str]]]:
        """Names of what each plugin offers, by plugin and hook."""
        records: tuple[tuple[str, type[Any]], ...] = (
            ("earning_rule_kinds", EarningRuleKind), ("clearing_sources", ClearingSourceKind),
            ("occasion_kinds", OccasionKind), ("identity_providers", IdentityProviderKind),
            ("work_runners", WorkRunnerKind), ("upload_scanners", UploadScannerKind),
            ("page_readers", PageReaderKind), ("commands", CommandKind),
            ("catalogue_constraints", CatalogueConstraintKind), ("reward_sources", RewardSource),
            ("supplier_channels", SupplierChannelKind), ("payment_providers", PaymentProviderKind),
            ("tier_schemes", TierSchemeKind), ("permissions", Permission), ("web_parts", WebPart))
        found: dict[str, dict[str, list[str]]] = {}
        for hook, record in records:
            for plugin, offer in self._offers(hook, record):
                found.setdefault(plugin, {}).setdefault(hook, []).append(offer.name)
        return found

    def plugins_of(self, hook: str) -> dict[str, str]:
        """The plugin that offers each record of a hook, by the record's name."""
        functions = getattr(self._manager.hook, hook).get_hookimpls()
        return {offer.name: one.plugin_name for one in functions for offer in one.function()}

    def versions(self) -> dict[str, str]:
        """Distribution and version of each plugin."""
        return dict(self._origins)

    def describe(self) -> list[PluginInfo]:
        """The loaded plugins in the order of the programme file."""
        return [_info(name, self._origins[name], self._hooks_of(name)) for name in self._origins]

    def _hooks_of(self, name: str) -> tuple[str, ...]:
        callers = self._manager.get_hookcallers(self._manager.get_plugin(name)) or []
        return tuple(sorted(caller.name for caller in callers))

    def _by_name(self, hook: str, record: type[R]) -> dict[str, R]:
        kinds: dict[str, tuple[str, R]] = {}
        for plugin, offer in self._offers(hook, record):
            name = getattr(offer, "name", "")
            if name in kinds:
                raise PluginError(f"{hook}: {name!r} is offered by plugin {kinds[name][0]!r} and by plugin {plugin!r} "
                                  f"({self._origins[plugin]}); remove one of them from the programme's plugins")
            kinds[name] = (plugin, offer)
        return {name: offer for name, (_, offer) in kinds.items()}

    def _offers(self, hook: str, record: type[R]) -> list[tuple[str, R]]:
        """All records that plugins offer at a hook, checked, each with the name of its plugin."""
        offers: list[tuple[str, R]] = []
        for implementation in getattr(self._manager.hook, hook).get_hookimpls():
            name = implementation.plugin_name
            offers += [(name, offer) for offer in self._checked(name, hook, implementation.function, record)]
        order = list(self._origins)
        return sorted(offers, key=lambda offer: order.index(offer[0]))

    def _checked(self, name: str, hook: str, function: Any, record: type[R]) -> Sequence[R]:
        try:
            answer = function()
        except Exception as error:
            raise PluginError(f"plugin {name!r} ({self._origins[name]}) failed in {hook}: "
                              f"{type(error).__name__}: {error}; {_REMEDY}") from error
        if not isinstance(answer, Sequence) or not all(isinstance(offer, record) for offer in answer):
            raise PluginError(f"plugin {name!r} ({self._origins[name]}) answered {hook} with {answer!r:.80}; "
                              f"expected a list of {record.__name__}; {_REMEDY}")
        return answer


def hook_names() -> list[str]:
    """All hooks of this engine, in alphabetical order."""
    return sorted(name for name in vars(Hooks) if not name.startswith("_"))


def left_out(names: Sequence[str]) -> dict[str, str]:
    """Which of these plugins safe mode does without, and why: those that do not come with the engine."""
    found = installed()
    origins = {name: [entry.dist.name if entry.dist else "" for entry in found.get(name, [])] for name in names}
    return {name: f"comes from {' and '.join(one) or 'nowhere'}, not with the engine"
            for name, one in origins.items() if one != [ENGINE]}


def load(names: Sequence[str], given: Mapping[str, object] | None = None) -> tuple[Registry, dict[str, PluginError]]:
    """The registry with the named plugins, in this order, and by name what is wrong with the others.

    `given` are plugin objects that need no installation.
    """
    registry, found = Registry(), installed()
    errors: dict[str, PluginError] = {}
    for name in names:
        try:
            _load_one(registry, name, found, given or {})
        except PluginError as error:
            errors[name] = error
    return registry, errors


def _load_one(registry: Registry, name: str, found: Mapping[str, Sequence[EntryPoint]],
              given: Mapping[str, object]) -> None:
    if name in given:
        registry.add(name, given[name])
    else:
        entry = _entry(name, found)
        registry.add(name, _imported(entry), _origin(entry))


def _entry(name: str, found: Mapping[str, Sequence[EntryPoint]]) -> EntryPoint:
    entries = found.get(name, [])
    if len(entries) == 1:
        return entries[0]
    if entries:
        raise PluginError(f"plugin {name!r} is installed twice: {' and '.join(map(_origin, entries))}; uninstall one")
    close = get_close_matches(name, found, 1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    raise PluginError(f"plugin {name!r} is not installed; {hint}installed are {', '.join(sorted(found)) or 'none'}. "
                      "Install the distribution that brings it, or take it out of the programme's plugins")


def _imported(entry: EntryPoint) -> object:
    try:
        return entry.load()
    except Exception as error:
        extra = entry.name.replace("_", "-")
        distribution = entry.dist.name if entry.dist else entry.value
        raise PluginError(f"plugin {entry.name!r} ({_origin(entry)}) cannot be imported: {type(error).__name__}: "
                          f"{error}. Is something missing? Try: pip install '{distribution}[{extra}]'") from error


def _origin(entry: EntryPoint) -> str:
    return _named(entry.dist) if entry.dist else entry.value


@lru_cache(maxsize=256)  # its metadata hold the whole readme
def _named(distribution: Distribution) -> str:
    return f"{distribution.name} {distribution.version}"


def _info(name: str, origin: str, hooks: tuple[str, ...]) -> PluginInfo:
    distribution, _, version = origin.rpartition(" ")
    return PluginInfo(name, distribution or origin, version if distribution else "", "used", hooks)


def overview(used: Sequence[PluginInfo]) -> list[PluginInfo]:
    """The used plugins first, then all others that are installed."""
    names = {info.name for info in used}
    others = [PluginInfo(entry.name, entry.dist.name if entry.dist else "", entry.dist.version if entry.dist else "",
                         "installed")
              for name, entries in sorted(installed().items()) if name not in names for entry in entries]
    return [*used, *others]
