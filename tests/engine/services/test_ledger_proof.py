"""The proof of the ledger that a page asks for, on both databases: one at a time, and told honestly how it ended."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from threading import enumerate as running_threads

import attrs
import pytest
from sqlalchemy import select

from tests.support.accounts import all_at_once
from tests.support.office import CLARA, DAVID, acting, add_clerks
from tests.support.portal import NOW, Portal
from treuwerk.domain.rights import NotAllowed
from treuwerk.services.proof.ledger_proof import ChainState, chain_state, prove_now
from treuwerk.store.tables import audit_entry

MINUTE, PATIENCE = 60_000_000, 60
OPEN_FILES = Path("/proc/self/fd")


@attrs.define
class Proofs:
    """A ledger with bookings, and a clock that a proof waits for before it says that it is done."""

    portal: Portal
    go_on: Event = attrs.field(factory=Event)

    def begin(self, user: int = CLARA, now: int = NOW) -> bool:
        """Whether a proof began."""
        return prove_now(acting(user), self.portal.installation.database, now, self.clock(now))

    def clock(self, now: int) -> Callable[[], int]:
        """The time, once the test lets it go on."""
        def tell() -> int:
            assert self.go_on.wait(PATIENCE)
            return now + MINUTE

        return tell

    def finish(self) -> None:
        """Let all go on, and wait for them."""
        self.go_on.set()
        for thread in running_threads():
            if thread.name == "treuwerk-proof":
                thread.join(PATIENCE)

    def state(self, now: int = NOW) -> ChainState:
        """What the page would say."""
        with self.portal.installation.database.reading() as connection:
            return chain_state(acting(), connection, now)


@pytest.fixture
def proofs(portal: Portal) -> Iterator[Proofs]:
    """Two years of a few deliveries, nobody has proven anything."""
    add_clerks(portal.installation.database)
    proofs = Proofs(portal)
    yield proofs
    proofs.finish()


def test_a_ledger_that_holds_is_proven_with_all_its_laws(proofs: Proofs) -> None:
    assert proofs.state().last is None

    assert proofs.begin()
    running = proofs.state().last
    proofs.finish()

    assert running is not None
    assert (running.state, running.started_by) == ("running", "Clara Weiß")
    chain = proofs.state()
    assert chain.last is not None
    assert chain.last == chain.last_proven
    assert (chain.last.state, chain.last.finished_at, chain.last.head) == ("proven", NOW + MINUTE, chain.head)
    assert len(chain.last.laws) > 30
    assert {law.state for law in chain.last.laws} == {"ok"}
    assert chain.last.transactions == chain.sequence > 0


def test_one_proof_runs_at_a_time_whoever_asks(proofs: Proofs) -> None:
    begun = all_at_once([lambda: proofs.begin(CLARA), lambda: proofs.begin(DAVID), lambda: proofs.begin(CLARA)])

    assert sorted(begun) == [False, False, True]
    with proofs.portal.installation.database.reading() as connection:
        assert connection.execute(select(audit_entry.c.action)).scalars().all() == ["ledger.prove"]
    proofs.finish()
    assert proofs.begin(DAVID, NOW + 2 * MINUTE)


def test_one_that_nobody_hears_of_is_broken_off_and_another_can_begin(proofs: Proofs) -> None:
    proofs.begin()

    silent = proofs.state(NOW + 4 * MINUTE).last

    assert silent is not None
    assert silent.state == "broken_off"
    assert proofs.begin(DAVID, NOW + 4 * MINUTE)
    proofs.finish()
    assert [found.state for found in (proofs.state(NOW + 5 * MINUTE).last,) if found] == ["proven"]


def test_it_needs_the_right_to_read_the_audit(proofs: Proofs) -> None:
    with pytest.raises(NotAllowed):
        prove_now(acting(CLARA, ["queue.read"]), proofs.portal.installation.database, NOW, lambda: NOW)

    assert proofs.state().last is None


@pytest.mark.skipif(not OPEN_FILES.is_dir(), reason="only Linux tells what a process has open")
def test_a_proof_leaves_no_copy_that_takes_space(proofs: Proofs) -> None:
    proofs.begin()
    proofs.finish()

    proven = proofs.state().last_proven
    targets = [str(one.readlink()) for one in OPEN_FILES.iterdir() if one.is_symlink()]

    assert proven is not None
    assert [one for one in targets if "treuwerk-proof-" in one] == []
