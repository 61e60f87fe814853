"""A file that is broken as a whole is held: nothing of it is booked until a person decides."""

from pathlib import Path

import pytest
from sqlalchemy import select

from tests.support.corrections import bonus
from tests.support.edifact import interchange, message
from tests.support.office import acting
from tests.support.worlds import SIX_IN_THE_EVENING, World, line, lines, make_world, table
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import NotAllowed
from treuwerk.services.clearing import held_files
from treuwerk.services.clearing.held_faults import all_faults
from treuwerk.services.clearing.held_files import HeldFile
from treuwerk.services.clearing.receipts import Receipt
from treuwerk.store.database import Database
from treuwerk.store.held import HELD
from treuwerk.store.tables import audit_entry, clearing_run, journal, problem, work_item

pytestmark = pytest.mark.usefixtures("documents")

HOLD = """
[sources.hold]
bad_percent = 20
bad_lines = 3
"""
EDI = """
[[sources]]
name = "edi"
reader = "edifact"
"""
HEAD = ("DTM+137:20260504:102", "DTM+11:20260504:102", "NAD+SU+4098765000001::9++SolarWorld", "NAD+BY+10017::91")
BROKEN = {"quantity": "ten"}


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """A world whose feed holds files of which more than a fifth is bad, from three bad lines on."""
    return make_world(tmp_path / "league", database, other=[
        ('"csv_feed",', '"csv_feed", "edifact",'), ("[measures]", f"{HOLD}{EDI}\n[measures]"),
        ("MODULE = 1 }", 'MODULE = 1, "" = 1 }')])


@pytest.fixture
def trailed(tmp_path: Path, database: Database) -> World:
    """The same whose files end with a row that tells how many lines there are."""
    return make_world(tmp_path / "league", database, other=[
        ("[measures]", f'{HOLD}\n[sources.trailer]\nmark = "END"\n\n[measures]')])


def file_of(good: int, bad: int, number: str = "LS") -> str:
    rows = [line(f"{number}-{at}") for at in range(good)] + [line(f"{number}-x{at}", **BROKEN) for at in range(bad)]
    return table(rows)


def clear(world: World, content: str | bytes, name: str = "may.csv", **options: object) -> Receipt:
    return world.clear(content, name=name, source="edi" if name.endswith(".edi") else "deliveries", **options)  # type: ignore[arg-type]


def nothing_is_there(world: World) -> bool:
    return not any(world.rows(select(one)) for one in (journal, clearing_run, problem))


def only(world: World) -> HeldFile:
    with world.database.reading() as connection:
        [one] = held_files.listed(acting(), connection, ())
    return one


def test_case_55_more_bad_lines_than_agreed_hold_the_whole_file(world: World) -> None:
    receipt = clear(world, file_of(good=8, bad=3))

    assert nothing_is_there(world)
    assert receipt.held is not None
    assert receipt.held["reasons"][0] | {"text": ""} == {"code": "bad_lines", "text": "", "found": 3, "expected": 11}
    assert "3 of 11 lines that cannot be read, expected at most 20 %" in receipt.held["reasons"][0]["text"]
    assert [fault["line"] for fault in receipt.held["faults"]] == [10, 11, 12]
    assert receipt.tally.lines == 0
    [(kind, gist)] = world.rows(select(work_item.c.kind, work_item.c.gist).where(work_item.c.state == "open"))
    assert (kind, gist.startswith("may.csv: found 3 of 11 lines")) == ("held_file", True)


@pytest.mark.parametrize(("good", "bad"), [(12, 3), (1, 2)], ids=["few by share", "few by number"])
def test_case_55_fewer_bad_lines_are_set_aside_one_by_one(world: World, good: int, bad: int) -> None:
    receipt = clear(world, file_of(good, bad))

    assert receipt.held is None
    assert (receipt.tally.booked, receipt.tally.rejected) == (good, bad)


@pytest.mark.parametrize(("told", "found", "is_held"), [
    (12, 12, False), (14, 12, False), (10, 12, False), (15, 12, True), (9, 12, True), (105, 100, False),
    (112, 100, True)])
def test_case_55_a_trailer_that_tells_far_more_or_fewer_lines_holds_the_file(trailed: World, told: int, found: int,
                                                                            is_held: bool) -> None:
    receipt = clear(trailed, f"{table(lines(found))}END;{told}\n")

    assert (receipt.held is not None, receipt.tally.booked) == (is_held, 0 if is_held else found)
    if receipt.held:
        assert [(one["code"], one["found"], one["expected"]) for one in receipt.held["reasons"]] == [
            ("miscount", found, told)]
        assert nothing_is_there(trailed)


@pytest.mark.parametrize("end", ["", "END;\n", "END;many\n"])
def test_case_55_a_file_without_the_trailer_that_was_agreed_is_held(trailed: World, end: str) -> None:
    receipt = clear(trailed, table(lines(30)) + end)

    assert receipt.held is not None
    assert [one["code"] for one in receipt.held["reasons"]] == ["cut_off"]
    assert nothing_is_there(trailed)


def test_case_55_a_row_behind_the_trailer_is_a_bad_line(trailed: World) -> None:
    receipt = clear(trailed, f"{table(lines(30))}END;30\n{table([line('LS-9')]).splitlines()[1]}\n")

    assert [one["code"] for one in receipt.problems] == ["behind_trailer"]
    assert receipt.tally.booked == 30


def note(count: int, *, segments: str = "", lines_told: str = "", messages: str = "") -> bytes:
    """An interchange of one delivery note, whose counts are right where nothing else is said."""
    segments_of_lines = [one for at in range(count) for one in (f"LIN+{at + 1}++SW-M-400:SA", "QTY+12:10:PCE")]
    made = message("DESADV", "BGM+351+L1+9", *HEAD, *segments_of_lines, f"CNT+2:{lines_told or count}")
    if segments:
        made = [*made[:-1], f"UNT+{segments}+{made[-1].rpartition('+')[2]}"]
    data = interchange(made)
    return data.replace(b"UNZ+1+", f"UNZ+{messages}+".encode()) if messages else data


@pytest.mark.parametrize("wrong", [{"segments": "99"}, {"lines_told": "40"}, {"messages": "12"}], ids=str)
def test_case_55_counts_of_an_interchange_that_are_far_off_hold_it(world: World, wrong: dict[str, str]) -> None:
    receipt = clear(world, note(20, **wrong), "may.edi")

    assert receipt.held is not None
    assert [one["code"] for one in receipt.held["reasons"]] == ["miscount"]
    assert nothing_is_there(world)


@pytest.mark.parametrize("wrong", [{"segments": "48"}, {"lines_told": "21"}, {"messages": "2"}], ids=str)
def test_case_55_a_small_mismatch_is_a_warning_and_every_line_is_booked(world: World, wrong: dict[str, str]) -> None:
    receipt = clear(world, note(20, **wrong), "may.edi")

    assert (receipt.held, receipt.problems, receipt.tally.booked) == (None, [], 20)


def test_case_55_an_interchange_that_was_cut_off_is_held(world: World) -> None:
    whole = note(20)

    receipt = clear(world, whole[:whole.index(b"UNT+")], "may.edi")

    assert receipt.held is not None
    assert {one["code"] for one in receipt.held["reasons"]} == {"cut_off"}
    assert nothing_is_there(world)


def test_case_55_a_rehearsal_says_so_and_stores_nothing(world: World) -> None:
    before = world.counts()

    receipt = clear(world, file_of(good=8, bad=3), dry_run=True)

    assert receipt.held is not None
    assert receipt.dry_run
    assert world.counts() == before


def test_case_55_the_same_file_again_is_held_once_and_another_name_changes_nothing(world: World) -> None:
    first = clear(world, file_of(8, 3))
    second = clear(world, file_of(8, 3), "june.csv")

    assert first.held is not None
    assert second.held is not None
    assert first.held["id"] == second.held["id"]
    assert only(world).state == HELD


def test_case_55_a_released_file_books_its_good_lines(world: World) -> None:
    clear(world, file_of(8, 3))
    with world.database.writing() as connection:
        held_files.release(acting(), connection, only(world).public_id, "The partner confirmed it", SIX_IN_THE_EVENING)

    receipt = clear(world, file_of(8, 3))
    again = clear(world, file_of(8, 3))

    assert (receipt.held, receipt.tally.booked, receipt.tally.rejected) == (None, 8, 3)
    assert (again.tally.booked, again.tally.duplicate) == (0, 8)
    assert bonus(world) == 8 * 800
    assert only(world).state == "cleared"
    assert world.violated() == {}


def test_case_55_a_rejected_file_stays_out_whoever_sends_it_again(world: World) -> None:
    clear(world, file_of(8, 3))
    with world.database.writing() as connection:
        held_files.reject(acting(), connection, only(world).public_id, "Wrong export of May", SIX_IN_THE_EVENING)

    receipt = clear(world, file_of(8, 3))

    assert receipt.held is not None
    assert (receipt.held["state"], receipt.held["reason"]) == ("rejected", "Wrong export of May")
    assert nothing_is_there(world)


@pytest.mark.parametrize("act", [held_files.release, held_files.reject])
def test_a_decision_is_taken_back_while_nothing_is_booked(world: World, act: object) -> None:
    clear(world, file_of(8, 3))
    public_id = only(world).public_id
    with world.database.writing() as connection:
        act(acting(), connection, public_id, "Looked at it", SIX_IN_THE_EVENING)  # type: ignore[operator]

    with world.database.writing() as connection:
        held_files.reopen(acting(), connection, public_id, SIX_IN_THE_EVENING + 1)

    assert clear(world, file_of(8, 3)).held is not None
    assert only(world).state == HELD
    assert nothing_is_there(world)
    acts = [action for action, in world.rows(select(audit_entry.c.action).order_by(audit_entry.c.happened_at))]
    assert acts[-2:] in (["file.release", "file.reopen"], ["file.reject", "file.reopen"])


def test_what_is_booked_is_not_held_again(world: World) -> None:
    clear(world, file_of(8, 3))
    public_id = only(world).public_id
    with world.database.writing() as connection:
        held_files.release(acting(), connection, public_id, "Looked at it", SIX_IN_THE_EVENING)
    clear(world, file_of(8, 3))

    with world.database.writing() as connection, pytest.raises(Refusal, match="cleared already"):
        held_files.reopen(acting(), connection, public_id, SIX_IN_THE_EVENING + 1)


def test_who_decides_second_is_told(world: World) -> None:
    clear(world, file_of(8, 3))
    one = only(world)
    with world.database.writing() as connection:
        held_files.reject(acting(), connection, one.public_id, "Wrong export", SIX_IN_THE_EVENING, version=one.version)

    with world.database.writing() as connection, pytest.raises(Refusal, match="rejected already"):
        held_files.release(acting(), connection, one.public_id, "Looks right", SIX_IN_THE_EVENING, version=one.version)


def test_a_decision_asks_for_its_right_and_a_reason(world: World) -> None:
    clear(world, file_of(8, 3))
    one = only(world)

    with world.database.writing() as connection:
        with pytest.raises(NotAllowed):
            held_files.release(acting(permissions=["deliveries.read"]), connection, one.public_id, "Why not", 1)
        with pytest.raises(Refusal, match="two words"):
            held_files.reject(acting(), connection, one.public_id, "no", SIX_IN_THE_EVENING)


def test_all_faults_of_a_held_file_can_be_read(world: World) -> None:
    clear(world, file_of(good=100, bad=150))

    found = list(all_faults(world.installation, only(world)))

    assert len(only(world).faults) == 100
    assert [row[0] for row in found] == list(range(102, 252))
    assert {row[3] for row in found} == {"unreadable"}
