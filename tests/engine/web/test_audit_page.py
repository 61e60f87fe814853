"""The audit as people read it: words instead of codes, narrowed by links, kept as views."""

import ast
import re
from pathlib import Path

import pytest

import treuwerk.services
from tests.support.desk import NOTE, filled, sent
from tests.support.portal import Portal, open_portal
from treuwerk.domain.rights import PERMISSIONS
from treuwerk.store.database import Database
from treuwerk.web.office.words import ACTIONS, THINGS


@pytest.fixture
def desk(tmp_path: Path, sqlite_database: Database) -> Portal:
    """Two companies, and people who help them."""
    return open_portal(tmp_path, sqlite_database)


def note_by(portal: Portal, name: str, customer: str = "1001") -> None:
    sent(portal.in_office("agent", name=name), f"/office/participants/{portal.account(customer)}/notes/new", **NOTE)


def test_codes_are_told_in_words(desk: Portal) -> None:
    note_by(desk, "Clara")

    page = desk.in_office("admin", name="Ada").get("/office/audit?action=note.write").text

    assert "Kind: <ins>Call from the participant</ins>" in page
    assert "Status: <ins>Waiting for the participant</ins>" in page
    assert "call_in" not in page


def test_links_narrow_it_and_chips_widen_it_again(desk: Portal) -> None:
    note_by(desk, "Clara")
    note_by(desk, "David", "1002")
    ada = desk.in_office("admin", name="Ada")

    of_one = ada.get(f"/office/audit?account={desk.account('1001')}").text
    clara = re.search(r'href="(/office/audit\?[^"]*user=\d+[^"]*)">Clara<', ada.get("/office/audit").text)
    assert clara
    of_clara = ada.get(clara[1].replace("&amp;", "&")).text

    assert "Participant: Müller &amp; Söhne" in of_one
    assert ("Clara</a>" in of_one, "David</a>" in of_one) == (True, False)
    assert "User: Clara" in of_clara
    assert ("Clara</a>" in of_clara, "David</a>" in of_clara) == (True, False)
    assert re.search(r'class="chip" href="/office/audit"', of_clara)


@pytest.mark.parametrize("query", ["user=x", "user=9223372036854775808", "account=1e3", "account=-1",
                                   "action=note.fly", "who=Nobody", "x=1"])
def test_what_is_no_filter_is_refused(desk: Portal, query: str) -> None:
    assert desk.in_office("admin", name="Ada").get(f"/office/audit?{query}").status_code == 400


def test_a_view_is_kept_for_the_team(desk: Portal) -> None:
    ada = desk.in_office("admin", name="Ada")
    page = "/office/audit?action=note"
    ada.post("/office/audit/views", data={"query": "action=note", "name": "What was written", "team": "1"})

    assert "What was written" in desk.in_office("admin", name="Eve").get(page).text


def test_old_entries_are_pages_away(desk: Portal) -> None:
    ada = desk.in_office("admin", name="Ada")
    for number in range(60):
        ada.get(f"/office/search?q=word{number}")

    first = ada.get("/office/audit?action=search").text
    following = re.search(r'href="(/office/audit\?[^"]*after=[^"]+)"', first)
    assert following
    second = ada.get(following[1].replace("&amp;", "&")).text

    pages = [re.findall(r"<ins>word(\d+)</ins>", page) for page in (first, second)]
    assert [len(page) for page in pages] == [50, 10]
    assert sorted(map(int, pages[0] + pages[1])) == list(range(60))


def test_every_act_has_words() -> None:
    folder = Path(treuwerk.services.__file__).parent
    named = re.compile(rf"(?:{'|'.join(THINGS)})\.[a-z_]+")
    found = {node.value for path in folder.rglob("*.py") for node in ast.walk(ast.parse(path.read_text("utf-8")))
             if isinstance(node, ast.Constant) and isinstance(node.value, str) and named.fullmatch(node.value)}

    assert found - {one.name for one in PERMISSIONS} - ACTIONS.keys() == set()
    assert len(found) > 20


def test_of_whom_is_checked(desk: Portal) -> None:
    agent = desk.in_office("agent", name="Clara")

    assert agent.get("/office/audit").status_code == 403
    assert agent.post("/office/audit/views", data=filled(agent, "/office", name="x")).status_code == 403
