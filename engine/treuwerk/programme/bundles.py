"""Installed bundles by name: a distribution that brings a programme folder as a package."""

from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from treuwerk.programme.errors import Mistake, ProgrammeError

GROUP = "treuwerk.programmes"


def bundle_folder(named: Path) -> Path:
    """The folder itself, or that of the installed bundle with this name.

    Raises:
        ProgrammeError: neither a folder nor an installed bundle.
    """
    if named.is_dir():
        return named
    bundles = {entry.name: entry.value for entry in entry_points(group=GROUP)}
    spec = find_spec(bundles[str(named)]) if str(named) in bundles else None
    if spec is None or spec.origin is None:
        known = ", ".join(sorted(bundles)) or "none"
        raise ProgrammeError([Mistake(str(named), "no such folder or bundle",
                                      f"a folder, or an installed bundle: {known}")])
    return Path(spec.origin).parent
