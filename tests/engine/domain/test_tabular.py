"""Delimited text line by line: a broken line never takes a good one with it."""

from collections.abc import Iterator
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treuwerk.domain.tabular import LONGEST_LINE, BadLine, Dialect, Row, UnreadableFile, header, rows

GOOD = b"good;line\n"


def read(data: bytes, dialect: Dialect | None = None) -> list[Row | BadLine]:
    return list(rows(BytesIO(data), dialect or Dialect()))


def only_bad(data: bytes, dialect: Dialect | None = None) -> BadLine:
    """The bad line between two good ones, which must both be there."""
    first, bad, last = read(GOOD + data + GOOD, dialect)
    assert first == (1, ["good", "line"])
    assert isinstance(bad, BadLine)
    assert last == (bad.at + 1, ["good", "line"])
    return bad


@pytest.mark.parametrize(("line", "code", "found"), [
    (b"a;b\rc\n", "stray_control", "a lone carriage return"),
    (b"a;b\0c\n", "stray_control", "a NUL character"),
    (b"a;b\x0bc\n", "stray_control", "control character '\\x0b'"),
    (b'a;b"c;d\n', "stray_quote", "a quote"),
    (b'a; "b;c"\n', "stray_quote", "a quote"),
    (b'a;"b\n', "stray_quote", "a quote"),
    (b'a;"b"c;d\n', "stray_quote", "a quote"),
    (b"a;M\xfcller\n", "bad_encoding", "byte 0xfc"),
    (b"a;\xed\xa0\x80\n", "bad_encoding", "byte 0xed"),
], ids=["lone CR", "NUL", "vertical tab", "quote inside", "blank before quote", "quote not closed", "text behind quote",
        "Latin 1", "surrogate"])
def test_a_broken_line_is_named_and_its_neighbours_are_kept(line: bytes, code: str, found: str) -> None:
    bad = only_bad(line)

    assert (bad.at, bad.code) == (2, code)
    assert f"found {found}" in bad.reason
    assert "expected" in bad.reason


def test_a_line_of_ten_megabytes_is_passed_over_in_pieces() -> None:
    bad = only_bad(b"x" * 10_000_000 + b"\n")

    assert (bad.at, bad.code) == (2, "line_too_long")
    assert str(LONGEST_LINE) in bad.reason
    assert len(bad.raw) <= 60


def test_a_first_line_that_is_too_long_behind_a_byte_order_mark_is_one_line() -> None:
    first, second = read(b"\xef\xbb\xbf" + b"x" * (LONGEST_LINE + 10) + b"\n" + GOOD)

    assert isinstance(first, BadLine)
    assert first.code == "line_too_long"
    assert second == (2, ["good", "line"])


def test_a_line_of_just_the_longest_length_is_read() -> None:
    [(_, cells)] = rows(BytesIO(b"x" * (LONGEST_LINE - 1) + b"\n"), Dialect())  # type: ignore[misc]

    assert cells == ["x" * (LONGEST_LINE - 1)]


def test_the_byte_order_mark_is_no_part_of_the_first_cell() -> None:
    assert read(b"\xef\xbb\xbfa;b\n") == [(1, ["a", "b"])]


def test_the_byte_order_mark_is_only_passed_over_at_the_beginning() -> None:
    assert read(b"a\n\xef\xbb\xbfb\n") == [(1, ["a"]), (2, ["\ufeffb"])]


@pytest.mark.parametrize("data", [b"a;b\nc;d\n", b"a;b\r\nc;d\r\n", b"a;b\r\nc;d", b"a;b\nc;d"])
def test_line_ends_of_every_system_and_none_at_the_end(data: bytes) -> None:
    assert read(data) == [(1, ["a", "b"]), (2, ["c", "d"])]


def test_empty_lines_are_passed_over_and_counted() -> None:
    assert read(b"\na\n\r\n\nb\n") == [(2, ["a"]), (5, ["b"])]


def test_an_empty_file_has_no_rows() -> None:
    assert read(b"") == []


def test_quoted_cells_hold_delimiters_and_doubled_quotes() -> None:
    assert read(b'"a;b";"say ""hi""";"";c\n') == [(1, ["a;b", 'say "hi"', "", "c"])]


def test_the_encoding_is_the_one_that_was_agreed() -> None:
    assert read("Müller;5 €\n".encode("cp1252"), Dialect(encoding="cp1252")) == [(1, ["Müller", "5 €"])]


def test_other_line_separators_of_unicode_are_text() -> None:
    assert read("a\u2028b\x85c\n".encode()) == [(1, ["a\u2028b\x85c"])]


@given(st.lists(st.binary(max_size=40).map(lambda raw: raw.replace(b"\n", b"")), max_size=20))
def test_every_line_that_is_not_empty_is_answered_once_at_its_number(lines: list[bytes]) -> None:
    data = b"".join(line + b"\n" for line in lines)

    answers = read(data)

    expected = [at for at, line in enumerate(lines, start=1)
                if (line.removeprefix(b"\xef\xbb\xbf") if at == 1 else line).rstrip(b"\r")]
    assert [answer.at if isinstance(answer, BadLine) else answer[0] for answer in answers] == expected


cells = st.text(st.characters(codec="utf-8", min_codepoint=32, exclude_characters="\ufeff"), max_size=12)


@given(st.lists(cells, min_size=2, max_size=6))
def test_what_was_quoted_is_read_back_without_the_blanks_around_it(row: list[str]) -> None:
    line = ";".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n"

    assert read(line.encode()) == [(1, [cell.strip() for cell in row])]


def heading(data: bytes, required: list[str]) -> dict[str, int]:
    lines: Iterator[Row | BadLine] = rows(BytesIO(data), Dialect())
    return header(next(lines, None), required, ";")


def test_a_header_tells_the_place_of_each_column_in_any_order() -> None:
    assert heading(b" b ;extra;a\n", ["a", "b"]) == {"b": 0, "extra": 1, "a": 2}


@pytest.mark.parametrize(("data", "message"), [
    (b"", "the file is empty; expected a header line with customer;amount"),
    (b"custmer;amount\n", "line 1: column missing: customer (did you mean custmer?); found 'custmer;amount'"),
    (b"customer,amount\n", "line 1: column missing: customer"),
    (b"customer,amount\n", "Is this the right file and delimiter?"),
    (b"\n\nnothing\n", "line 3: column missing: customer, amount"),
    (b"customer;amount;customer\n", "line 1: column customer stands twice in the header"),
    (b"customer;\xfc\n", "line 1: no header: found byte 0xfc, expected utf-8"),
    (b'"customer;amount\n', "line 1: no header: found a quote"),
    (b"customer;amount\rx;1\r", "line 1: no header: found a lone carriage return"),
], ids=["empty", "misspelt", "delimiter", "hint", "late", "twice", "encoding", "quote", "old Macintosh"])
def test_a_file_without_the_right_header_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(UnreadableFile) as error:
        heading(data, ["customer", "amount"])

    assert message in str(error.value)
