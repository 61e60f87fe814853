"""Signing in and out, and what a session is worth."""

import pytest
from sqlalchemy import func, select

from tests.support.portal import HOST, NOW, PASSWORD, Portal
from treuwerk.services.identity import passwords, signing_in
from treuwerk.services.identity.passwords import WeakPassword
from treuwerk.services.identity.sessions import hashed
from treuwerk.store.tables import web_session

HOUR = 3600 * 1_000_000


def sessions(portal: Portal) -> int:
    with portal.installation.database.reading() as connection:
        return connection.execute(select(func.count()).select_from(web_session)).scalar_one()


def test_the_right_password_opens_the_account(portal: Portal) -> None:
    portal.add_login("Anna@Mueller.example", "1001")
    client = portal.visitor()

    answer = client.post("/login", data={"login": " anna@mueller.EXAMPLE ", "password": PASSWORD, "next": "/purchases"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/purchases")
    cookie = answer.headers["set-cookie"]
    assert all(part in cookie for part in ("__Host-sid=", "HttpOnly", "Secure", "SameSite=lax", "Path=/"))
    assert "Müller" in client.get("/").text


@pytest.mark.parametrize(("login", "password"), [("anna", "wrong password"), ("nobody", PASSWORD)])
def test_an_unknown_login_and_a_wrong_password_get_the_same_answer(sqlite_portal: Portal, login: str,
                                                                   password: str) -> None:
    sqlite_portal.add_login("anna", "1001")

    answer = sqlite_portal.visitor().post("/login", data={"login": login, "password": password})

    assert answer.status_code == 422
    assert answer.text.count("Login name and password do not match.") == 2  # in the summary and beside the field
    assert "<title>Error: Sign in" in answer.text
    assert f'value="{login}"' in answer.text
    assert "set-cookie" not in answer.headers


def test_an_unknown_login_is_hashed_like_a_known_one(sqlite_portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def noted(stored: str, password: str) -> bool:
        asked.append(stored)
        return False

    monkeypatch.setattr(passwords, "matches", noted)

    sqlite_portal.visitor().post("/login", data={"login": "nobody", "password": "x"})

    assert [stored.split("$")[1] for stored in asked] == ["argon2id"]


def test_an_empty_form_says_what_is_missing(sqlite_portal: Portal) -> None:
    answer = sqlite_portal.visitor().post("/login", data={})

    assert answer.status_code == 422
    assert 'href="#login">Enter your login name.' in answer.text
    assert 'href="#password">Enter your password.' in answer.text


def test_guessing_is_slowed_down_for_the_login_and_forgotten_after_a_while(sqlite_portal: Portal,
                                                                         monkeypatch: pytest.MonkeyPatch) -> None:
    sqlite_portal.add_login("anna", "1001")
    monkeypatch.setattr(passwords, "matches", lambda stored, password: password == PASSWORD)
    client = sqlite_portal.visitor()
    for _ in range(8):
        client.post("/login", data={"login": "anna", "password": "guess"})

    blocked = client.post("/login", data={"login": "anna", "password": PASSWORD})
    other = client.post("/login", data={"login": "berta", "password": "guess"})

    assert blocked.status_code == 429
    assert 0 < int(blocked.headers["retry-after"]) <= 601
    assert other.status_code == 422


def test_a_session_gets_a_new_id_at_each_sign_in(sqlite_portal: Portal) -> None:
    sqlite_portal.add_login("anna", "1001")
    client = sqlite_portal.visitor()
    client.cookies.set("__Host-sid", "planted-by-someone", domain=HOST)

    client.post("/login", data={"login": "anna", "password": PASSWORD})
    first = client.cookies["__Host-sid"]
    client.post("/login", data={"login": "anna", "password": PASSWORD})

    assert "planted-by-someone" != first != client.cookies["__Host-sid"]
    assert sessions(sqlite_portal) == 1


def test_the_database_knows_no_token(sqlite_portal: Portal) -> None:
    client = sqlite_portal.signed_in()
    token = client.cookies["__Host-sid"]

    with sqlite_portal.installation.database.reading() as connection:
        stored = connection.execute(select(web_session)).one()

    assert token not in map(str, stored)
    assert stored.id_hash == hashed(token)


def test_signing_out_ends_the_session_for_good(portal: Portal) -> None:
    client = portal.signed_in()
    token = client.cookies["__Host-sid"]

    answer = client.post("/logout")

    assert answer.headers["location"] == "/login"
    assert sessions(portal) == 0
    client.cookies.set("__Host-sid", token, domain=HOST)
    assert client.get("/").status_code == 303


@pytest.mark.parametrize(("later", "status"), [(11 * HOUR, 200), (12 * HOUR, 303)])
def test_a_session_ends_after_twelve_idle_hours(portal: Portal, later: int, status: int) -> None:
    client = portal.signed_in(now=NOW)
    token = client.cookies["__Host-sid"]

    other = portal.visitor(now=NOW + later)
    other.cookies.set("__Host-sid", token, domain=HOST)

    assert other.get("/").status_code == status


def test_a_session_in_use_ends_after_thirty_days(sqlite_portal: Portal) -> None:
    token, days = sqlite_portal.signed_in().cookies["__Host-sid"], []

    for hours in range(0, 31 * 24, 8):
        client = sqlite_portal.visitor(now=NOW + hours * HOUR)
        client.cookies.set("__Host-sid", token, domain=HOST)
        if client.get("/purchases").status_code == 200:
            days.append(hours / 24)

    assert 29 < max(days) < 30


def test_a_new_password_ends_the_sessions_of_the_old_one(sqlite_portal: Portal) -> None:
    sqlite_portal.add_login("anna", "1001")
    client = sqlite_portal.visitor()
    client.post("/login", data={"login": "anna", "password": PASSWORD})
    assert client.get("/").status_code == 200

    sqlite_portal.add_login("anna", "1001")

    assert client.get("/").status_code == 303


@pytest.mark.parametrize("password", ["short", "x" * 257])
def test_a_password_has_bounds(sqlite_portal: Portal, password: str) -> None:
    with sqlite_portal.installation.database.writing() as connection, pytest.raises(WeakPassword) as raised:
        signing_in.add_local_login(connection, "anna", password, sqlite_portal.account("1001"), NOW)

    assert f"this one has {len(password)}" in str(raised.value)


@pytest.mark.parametrize("path", ["/", "/purchases", "/bookings.csv", "/purchases.csv",
                                  "/bookings/txn_0000000000000g000000000002"])
def test_personal_pages_ask_to_sign_in_first(sqlite_portal: Portal, path: str) -> None:
    answer = sqlite_portal.visitor().get(path)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "/%5cevil.example",
                                    "javascript:alert(1)", "/%2F%2Fevil", "/\t/evil.example"])
def test_signing_in_never_leads_to_another_site(sqlite_portal: Portal, wanted: str) -> None:
    answer = sqlite_portal.signed_in().get("/login", params={"next": wanted})

    assert answer.headers["location"] == "/"
