"""The first login: a code of a letter becomes a login, a company more, or a link to an identity of a provider."""


import pytest
from sqlalchemy import select

from tests.support.portal import HOST, NOW, PASSWORD, Portal
from tests.support.ways_in import sign_in
from treuwerk.domain.rights import Audience
from treuwerk.services.identity.linking import make_link_code
from treuwerk.services.identity.session_data import begin_flow
from treuwerk.store.tables import web_session


def invited(portal: Portal, customer: str = "1001") -> str:
    return make_link_code(portal.installation.database, portal.account(customer), NOW, role="member",
                          created_by="Olga Office")


def test_a_code_from_a_letter_becomes_a_login_and_a_membership(portal: Portal) -> None:
    link, client = invited(portal), portal.visitor()

    assert client.post("/first-login", data={"number": " 1001 ", "code": link.upper()}).headers[
        "location"] == "/first-login/login"
    weak = client.post("/first-login/login", data={"login": "Bea", "password": "short"})
    answer = client.post("/first-login/login", data={"login": "Bea", "password": PASSWORD})

    assert (weak.status_code, "at least 12" in weak.text, 'value="Bea"' in weak.text) == (422, True, True)
    assert answer.headers["location"] == "/"
    assert client.get("/purchases").status_code == 200
    assert sign_in(portal.visitor(), "bea") == "/"


def test_a_code_is_good_once(portal: Portal) -> None:
    link, first, second = invited(portal), portal.visitor(), portal.visitor()
    for client in (first, second):
        client.post("/first-login", data={"number": "1001", "code": link})

    assert first.post("/first-login/login", data={"login": "bea", "password": PASSWORD}).status_code == 303
    late = second.post("/first-login/login", data={"login": "eve", "password": PASSWORD})

    assert late.status_code == 422
    assert "used meanwhile" in late.text
    assert sign_in(portal.visitor(), "eve") == "422"


@pytest.mark.parametrize(("number", "typed"), [("1001", "aaaaa-aaaaa"), ("9999", None), ("1002", None), ("1001", "é")])
def test_wrong_number_and_wrong_code_are_told_alike(sqlite_portal: Portal, number: str, typed: str | None) -> None:
    link = invited(sqlite_portal)

    answer = sqlite_portal.visitor().post("/first-login", data={"number": number, "code": typed or link})

    assert answer.status_code == 422
    assert "Number and code do not belong together" in answer.text


def test_a_code_ends_after_ten_wrong_tries_from_wherever_they_come(sqlite_portal: Portal) -> None:
    from treuwerk.services.identity.linking import try_link_code
    from treuwerk.services.identity.sessions import Origin

    link, database = invited(sqlite_portal), sqlite_portal.installation.database
    for number in range(10):
        tried = try_link_code(database, "1001", "wrongwrong", Origin(f"192.0.{number}.1"), NOW)
        assert (tried.link, tried.wait) == (None, 0)

    assert try_link_code(database, "1001", link, Origin("198.51.100.1"), NOW).link is None


def test_somebody_who_is_signed_in_adds_a_company_by_a_code(portal: Portal) -> None:
    portal.add_login("anna", "1001")
    client = portal.visitor()
    sign_in(client)

    client.post("/first-login", data={"number": "1002", "code": invited(portal, "1002")})
    assert client.post("/first-login/login").headers["location"] == "/profile/company"

    assert "Other Roofs Ltd" in client.get("/profile/company").text


def test_an_identity_of_a_provider_is_linked_by_a_code(portal: Portal) -> None:
    from treuwerk.services.identity.first_logins import Newcomer

    newcomer = Newcomer("wholesale", "https://id.example", "sub-1", name="Carl", idp_session="idp-7")
    with portal.installation.database.writing() as connection:
        token = begin_flow(connection, {"external": newcomer.as_data()}, NOW)
    client = portal.visitor()
    client.cookies.set("__Host-flow", token, domain=HOST)

    client.post("/first-login", data={"number": "1001", "code": invited(portal)})
    assert "Carl" in client.get("/first-login/login").text
    assert client.post("/first-login/login").headers["location"] == "/"

    with portal.installation.database.reading() as connection:
        row = connection.execute(select(web_session).where(web_session.c.audience == Audience.PORTAL)).one()
    assert (row.provider, row.idp_session, row.method) == ("wholesale", "idp-7", "provider")
