"""A process that is killed while it writes orders loses none that it has answered, and doubles none."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.engine.services.test_resuming import durable_url
from tests.support.ordering import make_counter
from treuwerk.store.database import Database
from treuwerk.store.tables import journal

KILLED = """
import os, signal, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from tests.support.ordering import HOME
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.domain.reward_orders import OrderRequest, WantedLine
from treuwerk.domain.rights import Access, Audience, names_for
from treuwerk.services.installation import open_installation
from treuwerk.services.orders import placing, placing_at_once
from treuwerk.services.orders.placing import place
from treuwerk.store.database import Database

installation = open_installation(Path(sys.argv[1]), Database(sys.argv[2]))
access = Access(1, "ada", Audience.PORTAL, names_for(Audience.PORTAL), int(sys.argv[3]), 1)
barrier, written = Barrier(16), []

# The same, but the process is gone when it wrote for the tenth time, before that is committed.
def dying(write):
    def written_or_dead(connection, values):
        answer = write(connection, values)
        written.append(values)
        if len(written) == 10:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer
    return written_or_dead

if installation.database.is_sqlite:
    placing.audit.add = dying(placing.audit.add)
else:
    placing_at_once.order_at_once = dying(placing_at_once.order_at_once)

def order(at):
    barrier.wait()
    place(installation, access, OrderRequest(f"K{at}", (WantedLine("MUG-RED", 1, 500),), HOME), SIX_IN_THE_EVENING)
    os.write(1, f"K{at}\\n".encode())

with ThreadPoolExecutor(16) as pool:
    list(pool.map(order, range(16)))
"""


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_who_was_answered_has_an_order_and_asking_again_doubles_none(tmp_path: Path, request: pytest.FixtureRequest,
                                                                      kind: str) -> None:
    url = durable_url(request, kind)
    database = Database(url)
    counter = make_counter(tmp_path / "league", database)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(counter.world.folder), url, str(counter.account())],
        cwd=Path(__file__).parents[3], capture_output=True, text=True, timeout=120, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr

    assert counter.world.violated() == {}

    again = [counter.order(("MUG-RED", 1), key=f"K{at}") for at in range(16)]

    stored = {f"K{at}" for at, one in enumerate(again) if one.repeated}  # a server ends what a dead client began
    assert set(killed.stdout.split()) <= stored
    assert (len(counter.orders()), counter.bonus()) == (16, 8_000)
    redemptions = select(func.count()).select_from(journal).where(journal.c.kind == "redemption")
    assert counter.world.rows(redemptions) == [(16,)]
    assert counter.world.violated() == {}
    database.close()
