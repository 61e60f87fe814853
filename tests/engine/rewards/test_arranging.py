"""Worlds and promotions by people and by file: versions, faults with their fields, rights, a file that comes back."""

from datetime import date
from decimal import Decimal
from typing import Any

import attrs
import pytest
from sqlalchemy import select

from tests.support.catalogues import DRILL, Shelf
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.domain.catalogue import Window
from treuwerk.domain.promotions import Promotion, TargetAudience, World
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, Audience, NotAllowed, OutOfScope
from treuwerk.domain.tabular import UnreadableFile
from treuwerk.services.rewards import arranging
from treuwerk.services.rewards.arrangement_files import arrangement_lines, import_arrangement
from treuwerk.services.rewards.arranging import ArrangementChanged, Filed
from treuwerk.services.rewards.importing import RewardReceipt
from treuwerk.store.promotions import PROMOTIONS, WORLDS, arrangement
from treuwerk.store.tables import audit_entry

NOW = SIX_IN_THE_EVENING
EDITOR = Access(7, "ada", Audience.OFFICE, frozenset({"catalogue.read", "catalogue.write", "catalogue.publish"}))
AUTHOR = attrs.evolve(EDITOR, permissions=EDITOR.permissions - {"catalogue.publish"})
ROOF = World("roof", {"de": "Dach"}, categories=("tools",))
AUTUMN = Promotion("autumn", {"de": "Herbst"}, rewards=("DRILL",), percent=Decimal("12.5"), budget=1_000)
FILE = """[[worlds]]
code = "roof"
name = { de = "Auf dem \\"Dach\\"" }
published = true
position = 10
rewards = ["DRILL"]
countries = ["DE"]
picture = "DRILL"
visible_from = 2026-11-01

[[promotions]]
code = "autumn"
name = { de = "Herbst" }
published = true
worlds = ["roof"]
valid_until = 2026-11-30
percent = 12.5
budget = 5000

"""


def saved(shelf: Shelf, one: Any, version: int = 0, access: Access = EDITOR) -> Filed[Any]:
    installation = shelf.world.installation
    with installation.database.writing() as connection:
        kind: Any = WORLDS if isinstance(one, World) else PROMOTIONS
        return arranging.save(access, connection, installation.programme.settings, kind, one, version, NOW)


def brought(shelf: Shelf, text: str, *, dry_run: bool = False) -> RewardReceipt:
    path = shelf.world.folder / "worlds.toml"
    path.write_text(text, "utf-8")
    return import_arrangement(shelf.world.installation, path, NOW, dry_run)


def worlds_of(shelf: Shelf) -> list[Filed[World]]:
    with shelf.world.installation.database.reading() as connection:
        return arranging.listed(EDITOR, connection, WORLDS)


def test_a_world_is_made_changed_and_taken_back(shelf: Shelf) -> None:
    first = saved(shelf, ROOF)
    second = saved(shelf, attrs.evolve(ROOF, names={"de": "Auf dem Dach"}, published=True), first.version)
    with shelf.world.installation.database.writing() as connection:
        third = arranging.restore(EDITOR, connection, shelf.world.installation.programme.settings, WORLDS, "roof", 1,
                                  second.version, NOW)
        versions = arranging.history(EDITOR, connection, WORLDS, "roof")

    assert (first.version, second.version, third.version) == (1, 2, 3)
    assert [(one.version, one.one.names["de"], one.actor) for one in versions] == [
        (3, "Dach", "ada"), (2, "Auf dem Dach", "ada"), (1, "Dach", "ada")]
    acts = shelf.world.rows(select(audit_entry.c.action, audit_entry.c.object))
    assert acts == [("world.save", "roof")] * 3


def test_who_was_slower_is_told_and_changes_nothing(shelf: Shelf) -> None:
    saved(shelf, ROOF)
    saved(shelf, attrs.evolve(ROOF, position=5), 1)

    with pytest.raises(ArrangementChanged) as late:
        saved(shelf, attrs.evolve(ROOF, position=9), 1)
    with pytest.raises(Refusal) as taken:
        saved(shelf, ROOF)

    assert late.value.filed.one.position == 5
    assert taken.value.code == "code_taken"
    assert worlds_of(shelf)[0].one.position == 5


def test_what_is_published_needs_the_right_to_publish(shelf: Shelf) -> None:
    saved(shelf, ROOF, access=AUTHOR)

    with pytest.raises(NotAllowed):
        saved(shelf, attrs.evolve(ROOF, published=True), 1, AUTHOR)
    saved(shelf, attrs.evolve(ROOF, published=True), 1)
    with pytest.raises(NotAllowed):
        saved(shelf, ROOF, 2, AUTHOR)
    with pytest.raises(NotAllowed):
        saved(shelf, ROOF, access=attrs.evolve(EDITOR, permissions=frozenset({"catalogue.read"})))


@pytest.mark.parametrize(("one", "field", "code"), [
    (attrs.evolve(ROOF, code="The roof"), "code", "bad_code"),
    (attrs.evolve(ROOF, rewards=("HAMMER",)), "rewards", "unknown"),
    (attrs.evolve(ROOF, rewards=("DRILL", "DRILL")), "rewards", "twice"),
    (attrs.evolve(ROOF, categories=("cars",)), "categories", "unknown"),
    (attrs.evolve(ROOF, audience=TargetAudience(groups=("nobody",))), "groups", "unknown"),
    (attrs.evolve(ROOF, visible=Window(date(2026, 12, 2), date(2026, 12, 1))), "visible", "backwards"),
    (attrs.evolve(ROOF, published=True, names={}), "name_de", "no_name"),
    (attrs.evolve(ROOF, published=True, categories=()), "rewards", "no_rewards"),
    (attrs.evolve(AUTUMN, worlds=("roof",)), "worlds", "unknown"),
    (attrs.evolve(AUTUMN, points=100), "percent", "two_prices"),
    (attrs.evolve(AUTUMN, percent=Decimal(100)), "percent", "bad_number"),
    (attrs.evolve(AUTUMN, published=True, percent=Decimal(0)), "percent", "no_price"),
    (attrs.evolve(AUTUMN, budget=-1), "budget", "bad_number"),
])
def test_a_fault_names_its_field(shelf: Shelf, one: Any, field: str, code: str) -> None:
    shelf.bring(DRILL)

    with pytest.raises(Refusal) as refused:
        saved(shelf, one)

    assert (refused.value.facts["field"], refused.value.code) == (field, code)
    assert worlds_of(shelf) == []


def test_a_code_that_nobody_has_is_out_of_scope(shelf: Shelf) -> None:
    with pytest.raises(OutOfScope), shelf.world.installation.database.reading() as connection:
        arranging.one_of(EDITOR, connection, WORLDS, "roof")


def test_a_file_comes_back_as_it_went(shelf: Shelf) -> None:
    shelf.bring(DRILL)

    first, same = brought(shelf, FILE), brought(shelf, FILE)
    exported = "".join(arrangement_lines(shelf.world.installation))

    assert (first.created, first.problems, same.unchanged) == (2, [], 2)
    assert exported == FILE
    assert brought(shelf, exported).unchanged == 2


def test_a_dry_run_tells_the_differences_and_keeps_nothing(shelf: Shelf) -> None:
    shelf.bring(DRILL)
    brought(shelf, FILE)

    receipt = brought(shelf, FILE.replace("position = 10", "position = 20").replace("12.5", "20"), dry_run=True)

    assert [(one["reward"], one["path"], one["before"], one["after"]) for one in receipt.changes] == [
        ("roof", "position", 10, 20), ("autumn", "percent", "12.5", "20")]
    assert worlds_of(shelf)[0].version == 1


def test_what_is_wrong_in_a_file_is_named_by_line_and_the_rest_is_taken(shelf: Shelf) -> None:
    shelf.bring(DRILL)

    receipt = brought(shelf, FILE.replace('["roof"]', '["cellar"]'))

    assert (receipt.created, receipt.rejected) == (1, 1)
    assert receipt.problems == [{"line": 11, "code": "wrong", "reason":
                                 "promotions autumn: worlds: found cellar, expected worlds that are there: roof"}]


@pytest.mark.parametrize(("text", "words"), [
    ("[[worlds]]\ncode = 7\n", "expected text"),
    ("[[worlds]]\ncode = 'a'\ncolour = 'red'\n", "colour"),
    ("[[worlds]\n", "expected TOML"),
    ("[[promotions]]\ncode = 'a'\nvalid_from = '2026-11-01'\n", "without quotes"),
])
def test_a_file_that_is_none_is_refused_as_a_whole(shelf: Shelf, text: str, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words):
        brought(shelf, text)


def test_the_rewards_of_a_world_that_was_brought_are_offered_there(shelf: Shelf) -> None:
    shelf.bring(DRILL)
    brought(shelf, FILE)

    with shelf.world.installation.database.reading() as connection:
        shop = arrangement(connection)

    assert [one.code for one in shop.worlds_of("DRILL", "tools")] == ["roof"]
