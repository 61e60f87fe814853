"""What holds for every first-party plugin, so that a new one cannot be forgotten where plugins are listed."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PLUGINS = sorted(folder.name for folder in (ROOT / "plugins").iterdir() if (folder / "__init__.py").exists())


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    """The project file; it stands beside the sources, not in what is installed."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def test_each_plugin_is_an_entry_point_of_the_distribution(project: dict[str, Any]) -> None:
    entry_points = project["project"]["entry-points"]["treuwerk.plugins"]

    assert sorted(entry_points.values()) == PLUGINS


def test_each_plugin_is_held_by_the_import_contracts(project: dict[str, Any]) -> None:
    rules = project["tool"]["importlinter"]
    [beside], [below] = ([contract for contract in rules["contracts"] if contract["name"].startswith(start)]
                         for start in ("Bundles use plugins", "Plugins see the domain"))

    assert sorted(set(rules["root_packages"]) - {"treuwerk", "solarworld_league"}) == PLUGINS
    assert sorted(beside["layers"][1].split(" | ")) == PLUGINS
    assert sorted(set(below["source_modules"]) - {"solarworld_league"}) == PLUGINS


def test_each_plugin_is_sorted_as_ours_among_the_imports(project: dict[str, Any]) -> None:
    ours = project["tool"]["ruff"]["lint"]["isort"]["known-first-party"]

    assert sorted(one for one in ours if one.startswith("treuwerk_")) == PLUGINS
