"""The pages of the service centre, walked without a script."""

import re
import threading
from collections.abc import Iterator

import pytest

from tests.support.desk import BLOCKS, LIMITED, NOTE, filled, hidden, sent
from tests.support.portal import NOW, Portal, at, open_portal
from treuwerk.store.database import Database


@pytest.fixture
def desk(tmp_path: object, sqlite_database: Database) -> Portal:
    """Two companies, with bookings, and a programme that lets people book 500 points alone."""
    from pathlib import Path

    assert isinstance(tmp_path, Path)
    portal = open_portal(tmp_path, sqlite_database, LIMITED + BLOCKS)
    portal.deliver("2026-05-06", "LS-2;10;2026-05-05;1001;M400;31;PCE;SYSTEM;SN-1|SN-2",
                   "LS-2;20;2026-05-05;1001;HOOK;4;PCE;SYSTEM;")
    portal.attend("2026-09-10", "ROOF-1;2026-09-09;1001;Anna Berg;yes")
    return portal


def home(desk: Portal, customer: str = "1001") -> str:
    return f"/office/participants/{desk.account(customer)}"


def test_an_agent_takes_a_call_from_search_to_undo(desk: Portal) -> None:
    agent = desk.in_office("agent", name="Clara Weiss")

    found = agent.get("/office/search?q=weg+muell")
    assert home(desk) in found.text
    page = agent.get(home(desk)).text
    assert "Müller &amp; Söhne &lt;Solar&gt;" in page
    assert "Sunny 400 &lt;black&gt;" in page
    assert "+2,480" in page

    page = sent(agent, f"{home(desk)}/notes/new", **NOTE)
    assert "The note is saved." in page
    assert "Asks for LS-2" in page
    assert "Waiting for the participant" in page
    queue = agent.get("/office/queue").text
    assert "Asks for LS-2" in queue

    taken = agent.post("/office/queue/next", data={"view": "team"})
    item = taken.headers["location"]
    assert "You have this open" in agent.get(item).text
    assert "Clara Weiss has this open since" in desk.in_office("agent", name="David").get("/office/queue").text
    done = agent.post(f"{item}/done")
    told = agent.get(done.headers["location"]).text
    undo = re.search(r'action="(/office/queue/\d+/reopen)"', told)
    assert undo
    agent.post(undo[1])
    assert "Asks for LS-2" in agent.get("/office/queue").text

    audit = desk.in_office("admin", name="Ada").get("/office/audit").text
    for words in ("Searched", "Note written", "Work taken", "Work done", "Work reopened", "Participant seen"):
        assert words in audit


def test_the_second_saver_of_a_note_sees_both_versions(desk: Portal) -> None:
    clara, david = desk.in_office("agent", name="Clara"), desk.in_office("agent", name="David")
    page = sent(clara, f"{home(desk)}/notes/new", **NOTE)
    link = re.search(r'href="([^"]+/notes/note_[^"]+)"', page)
    assert link
    hers = filled(clara, link[1], **NOTE | {"text": "Hers"})
    his = filled(david, link[1], **NOTE | {"text": "His"})

    assert clara.post(link[1], data=hers).status_code == 303
    conflict = david.post(link[1], data=his)

    assert conflict.status_code == 409
    assert "Hers" in conflict.text
    assert "His" in conflict.text
    again = hidden(conflict.text)
    assert david.post(link[1], data=his | again).status_code == 303
    history = david.get(link[1]).text
    places = [history.index(words) for words in ("Version 3 by David", "Version 2 by Clara", "Version 1 by Clara")]
    assert places == sorted(places)


def test_a_text_block_fills_the_note(desk: Portal) -> None:
    assert "Please call back." in desk.in_office("agent").get(f"{home(desk)}/notes/new?block=call_back").text


def test_mistakes_in_a_note_are_told_and_nothing_is_lost(desk: Portal) -> None:
    agent = desk.in_office("agent")
    path = f"{home(desk)}/notes/new"

    wrong = NOTE | {"text": "", "due_on": "31/02/2026", "object": "txn_1"}
    answer = agent.post(path, data=filled(agent, path, **wrong))
    assert answer.status_code == 422
    assert "31/02/2026" in answer.text
    answer = agent.post(path, data=filled(agent, path, **NOTE | {"object": "txn_1"}))
    assert "This id is none of this participant." in answer.text


def test_points_by_hand_are_previewed_booked_and_above_the_limit_decided_by_another(desk: Portal) -> None:
    clara = desk.in_office("agent", name="Clara")
    path = f"{home(desk)}/adjust"
    wanted = {"points": "300", "unit": "bonus", "reason": "goodwill", "remark": "Ticket 4711"}

    preview = clara.post(path, data=filled(clara, path, **wanted))
    assert "2,980" in preview.text
    assert "3,280" in preview.text
    again = hidden(preview.text)
    booked = clara.post(f"{path}?book=1", data=again | wanted)
    assert booked.headers["location"] == home(desk)
    twice = clara.post(f"{path}?book=1", data=again | wanted)
    assert twice.status_code == 303
    page = clara.get(home(desk)).text
    assert page.count("Goodwill: Ticket 4711") == 1

    waiting = clara.post(f"{path}?book=1", data=filled(clara, path, **wanted | {"points": "900"}))
    adjustment = waiting.headers["location"]
    assert "You asked for this yourself." in clara.get(adjustment).text
    ada = desk.in_office("admin", name="Ada")
    refused = ada.post(f"{adjustment}/refuse", data=filled(ada, adjustment, reason="no"))
    assert refused.status_code == 422
    approved = ada.post(f"{adjustment}/approve", data=filled(ada, adjustment))
    assert approved.headers["location"] == "/office/adjustments"
    assert "+900" in clara.get(home(desk)).text


@pytest.mark.parametrize(("changed", "words"), [
    ({"remark": "Frau Anna Berg rief an"}, "Names and mail addresses must not stand in the books."),
    ({"points": "-99999"}, "There are not so many points"), ({"points": "0"}, "not 0"), ({"points": "1,5"}, "such as")])
def test_points_that_cannot_be_booked_say_why(desk: Portal, changed: dict[str, str], words: str) -> None:
    agent = desk.in_office("agent")
    path = f"{home(desk)}/adjust"
    wanted = {"points": "300", "unit": "bonus", "reason": "goodwill", "remark": "Ticket 4711"} | changed

    preview = agent.post(path, data=filled(agent, path, **wanted))
    answer = preview if preview.status_code == 422 else agent.post(f"{path}?book=1", data=filled(agent, path, **wanted))

    assert answer.status_code == 422
    assert words in answer.text


def test_viewing_as_a_participant_is_asked_for_shown_and_noted(desk: Portal) -> None:
    agent = desk.in_office("agent")
    path = f"{home(desk)}/view-as"

    assert agent.post(path, data=filled(agent, path, reason="x")).status_code == 422
    started = agent.post(path, data=filled(agent, path, reason="Ticket 4711 points"))
    assert started.headers["location"] == "/"
    assert "You see the portal as" in agent.get("/").text
    assert agent.post("/office/viewing/end").headers["location"] == "/office"
    audit = desk.in_office("admin", name="Ada").get(f"/office/audit?account={desk.account('1001')}").text
    for words in ("Portal viewed as the participant", "Page seen as the participant", "View as the participant ended",
                  "Ticket 4711 points"):
        assert words in audit


def test_viewing_ends_by_itself(desk: Portal) -> None:
    agent = desk.in_office("agent")
    path = f"{home(desk)}/view-as"
    agent.post(path, data=filled(agent, path, reason="Ticket 4711 points"))

    later = desk.visitor(NOW + 29 * 60_000_000)
    later.cookies = agent.cookies
    assert later.get("/").status_code == 200
    later = desk.visitor(NOW + 31 * 60_000_000)
    later.cookies = agent.cookies
    assert later.get("/").status_code == 303


def test_viewing_tells_until_when_and_goes_on_with_a_new_reason_only(desk: Portal) -> None:
    agent = desk.in_office("agent")
    path, minute = f"{home(desk)}/view-as", 60_000_000
    agent.post(path, data=filled(agent, path, reason="Ticket 4711 points"))
    later = desk.visitor(NOW + 29 * minute)
    later.cookies = agent.cookies

    page = later.get("/").text
    assert 'data-seconds="60" data-channel="viewing"' in page
    assert f'href="{path}"' in page
    assert later.post(path, data=filled(later, path, reason="more")).status_code == 422
    later.post(path, data=filled(later, path, reason="Ticket 4712 order"))

    assert 'data-seconds="1800" data-channel="viewing"' in later.get("/").text
    audit = desk.in_office("admin", name="Ada").get(f"/office/audit?account={desk.account('1001')}").text
    assert "Ticket 4711 points" in audit
    assert "Ticket 4712 order" in audit


def test_a_code_that_the_audit_cannot_note_is_not_made(desk: Portal) -> None:
    from sqlalchemy import func, select, text

    from treuwerk.store.tables import link_code

    agent, path = desk.in_office("agent"), f"{home(desk)}/invite"
    form = filled(agent, path, role="member")
    with desk.installation.database.writing() as connection:
        connection.execute(text("CREATE TRIGGER full BEFORE INSERT ON audit_entry WHEN new.action = "
                                "'participant.invite' BEGIN SELECT RAISE(ABORT, 'disk full'); END"))

    assert agent.post(path, data=form).status_code == 500

    with desk.installation.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(link_code)).scalar() == 0


def test_the_queue_is_filtered_kept_as_a_view_downloaded_and_done_by_the_dozen(desk: Portal) -> None:
    agent = desk.in_office("agent", name="Clara Weiss")
    for number in range(3):
        sent(agent, f"{home(desk)}/notes/new", **NOTE | {"text": f"Call about LS-{number}"})

    page = agent.get("/office/queue?q=LS-2").text
    assert "Call about LS-2" in page
    assert "Call about LS-1" not in page
    assert "Call about LS-2" in agent.get("/office/queue.csv?q=LS-2").text
    agent.post("/office/queue/views", data={"query": "q=LS-2", "name": "Only two"})
    assert re.search(r'Only two<span class="count">1</span>', agent.get("/office/queue").text)

    chosen = {"act": "done", "query": "q=LS", "all": "1"}
    preview = agent.post("/office/queue/bulk", data=chosen).text
    assert preview.count("becomes done") == 3
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', preview.partition("<main")[2])
    report = agent.post("/office/queue/bulk", data=dict(fields)).text
    assert "Done for 3 rows." in report
    assert "Call about" not in agent.get("/office/queue").text
    undo: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', report.partition("<main")[2]):
        undo.setdefault(name, []).append(value)
    assert "is open again" in agent.post("/office/queue/bulk", data=undo).text
    assert agent.get("/office/queue").text.count("Call about") >= 3


def test_news_of_the_queue_are_a_part_of_its_page_and_keep_no_session_alive(desk: Portal) -> None:
    agent, minute = desk.in_office("agent", name="Clara Weiss"), 60_000_000
    url = f"/office/queue/news?since={NOW - minute}"
    assert agent.get(url).text == ""
    sent(agent, f"{home(desk)}/notes/new", **NOTE)

    answer = agent.get(url)
    assert "1 new – show" in answer.text
    assert answer.headers["x-fragment"] == "queue-news"
    assert agent.get("/office/queue/news?since=x").status_code == 400
    for minutes in (20, 29):
        asking = desk.visitor(NOW + minutes * minute)
        asking.cookies = agent.cookies
        assert asking.get(url).status_code == 200
    gone = desk.visitor(NOW + 31 * minute)
    gone.cookies = agent.cookies
    assert gone.get("/office/queue").status_code == 303


def test_the_status_changes_with_a_reason(desk: Portal) -> None:
    agent = desk.in_office("agent")

    page = sent(agent, f"{home(desk)}/status", status="blocked", reason="Asked for by phone")

    assert "The status is changed." in page
    assert "Blocked" in page
    form = filled(agent, f"{home(desk)}/status", status="blocked", reason="twice")
    assert agent.post(f"{home(desk)}/status", data=form).status_code == 422


def test_an_administrator_helps_a_user_back_in(desk: Portal) -> None:
    ada = desk.in_office("admin", name="Ada")
    page = sent(ada, "/office/users/new", name="Eve Laurent", email="eve@example.org", roles="agent")
    eve = re.search(r"(/office/users/\d+)/password", page)
    assert eve

    assert 'value="eve@example.org"' in ada.get(eve[0]).text
    without = ada.post(eve[0], data=filled(ada, eve[0], login="eve@example.org", reason=""))
    given = ada.post(eve[0], data=filled(ada, eve[0], login="eve@example.org", reason="begins today"))
    reset = sent(ada, f"{eve[1]}/factor", reason="lost her phone")

    assert (without.status_code, given.status_code) == (422, 200)
    password = re.search(r'<code class="secret">([0-9a-z-]{19})</code>', given.text)
    assert password
    assert password[1] not in ada.get(eve[1]).text
    assert "The second factor is reset" in reset


def test_users_get_roles_and_nobody_changes_the_own(desk: Portal) -> None:
    ada = desk.in_office("admin", name="Ada")

    page = sent(ada, "/office/users/new", name="Eve Laurent", email="eve@example.org", roles="agent")
    assert "The user is there." in page
    assert "Eve Laurent" in ada.get("/office/users?q=laur").text
    own = re.search(r'href="(/office/users/\d+)">Ada<', ada.get("/office/users").text)
    assert own
    ada.post(f"{own[1]}/roles", data={"roles": "agent"})
    assert "Nobody changes the own roles." in ada.get(own[1]).text
    assert "Book points by hand" in ada.get("/office/roles").text  # she still may
    ada.post(f"{own[1]}/block")
    assert "You cannot do this to your own user." in ada.get(own[1]).text
    taken = ada.post("/office/users/new", data=filled(ada, "/office/users/new", name="ADA", roles="agent"))
    assert "Another user has this name." in taken.text
    assert "Book points by hand" in ada.get("/office/roles").text


def test_the_chain_is_proven_on_the_audit_page(desk: Portal) -> None:
    ada = desk.in_office("admin", name="Ada")
    assert "Never proven on this page" in ada.get("/office/audit").text

    ada.post("/office/audit/prove")
    for thread in threading.enumerate():
        if thread.name == "treuwerk-proof":
            thread.join(timeout=30)

    assert "Every law of the ledger holds" in ada.get("/office/audit").text
    csv = ada.get("/office/audit.csv?action=ledger")
    assert "ledger.prove" in csv.text
    assert "participant.read" not in csv.text


def test_lists_and_files_show_the_same(desk: Portal) -> None:
    agent = desk.in_office("agent")

    page = agent.get("/office/participants?country=IE").text
    csv = agent.get("/office/participants.csv?country=IE").text
    assert "Other Roofs Ltd" in page
    assert "Müller" not in page
    assert "Other Roofs Ltd" in csv
    assert "Müller" not in csv
    assert agent.get("/office/participants?least=x").status_code == 422
    assert agent.get("/office/participants.csv?least=x").status_code == 400
    assert "Nothing found" in agent.get("/office/participants?q=zzz").text


def test_plugins_tell_where_they_come_from(desk: Portal) -> None:
    page = desk.in_office("admin").get("/office/plugins").text

    assert "product_factor" in page
    assert "earning_rule_kinds" in page


def pages(desk: Portal) -> Iterator[str]:
    yield from ("/office", "/office/search", "/office/search?q=mueller", "/office/search?q=zzz", "/office/participants",
                "/office/queue", "/office/adjustments", "/office/users", "/office/users/new", "/office/roles",
                "/office/audit", "/office/plugins")
    yield from (home(desk) + end for end in ("", "?kind=note", "/status", "/view-as", "/notes/new", "/adjust"))


@pytest.mark.parametrize("language", ["de", "en", "fr"])
def test_every_page_is_there_in_every_language(desk: Portal, language: str) -> None:
    admin = desk.in_office("admin", language=language)

    for path in pages(desk):
        page = admin.get(path)
        assert page.status_code == 200, path
        assert page.text.count("<h1>") == 1, path
        assert re.search(r"<[a-z]+[^>]* (style|on\w+)=", page.text) is None, path


def test_numbers_of_others_and_of_nobody_lead_nowhere(desk: Portal) -> None:
    agent = desk.in_office("agent")

    for path in ("/office/participants/5", "/office/participants/x", f"{home(desk)}/notes/x", "/office/queue/5",
                 "/office/bookings/txn_x", "/office/adjustments/adj_x", f"{home(desk)}?after=x"):
        assert agent.get(path).status_code in (400, 404), path
    assert at("2026-01-01")
