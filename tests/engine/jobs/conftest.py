"""Each runner beside each database that it supports."""

from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from tests.engine.services.test_resuming import durable_url
from tests.support.crew import PACE, PAIRS, Pair, _Fate, crew_world, end_all, jobs, now
from tests.support.worlds import World
from treuwerk.jobs.worker import Worker


@attrs.frozen
class Crew:
    """An installation with its address, for workers in this process and in others."""

    world: World
    url: str
    pair: Pair

    def worker(self) -> Worker:
        """A worker in this process, not yet started."""
        return Worker(self.world.installation, now, PACE, jobs(_Fate("")))


@pytest.fixture(params=PAIRS, ids=str)
def crew(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Crew]:
    """A database that really writes to disk, and a runner beside it."""
    yield from _working(request, tmp_path, dead_after=2)


@pytest.fixture(params=PAIRS, ids=str)
def patient_crew(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Crew]:
    """The same where a worker that a loaded machine holds up for some seconds does not count as dead."""
    yield from _working(request, tmp_path, dead_after=60)


def _working(request: pytest.FixtureRequest, folder: Path, dead_after: int) -> Iterator[Crew]:
    pair: Pair = request.param
    url = durable_url(request, pair.database)
    world = crew_world(folder / "league", url, pair.runner, dead_after)
    yield Crew(world, url, pair)
    end_all()
    world.database.close()
