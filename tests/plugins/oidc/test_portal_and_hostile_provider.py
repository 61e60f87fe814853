"""What the portal does with a provider that lies, is away, or says that sessions ended."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from tests.support.hostile_provider import EVENTS, SECRET, Hostile, hostile_provider
from tests.support.portal import Portal
from tests.support.sign_on import link_to, open_sign_on_portal
from treuwerk.store.database import Database


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hostile]:
    monkeypatch.setenv("WORKS_SECRET", SECRET)
    monkeypatch.setenv("STAFF_SECRET", SECRET)
    with hostile_provider(int(time.time())) as provider:
        yield provider


@pytest.fixture
def portal(tmp_path: Path, database: Database, hostile: Hostile) -> Portal:
    """Anna acts for company 1001."""
    portal = open_sign_on_portal(tmp_path, database, hostile.issuer)
    link_to(portal, hostile.issuer, "anna", "1001")
    return portal


@pytest.fixture
def visitor(portal: Portal) -> TestClient:
    return portal.visitor(time.time_ns() // 1000)


def back(visitor: TestClient, hostile: Hostile, **answer: str) -> Any:
    """Go there, and come back at once with what the provider answers."""
    away = parse_qs(urlsplit(visitor.post("/login/with/works", data={"next": "/"}).headers["location"]).query)
    hostile.nonce = away["nonce"][0]
    return visitor.get("/login/with/works/back", params={"state": away["state"][0], "code": "c", **answer})


def entered(visitor: TestClient, hostile: Hostile, session: str = "s1") -> TestClient:
    hostile.claims["sid"] = session
    assert back(visitor, hostile).headers["location"] == "/"
    return visitor


def notice(hostile: Hostile, **claims: Any) -> dict[str, str]:
    proper = {"iss": hostile.issuer, "aud": "portal", "iat": hostile.now, "exp": hostile.now + 120, "jti": "j1",
              "events": EVENTS, "sub": "anna", "sid": "s1"}
    given = {name: value for name, value in {**proper, **claims}.items() if value is not None}
    return {"logout_token": hostile.signed(given, typ="logout+jwt")}


def told(portal: Portal, form: dict[str, str]) -> int:
    """Tell the portal on the back channel, as another machine does: no cookies, nothing a browser would add."""
    from tests.support.portal import DEPLOYMENT, ORIGIN
    from treuwerk.web.application import create_app

    client = TestClient(create_app(portal.installation, deployment=DEPLOYMENT), base_url=ORIGIN)
    return client.post("/login/with/works/ended", data=form).status_code


def is_in(visitor: TestClient) -> bool:
    return visitor.get("/purchases").status_code == 200


@pytest.mark.parametrize("claims", [{"aud": "other"}, {"nonce": "other"}, {"exp": 1}, {"iss": "https://evil.example"}])
def test_a_forged_answer_signs_nobody_in_and_says_so(visitor: TestClient, hostile: Hostile,
                                                    claims: dict[str, Any]) -> None:
    hostile.claims |= claims

    answer = back(visitor, hostile)

    assert answer.status_code == 403
    assert "For your safety nobody was signed in" in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert not is_in(visitor)


def test_an_answer_of_another_provider_is_refused(visitor: TestClient, hostile: Hostile) -> None:
    assert back(visitor, hostile, iss="https://evil.example").status_code == 403


def test_a_forged_answer_does_not_end_the_session_that_is_there(visitor: TestClient, hostile: Hostile) -> None:
    entered(visitor, hostile)
    hostile.claims["aud"] = "other"

    back(visitor, hostile)

    assert is_in(visitor)


def test_nothing_of_tokens_reaches_the_log_or_the_page(visitor: TestClient, hostile: Hostile,
                                                      caplog: pytest.LogCaptureFixture) -> None:
    hostile.claims["aud"] = "other"

    answer = back(visitor, hostile)

    assert "sign-in by works failed: forged" in caplog.text
    for secret in (SECRET, hostile.signed(hostile.claims)[:20], "state="):
        assert secret not in caplog.text + answer.text


@pytest.mark.parametrize("path", ["/token", "/jwks", "/userinfo"])
def test_a_provider_that_does_not_answer_is_named_with_what_to_do(visitor: TestClient, hostile: Hostile,
                                                                 path: str) -> None:
    hostile.broken[path] = (503, {})

    answer = back(visitor, hostile)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert "Works account does not answer" in answer.text
    assert "Other ways to sign in" in answer.text


def test_one_that_is_away_altogether_is_named_before_anybody_leaves(visitor: TestClient, hostile: Hostile) -> None:
    hostile.broken["/.well-known/openid-configuration"] = (502, {})

    answer = visitor.post("/login/with/works", data={"next": "/"})

    assert answer.status_code == 503
    assert "Works account does not answer" in answer.text


def test_while_it_is_away_signing_out_works_and_nobody_is_asked_silently(portal: Portal, visitor: TestClient,
                                                                        hostile: Hostile) -> None:
    entered(visitor, hostile)
    hostile.broken["/.well-known/openid-configuration"] = (502, {})
    fresh = portal.visitor(time.time_ns() // 1000)
    fresh.cookies.update(visitor.cookies)

    assert fresh.post("/logout").headers["location"] == "/login"
    assert not is_in(fresh)


def test_a_browser_that_was_here_reaches_the_page_while_the_provider_is_away(portal: Portal, hostile: Hostile) -> None:
    hostile.broken["/.well-known/openid-configuration"] = (502, {})
    visitor = portal.visitor(time.time_ns() // 1000)

    first = visitor.get("/login?next=/purchases", headers={"cookie": "__Host-via=works"})
    second = visitor.get(first.headers["location"])

    assert second.headers["location"] == "/login?next=%2Fpurchases"
    assert "__Host-via=" in second.headers["set-cookie"]
    assert visitor.get(second.headers["location"]).status_code == 200


@pytest.mark.parametrize("claims", [{"sub": None}, {}, {"sid": None}])
def test_the_provider_ends_sessions_by_its_session_or_its_subject(portal: Portal, visitor: TestClient, hostile: Hostile,
                                                                 claims: dict[str, Any]) -> None:
    entered(visitor, hostile)

    assert told(portal, notice(hostile, **claims)) == 200

    assert not is_in(visitor)


def test_other_sessions_stay(portal: Portal, hostile: Hostile) -> None:
    first, second = (entered(portal.visitor(time.time_ns() // 1000), hostile, session) for session in ("s1", "s2"))

    assert told(portal, notice(hostile)) == 200

    assert (is_in(first), is_in(second)) == (False, True)


def test_the_subject_ends_all_of_that_provider_and_no_local_ones(portal: Portal, hostile: Hostile) -> None:
    first, second = (entered(portal.visitor(time.time_ns() // 1000), hostile, session) for session in ("s1", "s2"))
    local = portal.signed_in(now=time.time_ns() // 1000)

    assert told(portal, notice(hostile, sid=None)) == 200

    assert (is_in(first), is_in(second), is_in(local)) == (False, False, True)


def test_a_session_of_somebody_else_does_not_end_by_its_name(portal: Portal, visitor: TestClient,
                                                            hostile: Hostile) -> None:
    entered(visitor, hostile)

    assert told(portal, notice(hostile, sub="boris")) == 200

    assert is_in(visitor)


def test_a_notice_counts_once(portal: Portal, visitor: TestClient, hostile: Hostile) -> None:
    form = notice(hostile)
    told(portal, form)
    entered(visitor, hostile)

    assert told(portal, form) == 400

    assert is_in(visitor)


@pytest.mark.parametrize("form", [{}, {"logout_token": ""}, {"logout_token": "x.y.z"}])
def test_nonsense_ends_nothing(portal: Portal, visitor: TestClient, hostile: Hostile, form: dict[str, str]) -> None:
    entered(visitor, hostile)

    assert told(portal, form) == 400

    assert is_in(visitor)


def test_a_browser_on_another_site_cannot_end_sessions(visitor: TestClient, hostile: Hostile) -> None:
    entered(visitor, hostile)

    answer = visitor.post("/login/with/works/ended", data=notice(hostile), headers={"sec-fetch-site": "cross-site"})

    assert answer.status_code == 403
    assert is_in(visitor)


def test_notices_are_counted_like_all_requests(portal: Portal) -> None:
    import attrs

    from tests.support.portal import DEPLOYMENT, ORIGIN
    from treuwerk.web.application import create_app

    app = create_app(portal.installation, deployment=attrs.evolve(DEPLOYMENT, per_source=2))
    client = TestClient(app, base_url=ORIGIN)

    assert [client.post("/login/with/works/ended").status_code for _ in range(3)] == [400, 400, 429]


def test_half_characters_of_a_name_do_not_keep_anybody_out(portal: Portal, visitor: TestClient,
                                                            hostile: Hostile) -> None:
    hostile.claims |= {"name": "Anna \ud800", "email": "anna\0@example.org"}

    entered(visitor, hostile)

    assert is_in(visitor)


def test_half_characters_of_an_identity_are_refused(portal: Portal, visitor: TestClient, hostile: Hostile) -> None:
    hostile.claims |= {"sub": "anna\ud800"}

    answer = back(visitor, hostile)

    assert answer.status_code == 403
    assert not is_in(visitor)
