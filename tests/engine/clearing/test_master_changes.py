"""The article master is corrected later: what was booked stays as it was booked."""

from sqlalchemy import select

from tests.support.corrections import bonus
from tests.support.worlds import World, line
from treuwerk.store.tables import journal

CORRECTED = "article_number;name;kind;wp\nSW-M-400;Modul 400;module;410\n"


def booked(world: World) -> list[tuple[object, ...]]:
    return world.rows(select(journal.c.id, journal.c.explanation).order_by(journal.c.id))


def test_case_79_a_corrected_article_changes_no_past_booking(world: World) -> None:
    world.clear([line("LS-1")])
    before = booked(world)

    assert world.articles(CORRECTED).changed == 1
    again = world.clear([line("LS-1")], name="again.csv")
    world.clear([line("LS-2")], name="later.csv")

    assert again.tally.duplicate == 1
    assert booked(world)[:1] == before
    assert bonus(world) == 800 + 820
    assert world.violated() == {}


def test_case_79_a_return_takes_back_what_was_given_and_not_what_would_be_given_today(world: World) -> None:
    world.clear([line("LS-1")])
    world.articles(CORRECTED)

    world.clear([line("LS-1", movement="RETURN", quantity="4", delivered_on="2026-05-20")], name="back.csv")

    assert bonus(world) == 480
    assert world.violated() == {}
