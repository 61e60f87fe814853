"""What makes a clerk look twice: facts from what is stored, beside a document."""

from typing import Any

import pytest
from sqlalchemy import event

from tests.support.accounts import DONNELLY, account, at
from tests.support.office import acting
from tests.support.reports import document, goods, scored, submit
from tests.support.worlds import SIX_IN_THE_EVENING, World, line, lines
from treuwerk.domain.documents import Document
from treuwerk.domain.rights import NotAllowed
from treuwerk.services.clearing.hints import Hint, Reported, Weight, hints


def found(world: World, one: Document, **more: Any) -> dict[str, Hint]:
    reported = Reported(one, account(world), scored(world, one), **more)
    with world.database.reading() as connection:
        return {hint.code: hint for hint in hints(acting(), connection, world.installation, reported,
                                                  SIX_IN_THE_EVENING)}


def test_a_usual_purchase_of_a_known_seller_makes_nobody_look_twice(world: World) -> None:
    world.clear([*lines(5), line("LS-9", customer_number=DONNELLY)])

    assert found(world, document("LS-77", goods(qty=30))) == {}


def test_a_quantity_far_above_all_before_is_named_with_its_history(world: World) -> None:
    world.clear([*lines(4), line("LS-9", customer_number=DONNELLY)])

    hint = found(world, document("LS-77", goods(qty=31)))["quantity_far_above"]

    assert hint == Hint("quantity_far_above", Weight.DOUBT, {
        "article": "SW-M-400", "quantity": "31", "largest": "10", "usual": "10", "lines": "4"}, (1,))


def test_two_lines_before_are_no_history(world: World) -> None:
    world.clear([*lines(2), line("LS-9", customer_number=DONNELLY)])

    assert found(world, document("LS-77", goods(qty=500))) == {}


def test_a_note_that_another_participant_reported_is_named(world: World) -> None:
    world.clear([line("LS-9", customer_number=DONNELLY)])
    submit(world, account(world, DONNELLY), "LS-77", row=5)
    submit(world, account(world, DONNELLY), "LS-77", row=6, state="withdrawn")
    submit(world, account(world), "LS-77", row=7)

    hint = found(world, document("LS-77"))["note_of_others"]

    assert (hint.facts["count"], hint.facts["submissions"].count("sub_")) == ("1", 1)


def test_a_seller_from_whom_nobody_else_bought_is_named(world: World) -> None:
    world.clear(lines(3))

    assert found(world, document("LS-77"))["seller_of_nobody_else"].facts["name"] == "SolarWorld"
    assert found(world, document("LS-77"))["seller_of_nobody_else"].weight is Weight.NOTICE


def test_a_series_just_below_the_limit_is_named_and_what_reaches_it_is_not_counted(world: World) -> None:
    for row, points in enumerate(("900", "999", "1000", "799"), 1):
        submit(world, account(world), f"LS-{row}", row=row, expected=f'{{"bonus":{points}}}')

    hint = found(world, document("LS-77"), limits={"bonus": 1_000})["just_below_limit"]

    assert hint.facts == {"unit": "bonus", "limit": "1000", "count": "3", "days": "30"}


def test_submissions_in_the_small_hours_are_a_series_by_the_programmes_clock(world: World) -> None:
    for row, moment in enumerate(("2026-05-30T23:30", "2026-05-30T00:10", "2026-05-28T03:59", "2026-05-29T04:30"), 1):
        submit(world, account(world), f"LS-{row}", row=row, created_at=at(moment))

    assert found(world, document("LS-77"))["night_series"].facts["count"] == "3"


def test_nobody_without_the_right_sees_hints(world: World) -> None:
    reported = Reported(document(), account(world), scored(world, document()))

    with world.database.reading() as connection, pytest.raises(NotAllowed):
        hints(acting(permissions=["queue.read"]), connection, world.installation, reported, SIX_IN_THE_EVENING)


def questions(world: World, count: int) -> int:
    """How many statements the hints for a document of so many lines take."""
    one, statements = document("LS-77", *(goods(number, qty=99) for number in range(1, count + 1))), list[str]()
    reported = Reported(one, account(world), scored(world, one))

    def note(*of_event: Any) -> None:
        statements.append(of_event[2])

    event.listen(world.database.engine, "before_cursor_execute", note)
    with world.database.reading() as connection:
        hints(acting(), connection, world.installation, reported, SIX_IN_THE_EVENING)
    event.remove(world.database.engine, "before_cursor_execute", note)
    return len(statements)


def test_a_long_document_asks_as_few_questions_as_a_short_one(world: World) -> None:
    world.clear([*lines(30), line("LS-9", customer_number=DONNELLY)])

    assert questions(world, 300) == questions(world, 1) > 0
