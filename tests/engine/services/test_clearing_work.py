"""Files with lines that wait, in the work queue: closed by the booking itself, open again when lines wait anew."""

from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.support.accounts import all_at_once
from tests.support.worlds import World, line
from treuwerk.store.tables import work_item

NOBODY_YET = [line(f"LS-5{number}", customer_number=str(777 + number)) for number in range(2)]
MORE = "customer_number;name;group\n777;Neu GmbH;installer\n778;Neuer GmbH;installer\n"


def open_files(world: World) -> list[str]:
    return [gist for (gist,) in world.rows(select(work_item.c.gist).where(work_item.c.state == "open").order_by(
        work_item.c.gist))]


def test_it_closes_by_itself_when_the_last_line_that_waited_is_booked_by_other_files(world: World) -> None:
    world.clear([line(), *NOBODY_YET], name="first.csv")
    world.participants(MORE)

    world.clear(NOBODY_YET[:1], name="second.csv")
    assert open_files(world) == ["first.csv"]
    world.clear(NOBODY_YET[1:], name="third.csv")

    assert open_files(world) == []
    assert world.violated() == {}


def test_what_was_rejected_keeps_it_open_for_a_person(world: World) -> None:
    world.clear([line("LS-9", scope="KOMPLETT"), NOBODY_YET[0]], name="first.csv")
    world.participants(MORE)

    world.clear(NOBODY_YET[:1], name="second.csv")

    assert open_files(world) == ["first.csv"]


def test_the_same_file_again_is_one_thing_to_do(world: World) -> None:
    world.clear(NOBODY_YET, name="first.csv")
    world.clear(NOBODY_YET, name="first.csv")

    assert open_files(world) == ["first.csv"]
    assert len(world.rows(select(work_item.c.id))) == 2
    world.participants(MORE)
    world.clear(NOBODY_YET, name="first.csv")
    assert open_files(world) == []


def test_lines_that_wait_anew_open_work_anew(world: World) -> None:
    world.clear(NOBODY_YET[:1], name="first.csv")
    world.participants(MORE)
    world.clear(NOBODY_YET[:1], name="first.csv")
    assert open_files(world) == []

    world.clear([line("LS-7", customer_number="999")], name="later.csv")

    assert open_files(world) == ["later.csv"]


@pytest.mark.parametrize("attempt", range(3))
def test_two_files_that_settle_the_last_lines_at_once_close_it(world: World, tmp_path: Path, attempt: int) -> None:
    world.clear(NOBODY_YET, name=f"first-{attempt}.csv")
    world.participants(MORE)

    all_at_once([partial(world.clear, [row], name=f"part-{number}.csv") for number, row in enumerate(NOBODY_YET)])

    assert open_files(world) == []
