"""Packed files: read as what is in them, refused where they unpack to more than they should. Case 59 of clearing."""

import gzip
import zipfile
from functools import partial
from io import BytesIO
from random import Random

import pytest

from treuwerk.domain.packed import Limits, bytes_read, check_archive, unpacked
from treuwerk.domain.tabular import UnreadableFile

TEXT = b"".join(b"L%d;M220;27;PCE\n" % number for number in range(20_000))


def archive(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> BytesIO:
    """A ZIP archive with these entries."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", method) as file:
        for name, content in entries:
            file.writestr(name, content)
    return packed


def test_what_is_packed_by_gzip_is_read_as_what_it_is() -> None:
    stream = unpacked(BytesIO(gzip.compress(TEXT)), Limits(), "a.csv.gz")

    first = stream.readline()
    stream.seek(0)

    assert (first, stream.read()) == (b"L0;M220;27;PCE\n", TEXT)


def test_what_is_not_packed_is_left_alone() -> None:
    stream = BytesIO(TEXT)

    assert unpacked(stream, Limits(), "a.csv") is stream


def test_several_packed_parts_behind_each_other_are_one_file() -> None:
    packed = gzip.compress(TEXT[:100_000]) + gzip.compress(TEXT[100_000:])

    assert unpacked(BytesIO(packed), Limits(), "a").read() == TEXT


def test_progress_counts_packed_bytes() -> None:
    packed = gzip.compress(TEXT)
    stream = unpacked(BytesIO(packed), Limits(), "a")
    stream.read()

    assert bytes_read(stream) == len(packed)


@pytest.mark.parametrize("data", [gzip.compress(TEXT)[:-2000], gzip.compress(TEXT)[:50] + b"\0" * 50],
                         ids=["cut", "overwritten"])
def test_a_packed_file_that_is_torn_says_so(data: bytes) -> None:
    with pytest.raises(UnreadableFile, match=r"a\.gz: .*send it again"):
        unpacked(BytesIO(data), Limits(), "a.gz").read()


def test_case_59_a_bomb_packed_by_gzip_is_refused_before_it_fills_anything() -> None:
    stream = unpacked(BytesIO(gzip.compress(bytes(200_000_000))), Limits(), "bomb.gz")
    read = list[int]()

    with pytest.raises(UnreadableFile, match=r"bomb\.gz: unpacks to more than 250 times its size"):
        read.extend(map(len, iter(partial(stream.read, 65_536), b"")))

    assert sum(read) < 60_000_000


def test_case_59_a_file_that_is_too_large_in_all_is_refused() -> None:
    noise = gzip.compress(Random(5).randbytes(300_000))

    with pytest.raises(UnreadableFile, match="unpacks to more than 0 MB; send it in parts"):
        unpacked(BytesIO(noise), Limits(most_bytes=200_000), "a.gz").read()


@pytest.mark.parametrize(("packed", "says"), [
    (archive(("x", bytes(200_000_000))), "unpacks to more than 250 times its size"),
    (archive(("../../etc/passwd", b"x")), "found the entry '../../etc/passwd', expected names inside the archive"),
    (archive(("/etc/passwd", b"x")), "expected names inside the archive"),
    (archive(*((f"{number}", b"") for number in range(1_001))), "found 1,001 entries, expected at most 1,000"),
    (archive(("x", b"y"), method=zipfile.ZIP_LZMA), "is packed in a way that spreadsheets do not use"),
], ids=["bomb", "path upwards", "path from the root", "too many", "method"])
def test_case_59_hostile_archives_are_refused(packed: BytesIO, says: str) -> None:
    with pytest.raises(UnreadableFile, match=says):
        check_archive(packed, Limits(), "a.xlsx")


def test_case_59_an_archive_with_a_password_is_refused() -> None:
    data = bytearray(archive(("x", b"y")).getvalue())
    data[data.index(b"PK\1\2") + 8] |= 1

    with pytest.raises(UnreadableFile, match="is locked by a password; send it without one"):
        check_archive(BytesIO(bytes(data)), Limits(), "a.xlsx")


def test_case_59_what_an_archive_says_of_its_size_is_not_believed() -> None:
    data = bytearray(archive(("x", bytes(100_000_000))).getvalue())
    directory = data.index(b"PK\1\2")
    data[directory + 24:directory + 28] = (10).to_bytes(4, "little")

    with pytest.raises(UnreadableFile, match="unpacks to more than 250 times its size"):
        check_archive(BytesIO(bytes(data)), Limits(), "a.xlsx")


def test_case_59_what_an_archive_says_of_how_well_it_is_packed_is_not_believed() -> None:
    """A bomb that says of itself that a megabyte was packed into it, with other bytes behind it."""
    data = bytearray(archive(("x", bytes(50_000_000))).getvalue())
    data[data.index(b"PK\1\2") + 20:data.index(b"PK\1\2") + 24] = (1 << 20).to_bytes(4, "little")

    with pytest.raises(UnreadableFile, match="unpacks to more than 250 times its size"):
        check_archive(BytesIO(bytes(data)), Limits(), "a.xlsx")


def test_case_59_entries_that_lie_over_one_another_are_packed_once() -> None:
    """A hundred names for the same packed bytes, each harmless by itself."""
    one = archive(("x", b"roof" * 60_000 + TEXT)).getvalue()
    at, end = one.index(b"PK\1\2"), one.index(b"PK\5\6")
    entry, tail = one[at:end], bytearray(one[end:])
    tail[8:10] = tail[10:12] = (100).to_bytes(2, "little")
    tail[12:16] = (100 * len(entry)).to_bytes(4, "little")

    with pytest.raises(UnreadableFile, match="unpacks to more than 250 times its size"):
        check_archive(BytesIO(one[:at] + 100 * entry + bytes(tail)), Limits(), "a.xlsx")


def test_an_archive_is_unpacked_piece_by_piece_to_whoever_watches() -> None:
    seen: dict[str, bytes] = {}

    names = check_archive(archive(("a", TEXT), ("b", b"b")), Limits(), "a.zip",
                          lambda entry, piece: seen.update({entry: seen.get(entry, b"") + piece}))

    assert (names, seen) == (["a", "b"], {"a": TEXT, "b": b"b"})
