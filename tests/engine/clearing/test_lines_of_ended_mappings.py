"""Correcting a line by a mapping that somebody ends in that moment: who corrects it is told to look again."""

from typing import Any

import pytest

from tests.engine.clearing.test_rejected_lines import NOW, acting, book, broken, typed
from tests.support.accounts import refused
from tests.support.aliases import clerk, map_customer
from tests.support.worlds import World, line
from treuwerk.services.changes import line_deciding as deciding
from treuwerk.services.changes.aliasing import stop
from treuwerk.services.clearing.clearing_documents import scored_documents


@pytest.mark.parametrize("at", [1, 2])
def test_a_line_whose_mapping_ends_while_it_is_foreseen_or_booked_is_refused(
        world: World, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    world.clear([line("LS-1", customer_number="K-77", quantity="1o"), line("LS-2"), line("LS-3")])
    alias, one, scored, looks = map_customer(world, "K-77", "10109").alias, broken(world), scored_documents, list[Any]()
    before = world.balances()

    def ended_meanwhile(*arguments: Any) -> Any:
        batch = scored(*arguments)
        looks.append(batch)
        if len(looks) == at:
            stop(clerk(), world.installation, alias.id, NOW)
        return batch

    monkeypatch.setattr("treuwerk.services.changes.line_deciding.scored_documents", ended_meanwhile)

    assert refused(lambda: book(world, one)) == "line_changed"

    assert world.balances() == before
    assert broken(world).is_open
    assert world.violated() == {}
    assert book(world, broken(world)).fate == "waiting"


def test_who_looks_what_a_line_would_bring_is_told_the_same(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.clear([line("LS-1", customer_number="K-77", quantity="1o"), line("LS-2"), line("LS-3")])
    alias, one, scored = map_customer(world, "K-77", "10109").alias, broken(world), scored_documents

    def ended_meanwhile(*arguments: Any) -> Any:
        batch = scored(*arguments)
        stop(clerk(), world.installation, alias.id, NOW)
        return batch

    monkeypatch.setattr("treuwerk.services.changes.line_deciding.scored_documents", ended_meanwhile)

    assert refused(lambda: deciding.preview(acting(), world.installation, one.id, typed(one), NOW)) == "line_changed"
