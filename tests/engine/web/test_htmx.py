"""No template asks htmx, or the browser, for what the content security policy stops."""

from pathlib import Path

import pytest

from tests.support.portal import PROGRAMME
from treuwerk.programme.reading import read_programme
from treuwerk.web.shell.assets import WEB
from treuwerk.web.shell.checking import presentation_mistakes
from treuwerk.web.shell.htmx import forbidden

PLUGINS = Path(__file__).parents[3] / "plugins"
FOLDERS = [WEB, *(folder for folder in PLUGINS.iterdir() if folder.is_dir())]


def test_no_template_of_ours_holds_code_or_style() -> None:
    templates = [path for folder in FOLDERS for path in folder.rglob("templates/**/*.html")
                 if path.name != "maintenance.html"]  # served as a lone file while nothing else answers

    assert len(templates) > 10
    assert [(path.name, *found) for path in templates for found in forbidden(path.read_text("utf-8"))] == []


@pytest.mark.parametrize("html", [
    '<button hx-on:click="alert(1)">', '<button data-hx-on::after:swap="x()">', "<a hx-vals='js:{a: b()}'>",
    '<a data-hx-headers="javascript:x()">', '<input data-hx-trigger="keyup[key==\'Enter\']">', '<a hx-get="js:x()">',
    '<a hx-confirm="js:ask()">', '<p style="color: red">', '<p onclick="x()">', "<style>p{}</style>",
    "<script>x()</script>", '<a href="javascript:x()">', '<a hx-vals="a:1, b:js:x()">',
])
def test_what_would_be_stopped_is_found(html: str) -> None:
    assert [line for line, _ in forbidden(f"<p>\n{html}\n</p>")] == [2]


@pytest.mark.parametrize("html", [
    '<a data-hx-get="/x" data-hx-target="#list" data-hx-swap="outerMorph show:top" data-hx-push-url="true">',
    '<form data-hx-trigger="submit, change delay:200ms">', '<script type="module" src="/static/x.js"></script>',
    '<input data-hx-trigger="{{ triggers[0] }}">', '<p data-style="x" lang="de">', '<a hx-vals="a:1">',
])
def test_what_works_is_let_through(html: str) -> None:
    assert list(forbidden(html)) == []


def test_a_programme_is_told_the_line(tmp_path: Path) -> None:
    (tmp_path / "programme.toml").write_text(PROGRAMME, "utf-8")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/base.html").write_text('<p>\n<a hx-on:click="x()">y</a>', "utf-8")

    mistakes = presentation_mistakes(read_programme(tmp_path))

    assert [(one.path, one.found) for one in mistakes] == [("templates/base.html:2", 'hx-on:click="x()"')]
