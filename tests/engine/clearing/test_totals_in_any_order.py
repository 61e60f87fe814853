"""Totals with returns and cancellations between: in any order, any split, any repetition, and at once."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.engine.conftest import NewDatabase
from tests.support.corrections import bonus, clear, digest, document
from tests.support.totals import EVERY_KIND, beside, modules, totals_world
from tests.support.worlds import SIX_IN_THE_EVENING, lines, table
from treuwerk.domain.documents import Document, Movement, Purpose
from treuwerk.store.database import Database

ROOT = Path(__file__).parents[3]
WP = {"SW-M-400": 400, "SW-M-405": 405}
DAYS = [date(2026, 3, 30), date(2026, 4, 1), date(2026, 4, 30), date(2026, 5, 20)]
Delivery = tuple[date, str, int, int]
"""Day, article, pieces, and how many of them go back."""


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.support.totals import PLUGINS
from treuwerk.services.clearing.clearing import clear_file
from treuwerk.services.installation import open_installation
from treuwerk.store import runs
from treuwerk.store.database import Database

folder, url, now = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
advance, calls = runs.advance, []

def dying(*arguments, **options):
    calls.append(1)
    if len(calls) == 3:  # the first one warms up
        os.kill(os.getpid(), signal.SIGKILL)
    return advance(*arguments, **options)

runs.advance = dying
clear_file(open_installation(folder, Database(url), PLUGINS), folder / "deliveries.csv", now)
"""


@st.composite
def histories(draw: st.DrawFn) -> list[Delivery]:
    """Deliveries, some of which go back in part or, with -1, are cancelled."""
    found = []
    for _ in range(draw(st.integers(1, 5))):
        pieces = draw(st.integers(1, 15))
        found.append((draw(st.sampled_from(DAYS)), draw(st.sampled_from(sorted(WP))), pieces,
                      draw(st.integers(-1, pieces))))
    return found


def documents_of(history: Sequence[Delivery]) -> list[Document]:
    """Deliveries and what takes them back, each a document of its own."""
    documents = list[Document]()
    for number, (day, article, pieces, back) in enumerate(history):
        documents.append(document(f"D-{number}", modules(1, pieces, article), day=day))
        if back > 0:
            documents.append(document(f"D-{number}", modules(1, back, article, movement=Movement.RETURN), day=day))
        elif back < 0:
            documents.append(document(f"D-{number}", purpose=Purpose.CANCEL, day=day))
    return documents


def worth(history: Sequence[Delivery]) -> int:
    """What all of it is worth, by plain arithmetic over what is left."""
    left = [(day, article, pieces - back if back >= 0 else 0) for day, article, pieces, back in history]
    points = sum(pieces * WP[article] // 10 for _, article, pieces in left)
    for month in {day.month for day in DAYS}:
        watts = sum(pieces * WP[article] for day, article, pieces in left if day.month == month)
        points += (watts * 10 if watts <= 4000 else 40_000 + (watts - 4000) * 25) // 10_000
    pieces = sum(pieces for *_, pieces in left)
    points += pieces * 7 if pieces >= 20 else 100 if pieces >= 10 else 0
    good = [sum(pieces for day, _, pieces in left if day.month == month) >= 3 for month in (3, 4, 5)]
    points += 1000 * (good[1] and (good[0] or good[2]))
    return points + 10_000 * len({article for _, article, pieces in left if pieces})


@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(data=st.data())
def test_any_order_and_split_and_repetition_comes_to_the_plain_sum_and_the_same_books(
        new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    history = data.draw(histories())
    documents, folder, digests = documents_of(history), tmp_path_factory.mktemp("totals"), set[str]()

    for number in range(2):
        left = list(data.draw(st.permutations(documents)))
        again = data.draw(st.lists(st.sampled_from(documents), max_size=2))
        with new_database() as database:
            world = totals_world(folder / str(number), database, EVERY_KIND)
            while left:
                size = data.draw(st.integers(1, len(left)))
                clear(world, *left[:size])
                left = left[size:]
            for one in again:
                clear(world, one)
            assert bonus(world) == worth(history)
            assert world.violated() == {}
            digests.add(digest(world))

    assert len(digests) == 1


def test_eight_clearings_of_one_participant_at_once_miss_nothing(tmp_path: Path, database: Database) -> None:
    world, barrier = totals_world(tmp_path / "league", database), Barrier(8)

    def work(number: int) -> None:
        barrier.wait()
        clear(world, document(f"D-{number}", modules(1, 10)))
        clear(world, document(f"D-{number}", modules(1, 2, movement=Movement.RETURN)))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))

    assert beside(world, 64) == 50 + 2 * 14
    assert world.violated() == {}


def test_a_run_that_is_killed_between_two_batches_goes_on_and_counts_each_line_once(
        tmp_path: Path, database: Database) -> None:
    world = totals_world(tmp_path / "league", database)
    rows = lines(620, quantity="1", scope="MODULE")
    world.file("deliveries.csv", table(rows))
    url = database.url.render_as_string(hide_password=False)

    died = subprocess.run([sys.executable, "-c", KILLED, str(world.folder), url, str(SIX_IN_THE_EVENING)],
                          cwd=ROOT, capture_output=True, text=True, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr
    before = bonus(world)
    assert world.clear(rows).tally.lines == 620

    assert 0 < before < bonus(world)
    assert beside(world, 620) == 50 + 2 * 570
    assert world.violated() == {}
