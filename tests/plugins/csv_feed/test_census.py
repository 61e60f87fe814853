"""Counting is stricter than reading: what the census passes, the reader reads."""

from io import BytesIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from treuwerk_csv_feed.reader import CsvFeed
from treuwerk_csv_feed.settings import Columns, CsvFeedSettings, Feature, Trailer

COLUMNS = Columns(number="no", line="pos", date="day", issue_date="issued", buyer="cust", article="art",
                  quantity="qty", unit="unit", amount="net", movement="move", gtin="gtin")
FEATURES = {"scope": Feature("scope", ["SYSTEM", "MODULE"])}
HEADER = "no;pos;day;issued;cust;art;qty;unit;net;move;gtin;scope;more"
GOOD = "L1;1;2026-05-04;;10017;M400;10;PCE;812,50;;;SYSTEM;Größe 3"
CELLS = [["L1", " L1", "", "\u00a0", "Ä", "L 1 "], ["1", "", "x" * 3000], ["2026-05-04", "2026-02-29", "2024-02-29",
         "2026-02-30", "2026-04-31", "2026-13-01", "0000-01-01", "", "04.05.2026"], ["", "2026-05-04", "yesterday"],
         ["10017", ""], ["M400", "", "M\t4"], ["10", "-3", "1,5", "1.5", "", "ten", "1" * 13, "1,1234567", "٣"],
         ["PCE", ""], ["", "812,50", "1.234,56", "5-"], ["", "CANCEL", "RETURN", "DELIVER", "GIFT", "cancel"],
         ["", "9524000041142"], ["SYSTEM", "MODULE", "", "system", " SYSTEM"],
         ["", "a", '"a"', 'a"b', "a\x07", "a\x7f"]]


def settings(**more: object) -> CsvFeedSettings:
    return CsvFeedSettings(columns=COLUMNS, features=FEATURES, seller="SW", **more)  # type: ignore[arg-type]


def counted(data: bytes, **more: object) -> tuple[int, int] | None:
    found = CsvFeed("feed", settings(**more)).census(BytesIO(data))
    return None if found is None else (found.lines, found.doubtful)


def unreadable(data: bytes, **more: object) -> int:
    return sum(fault.severity == "error" for document in CsvFeed("feed", settings(**more)).read(BytesIO(data))
               for fault in document.faults)


@given(rows=st.lists(st.one_of(
    st.tuples(*map(st.sampled_from, CELLS)).map(";".join),
    st.tuples(*(st.sampled_from(cells[:1] * 8 + cells) for cells in CELLS)).map(";".join),
    st.sampled_from([GOOD, "", " ", "L1;1", GOOD + ";", "\r", "x" * 70_000, '"', GOOD + "\r"])), max_size=12),
    ends=st.sampled_from(["\n", "\r\n"]), encoding=st.sampled_from(["utf-8", "cp1252", "iso8859-15"]),
    patterns=st.sampled_from([["YYYY-MM-DD"], ["YYYY-MM-DD", "DD.MM.YYYY"]]))
@example(rows=["L1;1;2026-02-28;;1;M;1;PCE;;;;SYSTEM;"], ends="\n", encoding="utf-8", patterns=["YYYY-MM-DD"])
def test_what_the_census_passes_can_be_read(rows: list[str], ends: str, encoding: str, patterns: list[str]) -> None:
    data = ends.join([HEADER, *rows, ""]).encode(encoding, "replace")

    found = counted(data, encoding=encoding, date_patterns=patterns)

    if found is not None:
        assert found[1] >= unreadable(data, encoding=encoding, date_patterns=patterns)


def test_a_sound_file_is_told_without_doubt() -> None:
    assert counted(f"{HEADER}\n{(GOOD + chr(10)) * 300}".encode()) == (300, 0)


@pytest.mark.parametrize("more", [
    {"encoding": "utf-16"}, {"columns": Columns(
        number="no", line="no", date="day", buyer="cust", article="art", quantity="qty", unit="unit")}], ids=str)
def test_where_counting_cannot_tell_somebody_reads(more: dict[str, object]) -> None:
    feed = CsvFeedSettings(**{"columns": COLUMNS, "features": FEATURES, "seller": "SW", **more})  # type: ignore[arg-type]

    assert CsvFeed("feed", feed).census(BytesIO(f"{HEADER}\n{GOOD}\n".encode())) is None


def test_a_line_at_the_border_of_a_piece_is_one_line() -> None:
    data = f"{HEADER}\n{(GOOD + chr(10)) * 40_000}".encode()

    assert counted(data) == (40_000, 0)


@pytest.mark.parametrize(("last", "found"), [
    ("END;3", (3, 0)), ("END;4", None), ("END", None), ("", None), (GOOD, None)])
def test_the_trailer_is_believed_where_it_is_right(last: str, found: tuple[int, int] | None) -> None:
    data = f"{HEADER}\n{(GOOD + chr(10)) * 3}{last}\n".encode()

    assert counted(data, trailer=Trailer(mark="END")) == found
