"""Answers that no honest provider gives: each is refused, and the reason says why."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from joserfc.jwk import OctKey, RSAKey

from tests.support.hostile_provider import CLIENT, SECRET, Hostile, hostile_provider
from treuwerk.domain.secrets import Secret
from treuwerk.domain.sign_in import ExternalIdentity, SignInFailed, SignInStart
from treuwerk_oidc.provider import OidcProvider
from treuwerk_oidc.settings import OidcSettings

CALLBACK = "https://portal.example/login/works/callback"
NOW = 1_800_000_000


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hostile]:
    """A provider under our control."""
    monkeypatch.setenv("WORKS_SECRET", SECRET)
    with hostile_provider(NOW) as provider:
        yield provider


def ours(hostile: Hostile, **settings: Any) -> OidcProvider:
    return OidcProvider("works", OidcSettings(hostile.issuer, CLIENT, Secret("WORKS_SECRET"), **settings))


def finished(hostile: Hostile, *, without_nonce: bool = False, fresh: bool = False,
             provider: OidcProvider | None = None, **answer: str) -> ExternalIdentity:
    """Sign in with what the provider answers now."""
    provider = provider or ours(hostile)
    start: SignInStart = provider.begin(CALLBACK, fresh=fresh)
    hostile.nonce = "" if without_nonce else start.kept["nonce"]
    return provider.finish(CALLBACK, {"state": start.kept["state"], "code": "c", **answer}, start.kept,
                           NOW * 1_000_000)


def refused(hostile: Hostile, expected: str = "forged", **wishes: Any) -> str:
    with pytest.raises(SignInFailed) as caught:
        finished(hostile, **wishes)
    assert caught.value.code == expected, caught.value
    return str(caught.value)


def test_an_honest_answer_is_taken(hostile: Hostile) -> None:
    assert finished(hostile).subject == "anna"


def test_a_token_of_another_key_is_refused(hostile: Hostile) -> None:
    hostile.key = RSAKey.generate_key(2048, {"kid": "good", "use": "sig"})

    assert "BadSignature" in refused(hostile)


def test_a_token_without_signature_is_refused(hostile: Hostile) -> None:
    hostile.key, hostile.header = b"", {"alg": "none"}

    assert "none" in refused(hostile)


@pytest.mark.parametrize("secret", [SECRET, "public key"])
def test_a_token_signed_with_what_both_sides_know_is_refused(hostile: Hostile, secret: str) -> None:
    material = hostile.published[0].as_pem(private=False) if secret == "public key" else secret.encode()
    hostile.key, hostile.header = material, {"alg": "HS256", "kid": "good"}

    assert "HS256" in refused(hostile)


def test_a_symmetric_key_that_the_provider_publishes_is_passed_over(hostile: Hostile) -> None:
    key = OctKey.generate_key(256, {"kid": "shared"})
    hostile.key, hostile.header = key.raw_value, {"alg": "HS256", "kid": "shared"}
    proper = hostile.published[0].as_dict(private=False)
    hostile.broken["/jwks"] = (200, {"keys": [key.as_dict(private=True), proper]})

    assert "HS256" in refused(hostile)


@pytest.mark.parametrize(("claim", "value", "reason"), [
    ("nonce", "another", "nonce"), ("aud", "another client", "aud"), ("aud", ["another client"], "aud"),
    ("aud", [CLIENT, "another"], "azp"), ("azp", "another client", "azp"), ("iss", "https://evil.example", "iss"),
    ("iss", None, "iss"), ("exp", NOW - 61, "exp"), ("exp", None, "exp"), ("exp", "tomorrow", "exp"),
    ("iat", NOW + 61, "issued in the future"), ("nbf", NOW + 61, "not yet valid"), ("iat", None, "iat"),
    ("sub", None, "sub"), ("sub", "", "sub"), ("sub", 7, "sub"), ("sub", "x" * 256, "sub"),
    ("auth_time", NOW + 61, "auth_time"), ("auth_time", float("nan"), "auth_time"), ("auth_time", -1, "auth_time"),
    ("auth_time", True, "auth_time"), ("at_hash", "bm90IGl0cyBoYXNo", "at_hash"),
])
def test_a_token_for_others_or_other_times_is_refused(hostile: Hostile, claim: str, value: Any, reason: str) -> None:
    hostile.claims[claim] = value
    if value is None:
        del hostile.claims[claim]

    assert reason in refused(hostile)


def test_a_token_without_our_nonce_is_refused(hostile: Hostile) -> None:
    assert "nonce" in refused(hostile, without_nonce=True)


@pytest.mark.parametrize("answer", [{"id_token": None}, {"id_token": ""}, {"id_token": 7}, {"id_token": "a.b.c"},
                                    {"id_token": "x" * 100}])
def test_an_answer_without_a_proper_id_token_is_refused(hostile: Hostile, answer: dict[str, Any]) -> None:
    hostile.token = answer

    assert "id_token" in refused(hostile)


def test_a_token_of_another_kind_is_refused(hostile: Hostile) -> None:
    hostile.header["typ"] = "logout+jwt"

    assert "type" in refused(hostile)


@pytest.mark.parametrize("userinfo", [{"sub": "boris"}, {}, {"sub": None}, {"name": "Anna"}])
def test_the_userinfo_of_somebody_else_is_refused(hostile: Hostile, userinfo: dict[str, Any]) -> None:
    hostile.userinfo = userinfo

    assert "another sub" in refused(hostile)


def test_what_the_token_says_counts_more_than_the_userinfo(hostile: Hostile) -> None:
    hostile.claims["groups"], hostile.userinfo = ["guests"], {"sub": "anna", "groups": ["chiefs"], "name": "Anna"}

    identity = finished(hostile)

    assert (identity.claims["groups"], identity.name) == (["guests"], "Anna")


def test_an_answer_in_the_name_of_another_provider_is_refused_before_its_code_is_shown(hostile: Hostile) -> None:
    assert "iss" in refused(hostile, iss="https://evil.example")
    assert "/token" not in hostile.asked


def test_a_provider_that_names_itself_always_must_do_so(hostile: Hostile) -> None:
    hostile.metadata["authorization_response_iss_parameter_supported"] = True

    assert "iss" in refused(hostile)
    assert finished(hostile, iss=hostile.issuer).subject == "anna"


def test_another_state_is_refused_before_anything_is_asked(hostile: Hostile) -> None:
    for state in ("another", ""):
        assert "state" in refused(hostile, state=state)
    assert "/token" not in hostile.asked


def test_an_answer_with_nothing_in_it_is_refused(hostile: Hostile) -> None:
    assert "neither code nor error" in refused(hostile, code="")


@pytest.mark.parametrize(("error", "code"), [
    ("access_denied", "cancelled"), ("login_required", "login_required"), ("interaction_required", "login_required"),
    ("temporarily_unavailable", "unreachable"), ("invalid_scope", "refused"), ("<script>", "refused"),
])
def test_what_the_provider_says_instead_of_a_code_is_understood(hostile: Hostile, error: str, code: str) -> None:
    assert error in refused(hostile, code, error=error)


@pytest.mark.parametrize(("path", "answer"), [
    ("/token", (500, {})), ("/token", (200, b"<html>")), ("/token", (200, [])), ("/userinfo", (502, {})),
    ("/userinfo", (200, b"no json")), ("/jwks", (404, {})), ("/jwks", (200, b"")), ("/jwks", (200, {"keys": 7})),
    ("/jwks", (200, {"keys": [{"kty": "RSA", "use": "sig", "n": "?"}]})),
    ("/token", (503, {"error": "temporarily_unavailable"})), ("/userinfo", (200, b'"' + b"x" * 1_100_000 + b'"')),
    ("/userinfo", (302, {})),
])
def test_a_provider_that_does_not_answer_properly_is_named_as_such(hostile: Hostile, path: str, answer: Any) -> None:
    hostile.broken[path] = answer

    assert path in refused(hostile, "unreachable")


@pytest.mark.parametrize("metadata", [
    {"issuer": "https://evil.example"}, {"issuer": None}, {"token_endpoint": None}, {"jwks_uri": 7},
    {"token_endpoint": "http://evil.example/token"}, {"authorization_endpoint": "javascript:alert(1)"},
    {"userinfo_endpoint": "file:///etc/passwd"},
])
def test_a_discovery_document_of_somebody_else_is_refused(hostile: Hostile, metadata: dict[str, Any]) -> None:
    hostile.metadata = metadata

    assert "openid-configuration" in refused(hostile, "unreachable")


def test_a_provider_that_is_away_is_unreachable_and_not_asked_again_at_once(hostile: Hostile) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        provider = OidcProvider("works", OidcSettings(f"http://127.0.0.1:{nobody.getsockname()[1]}", CLIENT))
        reasons = []
        for _ in range(2):
            with pytest.raises(SignInFailed) as caught:
                provider.begin(CALLBACK, silent=False)
            reasons.append((caught.value.code, str(caught.value)))

    assert reasons[0][0] == "unreachable"
    assert reasons[0] == reasons[1]


def test_unknown_keys_are_searched_for_but_not_by_everybody_all_the_time(hostile: Hostile) -> None:
    provider = ours(hostile)
    hostile.header["kid"] = "unheard of"

    for _ in range(5):
        refused(hostile, provider=provider)

    assert hostile.asked.count("/jwks") == 2


@pytest.mark.parametrize(("auth_time", "taken"), [(NOW - 30, True), (NOW - 200, False), (None, False)])
def test_a_sign_in_older_than_we_asked_for_is_refused(hostile: Hostile, auth_time: int | None, taken: bool) -> None:
    hostile.claims |= {} if auth_time is None else {"auth_time": auth_time}
    provider = ours(hostile, max_age_seconds=60)

    if taken:
        assert finished(hostile, provider=provider).authenticated_at == (NOW - 30) * 1_000_000
    else:
        assert "auth_time" in refused(hostile, provider=provider)


@pytest.mark.parametrize(("auth_time", "taken"), [(NOW - 30, True), (NOW - 1_000, False), (None, False)])
def test_proof_that_is_not_fresh_is_none(hostile: Hostile, auth_time: int | None, taken: bool) -> None:
    hostile.claims |= {} if auth_time is None else {"auth_time": auth_time}

    if taken:
        assert finished(hostile, fresh=True).subject == "anna"
    else:
        assert "auth_time" in refused(hostile, fresh=True)
