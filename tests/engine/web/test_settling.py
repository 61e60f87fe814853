"""What somebody must do before anything else opens: replace a given password, set up a second factor."""

import re

import pytest
from pyotp.totp import TOTP
from sqlalchemy import insert, select, update
from starlette.testclient import TestClient

from tests.support.accounts import all_at_once
from tests.support.portal import HOST, NOW, PASSWORD, PROGRAMME, Portal, open_portal
from tests.support.ways_in import MINUTE, SECRET, clerk, code, sign_in, user_of, with_app
from treuwerk.domain.rights import Access, Audience, names_for
from treuwerk.services.identity.authenticators import confirm_authenticator
from treuwerk.services.identity.keyring import Keyring
from treuwerk.services.identity.managing_users import give_password
from treuwerk.services.identity.passwords import new_login
from treuwerk.services.identity.recovery_codes import renew_recovery_codes
from treuwerk.services.identity.users import grant_role
from treuwerk.store.database import Database
from treuwerk.store.tables import installation, passkey, web_session
from treuwerk.web.application import create_app
from treuwerk.web.shell.routing import PUBLIC, DeclaredRoute

GIVEN = "k7fm-9x2p-4tnq-8hvc"
OPERATOR = Access(0, "Root Operator", Audience.OFFICE, names_for(Audience.OFFICE))


def at_the_office(client: TestClient, login: str = "olga", password: str = PASSWORD, next_: str = "") -> str:
    answer = client.post("/office/login", data={"login": login, "password": password, "next": next_})
    return answer.headers.get("location", str(answer.status_code))


def secret_on(client: TestClient, path: str) -> str:
    found = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', client.get(path).text)
    assert found
    return found[1].replace(" ", "")


def add_passkey(portal: Portal, login: str) -> None:
    with portal.installation.database.writing() as connection:
        connection.execute(insert(passkey).values(
            credential_id=f"of {login}", user_id=user_of(portal, login), public_key="", sign_count=0, transports="",
            name="Work phone", created_at=NOW, used_at=0))


def set_up(client: TestClient, base: str = "/office/secure", next_: str = "") -> str:
    """Set the app up as a visitor does; the page with the codes."""
    led = client.post(f"{base}/authenticator/begin", data={"next": next_}).headers["location"]
    shown = TOTP(secret_on(client, led)).at(NOW // 1_000_000)
    answer = client.post(f"{base}/authenticator", data={"code": shown, "next": next_})
    assert answer.status_code == 200, answer.headers
    return answer.text


def test_who_works_in_the_office_sets_up_an_app_before_anything_opens(portal: Portal) -> None:
    clerk(portal)
    client = portal.visitor()

    assert at_the_office(client, next_="/office/queue") == "/office/queue"
    assert client.get("/office/queue").headers["location"] == "/office/secure?next=/office/queue"
    page = client.get("/office/secure?next=/office/queue").text
    assert "Add a second step" in page
    assert 'href="/office/queue"' not in page  # no navigation to what is not open
    before = client.cookies["__Host-sid"]
    codes = set_up(client, next_="/office/queue")

    assert len(re.findall(r"<code>[0-9a-z-]{19}</code>", codes)) == 10
    assert 'href="/office/queue"' in codes
    assert client.cookies["__Host-sid"] != before
    assert client.get("/office/queue").status_code == 200
    assert at_the_office(portal.visitor()) == "/login/code"


def test_no_address_leads_past_the_set_up(sqlite_portal: Portal) -> None:
    clerk(sqlite_portal, role="admin")
    client, app = sqlite_portal.visitor(), create_app(sqlite_portal.installation)
    at_the_office(client)
    closed = [(method, route.path) for route in app.routes
              if isinstance(route, DeclaredRoute) and route.permission != PUBLIC
              and not route.path.startswith(("/office/secure", "/office/confirm", "/secure", "/confirm"))
              for method in route.methods or ()]

    led = {client.request(method, re.sub(r"{\w+}", "1", path)).headers.get("location", "")[:14]
           for method, path in closed}

    assert len(closed) > 80
    assert led == {"/office/secure"}


def test_a_wrong_code_keeps_the_page_and_the_session(sqlite_portal: Portal) -> None:
    clerk(sqlite_portal)
    client = sqlite_portal.visitor()
    at_the_office(client)
    client.post("/office/secure/authenticator/begin")

    answer = client.post("/office/secure/authenticator", data={"code": "000000"})

    assert answer.status_code == 422
    assert "This code is not right." in answer.text
    assert client.get("/office/secure/authenticator").status_code == 200


def test_the_other_door_is_no_way_past_it(sqlite_portal: Portal) -> None:
    clerk(sqlite_portal)
    client = sqlite_portal.visitor()
    sign_in(client, "olga")

    assert client.get("/profile/security").headers["location"].startswith("/secure?")
    assert client.post("/profile/security/authenticator/begin").headers["location"] == "/secure"


def test_participants_are_not_asked_unless_the_programme_says_so(sqlite_database: Database,
                                                                 sqlite_portal: Portal) -> None:
    sqlite_portal.add_login("anna", "1001")
    strict = PROGRAMME + '\n[sign_in_rules]\nsecond_factor = "everybody"\n'
    (sqlite_portal.folder / "strict").mkdir()
    usual, asked = sqlite_portal.visitor(), open_portal(sqlite_portal.folder / "strict", sqlite_database,
                                                        strict).visitor()

    sign_in(usual)
    sign_in(asked)

    assert usual.get("/").status_code == 200
    assert asked.get("/").headers["location"] == "/secure?next=/"


def test_whom_a_provider_brings_is_not_asked(sqlite_portal: Portal) -> None:
    client = sqlite_portal.in_office("agent")
    with sqlite_portal.installation.database.writing() as connection:
        connection.execute(update(web_session).values(method="provider", provider="staff"))

    assert client.get("/office/queue").status_code == 200


def test_a_demo_opens_by_the_password(sqlite_portal: Portal) -> None:
    clerk(sqlite_portal)
    with sqlite_portal.installation.database.writing() as connection:
        connection.execute(insert(installation).values(programme="test", purpose="demo", created_at=NOW))
    client = sqlite_portal.visitor()

    at_the_office(client)

    assert client.get("/office/queue").status_code == 200


def test_with_a_passkey_alone_the_password_is_too_little(sqlite_portal: Portal) -> None:
    clerk(sqlite_portal)
    add_passkey(sqlite_portal, "olga")
    with sqlite_portal.installation.database.writing() as connection:
        recovery = renew_recovery_codes(connection, user_of(sqlite_portal, "olga"))[0]
    client = sqlite_portal.visitor()

    assert at_the_office(client) == "/login/code"
    page = client.get("/login/code").text
    assert 'action="/login/passkey"' in page
    assert client.post("/login/code", data={"code": "123456"}).status_code == 422
    assert client.post("/login/code", data={"code": recovery}).headers["location"] == "/office"
    assert client.get("/office/queue").status_code == 200


def test_what_is_asked_for_later_does_not_let_a_password_replace_what_is_there(sqlite_portal: Portal) -> None:
    sqlite_portal.add_login("olga", "1001")
    client = sqlite_portal.visitor()
    sign_in(client, "olga")
    with sqlite_portal.installation.database.writing() as connection:
        kept = connection.execute(select(web_session)).one()
        grant_role(connection, user_of(sqlite_portal, "olga"), "agent", NOW, granted_by="the tests")
        connection.execute(insert(web_session).values(**kept._mapping))  # as if the rule came, not the role
    add_passkey(sqlite_portal, "olga")

    assert client.get("/profile/security").headers["location"] == "/secure?next=/profile/security"
    assert client.get("/secure").headers["location"] == "/login"
    assert client.get("/purchases").headers["location"].startswith("/login")


def test_of_two_who_set_up_an_app_at_once_one_is_let_in(empty_portal: Portal) -> None:
    clerk(empty_portal)
    both = [empty_portal.visitor(), empty_portal.visitor()]
    codes = []
    for client in both:
        at_the_office(client)
        client.post("/office/secure/authenticator/begin")
        codes.append(TOTP(secret_on(client, "/office/secure/authenticator")).at(NOW // 1_000_000))

    answers = all_at_once([
        lambda: both[0].post("/office/secure/authenticator", data={"code": codes[0]}).status_code,
        lambda: both[1].post("/office/secure/authenticator", data={"code": codes[1]}).status_code])

    assert sorted(map(str, answers)) == ["200", "303"]
    assert sorted(client.get("/office/queue").status_code for client in both) == [200, 303]


def test_the_last_factor_stays_where_one_is_asked_for(portal: Portal) -> None:
    with_app(portal, "olga")
    with portal.installation.database.writing() as connection:
        grant_role(connection, user_of(portal, "olga"), "agent", NOW, granted_by="the tests")
    client = portal.visitor()
    at_the_office(client)
    client.post("/login/code", data={"code": code()})

    page = client.get("/office/security").text
    refused = client.post("/office/security/authenticator/remove").headers["location"]
    add_passkey(portal, "olga")
    removed = client.post("/office/security/authenticator/remove").headers["location"]

    assert "/office/security/authenticator/remove" not in page
    assert (refused, removed) == ("/office/security?done=last_factor", "/office/security?done=app_removed")
    assert client.post("/office/security/passkeys/remove", data={"id": "of olga"}).headers[
        "location"] == "/office/security?done=last_factor"


def test_a_proof_once_more_asks_for_the_second_factor_too(sqlite_portal: Portal) -> None:
    with_app(sqlite_portal, "olga")
    with sqlite_portal.installation.database.writing() as connection:
        grant_role(connection, user_of(sqlite_portal, "olga"), "agent", NOW, granted_by="the tests")
    first = sqlite_portal.visitor()
    at_the_office(first)
    first.post("/login/code", data={"code": code()})
    later, at = sqlite_portal.visitor(now=NOW + 16 * MINUTE), NOW + 16 * MINUTE
    later.cookies.set("__Host-sid", first.cookies["__Host-sid"], domain=HOST)
    later.cookies.set("__Host-locale", "en", domain=HOST)

    page = later.get("/office/confirm").text
    by_password = later.post("/office/confirm", data={"by": "password", "password": PASSWORD})
    by_code = later.post("/office/confirm", data={"by": "app", "code": code(at)})

    assert "Confirm with the password" not in page
    assert (by_password.status_code, by_code.status_code) == (200, 303)


def given(portal: Portal, login: str) -> None:
    kept = new_login(login, GIVEN, given=True)
    portal.installation.database.run(lambda connection: give_password(
        OPERATOR, connection, user_of(portal, login), kept, NOW))


def test_a_given_password_is_replaced_before_anything_opens(portal: Portal) -> None:
    portal.add_login("anna", "1001")
    given(portal, "anna")
    client = portal.visitor()
    client.cookies.set("__Host-locale", "en", domain=HOST)

    client.post("/login", data={"login": "anna", "password": GIVEN, "next": "/purchases"})
    assert client.get("/purchases").headers["location"] == "/secure?next=/purchases"
    assert "Choose your own password" in client.get("/secure?next=/purchases").text
    weak = client.post("/secure/password", data={"new_password": "anna anna", "next": "/purchases"})
    answer = client.post("/secure/password", data={"new_password": PASSWORD, "next": "/purchases"})

    assert (weak.status_code, "at least 12" in weak.text) == (422, True)
    assert answer.headers["location"] == "/purchases"
    assert "LS-2" in client.get("/purchases").text
    again = portal.visitor()
    sign_in(again)
    assert again.get("/purchases").status_code == 200


def test_a_given_password_comes_before_the_second_factor(sqlite_portal: Portal) -> None:
    clerk(sqlite_portal)
    given(sqlite_portal, "olga")
    client = sqlite_portal.visitor()
    at_the_office(client, password=GIVEN)

    assert client.post("/office/secure/authenticator/begin").headers["location"] == "/office/secure"
    assert client.post("/office/secure/password", data={"new_password": PASSWORD}).headers["location"] == "/office"
    assert client.get("/office").headers["location"] == "/office/secure?next=/office"
    assert "Add a second step" in client.get("/office/secure").text


def test_a_given_password_is_replaced_also_behind_an_app(sqlite_portal: Portal) -> None:
    clerk(sqlite_portal)
    with sqlite_portal.installation.database.writing() as connection:
        before, user_id = NOW - 5 * MINUTE, user_of(sqlite_portal, "olga")
        assert confirm_authenticator(connection, Keyring(), user_id, SECRET, code(before), before)
    given(sqlite_portal, "olga")
    client = sqlite_portal.visitor()

    assert at_the_office(client, password=GIVEN) == "/login/code"
    client.post("/login/code", data={"code": code()})
    assert client.get("/office").headers["location"] == "/office/secure?next=/office"
    client.post("/office/secure/password", data={"new_password": PASSWORD})

    assert client.get("/office/queue").status_code == 200


@pytest.mark.parametrize("path", ["/secure", "/office/secure"])
def test_who_has_done_all_goes_on(sqlite_portal: Portal, path: str) -> None:
    client = sqlite_portal.in_office("agent") if "office" in path else sqlite_portal.signed_in()

    assert client.get(path).headers["location"] == ("/office" if "office" in path else "/")
