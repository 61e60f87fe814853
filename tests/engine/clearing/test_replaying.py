"""The whole history once more into an empty system: the same books, to the point."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.engine.clearing.test_deciding import is_proven
from tests.support.clerks import decided, handed_in, line, looked_at, note
from tests.support.office import CLARA, DAVID, acting
from tests.support.portal import PROGRAMME, Portal, at, open_portal
from treuwerk.domain.entries import read_entered
from treuwerk.services.clearing.clearing import clear_file
from treuwerk.services.clearing.incoming import Arrival, clear_incoming, receive
from treuwerk.services.clearing.shelf import pieces_of, shelf_of
from treuwerk.services.ledger.exporting import journal_lines
from treuwerk.services.proof.digesting import state_digest
from treuwerk.services.submissions.deciding import Verdict
from treuwerk.services.submissions.revising import correct
from treuwerk.store import incoming
from treuwerk.store.database import Database
from treuwerk.store.tables import balance, identifier, submission
from treuwerk.store.tables import incoming as arrivals

HEADER = "delivery_number;position;delivered_on;customer_number;article_number;quantity;unit;scope;serials;movement\n"
WITH_MOVEMENTS = PROGRAMME.replace('serials = "serials"\n', 'serials = "serials"\nmovement = "movement"\n', 1)
# LS-9 is cancelled before it comes, and so brings nothing.
FILES = {
    "2026-05-06": ["LS-1;10;2026-05-05;1001;M400;31;PCE;SYSTEM;SN-1|SN-2;",
                   "LS-1;20;2026-05-05;1001;HOOK;4;PCE;SYSTEM;;", "LS-2;10;2026-05-05;1002;M405;3;PCE;MODULE;;"],
    "2026-06-10": ["LS-3;10;2026-06-09;1002;M405;50;PCE;SYSTEM;;", "LS-9;10;2026-06-09;1001;M400;7;PCE;MODULE;;CANCEL"],
    "2026-07-01": ["LS-1;10;2026-06-30;1001;M400;6;PCE;SYSTEM;SN-2;RETURN",
                   "LS-2;10;2026-05-05;1002;M405;3;PCE;MODULE;;CANCEL",
                   "LS-9;10;2026-06-09;1001;M400;7;PCE;MODULE;;", "LS-8;10;2026-06-30;1002;M405;x;PCE;MODULE;;"]}


@pytest.fixture(autouse=True)
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREUWERK_DOCUMENTS", str(tmp_path / "documents"))


def lived(portal: Portal) -> None:
    """Direct files with returns and cancellations, uploads that are decided and corrected, one purchase twice."""
    for day, rows in FILES.items():
        path = portal.folder / f"{day}.csv"
        path.write_text(HEADER + "\n".join(rows) + "\n", "utf-8")
        with path.open("rb") as stream:
            kept = shelf_of(portal.installation.database).keep(pieces_of(stream.fileno()), 1 << 20)
        found, _ = receive(portal.installation, Arrival(incoming.API, "deliveries", path.name, kept, day), at(day))
        clear_incoming(portal.installation, found, at(day))
    first, second = handed_in(portal, "1001"), handed_in(portal, "1002")
    decided(portal, first, note(line(qty=10), line("M405", 7, 20), number="LS-77"), acting(CLARA))
    decided(portal, second, note(line("M405", 50, 10), number="LS-3", seller_name="Sonnenlicht AG"), acting(CLARA))
    again = note(line(qty=8), line("M405", 7, 20), number="LS-77")
    correct(acting(DAVID), portal.installation, first.public_id, Verdict(again), looked_at(portal, first).version,
            at("2026-11-21") + 1, why="Counted again: eight only")


def replayed(history: Portal, into: Portal) -> None:
    """What the history kept, in its order: files from the shelf, and documents as they were entered at last."""
    with history.installation.database.reading() as connection:
        files = connection.execute(select(arrivals).order_by(arrivals.c.id)).all()
        entered = connection.execute(select(submission, identifier.c.value.label("customer")).join(
            identifier, identifier.c.account_id == submission.c.account_id).where(
            identifier.c.scheme == "customer_number", submission.c.decided_at > 0).order_by(
            submission.c.decided_at, submission.c.id)).all()
    shelf = shelf_of(history.installation.database)
    for one in files:
        clear_file(into.installation, shelf.path(one.sha256), one.received_at, source=one.source, name=one.name,
                   expected=one.sha256)
    for one in entered:
        decided(into, handed_in(into, one.customer), read_entered(one.entered), acting(CLARA))


def balances(portal: Portal) -> dict[tuple[str, str], int]:
    with portal.installation.database.reading() as connection:
        rows = connection.execute(select(identifier.c.value, balance.c.unit, balance.c.posted).join(
            balance, balance.c.account_id == identifier.c.account_id).where(identifier.c.scheme == "customer_number"))
        return {(customer, unit): points for customer, unit, points in rows if points}


@pytest.fixture
def history(tmp_path: Path, database: Database) -> Portal:
    (tmp_path / "first").mkdir()
    portal = open_portal(tmp_path / "first", database, WITH_MOVEMENTS)
    lived(portal)
    return portal


def test_case_78_the_whole_history_again_comes_to_the_same_balances(
        history: Portal, new_database: Callable[[], AbstractContextManager[Database]], tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    with new_database() as empty:
        again = open_portal(tmp_path / "second", empty, WITH_MOVEMENTS)

        replayed(history, again)

        assert balances(history) == balances(again) == {
            ("1001", "bonus"): 25 * 80 + 640 + 567, ("1001", "status"): 25 * 40 + 320 + 283,
            ("1002", "bonus"): 50 * 81, ("1002", "status"): 50 * 405 // 10}
        assert is_proven(again)


def test_case_78_the_whole_history_twice_into_one_system_changes_nothing(history: Portal) -> None:
    before, journal = balances(history), list(journal_lines(history.installation.database))

    shelf = shelf_of(history.installation.database)
    with history.installation.database.reading() as connection:
        files = connection.execute(select(arrivals).order_by(arrivals.c.id)).all()
    for one in files:
        clear_file(history.installation, shelf.path(one.sha256), at("2026-11-22"), source=one.source, name=one.name)

    assert balances(history) == before
    assert list(journal_lines(history.installation.database)) == journal
    assert is_proven(history)


def test_case_78_direct_files_in_another_order_come_to_the_same_digest(
        history: Portal, new_database: Callable[[], AbstractContextManager[Database]], tmp_path: Path) -> None:
    shelf, digests = shelf_of(history.installation.database), set[str]()
    with history.installation.database.reading() as connection:
        files = connection.execute(select(arrivals).order_by(arrivals.c.id)).all()

    for number, order in enumerate((files, files[::-1])):
        (tmp_path / str(number)).mkdir()
        with new_database() as empty:
            again = open_portal(tmp_path / str(number), empty, WITH_MOVEMENTS)
            for one in order:
                clear_file(again.installation, shelf.path(one.sha256), at("2026-07-02"), source=one.source,
                           name=one.name)
            digests.add(state_digest(empty).digest)

    assert len(digests) == 1
