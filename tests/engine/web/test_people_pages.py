"""The people of a company on its pages: invited, given another role, shut out, let in again, and nobody else's."""

import re

import pytest
from sqlalchemy import event
from starlette.testclient import TestClient

from tests.engine.web.test_profile_page import signed_in_long_ago
from tests.support.company import ADDRESS, add_colleague
from tests.support.desk import filled, hidden, sent
from tests.support.portal import NOW, Portal
from treuwerk.domain.ids import public_user_id
from treuwerk.services.identity.sessions import open_session
from treuwerk.services.participants.people import person_named
from treuwerk.store.tables import app_user

HERE = "/profile/people"
INVITE = {"person": "", "name": "Dora Dach", "role": "member"}


@pytest.fixture
def portal(sqlite_portal: Portal) -> Portal:
    return sqlite_portal


def page_of(user_id: int) -> str:
    return f"{HERE}/{public_user_id(user_id)}"


def test_a_manager_sees_people_with_roles_and_a_member_sees_less(portal: Portal) -> None:
    add_colleague(portal, "Ben Arnold", "member")
    person_named(portal.installation.database, portal.account("1001"), "Bruno Feld", NOW)

    managed, plain = portal.signed_in().get(HERE).text, portal.signed_in(role="member").get(HERE).text

    for html in (managed, plain):
        assert "Ben Arnold" in html
        assert "Bruno Feld" in html
        assert "Spend points of the own company" in html  # what the role of the manager may
    assert "no sign-in in the last half year" in managed
    assert "no sign-in" not in plain
    assert "Invite" not in plain


def test_a_code_is_shown_once_to_hand_over(portal: Portal) -> None:
    client = portal.signed_in()

    shown = sent(client, f"{HERE}/invite", **INVITE)

    code = re.search(r"<code[^>]*>([2-9a-z]{5}-[2-9a-z]{5})</code>", shown)
    assert code
    assert "A code for Dora Dach" in shown
    assert "https://portal.example/first-login" in shown
    again = client.get(f"{HERE}/invited").text
    assert code[1] not in again
    assert "The code was shown already" in again
    assert "Dora Dach" in client.get(HERE).text
    visitor = portal.visitor()
    answer = visitor.post("/first-login", data={"number": "1001", "code": code[1]})
    assert answer.headers["location"] == "/first-login/login"


def test_the_same_form_sent_twice_makes_one_code(portal: Portal) -> None:
    client = portal.signed_in()
    form = filled(client, f"{HERE}/invite", **INVITE)

    first, second = (client.post(f"{HERE}/invite", data=form) for _ in range(2))

    assert first.headers["location"] == second.headers["location"] == f"{HERE}/invited"
    assert client.get(HERE).text.count("codes/withdraw") == 1


def test_a_withdrawn_code_can_be_given_back(portal: Portal) -> None:
    client = portal.signed_in()
    sent(client, f"{HERE}/invite", **INVITE)
    code = re.search(r'name="code" value="(inv_\w+)"', client.get(HERE).text)
    assert code

    client.post(f"{HERE}/codes/withdraw", data={"code": code[1]})
    page = client.get(HERE).text
    assert "The code is withdrawn." in page
    assert "good until" not in page
    client.post(f"{HERE}/codes/give-back", data={"code": code[1]})

    assert "good until" in client.get(HERE).text


def test_a_known_person_is_chosen_and_not_typed(portal: Portal) -> None:
    number = person_named(portal.installation.database, portal.account("1001"), "Bruno Feld", NOW)
    client = portal.signed_in()

    assert f'<option value="{number}" selected>Bruno Feld' in client.get(f"{HERE}/invite?person={number}").text
    both = client.post(f"{HERE}/invite", data=filled(client, f"{HERE}/invite", **INVITE | {"person": str(number)}))

    assert both.status_code == 422
    assert "Choose a person or enter a name: one of the two." in both.text
    shown = sent(client, f"{HERE}/invite", **INVITE | {"person": str(number), "name": ""})
    assert "A code for Bruno Feld" in shown


def test_a_role_is_changed_and_the_last_manager_stays(portal: Portal) -> None:
    ben, client = add_colleague(portal, "Ben Arnold", "member"), portal.signed_in()
    with portal.installation.database.reading() as connection:
        me = connection.execute(app_user.select().where(app_user.c.name == "")).one().user_id

    own = filled(client, page_of(me), role="member", seen="manager")
    refused = client.post(page_of(me), data=own)
    assert refused.status_code == 422
    assert "Nobody could manage the people of your company any more." in refused.text
    assert "The role is changed." in sent(client, page_of(ben), role="manager", seen="member")

    again = client.post(page_of(me), data=hidden(refused.text) | {"role": "member", "seen": "manager"})
    assert again.status_code == 303
    assert client.get(f"{HERE}/invite").status_code == 403


def test_access_is_ended_and_given_back_by_undo(portal: Portal) -> None:
    ben, client = add_colleague(portal, "Ben Arnold", "member"), portal.signed_in()
    with portal.installation.database.writing() as connection:
        token = open_session(connection, ben, NOW, acts_for=(portal.account("1001"), 0))
    other = portal.visitor()
    other.cookies.set("__Host-sid", token, domain="portal.example")
    assert other.get("/purchases").status_code == 200

    client.post(f"{page_of(ben)}/end")
    page = client.get(HERE).text
    undo = re.search(r'action="(/profile/people/usr_\w+/restore)"', page)
    assert "The access is ended, and all sessions with it." in page
    assert "Access ended lately" in page
    assert other.get("/purchases").headers["location"].startswith("/login")
    assert undo
    client.post(undo[1])

    assert "The access is there again, with the role of before." in client.get(HERE).text


def test_who_gives_power_to_others_proves_once_more_who_it_is(portal: Portal) -> None:
    ben, client = add_colleague(portal, "Ben Arnold", "member"), portal.signed_in()
    invite = filled(client, f"{HERE}/invite", **INVITE)
    role = filled(client, page_of(ben), role="manager", seen="member")
    signed_in_long_ago(portal, client)

    assert client.post(f"{HERE}/invite", data=invite).headers["location"].startswith("/confirm?")
    assert "Dora Dach" in client.get(f"{HERE}/invite?again=1").text
    assert client.post(page_of(ben), data=role).headers["location"].startswith("/confirm?")
    assert "Spend points" in client.get(HERE).text
    assert "codes/withdraw" not in client.get(HERE).text


def test_who_takes_power_or_gives_it_back_proves_once_more_who_it_is(portal: Portal) -> None:
    ben, client = add_colleague(portal, "Ben Arnold", "member"), portal.signed_in()
    sent(client, f"{HERE}/invite", **INVITE)
    code = re.search(r'name="code" value="(inv_\w+)"', client.get(HERE).text)
    assert code
    signed_in_long_ago(portal, client)
    before = client.get(HERE).text

    asked = [client.post(f"{page_of(ben)}/end"), client.post(f"{page_of(ben)}/restore"),
             *(client.post(f"{HERE}/codes/{act}", data={"code": code[1]}) for act in ("withdraw", "give-back"))]

    assert [answer.headers["location"].partition("?")[0] for answer in asked] == ["/confirm"] * 4
    assert "Ben Arnold" in before
    assert client.get(HERE).text.count("codes/withdraw") == 1
    assert client.get(page_of(ben)).status_code == 200


def test_people_of_others_are_not_there(portal: Portal) -> None:
    stranger = add_colleague(portal, "Stranger", "member", "1002")
    owner, client = portal.signed_in("1002"), portal.signed_in()
    sent(owner, f"{HERE}/invite", **INVITE)
    code = re.search(r'name="code" value="(inv_\w+)"', owner.get(HERE).text)
    assert code

    asked = [client.get(page_of(stranger)), client.post(page_of(stranger), data={"role": "member", "seen": "member"}),
             client.post(f"{page_of(stranger)}/end"), client.post(f"{page_of(stranger)}/restore"),
             client.post(f"{HERE}/codes/withdraw", data={"code": code[1]}),
             client.post(f"{HERE}/codes/give-back", data={"code": code[1]}), client.get(f"{HERE}/nobody")]

    assert [answer.status_code for answer in asked] == [404] * len(asked)
    assert "good until" in owner.get(HERE).text
    assert "Stranger" not in client.get(HERE).text


@pytest.mark.parametrize("language", ["de", "fr"])
def test_every_page_of_people_speaks_the_readers_language(portal: Portal, language: str) -> None:
    ben = add_colleague(portal, "Ben Arnold", "member")
    client = portal.signed_in(language=language)
    words = {"de": ("Personen Ihres Unternehmens", "Jemanden einladen", "Zugang beenden"),
             "fr": ("Personnes de votre entreprise", "Inviter un collègue", "Retirer l’accès")}[language]

    pages = [client.get(path).text for path in (HERE, f"{HERE}/invite", page_of(ben))]

    assert [word in page for word, page in zip(words, pages, strict=True)] == [True] * 3


@pytest.mark.parametrize("path", ["/profile", HERE, "/profile/addresses"])
def test_as_many_people_and_addresses_as_there_are_cost_no_statement_more(portal: Portal, path: str) -> None:
    client = portal.signed_in()
    alone = statements(portal, client, path)
    for number in range(7):
        add_colleague(portal, f"Colleague {number}", "member")
        person_named(portal.installation.database, portal.account("1001"), f"Person {number}", NOW)
        sent(client, "/profile/addresses/new", **ADDRESS | {"label": f"Site {number}"})
        sent(client, f"{HERE}/invite", **INVITE | {"name": f"Newcomer {number}"})
    client.get(path)  # takes the messages that wait

    assert statements(portal, client, path) == alone


def statements(portal: Portal, client: TestClient, path: str) -> int:
    """How many statements a page needs."""
    seen: list[str] = []

    def note(*told: object) -> None:
        seen.append(str(told[2]))

    engine = portal.installation.database.engine
    event.listen(engine, "before_cursor_execute", note)
    assert client.get(path).status_code == 200
    event.remove(engine, "before_cursor_execute", note)
    return len([one for one in seen if not one.startswith(("PRAGMA", "BEGIN"))])
