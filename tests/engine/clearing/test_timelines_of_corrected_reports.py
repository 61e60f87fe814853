"""Where a feed corrects what a report was credited, its timeline says so, once for each document."""

import pytest
from sqlalchemy import select, update

from tests.support.accounts import account
from tests.support.reports import document, goods, report, submit
from tests.support.worlds import World, line
from treuwerk.store.tables import submission, submission_event

EVENTS = select(submission_event.c.kind, submission_event.c.text, submission_event.c.actor).order_by(
    submission_event.c.number)


@pytest.fixture
def reported(world: World) -> World:
    """Brandmaier reported two lines of 12 modules, and they were credited."""
    submit(world, account(world), "LS-1", row=7, state="accepted")
    receipt = report(world, document("LS-1", goods(qty=12), goods(at=2, qty=9, article="SW-M-405")), name="upload",
                     owner="sub_1")
    with world.database.writing() as connection:
        connection.execute(update(submission).values(run_id=receipt.run))
    return world


def test_a_feed_that_corrects_a_report_leaves_an_entry(reported: World) -> None:
    reported.clear([line()])

    assert reported.rows(EVENTS) == [("replaced", "LS-1", "direct:deliveries")]
    assert reported.violated() == {}


def test_a_document_in_several_files_leaves_one(reported: World) -> None:
    reported.clear([line()])
    reported.clear([line(position="20", article_number="SW-M-405", quantity="8"), line()], name="more.csv")
    reported.clear([line()], name="again.csv")

    assert [kind for kind, *_ in reported.rows(EVENTS)] == ["replaced"]


def test_a_feed_that_says_the_same_leaves_none(reported: World) -> None:
    reported.clear([line(quantity="12")])

    assert reported.rows(EVENTS) == []
