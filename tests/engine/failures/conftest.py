"""Makes the plugins that do harm on purpose look installed."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.worlds import World, make_world
from treuwerk.store.database import Database

SHELF = Path(__file__).parents[2] / "support" / "hostile_plugins"
RULE = """
[[earning]]
name = "extra"
rule = "hostile"
title = {{ de = "Extra" }}
act = "{act}"
"""
SOURCE = """
[[sources]]
name = "strange"
reader = "hostile"
act = "{act}"
"""
Hostile = Callable[..., World]


@pytest.fixture(autouse=True)
def _hostile_plugins_are_installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(SHELF))
    before = set(sys.modules)
    yield
    for name in {one for one in sys.modules if one.startswith("hostile_shelf")} - before:
        del sys.modules[name]


@pytest.fixture
def hostile(tmp_path: Path, database: Database) -> Hostile:
    """A world with a hostile rule or reader, in this process or in one of its own."""
    def made(act: str, *, isolated: bool, kind: str = "rule", policy: str = "") -> World:
        own = f'isolated = ["hostile_{kind}"]\nseconds = 2\nmemory_megabytes = 512\n' if isolated else ""
        table = (RULE if kind == "rule" else SOURCE).format(act=act)
        return make_world(tmp_path / "league", database, other=[
            ('"activity_points"]', f'"activity_points", "hostile_{kind}"]'),
            ("\n[measures]", f"{table}\n[plugin_policy]\n{own}{policy}\n[measures]")])

    return made
