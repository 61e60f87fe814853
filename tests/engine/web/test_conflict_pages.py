"""The pages of conflicts: both sides, a decision with a reason, refused where somebody was faster, undone again."""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.engine.clearing.test_deciding import points
from tests.support.clerks import decided, handed_in, note, with_page
from tests.support.clerks import line as entered
from tests.support.desk import filled
from tests.support.pictures import photo
from tests.support.portal import DELIVERIES, Portal, at
from treuwerk.services.clearing.clearing import clear_file
from treuwerk.store.submissions import change_page

DELIVERED = "LS-77;10;2026-11-05;1001;M400;{};PCE;SYSTEM;"


def deliver(portal: Portal, day: str, *lines: str) -> None:
    """Clear delivery lines on a day, also those that wait or are rejected."""
    path = portal.folder / f"{day}.csv"
    path.write_text(DELIVERIES + "\n".join(lines) + "\n", "utf-8")
    clear_file(portal.installation, path, at(day))


@pytest.fixture
def one(empty_portal: Portal) -> tuple[Portal, TestClient, str]:
    """A portal where a feed said 10 and then 12 of the same line, somebody who decides, and the conflict's page."""
    deliver(empty_portal, "2026-11-20", DELIVERED.format(10))
    deliver(empty_portal, "2026-11-21", DELIVERED.format(12))
    clerk = empty_portal.in_office("agent", name="Clara Weiß")
    [path] = re.findall(r'href="(/office/conflicts/[0-9]+-[0-9]+)"', clerk.get("/office/conflicts").text)
    return empty_portal, clerk, path


def test_both_sides_stand_beside_each_other(one: tuple[Portal, TestClient, str]) -> None:
    _, clerk, path = one

    page = clerk.get(path).text

    assert "First: this is booked" in page
    assert "Second: this waits" in page
    assert page.count("differs") >= 2
    assert "/office/bookings/pur_" in page


def test_the_list_is_narrowed_sorted_and_leafed_through(empty_portal: Portal) -> None:
    numbers = range(10, 63)
    deliver(empty_portal, "2026-11-20", *(f"LS-{at_};10;2026-11-05;1001;M400;10;PCE;SYSTEM;" for at_ in numbers))
    deliver(empty_portal, "2026-11-21", *(f"LS-{at_};10;2026-11-05;1001;M400;12;PCE;SYSTEM;" for at_ in numbers))
    clerk, home = empty_portal.in_office("agent", name="Clara Weiß"), "/office/conflicts"

    first = clerk.get(home).text
    following = re.search(r'href="([^"]*after=[^"]+)"', first)
    assert following
    last = clerk.get(following[1].replace("&amp;", "&")).text

    assert ("53 entries" in first, _rows(first), _rows(last)) == (True, 50, 3)
    assert "before=" in last
    assert _rows(clerk.get(f"{home}?words=LS-33").text) == 1
    assert _rows(clerk.get(f"{home}?code=serial_known").text) == 0
    assert "(LS-10)" in clerk.get(f"{home}?sort=at").text
    path = re.findall(r'href="(/office/conflicts/[0-9]+-[0-9]+)"', clerk.get(f"{home}?words=LS-33").text)[0]
    _decide(clerk, path, "reject", "The sender sent it twice")
    assert _rows(clerk.get(f"{home}?words=LS-33").text) == 0
    assert clerk.get(f"{home}?waits=1").status_code == 200
    assert clerk.get(f"{home}?code=nothing").status_code == 400


def _rows(page: str) -> int:
    return len(re.findall(r'href="/office/conflicts/[0-9]+-[0-9]+"', page))


def test_a_decision_is_carried_out_and_told(one: tuple[Portal, TestClient, str]) -> None:
    portal, clerk, path = one

    page = _decide(clerk, path, "second", "The sender confirmed twelve")

    assert "The conflict is decided." in page
    assert "The sender confirmed twelve" in page
    assert points(portal)["bonus"] == 960
    assert "No conflicts" in clerk.get("/office/conflicts").text


def test_without_a_reason_nothing_is_decided(one: tuple[Portal, TestClient, str]) -> None:
    portal, clerk, path = one

    answer = clerk.post(f"{path}/decide", data=filled(clerk, path, act="second", reason="ok"))

    assert answer.status_code == 422
    assert "at least two words" in answer.text
    assert points(portal)["bonus"] == 800


def test_who_comes_second_sees_what_was_decided(one: tuple[Portal, TestClient, str]) -> None:
    portal, clerk, path = one
    other = portal.in_office("agent", name="David Braun")
    stale = filled(other, path, act="both", reason="Two lorries on one day")
    _decide(clerk, path, "first", "The sender took it back")

    answer = other.post(f"{path}/decide", data=stale)

    assert answer.status_code == 303
    assert "Somebody decided this meanwhile" in other.get(answer.headers["location"]).text
    assert points(portal)["bonus"] == 800


def test_another_person_undoes_it(one: tuple[Portal, TestClient, str]) -> None:
    portal, clerk, path = one
    _decide(clerk, path, "both", "Two lorries on one day")
    assert "Undo the decision" not in clerk.get(path).text
    lead = portal.in_office("agent", name="David Braun")

    answer = lead.post(f"{path}/undo", data=filled(lead, path, reason="It was one lorry"))

    assert "The conflict is open again." in lead.get(answer.headers["location"]).text
    assert points(portal)["bonus"] == 800


def test_an_upload_shows_its_pages_beside_the_delivery(empty_portal: Portal, tmp_path: Path,
                                                       monkeypatch: pytest.MonkeyPatch) -> None:
    """As somebody turned them: browsers keep a picture for a day without asking again."""
    monkeypatch.setenv("TREUWERK_DOCUMENTS", str(tmp_path / "documents"))
    reported = handed_in(empty_portal)
    with_page(empty_portal, reported, photo())
    with empty_portal.installation.database.writing() as connection:
        change_page(connection, reported.account_id, reported.id, 1, rotation=90)
    decided(empty_portal, reported, note(entered(qty=10)))
    deliver(empty_portal, "2026-11-20", "LS-77;10;2026-11-05;1002;M400;10;PCE;SYSTEM;")
    clerk = empty_portal.in_office("agent")
    [path] = re.findall(r'href="(/office/conflicts/[0-9]+-[0-9]+)"', clerk.get("/office/conflicts").text)

    page = clerk.get(path).text

    assert f'href="/office/submissions/{reported.public_id}"' in page
    assert f'src="/office/submissions/{reported.public_id}/files/1/1.jpg?turned=90"' in page


@pytest.mark.parametrize("path", ["/office/conflicts/1-1", "/office/conflicts/x",
                                  "/office/conflicts/99999999999999999999-1"])
def test_what_is_no_conflict_is_not_there(empty_portal: Portal, path: str) -> None:
    assert empty_portal.in_office("agent").get(path).status_code == 404


def _decide(client: TestClient, path: str, act: str, reason: str) -> str:
    answer = client.post(f"{path}/decide", data=filled(client, path, act=act, reason=reason))
    assert answer.status_code == 303, answer.text
    return client.get(answer.headers["location"]).text
