"""People sign in to portal and service centre by a real provider, walk on, and out again."""

import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from tests.plugins.oidc.conftest import Walker
from tests.support.openid_provider import PASSWORD, RunningProvider, secret_of
from tests.support.portal import ORIGIN, Portal
from tests.support.sign_on import link_to, open_sign_on_portal, user_behind
from treuwerk.services.identity.linking import make_link_code
from treuwerk.services.identity.session_data import data_of, set_value
from treuwerk.services.identity.sessions import session_of
from treuwerk.services.identity.users import block_user, free_name, grant_role, roles_of_user, user_of
from treuwerk.store.database import Database


def now() -> int:
    return time.time_ns() // 1000


@pytest.fixture
def portal(tmp_path: Path, database: Database, works: RunningProvider, monkeypatch: pytest.MonkeyPatch) -> Portal:
    """Two providers; Anna acts for company 1001."""
    monkeypatch.setenv("WORKS_SECRET", secret_of("portal"))
    monkeypatch.setenv("STAFF_SECRET", secret_of("office"))
    portal = open_sign_on_portal(tmp_path, database, works.issuer)
    link_to(portal, works.issuer, "anna", "1001")
    return portal


@pytest.fixture
def visitor(portal: Portal) -> TestClient:
    """A browser that nobody has signed in with, by the real clock: the provider has no other."""
    return portal.visitor(now())


def signed_in(visitor: TestClient, walker: Walker, provider: str = "works", login: str = "anna",
              wanted: str = "/") -> str:
    """Sign in; where the portal leads afterwards."""
    away = visitor.post(f"/login/with/{provider}", data={"next": wanted})
    assert away.status_code == 303, away.text
    back = walker.sign_in(away.headers["location"], login)
    arrived = visitor.get(back.headers["location"].removeprefix(ORIGIN), headers={"sec-fetch-site": "cross-site"})
    assert arrived.status_code == 303, arrived.text
    return arrived.headers["location"]


def test_the_sign_in_page_offers_the_providers_of_its_audience(visitor: TestClient) -> None:
    html = visitor.get("/login?next=/purchases").text

    assert 'action="/login/with/works"' in html
    assert "Sign in with Works account" in html
    assert "staff" not in html


def test_forms_may_lead_to_the_provider_and_nowhere_else(visitor: TestClient, works: RunningProvider) -> None:
    policy = visitor.get("/login").headers["content-security-policy"]

    assert f"form-action 'self' {works.issuer};" in policy


def test_somebody_linked_enters_and_arrives_where_he_wanted_to(visitor: TestClient, walker: Walker) -> None:
    assert signed_in(visitor, walker, wanted="/purchases?year=2026") == "/purchases?year=2026"
    assert "Müller &amp; Söhne" in visitor.get("/purchases").text


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "/%5cevil.example"])
def test_no_sign_in_leads_to_another_site(visitor: TestClient, walker: Walker, wanted: str) -> None:
    assert signed_in(visitor, walker, wanted=wanted) == "/"


def test_a_sign_in_makes_a_new_session_and_ends_the_old_one(portal: Portal, visitor: TestClient,
                                                           walker: Walker) -> None:
    signed_in(visitor, walker)
    first = visitor.cookies["__Host-sid"]

    signed_in(visitor, walker)

    second = visitor.cookies["__Host-sid"]
    assert first != second
    assert session_of(portal.installation.database, first, now()) is None
    session = session_of(portal.installation.database, second, now())
    assert session is not None
    assert (session.method, session.provider) == ("provider", "works")
    assert session.authenticated_at <= now()


def test_the_next_visit_is_signed_in_without_a_question(visitor: TestClient, walker: Walker) -> None:
    signed_in(visitor, walker)
    del visitor.cookies["__Host-sid"]

    silently = visitor.get("/login?next=/purchases").headers["location"]
    away = visitor.get(silently).headers["location"]
    back = walker.to_provider(away).headers["location"].removeprefix(ORIGIN)

    assert parse_qs(urlsplit(away).query)["prompt"] == ["none"]
    assert visitor.get(back).headers["location"] == "/purchases"
    assert visitor.get("/purchases").status_code == 200


def test_proof_can_be_asked_for_anew(portal: Portal, visitor: TestClient, walker: Walker) -> None:
    signed_in(visitor, walker)
    away = visitor.post("/login/with/works", data={"next": "/purchases", "fresh": "yes"}).headers["location"]

    page = walker.to_provider(away)

    assert parse_qs(urlsplit(away).query)["prompt"] == ["login"]
    assert "Password" in page.text
    back = walker.send(page, login="anna", password=PASSWORD, act="login").headers["location"].removeprefix(ORIGIN)
    assert visitor.get(back).headers["location"] == "/purchases"


def test_whoever_proves_it_anew_keeps_the_session_with_what_was_typed(portal: Portal, visitor: TestClient,
                                                                     walker: Walker) -> None:
    signed_in(visitor, walker)
    before = session_of(portal.installation.database, visitor.cookies["__Host-sid"], now())
    assert before is not None
    with portal.installation.database.writing() as connection:
        set_value(connection, before.id_hash, "typed", "half a form")
        connection.exec_driver_sql("UPDATE web_session SET authenticated_at = 1")
    away = visitor.post("/login/with/works", data={"next": "/purchases", "fresh": "yes"}).headers["location"]

    visitor.get(walker.sign_in(away).headers["location"].removeprefix(ORIGIN))

    after = session_of(portal.installation.database, visitor.cookies["__Host-sid"], now())
    assert after is not None
    assert after.id_hash != before.id_hash
    assert after.created_at == before.created_at
    assert abs(after.authenticated_at - now()) < 60_000_000
    with portal.installation.database.reading() as connection:
        assert data_of(connection, after.id_hash) == {"typed": "half a form"}


def test_where_the_provider_has_forgotten_him_he_is_asked_once_and_not_in_circles(visitor: TestClient,
                                                                                walker: Walker) -> None:
    signed_in(visitor, walker)
    del visitor.cookies["__Host-sid"]
    walker.client.cookies.clear()
    away = visitor.get(visitor.get("/login?next=/purchases").headers["location"]).headers["location"]

    answer = visitor.get(walker.to_provider(away).headers["location"].removeprefix(ORIGIN))

    assert answer.headers["location"] == "/login?next=%2Fpurchases"
    assert visitor.get(answer.headers["location"]).status_code == 200


def test_whoever_signs_out_is_led_to_the_provider_and_not_signed_in_again(visitor: TestClient, walker: Walker) -> None:
    signed_in(visitor, walker)

    out = visitor.post("/logout").headers["location"]
    back = walker.send(walker.to_provider(out), logout="yes")

    assert back.headers["location"] == f"{ORIGIN}/login"
    assert visitor.get("/login").status_code == 200
    assert visitor.get("/purchases").headers["location"].startswith("/login")


def test_whoever_cancels_reads_that_nothing_happened(visitor: TestClient, walker: Walker) -> None:
    away = visitor.post("/login/with/works", data={"next": "/purchases"}).headers["location"]
    back = walker.send(walker.to_provider(away), act="cancel").headers["location"].removeprefix(ORIGIN)

    answer = visitor.get(back)

    assert answer.status_code == 200
    assert "You did not sign in" in answer.text
    assert 'value="/purchases"' in answer.text
    assert "__Host-sid" not in visitor.cookies


def test_an_answer_counts_once_and_in_its_own_browser_only(portal: Portal, visitor: TestClient,
                                                          walker: Walker) -> None:
    away = visitor.post("/login/with/works", data={"next": "/"}).headers["location"]
    back = walker.sign_in(away).headers["location"].removeprefix(ORIGIN)

    elsewhere = portal.visitor(now()).get(back)
    mine, again = visitor.get(back), visitor.get(back)

    assert elsewhere.status_code == 400
    assert "This sign-in has expired" in elsewhere.text
    assert (mine.status_code, again.status_code, again.headers["location"]) == (303, 303, "/")


def test_two_windows_may_sign_in_at_once(visitor: TestClient, walker: Walker) -> None:
    ways = [visitor.post("/login/with/works", data={"next": wanted}).headers["location"]
            for wanted in ("/purchases", "/bookings.csv")]

    arrived = [visitor.get(walker.sign_in(way).headers["location"].removeprefix(ORIGIN)).headers["location"]
               for way in ways]

    assert arrived == ["/purchases", "/bookings.csv"]


def test_somebody_whom_no_company_knows_is_led_to_the_link_page(portal: Portal, visitor: TestClient,
                                                               walker: Walker) -> None:
    assert signed_in(visitor, walker, login="boris") == "/first-login"
    assert "__Host-sid" not in visitor.cookies
    assert "__Host-flow" in visitor.cookies


def test_a_code_links_him_for_good(portal: Portal, visitor: TestClient, walker: Walker) -> None:
    code = make_link_code(portal.installation.database, portal.account("1002"), now(), role="manager",
                          created_by="Olga")
    signed_in(visitor, walker, login="boris")

    way = visitor.post("/first-login", data={"number": "1002", "code": code}).headers["location"]
    visitor.post(way)

    assert "Other Roofs" in visitor.get("/purchases").text
    visitor.cookies.clear()
    assert signed_in(visitor, walker, login="boris") == "/"
    assert "Other Roofs" in visitor.get("/purchases").text


def test_the_same_address_of_mail_links_nobody(visitor: TestClient, walker: Walker, portal: Portal) -> None:
    """Boris claims Anna's address, and stays unlinked."""
    with portal.installation.database.writing() as connection:
        connection.exec_driver_sql("UPDATE app_user SET email = 'anna@works.example'")

    assert signed_in(visitor, walker, login="boris") == "/first-login"


def test_who_is_blocked_stays_out(portal: Portal, visitor: TestClient, walker: Walker) -> None:
    with portal.installation.database.writing() as connection:
        block_user(connection, user_behind(portal, "anna"), now())
    away = visitor.post("/login/with/works", data={"next": "/"}).headers["location"]

    answer = visitor.get(walker.sign_in(away).headers["location"].removeprefix(ORIGIN))

    assert answer.status_code == 403
    assert "Your access is blocked" in answer.text


def test_a_provider_of_the_service_centre_makes_users_with_its_roles(portal: Portal, visitor: TestClient,
                                                                    walker: Walker) -> None:
    assert signed_in(visitor, walker, "staff", "boris") == "/office"

    with portal.installation.database.reading() as connection:
        assert roles_of_user(connection, user_behind(portal, "boris")) == {"admin": "staff"}
        audit = connection.exec_driver_sql("SELECT actor, action, after FROM audit_entry ORDER BY action").all()
    assert [(row.actor, row.action) for row in audit] == [("sign_in:staff", "user.create"),
                                                          ("sign_in:staff", "user.roles")]
    assert '"admin"' in audit[1].after


def test_nobody_takes_the_name_of_somebody_else_by_a_provider(portal: Portal, visitor: TestClient,
                                                              walker: Walker) -> None:
    portal.in_office("agent", name="kern, BORIS")

    signed_in(visitor, walker, "staff", "boris")

    with portal.installation.database.reading() as connection:
        assert user_of(connection, user_behind(portal, "boris")).name == "Boris Kern 2"
    assert free_names(portal, "Boris Kern", "system", "", "\x00Ada") == ["Boris Kern 3", "User", "User", "Ada"]


def free_names(portal: Portal, *wanted: str) -> list[str]:
    return portal.installation.database.run(lambda connection: [free_name(connection, one) for one in wanted])


def test_roles_follow_the_provider_and_those_by_hand_stay(portal: Portal, visitor: TestClient,
                                                         walker: Walker) -> None:
    signed_in(visitor, walker, "staff", "boris")
    user_id = user_behind(portal, "boris")
    with portal.installation.database.writing() as connection:
        grant_role(connection, user_id, "gone_there", now(), granted_by="staff", source="staff")
        grant_role(connection, user_id, "agent", now(), granted_by="Olga", source="hand")

    signed_in(visitor, walker, "staff", "boris")

    with portal.installation.database.reading() as connection:
        assert roles_of_user(connection, user_id) == {"admin": "staff", "agent": "hand"}


def test_a_provider_that_is_not_named_is_not_there(visitor: TestClient) -> None:
    assert visitor.post("/login/with/nobody").status_code == 404
    assert visitor.get("/login/with/nobody/back").status_code == 404
    assert visitor.post("/login/with/nobody/ended").status_code == 404
    assert visitor.get("/login/with/works").status_code == 405


def test_cookies_of_the_way_are_as_strict_as_those_of_sessions(visitor: TestClient) -> None:
    cookie = visitor.post("/login/with/works", data={"next": "/"}).headers["set-cookie"]

    assert cookie.startswith("__Host-sso-")
    assert all(flag in cookie for flag in ("Secure", "HttpOnly", "SameSite=lax", "Path=/", "Max-Age=900"))


def test_a_cookie_of_a_pending_step_opens_nothing(visitor: TestClient) -> None:
    visitor.post("/login/with/works", data={"next": "/"})
    [pending] = [value for name, value in visitor.cookies.items() if name.startswith("__Host-sso-")]

    answer = visitor.get("/purchases", headers={"cookie": f"__Host-sid={pending}"})

    assert answer.headers["location"].startswith("/login")
