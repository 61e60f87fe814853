"""What the doctor finds on the machine: zone data, installed versions, and which plugins these are."""

import zoneinfo
from collections.abc import Iterator, Sequence
from functools import partial
from hashlib import sha256
from importlib import import_module
from importlib.metadata import EntryPoint, PackageNotFoundError, metadata, requires, version
from importlib.util import find_spec
from pathlib import Path

from packaging.requirements import Requirement

from treuwerk.domain.ledger import moment
from treuwerk.plugins import installed
from treuwerk.programme.reading import LoadedProgramme
from treuwerk.services.findings import Check, Finding, State, finding

DISTRIBUTION = "treuwerk"
ZONE = "Europe/Berlin"


def host_checks(now: int, programme: LoadedProgramme | None) -> dict[str, Check]:
    """The checks of this machine."""
    names = programme.settings.plugins if programme else None
    zone = str(programme.settings.programme.time_zone) if programme else ZONE
    return {"time_zone": partial(_time_zone, zone, now), "dependencies": _dependencies,
            "plugins": partial(_plugins, names)}


def _time_zone(zone: str, now: int) -> Iterator[Finding]:
    year = moment(now).year - 1
    hint = "update the system's tzdata, or pip install --upgrade tzdata: days begin and points expire by these rules"
    place, release = zone_data(zone)
    if not place:
        yield Finding("time_zone", State.UNSAFE, f"{zone} cannot be loaded", "rules of the programme's zone", hint)
        return
    old = release[:4].isdigit() and int(release[:4]) < year
    state = State.WARNING if old or not release else None
    yield finding("time_zone", f"{zone} from {place}, release {release or 'unknown'}", f"a release of {year} or later",
                  hint, state)


def zone_data(zone: str) -> tuple[str, str]:
    """Where Python takes a zone from, and the release of these data; two empty texts where it has none."""
    for place in map(Path, zoneinfo.TZPATH):
        if (place / zone).is_file():
            return str(place), _release(place)
    try:
        zoneinfo.ZoneInfo.no_cache(zone)
        return "the package tzdata", str(import_module("tzdata").IANA_VERSION)
    except (zoneinfo.ZoneInfoNotFoundError, ModuleNotFoundError, ValueError):
        return "", ""


def _release(place: Path) -> str:
    for name, prefix in (("tzdata.zi", "# version "), ("+VERSION", "")):
        if (place / name).is_file():
            with (place / name).open(encoding="utf-8") as stream:
                return stream.readline().strip().removeprefix(prefix)
    return ""


def _dependencies() -> Iterator[Finding]:
    wrong, checked = [], 0
    for requirement, needed in _requirements():
        try:
            found = version(requirement.name)
        except PackageNotFoundError:
            if needed:
                wrong.append(f"{requirement.name} is not installed")
            continue
        checked += 1
        if not requirement.specifier.contains(found, prereleases=True):
            wrong.append(f"{requirement.name} {found}, expected {requirement.specifier}")
    yield finding("dependencies", "; ".join(wrong) or f"{checked} distributions, each in its range",
                  f"what {DISTRIBUTION} {version(DISTRIBUTION)} was tested with",
                  f"pip install --upgrade {DISTRIBUTION}", State.UNSAFE if wrong else None)


def _requirements() -> Iterator[tuple[Requirement, bool]]:
    """What the distribution asks for on this machine, and whether it asks always or only for one of its extras."""
    extras = metadata(DISTRIBUTION).get_all("Provides-Extra") or []
    for requirement in map(Requirement, requires(DISTRIBUTION) or []):
        marker = requirement.marker
        needed = marker is None or marker.evaluate({"extra": ""})
        if needed or (marker and any(marker.evaluate({"extra": extra}) for extra in extras)):
            yield requirement, needed


def _plugins(names: Sequence[str] | None) -> Iterator[Finding]:
    for name, entries in sorted(installed().items()):
        if names is not None and name not in names:
            continue
        for entry in entries:
            origin = f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value
            yield Finding(f"plugin:{name}", State.OK, f"{origin}, sha256 {digest(entry) or 'unknown'}")


def digest(entry: EntryPoint) -> str:
    """One digest over all files of a plugin, the same on every machine that has the same files; imports nothing."""
    spec = find_spec(entry.module.partition(".")[0])
    if spec is None or spec.origin is None:
        return ""
    origin = Path(spec.origin)
    root = origin.parent if spec.submodule_search_locations else origin
    files = sorted(path for path in root.rglob("*") if path.is_file() and path.suffix != ".pyc") if root.is_dir() else [
        origin]
    total = sha256()
    for path in files:
        name = path.relative_to(origin.parent).as_posix()
        total.update(f"{sha256(path.read_bytes()).hexdigest()}  {name}\n".encode())
    return total.hexdigest()
