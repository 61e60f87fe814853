"""Makes the plugins that are broken on purpose look installed."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SHELF = Path(__file__).parents[2] / "support" / "broken_plugins"


@pytest.fixture(autouse=True)
def _broken_plugins_are_installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(SHELF))
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]
