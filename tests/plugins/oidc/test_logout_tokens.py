"""What the provider says on the back channel: proper logout tokens end sessions, anything else ends nothing."""

from collections.abc import Iterator
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from tests.support.hostile_provider import CLIENT, EVENTS, SECRET, Hostile, hostile_provider
from treuwerk.domain.sign_in import SignInFailed
from treuwerk_oidc.provider import OidcProvider
from treuwerk_oidc.settings import OidcSettings

NOW = 1_800_000_000


@pytest.fixture
def hostile() -> Iterator[Hostile]:
    with hostile_provider(NOW) as provider:
        yield provider


def token(hostile: Hostile, **claims: Any) -> str:
    proper = {"iss": hostile.issuer, "aud": CLIENT, "iat": NOW, "exp": NOW + 120, "jti": "j1", "events": EVENTS,
              "sub": "anna", "sid": "s1"}
    given = {name: value for name, value in {**proper, **claims}.items() if value is not None}
    return hostile.signed(given, typ="logout+jwt")


def ours(hostile: Hostile) -> OidcProvider:
    return OidcProvider("works", OidcSettings(hostile.issuer, CLIENT))


def test_a_proper_token_names_session_and_subject(hostile: Hostile) -> None:
    notice = ours(hostile).notice(token(hostile), NOW * 1_000_000)

    assert (notice.issuer, notice.token_id, notice.subject, notice.session, notice.issued_at) == (
        hostile.issuer, "j1", "anna", "s1", NOW * 1_000_000)


@pytest.mark.parametrize("claims", [{"sub": None}, {"sid": None}, {"exp": None}])
def test_either_of_them_is_enough(hostile: Hostile, claims: dict[str, Any]) -> None:
    assert ours(hostile).notice(token(hostile, **claims), NOW * 1_000_000).token_id == "j1"


@pytest.mark.parametrize("claims", [
    {"sub": None, "sid": None}, {"events": None}, {"events": {}}, {"events": {"other": {}}}, {"events": []},
    {"nonce": "n"}, {"iss": "https://evil.example"}, {"aud": "another"}, {"aud": None}, {"jti": None}, {"jti": ""},
    {"iat": None}, {"iat": NOW + 61}, {"iat": NOW - 301}, {"exp": NOW - 61}, {"sub": 7}, {"sid": ["s1"]},
])
def test_a_token_that_is_none_is_refused(hostile: Hostile, claims: dict[str, Any]) -> None:
    with pytest.raises(SignInFailed) as caught:
        ours(hostile).notice(token(hostile, **claims), NOW * 1_000_000)

    assert caught.value.code == "forged"


def test_an_id_token_ends_nothing(hostile: Hostile) -> None:
    with pytest.raises(SignInFailed):
        ours(hostile).notice(hostile.signed({**hostile.claims, "jti": "j", "nonce": "n"}), NOW * 1_000_000)


@pytest.mark.parametrize("forger", [
    ({"alg": "RS256", "kid": "good"}, RSAKey.generate_key(2048, {"kid": "good"})),
    ({"alg": "HS256", "kid": "good"}, SECRET.encode()), ({"alg": "none"}, b""),
])
def test_a_forged_token_ends_nothing(hostile: Hostile, forger: tuple[dict[str, Any], Any]) -> None:
    hostile.header, hostile.key = forger

    with pytest.raises(SignInFailed):
        ours(hostile).notice(token(hostile), NOW * 1_000_000)


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "é", "." * 10])
def test_what_is_no_token_at_all_is_refused(hostile: Hostile, text: str) -> None:
    with pytest.raises(SignInFailed):
        ours(hostile).notice(text, NOW * 1_000_000)
