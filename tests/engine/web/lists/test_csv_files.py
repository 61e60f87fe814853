"""Files: harmless whatever program opens them, exact, in pieces, and nobody's burden while they are sent."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal

from tests.support.office import acting
from tests.support.portal import Portal
from treuwerk.services.participants import participant_list
from treuwerk.services.participants.participant_list import Narrowed, Ordered
from treuwerk.store.tables import saved_view
from treuwerk.web.lists.csv_files import Cell, Spreadsheet
from treuwerk.web.shell.notation import Notation

GERMAN = Notation(",", ".", "dmy", ".")


def test_cells_are_written_for_people_or_for_programs() -> None:
    row: list[Cell] = [
        1_234, Decimal("0.5"), -3, date(2026, 12, 31), datetime(2026, 12, 31, 23, 5, tzinfo=UTC), 'say "x"; y']

    people, programs = ("".join(Spreadsheet(notation).pieces([row])) for notation in (GERMAN, None))

    assert people == '\ufeff1234;0,5;-3;31.12.2026;31.12.2026 23:05;"say ""x""; y"\r\n'
    assert programs == '1234,0.5,-3,2026-12-31,2026-12-31T23:05:00+00:00,"say ""x""; y"\r\n'


def test_a_long_file_goes_out_in_pieces_that_make_one_file() -> None:
    rows: list[list[Cell]] = [[f"name {number}", number] for number in range(20_000)]

    pieces = list(Spreadsheet(None).pieces(rows))

    assert 3 < len(pieces) < 20
    assert list(csv.reader("".join(pieces).splitlines())) == [[name, str(number)] for name, number in rows]


def test_who_downloads_slowly_keeps_nobody_from_writing(portal: Portal) -> None:
    database = portal.installation.database
    rows = participant_list.all_participants(acting(), database, portal.installation.programme.settings, Narrowed(),
                                             Ordered())
    first = next(rows)

    with database.writing() as connection:  # would wait for the reader on SQLite, and fail
        connection.execute(saved_view.insert().values(owner_id=1, list="x", name="x", query="", position=1, version=1))

    assert {first.number, *(one.number for one in rows)} == {"1001", "1002"}
