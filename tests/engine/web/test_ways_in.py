"""Ways in besides a password alone: second factor, recovery codes, first login, several companies, proof once more."""

import re

import pytest
from httpx2 import Response
from pyotp.totp import TOTP
from sqlalchemy import select
from starlette.testclient import TestClient

from tests.support.portal import HOST, NOW, PASSWORD, Portal
from treuwerk.domain.rights import Audience
from treuwerk.services.linking import make_link_code
from treuwerk.services.memberships import add_membership
from treuwerk.services.session_data import begin_flow
from treuwerk.services.sessions import open_session
from treuwerk.services.sign_in_history import history_of
from treuwerk.services.users import block_user, grant_role
from treuwerk.store.tables import local_login, passkey, web_session

MINUTE = 60 * 1_000_000
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(at: int = NOW) -> str:
    """What the app shows."""
    return TOTP(SECRET).at(at // 1_000_000)


def user_of(portal: Portal, login: str) -> int:
    with portal.installation.database.reading() as connection:
        found: int = connection.execute(select(local_login.c.user_id).where(local_login.c.login == login)).scalar_one()
        return found


def with_app(portal: Portal, login: str = "anna") -> list[str]:
    """A login that asks for a code; returns the recovery codes."""
    from treuwerk.services.authenticators import confirm_authenticator
    from treuwerk.services.recovery_codes import renew_recovery_codes

    portal.add_login(login, "1001")
    user_id, before = user_of(portal, login), NOW - 5 * MINUTE
    with portal.installation.database.writing() as connection:
        assert confirm_authenticator(connection, user_id, SECRET, code(before), before)
        return renew_recovery_codes(connection, user_id)


def sign_in(client: TestClient, login: str = "anna", next_: str = "/") -> str:
    """The place where the password leads."""
    answer = client.post("/login", data={"login": login, "password": PASSWORD, "next": next_})
    return answer.headers.get("location", str(answer.status_code))


def test_with_an_app_the_password_alone_opens_nothing(portal: Portal) -> None:
    with_app(portal)
    client = portal.visitor()

    assert sign_in(client, next_="/purchases") == "/login/code"
    assert client.get("/").headers["location"] == "/login"
    assert client.post("/login/code", data={"code": "000000"}).status_code == 422
    answer = client.post("/login/code", data={"code": code()})

    assert answer.headers["location"] == "/purchases"
    assert "LS-2" in client.get("/purchases").text


def test_a_code_lets_in_once(portal: Portal) -> None:
    with_app(portal)
    first, second = portal.visitor(), portal.visitor()
    sign_in(first)
    sign_in(second)
    shown = code()

    assert first.post("/login/code", data={"code": shown}).status_code == 303
    assert second.post("/login/code", data={"code": shown}).status_code == 422


def test_a_recovery_code_lets_in_once_however_it_is_typed(portal: Portal) -> None:
    codes = with_app(portal)
    client = portal.visitor()

    for typed, status in ((codes[3].upper().replace("-", " "), 303), (codes[3], 422), (codes[4], 303)):
        sign_in(client)
        assert client.post("/login/code", data={"code": typed}).status_code == status


def test_guessing_codes_is_slowed_down_for_who_knows_the_password(sqlite_portal: Portal) -> None:
    with_app(sqlite_portal)
    client = sqlite_portal.visitor()
    sign_in(client)

    statuses = [client.post("/login/code", data={"code": f"{number:06}"}).status_code for number in range(7)]

    assert statuses == [422] * 6 + [429]


def test_without_the_password_step_there_is_no_second_one(sqlite_portal: Portal) -> None:
    client = sqlite_portal.visitor()

    assert client.get("/login/code").headers["location"] == "/login"
    client.cookies.set("__Host-flow", "made up", domain=HOST)
    assert client.post("/login/code", data={"code": "123456"}).headers["location"] == "/login"


def test_the_second_step_waits_ten_minutes_at_most(sqlite_portal: Portal) -> None:
    with_app(sqlite_portal)
    client = sqlite_portal.visitor()
    sign_in(client)

    late = sqlite_portal.visitor(now=NOW + 11 * MINUTE)
    late.cookies.set("__Host-flow", client.cookies["__Host-flow"], domain=HOST)

    assert late.get("/login/code").headers["location"] == "/login"


def test_a_blocked_user_is_told_nothing_but_that_it_does_not_match(sqlite_portal: Portal) -> None:
    sqlite_portal.add_login("anna", "1001")
    with sqlite_portal.installation.database.writing() as connection:
        block_user(connection, user_of(sqlite_portal, "anna"), NOW)

    answer = sqlite_portal.visitor().post("/login", data={"login": "anna", "password": PASSWORD})

    assert answer.status_code == 422
    assert "Login name and password do not match." in answer.text


def test_a_login_without_a_company_is_told_what_comes_next(sqlite_portal: Portal) -> None:
    sqlite_portal.add_login("anna", "1001")
    with sqlite_portal.installation.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM membership")

    answer = sqlite_portal.visitor().post("/login", data={"login": "anna", "password": PASSWORD})

    assert answer.status_code == 403
    assert 'href="/first-login"' in answer.text
    assert "__Host-sid" not in answer.headers.get("set-cookie", "")


def test_the_service_centre_has_its_own_door(sqlite_portal: Portal) -> None:
    sqlite_portal.add_login("olga", "1001")
    with sqlite_portal.installation.database.writing() as connection:
        grant_role(connection, user_of(sqlite_portal, "olga"), "agent", NOW, granted_by="the tests")
    client = sqlite_portal.visitor()

    answer = client.post("/office/login", data={"login": "olga", "password": PASSWORD, "next": "/purchases"})

    assert answer.headers["location"] == "/office"  # where the portal's page does not belong
    assert client.get("/office/security").status_code == 200
    assert client.get("/purchases").status_code == 403
    assert client.post("/logout").headers["location"] == "/office/login"


def test_a_participant_has_no_key_to_the_service_centre(sqlite_portal: Portal) -> None:
    sqlite_portal.add_login("anna", "1001")

    answer = sqlite_portal.visitor().post("/office/login", data={"login": "anna", "password": PASSWORD})

    assert answer.status_code == 403
    assert "no role in the service centre" in answer.text


@pytest.mark.parametrize(("minutes", "status"), [(29, 200), (30, 303)])
def test_the_service_centre_is_left_after_half_an_hour(sqlite_portal: Portal, minutes: int, status: int) -> None:
    client = sqlite_portal.in_office("agent")
    later = sqlite_portal.visitor(now=NOW + minutes * MINUTE)
    later.cookies.set("__Host-sid", client.cookies["__Host-sid"], domain=HOST)

    assert later.get("/office/security").status_code == status


def test_who_acts_for_several_companies_chooses_and_switches(portal: Portal) -> None:
    portal.add_login("anna", "1001")
    with portal.installation.database.writing() as connection:
        add_membership(connection, user_of(portal, "anna"), portal.account("1002"), NOW + 1, role="member")
    client = portal.visitor()

    assert sign_in(client, next_="/purchases") == "/profile/company?next=%2Fpurchases"
    assert "Other Roofs Ltd" in client.get("/profile/company").text
    before = client.cookies["__Host-sid"]
    answer = client.post("/profile/company", data={"account": str(portal.account("1002")), "next": "/purchases"})

    assert answer.headers["location"] == "/purchases"
    assert client.cookies["__Host-sid"] != before
    assert "LS-3" in client.get("/purchases").text
    assert "LS-2" not in client.get("/purchases").text


@pytest.mark.parametrize("account", ["1002", "0", "1", "x", "", "99999999999999999999"])
def test_nobody_switches_to_a_company_of_others(portal: Portal, account: str) -> None:
    portal.add_login("anna", "1001")
    client = portal.visitor()
    sign_in(client)
    wanted = str(portal.account("1002")) if account == "1002" else account

    answer = client.post("/profile/company", data={"account": wanted})

    assert answer.status_code in (400, 404)
    assert "LS-2" in client.get("/purchases").text


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
    from treuwerk.services.linking import try_link_code
    from treuwerk.services.sessions import Origin

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
    from treuwerk.services.first_logins import Newcomer

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


def security(portal: Portal, now: int = NOW) -> TestClient:
    """Somebody who signed in at `NOW`, as of an instant."""
    portal.add_login("anna", "1001")
    client = portal.visitor()
    sign_in(client)
    later = portal.visitor(now=now)
    later.cookies.set("__Host-sid", client.cookies["__Host-sid"], domain=HOST)
    later.cookies.set("__Host-locale", "en", domain=HOST)
    return later


def test_an_app_is_taken_when_it_shows_the_right_code(portal: Portal) -> None:
    client = security(portal)
    other = portal.visitor()
    sign_in(other)

    assert client.post("/profile/security/authenticator/begin").headers["location"] == "/profile/security/authenticator"
    html = client.get("/profile/security/authenticator").text
    secret = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', html)
    assert secret is not None
    assert 'src="data:image/svg+xml;base64,' in html
    wrong = client.post("/profile/security/authenticator", data={"code": "000000"})
    shown = client.post("/profile/security/authenticator", data={
        "code": TOTP(secret[1].replace(" ", "")).at(NOW // 1_000_000)})

    assert (wrong.status_code, shown.status_code) == (422, 200)
    assert len(re.findall(r"<code>[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}</code>", shown.text)) == 10
    assert other.get("/").status_code == 303  # signed out everywhere else
    assert sign_in(portal.visitor()) == "/login/code"


def test_what_matters_asks_for_a_proof_after_a_quarter_of_an_hour(portal: Portal) -> None:
    client = security(portal, NOW + 16 * MINUTE)

    answer = client.post("/profile/security/authenticator/begin")
    assert answer.headers["location"].startswith("/confirm?next=/profile/security")
    wrong = client.post("/confirm", data={"by": "password", "password": "wrong", "next": "/profile/security"})
    before = client.cookies["__Host-sid"]
    right = client.post("/confirm", data={"by": "password", "password": PASSWORD, "next": "/profile/security"})

    assert (wrong.status_code, right.headers["location"]) == (422, "/profile/security")
    assert client.cookies["__Host-sid"] != before
    assert client.post("/profile/security/authenticator/begin").headers["location"].endswith("/authenticator")


def test_a_changed_password_ends_all_other_sessions(portal: Portal) -> None:
    client, other = security(portal), portal.visitor()
    sign_in(other)

    def change(present: str, new: str) -> Response:
        return client.post("/profile/security/password", data={"password": present, "new_password": new})

    weak = [change(PASSWORD, new).status_code for new in ("anna anna anna", "passwordpassword", "11111111111111")]
    wrong, answer = change("wrong", "a new one that fits"), change(PASSWORD, "Regen auf dem Dach")

    assert (weak, wrong.status_code) == ([422] * 3, 422)
    assert answer.headers["location"] == "/profile/security?done=password"
    assert client.get("/profile/security").status_code == 200
    assert other.get("/").status_code == 303
    assert sign_in(portal.visitor()) == "422"


def test_own_sessions_are_listed_and_ended_those_of_others_are_not(portal: Portal) -> None:
    client, other, stranger = security(portal), portal.visitor(), portal.signed_in("1002")
    sign_in(other)
    html = client.get("/profile/security").text
    keys = re.findall(r'name="key" value="([0-9a-f]{64})"', html)
    with portal.installation.database.reading() as connection:
        foreign = connection.execute(select(web_session.c.id_hash).where(
            web_session.c.account_id == portal.account("1002"))).scalar_one()

    client.post("/profile/security/sessions/end", data={"key": foreign})
    assert stranger.get("/").status_code == 200
    client.post("/profile/security/sessions/end", data={"key": keys[0]})

    assert len(keys) == 1
    assert other.get("/").status_code == 303
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("act", ["rename", "remove"])
def test_the_passkey_of_somebody_else_is_out_of_reach(portal: Portal, act: str) -> None:
    client = security(portal)
    row = {"credential_id": "foreign", "user_id": 7, "public_key": "", "sign_count": 0, "transports": "",
           "name": "Work phone", "created_at": NOW, "used_at": 0}
    with portal.installation.database.writing() as connection:
        connection.execute(passkey.insert().values(**row))

    client.post(f"/profile/security/passkeys/{act}", data={"id": "foreign", "name": "Mine"})

    with portal.installation.database.reading() as connection:
        assert connection.execute(select(passkey.c.name)).scalars().all() == ["Work phone"]


@pytest.mark.parametrize("answer", ["", "{}", "[]", '{"id": 1}', '{"id": "x", "response": null}'])
def test_what_no_device_said_opens_nothing(sqlite_portal: Portal, answer: str) -> None:
    client = sqlite_portal.visitor()
    challenge = client.post("/login/passkey/challenge")
    assert {"challenge", "rpId", "userVerification"} <= set(challenge.json())
    assert all(flag in challenge.headers["set-cookie"] for flag in (
        "__Host-flow=", "HttpOnly", "Secure", "SameSite=lax", "Path=/"))

    refused = client.post("/login/passkey", data={"audience": "portal", "answer": answer})

    assert refused.status_code == 422
    assert "This passkey is not known here" in refused.text


def test_the_history_tells_what_was_tried_and_from_where(portal: Portal) -> None:
    client = security(portal)
    portal.visitor().post("/login", data={"login": "anna", "password": "guessed wrong"})

    with portal.installation.database.reading() as connection:
        events = {(event.outcome, event.method) for event in history_of(connection, user_of(portal, "anna"))}

    assert events == {("refused", "password"), ("signed_in", "password")}
    assert "Refused" in client.get("/profile/security").text


def test_a_stranger_who_guesses_does_not_lock_out_the_owner(sqlite_portal: Portal) -> None:
    from treuwerk.services.sessions import Origin
    from treuwerk.services.signing_in import prove_password

    sqlite_portal.add_login("anna", "1001")
    database = sqlite_portal.installation.database
    with database.writing() as connection:
        open_session(connection, user_of(sqlite_portal, "anna"), NOW)
        from treuwerk.services.sign_in_history import SIGNED_IN, note_event

        note_event(connection, user_of(sqlite_portal, "anna"), SIGNED_IN, "password", NOW, Origin("203.0.113.0/24"))
    for number in range(30):
        prove_password(database, "anna", "guess", Origin(f"10.0.{number}.1"), NOW)

    stranger = prove_password(database, "anna", PASSWORD, Origin("10.1.1.1"), NOW)
    owner = prove_password(database, "anna", PASSWORD, Origin("203.0.113.9"), NOW)

    assert stranger.wait > 0
    assert owner.user_id == user_of(sqlite_portal, "anna")
