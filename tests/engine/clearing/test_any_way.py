"""The same purchases by several ways: whatever the order and however often, the books say the same."""

from collections.abc import Callable
from itertools import permutations
from pathlib import Path

from tests.support.reports import document, goods, invoice, report
from tests.support.worlds import World, line, make_world
from treuwerk.services.proof.digesting import state_digest
from treuwerk.store.database import Database
from treuwerk.store.migrating import migrate

WAYS: dict[str, Callable[[World, str], object]] = {
    "feed": lambda world, name: world.clear([line(), line(position=2, quantity="5"), line("LS-2")], name=name),
    "note": lambda world, name: report(world, document("LS-1", goods(10), goods(20, qty=5)), name=name, owner="sub_1"),
    "invoice": lambda world, name: report(
        world, invoice("RE-1", goods(1, deliveries=("LS-1",), amount=700), goods(2, qty=5, deliveries=("LS-1",)),
                       goods(3, deliveries=("LS-2",))), name=name, owner="sub_2"),
}


def digest_after(folder: Path, order: tuple[str, ...]) -> str:
    """The digest of a new world that hears of the purchases in this order, and then once more in the other one."""
    folder.mkdir()
    database = Database(f"sqlite:///{folder / 'treuwerk.db'}")
    migrate(database)
    world = make_world(folder / "league", database)

    for at, way in enumerate((*order, *reversed(order))):
        WAYS[way](world, f"{at}")

    assert world.points() == {"bonus": 2_000, "status": 1_000}
    assert world.violated() == {}
    digest = state_digest(database).digest
    database.close()
    return digest


def test_any_order_and_any_repetition_gives_the_same_digest(tmp_path: Path) -> None:
    digests = {order: digest_after(tmp_path / str(at), order) for at, order in enumerate(permutations(WAYS))}

    assert len(set(digests.values())) == 1, digests
