"""From the client's folder to checked settings: every mistake is collected, nothing is left to be found on use."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
from cattrs import ClassValidationError

from treuwerk.domain.counting import ActiveTotal
from treuwerk.domain.earning_parts import earning_part
from treuwerk.domain.evaluation import ActiveRule
from treuwerk.domain.rights import Permission
from treuwerk.hookspecs import WorkRunnerKind
from treuwerk.plugins import PluginError, PluginInfo, Registry, load
from treuwerk.programme.active import active_rules, active_totals
from treuwerk.programme.checking import contradictions
from treuwerk.programme.checking_rewards import mistakes_in_rewards
from treuwerk.programme.checking_roles import mistakes_in_roles
from treuwerk.programme.checking_work import mistakes_in_work
from treuwerk.programme.errors import Mistake, ProgrammeError
from treuwerk.programme.kinds import register_kinds, reward_kinds_without_table
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

    @property
    def rules(self) -> list[ActiveRule]:
        """All revisions of all rules that look at single events, in the order of the programme file."""
        return active_rules(self.settings)

    @property
    def totals(self) -> list[ActiveTotal]:
        """All revisions of all rules over totals, in the order of the programme file."""
        return active_totals(self.settings)


def read_programme(folder: Path, given: Mapping[str, object] | None = None) -> LoadedProgramme:
    """Read and check the programme in a folder; `given` are plugin objects that need no installation.

    Raises:
        ProgrammeError: with all mistakes that one pass can find.
    """
    raw = _toml(folder / FILE)
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
    if found or settings is None:
        raise ProgrammeError(found)
    return LoadedProgramme(folder, settings, registry, bool(given), earning_part(raw))


def plugins_of(folder: Path) -> list[PluginInfo]:
    """The plugins that a programme names, each used or failed with its error."""
    names = _plugin_names(_toml(folder / FILE))
    registry, errors = load(names)
    failed = [PluginInfo(name, "", "", "failed", error=str(error)) for name, error in errors.items()]
    return registry.describe() + failed


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


