"""Tesseract: its table is read strictly, its program is called without a shell, and what is missing is told by name."""

import io
import os
import shutil
import stat
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from treuwerk.domain.page_words import DrawnPage, PageReaderUnavailable, Word
from treuwerk.plugins import load
from treuwerk.programme.settings import PageReaderHead, PageReading
from treuwerk.services.submissions.page_recognising import recognise
from treuwerk_tesseract.reader import Tesseract
from treuwerk_tesseract.settings import TesseractSettings
from treuwerk_tesseract.tsv import NoTable, words_of

RECORDED = Path(__file__).with_name("delivery_note.tsv")
"""What Tesseract 5.3.0 with German, English and French wrote of a note of ours."""
ROWS = ("Sonnenlicht AG", "Lieferschein Nr. 80012345", "Lieferdatum: 05.11.2026", '1 M400 Modul "schwarz" 10 Stk')
HEAD = RECORDED.read_text("utf-8").partition("\n")[0]
needs_the_program = pytest.mark.skipif(
    shutil.which("tesseract") is None,
    reason="the program tesseract is not on this machine; Debian has it as tesseract-ocr, with tesseract-ocr-deu")


def paper() -> Image.Image:
    """The note of which the recording was made."""
    image = Image.new("RGB", (1_240, 500), "white")
    for at, row in enumerate(ROWS):
        ImageDraw.Draw(image).text((90, 60 + at * 90), row, fill="black", font_size=44)
    return image


def page(image: Image.Image | None = None) -> DrawnPage:
    drawn = image or paper()
    content = io.BytesIO()
    drawn.save(content, "PNG")
    return DrawnPage(content.getvalue(), *drawn.size, 1, ("de",), 30)


def program(folder: Path, script: str) -> str:
    """A program of ours in place of Tesseract."""
    path = folder / "program"
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def table(*cells: str) -> str:
    return f"{HEAD}\n" + "\t".join(cells) + "\n"


def test_words_of_a_recorded_table_have_places_and_confidences() -> None:
    words = list(words_of(RECORDED.read_text("utf-8"), 1_240, 500))

    assert [word.text for word in words] == " ".join(ROWS).split()
    number = next(word for word in words if word.text == "80012345")
    assert 0.8 < number.confidence <= 1
    assert 400 < number.left < 470
    assert 140 < number.top < 180


def test_a_quotation_mark_swallows_no_rows() -> None:
    words = [word.text for word in words_of(RECORDED.read_text("utf-8"), 1_240, 500)]

    assert words[-3:] == ['"schwarz"', "10", "Stk"]


@pytest.mark.parametrize(("cells", "expected"), [
    (("5", "1", "1", "1", "1", "1", "-3", "10", "50", "20", "96.5", "Note"), Word("Note", 0.965, 0, 10, 50, 20)),
    (("5", "1", "1", "1", "1", "1", "90", "10", "50", "20", "101", "edge"), Word("edge", 1.0, 90, 10, 10, 20)),
    (("5", "1", "1", "1", "1", "1", "0", "0", "5", "5", "-1", "no"), Word("no", 0.0, 0, 0, 5, 5))])
def test_boxes_and_confidences_are_brought_within_their_limits(cells: tuple[str, ...], expected: Word) -> None:
    assert list(words_of(table(*cells), 100, 100)) == [expected]


@pytest.mark.parametrize("cells", [
    ("5", "1", "1", "1", "1", "1", "0", "0", "50", "20", "96", "   "),
    ("4", "1", "1", "1", "1", "0", "0", "0", "9", "9", "-1", ""),
    ("5", "1", "1", "1", "1", "1", "200", "0", "50", "20", "96", "beyond")])
def test_what_is_no_word_on_the_page_is_left_out(cells: tuple[str, ...]) -> None:
    assert list(words_of(table(*cells), 100, 100)) == []


@pytest.mark.parametrize("text", ["", "no table", table("5", "1", "1", "1", "1", "1", "left", "0", "5", "5", "96", "x"),
                                  table("5", "1")])
def test_another_table_is_refused(text: str) -> None:
    with pytest.raises(NoTable, match="expected"):
        list(words_of(text, 100, 100))


def test_a_program_that_is_not_there_is_told_with_its_package() -> None:
    reader = Tesseract(TesseractSettings(program="tesseract-of-nowhere"))

    with pytest.raises(PageReaderUnavailable, match="install the Debian package tesseract-ocr"):
        reader.read(page())
    with pytest.raises(PageReaderUnavailable, match="install the Debian package tesseract-ocr"):
        reader.answers()


def test_a_missing_language_is_told_with_its_package(tmp_path: Path) -> None:
    script = 'case "$1" in --list-langs) echo "List of languages (1):"; echo eng;; *) echo "tesseract 5";; esac'
    reader = Tesseract(TesseractSettings(program=program(tmp_path, script), languages=["deu", "chi_sim", "eng"]))

    with pytest.raises(PageReaderUnavailable, match=r"has no files of chi_sim, deu; install the Debian packages "
                                                    r"tesseract-ocr-chi-sim tesseract-ocr-deu"):
        reader.answers()


def test_the_program_gets_arguments_one_thread_and_no_environment_of_ours(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    seen = tmp_path / "seen"
    script = f'printf "%s\\n" "$@" > {seen}; env >> {seen}; cat > /dev/null; printf "%s\\n" "{HEAD}"'
    reader = Tesseract(TesseractSettings(program=program(tmp_path, script), data="/my data; rm -rf x"))

    assert reader.read(page()) == []

    told = seen.read_text("utf-8").splitlines()
    assert told[:8] == ["stdin", "stdout", "-l", "deu+eng+fra", "--psm", "3", "--dpi", "200"]
    assert "/my data; rm -rf x" in told
    assert "OMP_THREAD_LIMIT=1" in told
    assert not [line for line in told if "secret" in line]


def test_a_program_that_fails_says_what_it_said(tmp_path: Path) -> None:
    reader = Tesseract(TesseractSettings(program=program(tmp_path, 'cat > /dev/null; echo "bad picture" >&2; exit 1')))

    with pytest.raises(RuntimeError, match="ended with code 1: bad picture"):
        reader.read(page())


def test_languages_that_are_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="languages"):
        TesseractSettings(languages=["deu -c evil"])


@needs_the_program
def test_a_page_is_read_in_the_process_of_its_own(tmp_path: Path) -> None:
    paper().save(tmp_path / "1.jpg", "JPEG", quality=82)
    registry, failed = load(["tesseract"])
    kind = registry.page_readers()["tesseract"]
    settings = kind.settings(languages=["eng"])
    reading = PageReading(PageReaderHead("tesseract"), settings, kind.build(settings))

    upright = recognise(reading, tmp_path / "1.jpg", 0, 1, ["de"])

    assert failed == {}
    assert (upright.state, upright.width, upright.height) == ("read", 1_240, 500)
    assert "80012345" in [word.text for word in upright.words]


@needs_the_program
def test_a_page_that_lies_on_its_side_is_turned_before_it_is_read(tmp_path: Path) -> None:
    paper().rotate(90, expand=True).save(tmp_path / "1.jpg", "JPEG", quality=82)
    settings = TesseractSettings(languages=["eng"])
    reading = PageReading(PageReaderHead("tesseract"), settings, Tesseract(settings))

    turned = recognise(reading, tmp_path / "1.jpg", 90, 1, ["de"])

    assert (turned.width, turned.height) == (1_240, 500)
    assert "80012345" in [word.text for word in turned.words]


@needs_the_program
def test_the_program_tells_its_version() -> None:
    assert Tesseract(TesseractSettings(languages=["eng"])).answers().startswith("tesseract ")
    assert os.environ.get("TESSDATA_PREFIX") is None
