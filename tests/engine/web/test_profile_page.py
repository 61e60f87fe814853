"""The own profile: what is known of oneself and of the company, where it comes from, and what one changes oneself."""

import pytest
from starlette.testclient import TestClient

from tests.support.desk import filled, hidden, sent
from tests.support.portal import HOST, NOW, Portal
from treuwerk.services.identity.sessions import SECOND, open_session
from treuwerk.services.identity.stepping_up import MINUTES
from treuwerk.services.identity.users import grant_role
from treuwerk.store.tables import app_user, audit_entry, membership, web_session

DETAILS = {"name": "Anna Berg", "email": "anna@berg.example", "locale": ""}


@pytest.fixture
def portal(sqlite_portal: Portal) -> Portal:
    return sqlite_portal


def signed_in_long_ago(portal: Portal, client: TestClient) -> None:
    """The proof of who is signed in lies further back than it may for what matters."""
    with portal.installation.database.writing() as connection:
        connection.execute(web_session.update().values(authenticated_at=NOW - (MINUTES + 1) * 60 * SECOND))


def test_the_profile_tells_of_the_company_and_that_its_facts_are_locked(portal: Portal) -> None:
    html = portal.signed_in().get("/profile").text

    for fact in ("1001", "Müller &amp; Söhne &lt;Solar&gt;", "Partner", "Active", "Weg 1", "10115 Berlin", "Germany",
                 "office@mueller.example", "master data of Sunny Partners", "Manager"):
        assert fact in html
    assert html.count(">locked<") >= 7


def test_who_changes_name_mail_and_language_finds_them_changed(portal: Portal) -> None:
    client = portal.signed_in()

    page = sent(client, "/profile/details", **DETAILS | {"locale": "fr"})

    assert "Vos coordonnées sont enregistrées." in page
    assert "Anna Berg" in page
    assert "anna@berg.example" in page
    assert 'lang="fr"' in page


def test_the_own_language_wins_over_cookie_and_browser_and_holds_in_every_browser(portal: Portal) -> None:
    client = portal.signed_in(language="en")
    assert 'lang="en"' in client.get("/").text

    client.post("/preferences", data={"locale": "fr", "next": "/"})
    client.cookies.set("__Host-locale", "de", domain="portal.example")

    assert 'lang="fr"' in client.get("/", headers={"accept-language": "en"}).text


def test_the_switch_in_the_head_changes_the_own_language(portal: Portal) -> None:
    client = portal.signed_in()
    sent(client, "/profile/details", **DETAILS | {"locale": "fr"})

    client.post("/preferences", data={"locale": "de", "next": "/"})

    assert 'lang="de"' in client.get("/").text
    assert "Deutsch" in client.get("/profile").text


def test_the_language_of_a_login_does_not_change_that_of_others(portal: Portal) -> None:
    mine, other = portal.signed_in(), portal.signed_in()

    mine.post("/preferences", data={"locale": "fr", "next": "/"})

    assert 'lang="en"' in other.get("/").text


@pytest.mark.parametrize(("changed", "complaint"), [
    ({"name": "  "}, "Fill in “Name”."), ({"email": "anna"}, "Enter an e-mail address such as name@example.org."),
    ({"locale": "tlh"}, "Choose one of the entries."), ({"name": "x" * 101}, "Shorten this to 100 characters."),
])
def test_what_cannot_be_is_refused_with_what_was_typed(portal: Portal, changed: dict[str, str], complaint: str) -> None:
    client = portal.signed_in()

    answer = client.post("/profile/details", data=filled(client, "/profile/details", **DETAILS | changed))

    assert answer.status_code == 422
    assert complaint in answer.text
    assert "Error:" in answer.text


def test_name_and_mail_ask_for_a_fresh_proof_and_keep_what_was_typed(portal: Portal) -> None:
    client = portal.signed_in()
    form = filled(client, "/profile/details", **DETAILS)
    signed_in_long_ago(portal, client)

    answer = client.post("/profile/details", data=form)

    assert answer.headers["location"] == "/confirm?next=/profile/details%3Fagain%3D1"
    assert "anna@berg.example" in client.get("/profile/details?again=1").text
    assert "anna@berg.example" not in client.get("/profile").text


def test_the_language_alone_asks_for_no_proof(portal: Portal) -> None:
    client = portal.signed_in()
    sent(client, "/profile/details", **DETAILS)
    signed_in_long_ago(portal, client)

    assert "Vos coordonnées" in sent(client, "/profile/details", **DETAILS | {"locale": "fr"})


def test_two_windows_do_not_overwrite_one_another(portal: Portal) -> None:
    client = portal.signed_in()
    first, second = (filled(client, "/profile/details", **DETAILS) for _ in range(2))
    client.post("/profile/details", data=first | {"name": "Anna Berg-Thal"})

    answer = client.post("/profile/details", data=second | {"name": "Anna B."})

    assert answer.status_code == 409
    assert "Anna Berg-Thal" in answer.text
    assert "Anna B." in answer.text
    again = client.post("/profile/details", data=hidden(answer.text) | DETAILS | {"name": "Anna B."})
    assert again.status_code == 303


def test_a_change_is_audited_without_the_data_itself(portal: Portal) -> None:
    client = portal.signed_in()

    sent(client, "/profile/details", **DETAILS)

    with portal.installation.database.reading() as connection:
        [entry] = connection.execute(audit_entry.select().where(audit_entry.c.action == "profile.change")).all()
    assert entry.account_id == portal.account("1001")
    assert '"fields":["name","email"]' in entry.after
    assert "berg" not in (entry.after + entry.before).lower()


def test_the_service_centre_sees_the_company_and_not_its_own_login(portal: Portal) -> None:
    from tests.engine.web.test_rights_of_routes import look_at

    agent = portal.in_office("agent", name="Olga Office")
    look_at(portal, agent, "1001")

    html = agent.get("/profile").text

    assert "10115 Berlin" in html
    assert "Olga Office" not in html.partition("<main")[2]
    assert agent.get("/profile/details").status_code == 403


def test_who_acts_for_several_companies_is_led_to_the_others(portal: Portal) -> None:
    client = portal.signed_in()
    assert 'href="/profile/company"' not in client.get("/profile").text
    with portal.installation.database.writing() as connection:
        user_id = connection.execute(app_user.select()).one().user_id
        connection.execute(membership.insert().values(account_id=portal.account("1002"), person_id=0, user_id=user_id,
                                                      role="member", since=NOW))

    html = client.get("/profile").text

    assert 'href="/profile/company"' in html
    assert "2 companies" in html


def test_a_company_sees_itself_and_no_other(portal: Portal) -> None:
    html = portal.signed_in("1002").get("/profile").text

    assert "Other Roofs Ltd" in html
    assert "Ireland" in html
    assert "Weg 1" not in html


def test_who_works_in_the_service_centre_cannot_agree_with_himself_under_another_name(portal: Portal) -> None:
    client = portal.signed_in()
    with portal.installation.database.writing() as connection:
        user_id = connection.execute(app_user.select()).one().user_id
        connection.execute(app_user.update().values(name="Clara Weiss"))
        grant_role(connection, user_id, "agent", NOW, granted_by="the tests")
        token = open_session(connection, user_id, NOW, acts_for=(portal.account("1001"), 0), method="passkey")
    client.cookies.set("__Host-sid", token, domain=HOST)

    answer = client.post("/profile/details", data=filled(client, "/profile/details", **DETAILS))
    kept = sent(client, "/profile/details", **DETAILS | {"name": "Clara Weiss", "locale": "fr"})

    assert answer.status_code == 422
    assert "where this name says who booked" in answer.text
    assert "Vos coordonnées sont enregistrées." in kept
    with portal.installation.database.reading() as connection:
        assert connection.execute(app_user.select()).one().name == "Clara Weiss"
