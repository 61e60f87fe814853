"""A plugin that is installed shows everywhere it should; removed, nothing of it is left."""

import re
from pathlib import Path

import attrs
import pytest

from tests.support.portal import NOW, PROGRAMME, USUAL, Portal, at, open_portal
from tests.support.sample_plugin import SamplePlugin, seminars
from treuwerk.domain.pages import NavigationEntry, Page, PageAnswer, WebPart
from treuwerk.domain.rights import Audience
from treuwerk.hookspecs import hookimpl
from treuwerk.programme.errors import ProgrammeError
from treuwerk.programme.reading import read_programme
from treuwerk.services.installation import Installation
from treuwerk.store.database import Database
from treuwerk.web.application import create_app

SAMPLE = Path(__file__).parents[2] / "support" / "sample_part"
WITH = PROGRAMME.replace('"activity_points"]', '"activity_points", "sample"]')


@pytest.fixture
def without(tmp_path: Path, sqlite_database: Database) -> Portal:
    portal = open_portal(tmp_path, sqlite_database)
    for day, lines in USUAL.items():
        portal.deliver(day, *lines)
    return portal


def using(portal: Portal, plugin: object, folder: Path) -> Portal:
    (folder / "programme.toml").write_text(WITH, "utf-8")
    programme = read_programme(folder, {"sample": plugin})
    return attrs.evolve(portal, installation=Installation(programme, portal.installation.database))


@pytest.fixture
def installed(without: Portal, tmp_path: Path) -> Portal:
    return using(without, SamplePlugin(), tmp_path)


def test_an_installed_plugin_has_its_entry_page_panel_picture_and_style_guide(installed: Portal) -> None:
    client = installed.signed_in(language="de")

    overview, page, guide = (client.get(path).text for path in ("/", "/seminars", "/_styleguide"))

    assert re.search(r'href="/account".*href="/seminars">Seminare</a>.*href="/purchases"', overview, re.DOTALL)
    assert "<h2>Seminare in Ihrer Nähe</h2><p>&lt;2880&gt;</p>" in overview
    assert 'href="/seminars" aria-current="page"' in page
    assert "Sie haben 2.880 Punkte zum Einlösen." in page
    assert "Seat of a seminar" in guide
    picture = re.findall(r'src="(/static/sample/roof\.[0-9a-f]+\.svg)"', page)[0]
    assert client.get(picture).status_code == 200
    sheet = re.findall(r'href="(/static/theme\.[0-9a-f]+\.css)"', page)[0]
    assert "@layer plugins {\n.seat" in client.get(sheet).text


def test_a_removed_plugin_leaves_nothing(without: Portal) -> None:
    client = without.signed_in()

    assert client.get("/seminars").status_code == 404
    for path in ("/", "/_styleguide"):
        assert "/seminars" not in client.get(path).text
        assert "Seat of a seminar" not in client.get(path).text


def test_who_lacks_the_right_sees_neither_entry_nor_panel_nor_page(installed: Portal) -> None:
    client = installed.signed_in(role="member")  # its rights are listed one by one

    overview = client.get("/").text

    assert "/seminars" not in overview
    assert "Seminars near you" not in overview
    assert client.get("/seminars").status_code == 403
    assert installed.visitor().get("/seminars").headers["location"] == "/login?next=/seminars"


def test_the_form_of_a_page_leads_on_and_never_to_another_site(installed: Portal) -> None:
    client = installed.signed_in()

    answer = client.post("/seminars", data={"seat": "1"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/seminars?wanted=roof")
    assert client.get("/seminars?done=//evil.example").headers["location"] == "/"


def test_a_panel_that_breaks_leaves_the_page_standing(installed: Portal, caplog: pytest.LogCaptureFixture) -> None:
    answer = installed.signed_in(now=at("2030-01-05")).get("/")

    assert answer.status_code == 200
    assert "Could not be loaded" in answer.text
    assert "panel seats of plugin sample failed" in caplog.text


def test_a_part_that_would_be_unguarded_or_unfound_stops_the_start(without: Portal, tmp_path: Path) -> None:
    class Wrong:
        @hookimpl
        def web_parts(self) -> list[WebPart]:
            pages = (Page("/seminars", "one", Audience.PORTAL, "nobody.knows", seminars),
                     Page("/", "two", Audience.PORTAL, "own.account.read", seminars),
                     Page("/seminars", "three", Audience.PORTAL, "audit.read", seminars))
            return [WebPart("office", pages=pages, navigation=(NavigationEntry("four", {"en": "Four"}, "no-icon"),))]

    with pytest.raises(ProgrammeError) as raised:
        create_app(using(without, Wrong(), tmp_path).installation, lambda: NOW)

    told = "\n".join(map(str, raised.value.mistakes))
    for expected in ("'office'", "'nobody.knows', which nobody declares", "path '/'", "'audit.read' of the office",
                     "page 'four'", "icon 'no-icon'", "GET /seminars"):
        assert expected in told



def test_values_of_a_page_may_have_any_names(without: Portal, tmp_path: Path) -> None:
    values = {"points": 7, "wanted": "", "status": "open", "template": "x", "visit": "y", "values": "z"}

    class Named:
        @hookimpl
        def web_parts(self) -> list[WebPart]:
            page = Page("/seminars", "seminars", Audience.PORTAL, "own.account.read",
                        lambda _: PageAnswer("seminars.html", values))
            return [WebPart("sample", SAMPLE, (page,))]

    answer = using(without, Named(), tmp_path).signed_in().get("/seminars")

    assert answer.status_code == 200
    assert "7 points" in answer.text


@pytest.mark.parametrize(("path", "audience", "told"), [
    ("/account", Audience.PORTAL, "the engine has /account itself"),
    ("/bookings/mine", Audience.PORTAL, "the engine has /bookings/{id} itself"),
    ("/participants", Audience.OFFICE, "the engine has /office/participants itself"),
    ("/office/seminars", Audience.PORTAL, "a path of its own")])
def test_a_page_that_nobody_could_reach_stops_the_start(without: Portal, tmp_path: Path, path: str, audience: Audience,
                                                       told: str) -> None:
    right = "own.account.read" if audience is Audience.PORTAL else "audit.read"

    class Hidden:
        @hookimpl
        def web_parts(self) -> list[WebPart]:
            return [WebPart("sample", pages=(Page(path, "one", audience, right, seminars),))]

    with pytest.raises(ProgrammeError, match=re.escape(told)):
        create_app(using(without, Hidden(), tmp_path).installation, lambda: NOW)
