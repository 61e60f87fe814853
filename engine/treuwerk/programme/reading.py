"""From the client's folder to checked settings: every mistake is collected, nothing is left to be found on use."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
from cattrs import ClassValidationError

from treuwerk.domain.counting import ActiveTotal
from treuwerk.domain.earning_parts import earning_part
from treuwerk.domain.evaluation import ActiveRule
from treuwerk.domain.failures import CHANNELS, READERS, RULES
from treuwerk.domain.rights import Permission
from treuwerk.hookspecs import WorkRunnerKind
from treuwerk.isolation.workers import Workers
from treuwerk.plugins import PluginError, PluginInfo, Registry, left_out, load
from treuwerk.programme.active import active_rules, active_totals
from treuwerk.programme.checking import contradictions
from treuwerk.programme.checking_rewards import mistakes_in_rewards
from treuwerk.programme.checking_roles import mistakes_in_roles
from treuwerk.programme.checking_work import mistakes_in_work
from treuwerk.programme.errors import Mistake, ProgrammeError
from treuwerk.programme.isolating import mistakes_in_isolation, with_isolated_readers
from treuwerk.programme.kinds import register_kinds, reward_kinds_without_table
from treuwerk.programme.safe_mode import without_strangers
from treuwerk.programme.settings import Settings
from treuwerk.programme.structuring import mistakes, new_converter, table
from treuwerk.programme.toml_text import NotToml, toml_of

FILE = "programme.toml"


@attrs.frozen
class LoadedProgramme:
    """A programme that passed every check, with the registry of its plugins."""

    folder: Path
    settings: Settings
    registry: Registry
    given: bool = False
    """Whether plugins were given as objects: another process could not load this programme from its folder."""
    earning_part: str = ""
    """What of the file decides about points, as `domain.earning_parts` writes it."""
    providers: Mapping[str, Mapping[str, str]] = attrs.field(factory=dict)
    """The plugin of each kind of rules, readers and channels, by hook."""
    absent: Mapping[str, str] = attrs.field(factory=dict)
    """In safe mode, the plugins that are left out, each with the reason."""
    workers: Workers = attrs.field(factory=Workers)
    """Processes of plugins that are not to work in this one."""

    def plugin_of(self, hook: str, kind: str) -> str:
        """The plugin that offers a kind of rules, readers or channels; empty for one of nobody."""
        return self.providers.get(hook, {}).get(kind, "")

    @property
    def rules(self) -> list[ActiveRule]:
        """All revisions of all rules that look at single events, in the order of the programme file."""
        return active_rules(self.settings, lambda one: self.plugin_of(RULES, one.head.rule), self.workers)

    @property
    def totals(self) -> list[ActiveTotal]:
        """All revisions of all rules over totals, in the order of the programme file."""
        return active_totals(self.settings)


def read_programme(folder: Path, given: Mapping[str, object] | None = None, *, safe: bool = False) -> LoadedProgramme:
    """Read and check the programme in a folder; `given` are plugin objects that need no installation.

    With `safe`, plugins that do not come with the engine are left out, with the tables that need them: enough is there
    to look at the books, and nothing can be booked.

    Raises:
        ProgrammeError: with all mistakes that one pass can find.
    """
    raw = _toml(folder / FILE)
    if safe:
        return read_safely(raw, folder)
    registry, plugin_errors = load(_plugin_names(raw), given)
    found = [Mistake(f"{FILE}: plugins", "", str(error)) for error in plugin_errors.values()]
    settings, offered, runners = None, dict[str, Permission](), dict[str, WorkRunnerKind]()
    try:
        offered, runners = registry.permissions(), registry.work_runners()
        settings = structured(raw, registry, folder)
    except PluginError as error:
        found.append(Mistake(f"{FILE}: plugins", "", str(error)))
    except ClassValidationError as error:
        found += [_in_file(mistake) for mistake in mistakes(error, "")]
    if settings is not None:
        found += [_in_file(mistake) for mistake in contradictions(settings)]
        found += [_in_file(mistake) for mistake in mistakes_in_roles(settings, offered)]
        found += [_in_file(mistake) for mistake in mistakes_in_work(settings, runners)]
        found += [_in_file(mistake) for mistake in mistakes_in_rewards(settings)]
        found += [_in_file(mistake) for mistake in mistakes_in_isolation(settings, registry)]
    if found or settings is None:
        raise ProgrammeError(found)
    workers, providers = Workers(), {hook: registry.plugins_of(hook) for hook in (RULES, READERS, CHANNELS)}
    return LoadedProgramme(folder, with_isolated_readers(settings, providers[READERS], workers), registry,
                           bool(given), earning_part(raw), providers, workers=workers)


def read_safely(raw: dict[str, Any], folder: Path) -> LoadedProgramme:
    """The programme without the plugins of strangers.

    Raises:
        ProgrammeError: what is left cannot be read.
    """
    absent = left_out(_plugin_names(raw))
    registry, errors = load([name for name in _plugin_names(raw) if name not in absent])
    absent |= {name: str(error) for name, error in errors.items()}
    try:
        settings = structured(without_strangers(raw, registry), registry, folder)
    except ClassValidationError as error:
        raise ProgrammeError([_in_file(mistake) for mistake in mistakes(error, "")]) from error
    return LoadedProgramme(folder, settings, registry, absent=absent)


def plugins_of(folder: Path, *, safe: bool = False) -> list[PluginInfo]:
    """The plugins that a programme names, each used, failed with its error, or left out by safe mode."""
    names = _plugin_names(_toml(folder / FILE))
    absent = left_out(names) if safe else {}
    registry, errors = load([name for name in names if name not in absent])
    failed = [PluginInfo(name, "", "", "failed", error=str(error)) for name, error in errors.items()]
    skipped = [PluginInfo(name, "", "", "left_out", error=f"safe mode: {why}") for name, why in absent.items()]
    return registry.describe() + failed + skipped


def structured(raw: dict[str, Any], registry: Registry, folder: Path) -> Settings:
    """The settings of a parsed file, by the kinds that the registry knows."""
    converter = new_converter()
    register_kinds(converter, registry, folder)
    settings: Settings = table(converter, raw, Settings)
    more = reward_kinds_without_table(registry.reward_sources(), settings.reward_kinds)
    return attrs.evolve(settings, reward_kinds=[*settings.reward_kinds, *more])


def _toml(path: Path) -> dict[str, Any]:
    try:
        return toml_of(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ProgrammeError([Mistake(str(path), "no such file", "a programme folder",
                                      "name it with --programme, or make one with treuwerk new programme")]) from None
    except UnicodeDecodeError as error:
        raise ProgrammeError([Mistake(str(path), f"byte 0x{error.object[error.start]:02x} at {error.start}",
                                      "UTF-8 text")]) from error
    except NotToml as error:
        raise ProgrammeError([Mistake(str(path), str(error), "valid TOML")]) from error


def _plugin_names(raw: dict[str, Any]) -> list[str]:
    names = raw.get("plugins", [])
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def _in_file(mistake: Mistake) -> Mistake:
    return attrs.evolve(mistake, path=f"{FILE}: {mistake.path or '(top level)'}")


