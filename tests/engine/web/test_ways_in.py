"""Ways in besides a password alone: second factor and recovery codes; whom each door lets in."""


import pytest

from tests.support.portal import HOST, NOW, PASSWORD, Portal
from tests.support.ways_in import MINUTE, code, sign_in, user_of, with_app
from treuwerk.services.identity.memberships import add_membership
from treuwerk.services.identity.passwords import change_hash, hash_of
from treuwerk.services.identity.sessions import open_session
from treuwerk.services.identity.users import block_user, grant_role


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


def test_who_knew_a_password_that_was_changed_does_not_come_in_by_the_second_step(portal: Portal) -> None:
    with_app(portal)
    client = portal.visitor()
    sign_in(client)
    with portal.installation.database.writing() as connection:
        change_hash(connection, user_of(portal, "anna"), hash_of("Regen auf dem Dach"), NOW)

    assert client.get("/login/code").headers["location"] == "/login"
    assert client.post("/login/code", data={"code": code()}).headers["location"] == "/login"
    assert client.get("/").headers["location"] == "/login"


def test_a_passkeys_question_does_not_keep_the_second_step_open(sqlite_portal: Portal) -> None:
    with_app(sqlite_portal)
    first = sqlite_portal.visitor()
    sign_in(first)
    later, late = (sqlite_portal.visitor(now=NOW + minutes * MINUTE) for minutes in (9, 11))
    later.cookies.set("__Host-flow", first.cookies["__Host-flow"], domain=HOST)
    later.post("/login/passkey/challenge")
    late.cookies.set("__Host-flow", later.cookies["__Host-flow"], domain=HOST)

    assert later.get("/login/code").status_code == 200
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
    with_app(sqlite_portal, "olga")
    with sqlite_portal.installation.database.writing() as connection:
        grant_role(connection, user_of(sqlite_portal, "olga"), "agent", NOW, granted_by="the tests")
    client = sqlite_portal.visitor()

    client.post("/office/login", data={"login": "olga", "password": PASSWORD, "next": "/purchases"})
    answer = client.post("/login/code", data={"code": code()})

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


def test_a_stranger_who_guesses_does_not_lock_out_the_owner(sqlite_portal: Portal) -> None:
    from treuwerk.services.identity.sessions import Origin
    from treuwerk.services.identity.signing_in import prove_password

    sqlite_portal.add_login("anna", "1001")
    database = sqlite_portal.installation.database
    with database.writing() as connection:
        open_session(connection, user_of(sqlite_portal, "anna"), NOW)
        from treuwerk.services.identity.sign_in_history import SIGNED_IN, note_event

        note_event(connection, user_of(sqlite_portal, "anna"), SIGNED_IN, "password", NOW, Origin("203.0.113.0/24"))
    for number in range(30):
        prove_password(database, "anna", "guess", Origin(f"10.0.{number}.1"), NOW)

    stranger = prove_password(database, "anna", PASSWORD, Origin("10.1.1.1"), NOW)
    owner = prove_password(database, "anna", PASSWORD, Origin("203.0.113.9"), NOW)

    assert stranger.wait > 0
    assert owner.user_id == user_of(sqlite_portal, "anna")
