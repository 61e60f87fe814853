"""Files that come from outside: recognised by content, drawn as pictures, and refused with a reason by name."""

import json
import struct
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import pytest

from tests.support.pictures import encrypted_pdf, pages, photo, scripted_pdf, shown, turned_photo
from tests.support.portal import DELIVERIES, Portal
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.uploads import FileType, Refused, type_of
from treuwerk.services.documents_folder import Documents
from treuwerk.services.submissions.storing_files import SCRIPT, StoredFile, store_file

BOMB = 300 << 20


def stored(portal: Portal, content: bytes, name: str = "scan.bin") -> StoredFile:
    return store_file(portal.installation, BytesIO(content), name)


def refusal(portal: Portal, content: bytes, name: str = "scan.bin") -> str:
    with pytest.raises(Refusal) as refused:
        stored(portal, content, name)
    return refused.value.code


def packed(members: dict[str, bytes]) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return content.getvalue()


def png_of(width: int, height: int) -> bytes:
    """A tiny file that claims many pixels, and nearly keeps its word."""
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_pictures_are_drawn_anew(sqlite_uploading: Portal, folder: Path, kind: str) -> None:
    taken = stored(sqlite_uploading, photo(kind=kind))

    assert (taken.state, taken.pages, taken.reader) == ("clean", 1, "")
    assert shown(Documents(folder).picture(taken.sha256, 1)).format == "JPEG"


def test_photos_of_phones_are_read_where_the_library_is_there(sqlite_uploading: Portal) -> None:
    pytest.importorskip("pillow_heif").register_heif_opener()

    taken = stored(sqlite_uploading, photo(kind="HEIF"), "IMG_0001.HEIC")

    assert (taken.media_type, taken.pages) == ("image/heic", 1)


def test_a_photo_stands_upright_and_tells_nothing_of_its_camera(sqlite_uploading: Portal, folder: Path) -> None:
    taken = stored(sqlite_uploading, turned_photo())

    picture = Documents(folder).picture(taken.sha256, 1)
    assert shown(picture).size == (400, 800)
    assert dict(shown(picture).getexif()) == {}
    assert b"Secret Camera" not in picture.read_bytes()
    assert b"Secret Camera" in Documents(folder).original(taken.sha256).read_bytes()


@pytest.mark.parametrize("kind", ["PDF", "TIFF"])
def test_every_page_of_a_document_is_a_picture(sqlite_uploading: Portal, folder: Path, kind: str) -> None:
    taken = stored(sqlite_uploading, pages(["One", "Two", "Three"], kind))

    assert taken.pages == 3
    assert all(Documents(folder).picture(taken.sha256, number, small=True).is_file() for number in (1, 2, 3))


def test_the_same_content_is_kept_once_and_nothing_is_left_over(sqlite_uploading: Portal, folder: Path) -> None:
    first, second = stored(sqlite_uploading, photo(), "a.jpg"), stored(sqlite_uploading, photo(), "b.jpg")

    assert first.sha256 == second.sha256
    assert len([path for path in (folder / "files").rglob("*") if path.is_file()]) == 1
    assert list((folder / "incoming").iterdir()) == []


@pytest.mark.parametrize("name", ["../../../etc/passwd", r"..\..\windows\system32\x.jpg", "/absolute.jpg", "a\0b.jpg",
                                  ""])
def test_case_59_no_name_leads_outside_the_folder(sqlite_uploading: Portal, folder: Path, name: str) -> None:
    before = {path for path in folder.parent.rglob("*") if folder not in path.parents}

    taken = stored(sqlite_uploading, photo(), name)

    assert {path for path in folder.parent.rglob("*") if folder not in path.parents} == before | {folder}
    assert Documents(folder).original(taken.sha256).is_file()
    assert "/" not in taken.name
    assert "\\" not in taken.name


@pytest.mark.parametrize("digest", ["../x", "a" * 63, "A" * 64, "a" * 64 + "\n", "..%2f" + "a" * 59])
def test_what_is_no_hash_is_no_path(tmp_path: Path, digest: str) -> None:
    with pytest.raises(ValueError, match="expected a SHA-256"):
        Documents(tmp_path).original(digest)


def test_case_59_a_file_above_the_size_is_refused(small_limits: Portal, folder: Path) -> None:
    assert refusal(small_limits, photo() + bytes(1 << 20)) == "too_large"
    assert list((folder / "incoming").iterdir()) == []


def test_case_59_a_picture_of_too_many_pixels_is_refused_undecoded(sqlite_uploading: Portal) -> None:
    with pytest.raises(Refusal) as refused:
        stored(sqlite_uploading, png_of(7_000, 5_000))

    assert (refused.value.code, refused.value.facts) == ("too_many_pixels", {"width": 7000, "height": 5000, "most": 30})
    assert refusal(sqlite_uploading, png_of(60_000, 60_000)) == "too_many_pixels"


@pytest.mark.parametrize("kind", ["PDF", "TIFF"])
def test_case_59_too_many_pages_are_refused(small_limits: Portal, kind: str) -> None:
    assert refusal(small_limits, pages(["1", "2", "3", "4"], kind)) == "too_many_pages"


def test_a_spreadsheet_of_a_version_that_nobody_has_is_refused(sqlite_uploading: Portal) -> None:
    content = bytearray(packed({"[Content_Types].xml": b"x", "xl/workbook.xml": b"x"}))
    content[content.find(b"PK\1\2") + 6] = 99  # the version that is needed to unpack it

    assert refusal(sqlite_uploading, bytes(content), "book.xlsx") == "broken"


def test_case_59_a_zip_bomb_is_refused_unpacked(sqlite_uploading: Portal) -> None:
    bomb = packed({"[Content_Types].xml": b"<Types/>", "xl/worksheets/sheet1.xml": bytes(BOMB)})

    assert len(bomb) < 400_000
    assert refusal(sqlite_uploading, bomb, "book.xlsx") == "zip_bomb"


@pytest.mark.parametrize("members", [
    {"inner.zip": packed({"a": b"x"})}, {"[Content_Types].xml": b"", "../../evil": b"x"}, {"readme.txt": b"x"}],
    ids=["nested", "path", "plain"])
def test_case_59_archives_are_refused(sqlite_uploading: Portal, members: dict[str, bytes]) -> None:
    assert refusal(sqlite_uploading, packed(members), "book.xlsx") == "archive"


def test_case_59_a_pdf_with_a_password_is_refused(sqlite_uploading: Portal) -> None:
    assert refusal(sqlite_uploading, encrypted_pdf()) == "encrypted"


def test_case_59_a_pdf_with_a_script_is_shown_as_pictures_and_marked(sqlite_uploading: Portal) -> None:
    taken = stored(sqlite_uploading, scripted_pdf())

    assert (taken.state, taken.pages, taken.found) == ("clean", 1, SCRIPT)
    assert stored(sqlite_uploading, pages(["no script"])).found == ""


@pytest.mark.parametrize("content", [photo()[:2_000], b"%PDF-1.7\nnothing follows", b"\x89PNG\r\n\x1a\n" + bytes(50)],
                         ids=["half a photo", "empty pdf", "empty png"])
def test_broken_files_are_refused(sqlite_uploading: Portal, content: bytes) -> None:
    assert refusal(sqlite_uploading, content) == "broken"


@pytest.mark.parametrize(("content", "code"), [
    (b"", "empty"), (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "svg"),
    (b"<?xml version='1.0'?><!-- x --><svg onload='alert(1)'/>", "svg"), (b"<!doctype html><p>", "html"),
    (b"  <HTML><script>", "html"),
    (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>", "doctype"),
    (b"MZ\x90\0", "program"), (b"#!/bin/sh\n", "program"), (b"Rar!\x1a\7", "archive"), (b"\0\1\2\3", "unknown"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_office"), (b"\0\0\0\x18ftypmp42", "video")])
def test_what_is_never_taken_is_named(content: bytes, code: str) -> None:
    assert type_of(content) == Refused(code)


@pytest.mark.parametrize(("content", "kind"), [
    (b"\xef\xbb\xbf<?xml version='1.0'?><Invoice/>", FileType.XML), ("<Invoice/>".encode("utf-16"), FileType.XML),
    (b"UNA:+.? 'UNB+UNOC:3", FileType.EDI), (b'{"number": 1}', FileType.JSON), (b"a;b\n1;2\n", FileType.TEXT)])
def test_what_machines_read_is_recognised(content: bytes, kind: FileType) -> None:
    assert type_of(content) == kind


def test_a_picture_with_a_page_behind_it_is_only_a_picture(sqlite_uploading: Portal, folder: Path) -> None:
    polyglot = photo() + b"<html><script>alert(1)</script></html>"

    taken = stored(sqlite_uploading, polyglot, "page.html")

    assert taken.media_type == "image/jpeg"
    assert b"script" not in Documents(folder).picture(taken.sha256, 1).read_bytes()


def test_a_file_of_a_feed_is_read_at_once(sqlite_uploading: Portal) -> None:
    content = DELIVERIES + "LS-9;10;2026-11-01;1001;M400;10;PCE;MODULE;\nLS-9;20;2026-11-01;1001;HOOK;4;PCE;MODULE;\n"

    taken = stored(sqlite_uploading, content.encode(), "note.csv")

    assert taken.reader == "deliveries"
    assert taken.document is not None
    assert (taken.document.number, [line.article_seller for line in taken.document.lines]) == ("LS-9", ["M400", "HOOK"])


@pytest.mark.parametrize(("rows", "code"), [
    (["A;1;2026-11-01;1001;M400;1;PCE;MODULE;"] * 3, "too_many_lines"),
    (["A;1;2026-11-01;1001;M400;1;PCE;MODULE;", "B;1;2026-11-01;1001;M400;1;PCE;MODULE;"], "too_many_documents")])
def test_a_file_of_a_feed_that_is_more_than_one_purchase_is_refused(small_limits: Portal, rows: list[str],
                                                                    code: str) -> None:
    assert refusal(small_limits, (DELIVERIES + "\n".join(rows) + "\n").encode(), "note.csv") == code


@pytest.mark.parametrize("content", [b"Dear all, please see below", json.dumps({"a": 1}).encode(), b"<Invoice/>"])
def test_what_nothing_reads_is_refused(sqlite_uploading: Portal, content: bytes) -> None:
    assert refusal(sqlite_uploading, content) == "unread"
