"""What a programme brings for its pages is checked before anyone sees it."""

from pathlib import Path

import pytest

from tests.support.portal import PROGRAMME, open_portal
from treuwerk.programme.errors import ProgrammeError
from treuwerk.programme.reading import read_programme
from treuwerk.store.database import Database
from treuwerk.web.shell.checking import presentation_mistakes

HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'


def mistakes(folder: Path, files: dict[str, bytes], more: str = "") -> list[str]:
    (folder / "programme.toml").write_text(PROGRAMME + more, "utf-8")
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    return [str(mistake) for mistake in presentation_mistakes(read_programme(folder))]


def test_a_programme_without_pages_of_its_own_is_right(tmp_path: Path) -> None:
    assert mistakes(tmp_path, {}) == []


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    found = mistakes(tmp_path, {"templates/login.html": b"<h1>\n{% if %}</h1>", "translations/es.po": HEAD.encode()},
                     '\n[theme]\naccent = "#ffff00"\n')

    assert [text.split(": found")[0] for text in found] == [
        "programme.toml: theme.accent", "templates/login.html:2", "translations/es.po"]


@pytest.mark.parametrize(("message", "expected"), [
    ('msgid "on %(day)s"\nmsgstr "am %(tag)s"', "found placeholder 'tag', expected only those of the original: day"),
    ('#, fuzzy\nmsgid "Line"\nmsgstr "Zeile"', "found marked fuzzy"),
    ('msgid "Points"\nmsgstr "100 % Punkte"', "found a single %"),
    ('mgsid "Points"\nmsgstr "Punkte"', "expected a .po file that can be read"),
])
def test_a_text_that_would_break_a_page_is_named(tmp_path: Path, message: str, expected: str) -> None:
    found = mistakes(tmp_path, {"translations/de.po": f"{HEAD}{message}\n".encode()})

    assert len(found) == 1
    assert found[0].startswith("translations/de.po")
    assert expected in found[0]


def test_a_template_in_another_encoding_is_named(tmp_path: Path) -> None:
    assert mistakes(tmp_path, {"templates/login.html": "Tür".encode("latin-1")}) == [
        "templates/login.html: found byte 0xfc at 1, expected UTF-8 text"]


def test_the_portal_does_not_start_with_a_mistake(tmp_path: Path, sqlite_database: Database) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/login.html").write_text("{% block %}", "utf-8")
    portal = open_portal(tmp_path, sqlite_database)

    with pytest.raises(ProgrammeError) as raised:
        portal.visitor()

    assert raised.value.mistakes[0].path == "templates/login.html:1"
