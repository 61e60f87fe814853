"""Sign-in against a real provider: there and back, silently, cancelled, with the wrong password, with new keys."""

import time

import httpx2
import pytest

from tests.plugins.oidc.conftest import CALLBACK, LOGGED_OUT, Walker, answer_of
from tests.support.openid_provider import RunningProvider, secret_of
from treuwerk.domain.secrets import Secret
from treuwerk.domain.sign_in import ExternalIdentity, SignInFailed
from treuwerk_oidc.provider import OidcProvider
from treuwerk_oidc.settings import OidcSettings


def now() -> int:
    return time.time_ns() // 1000


@pytest.fixture
def provider(works: RunningProvider, monkeypatch: pytest.MonkeyPatch) -> OidcProvider:
    """Our side of it."""
    monkeypatch.setenv("WORKS_SECRET", secret_of("portal"))
    return OidcProvider("works", OidcSettings(works.issuer, "portal", Secret("WORKS_SECRET")))


def signed_in(provider: OidcProvider, walker: Walker, login: str = "anna") -> ExternalIdentity:
    start = provider.begin(CALLBACK, silent=False)
    return provider.finish(CALLBACK, answer_of(walker.sign_in(start.url, login)), start.kept, now())


def test_the_provider_says_who_somebody_is(provider: OidcProvider, walker: Walker, works: RunningProvider) -> None:
    identity = signed_in(provider, walker)

    assert (identity.issuer, identity.subject) == (works.issuer, "anna")
    assert (identity.name, identity.email, identity.locale) == ("Anna Berg", "anna@works.example", "de")
    assert identity.claims["groups"] == ["clerks", "football"]
    assert identity.session
    assert abs(identity.authenticated_at - now()) < 60_000_000


def test_an_address_that_nobody_checked_is_no_address(provider: OidcProvider, walker: Walker) -> None:
    assert signed_in(provider, walker, "boris").email == ""


def test_the_second_sign_in_is_silent(provider: OidcProvider, walker: Walker) -> None:
    first = signed_in(provider, walker)
    start = provider.begin(CALLBACK, silent=True)

    second = provider.finish(CALLBACK, answer_of(walker.to_provider(start.url)), start.kept, now())

    assert (second.subject, second.session) == (first.subject, first.session)


def test_silence_without_a_session_there_shows_nothing_and_says_so(provider: OidcProvider, walker: Walker) -> None:
    start = provider.begin(CALLBACK, silent=True)
    answer = answer_of(walker.to_provider(start.url))

    with pytest.raises(SignInFailed) as caught:
        provider.finish(CALLBACK, answer, start.kept, now())

    assert caught.value.code == "login_required"


def test_whoever_cancels_is_not_signed_in(provider: OidcProvider, walker: Walker) -> None:
    start = provider.begin(CALLBACK, silent=False)
    answer = answer_of(walker.send(walker.to_provider(start.url), act="cancel"))

    with pytest.raises(SignInFailed) as caught:
        provider.finish(CALLBACK, answer, start.kept, now())

    assert caught.value.code == "cancelled"


def test_a_wrong_password_stays_the_providers_business(provider: OidcProvider, walker: Walker) -> None:
    start = provider.begin(CALLBACK, silent=False)

    page = walker.sign_in(start.url, password="guessed")

    assert "Wrong password" in page.text
    assert answer_of(walker.send(page, login="anna", password="Dach mit Aussicht", act="login"))["code"]


def test_new_keys_of_the_provider_are_fetched_when_they_are_needed(provider: OidcProvider, walker: Walker,
                                                                  works: RunningProvider) -> None:
    signed_in(provider, walker)

    works.rotate()

    assert signed_in(provider, walker).subject == "anna"


def test_a_code_counts_once(provider: OidcProvider, walker: Walker) -> None:
    start = provider.begin(CALLBACK, silent=False)
    answer = answer_of(walker.sign_in(start.url))
    provider.finish(CALLBACK, answer, start.kept, now())

    with pytest.raises(SignInFailed) as caught:
        provider.finish(CALLBACK, answer, start.kept, now())

    assert caught.value.code == "refused"


def test_a_code_of_somebody_else_does_not_fit_our_verifier(provider: OidcProvider, walker: Walker) -> None:
    mine, stolen = provider.begin(CALLBACK, silent=False), provider.begin(CALLBACK, silent=False)
    answer = answer_of(walker.sign_in(stolen.url)) | {"state": mine.kept["state"]}

    with pytest.raises(SignInFailed) as caught:
        provider.finish(CALLBACK, answer, mine.kept, now())

    assert caught.value.code == "refused"


def test_a_wrong_secret_is_refused(provider: OidcProvider, walker: Walker, monkeypatch: pytest.MonkeyPatch) -> None:
    start = provider.begin(CALLBACK, silent=False)
    answer = answer_of(walker.sign_in(start.url))
    monkeypatch.setenv("WORKS_SECRET", "another")

    with pytest.raises(SignInFailed) as caught:
        provider.finish(CALLBACK, answer, start.kept, now())

    assert caught.value.code == "refused"
    assert "invalid_client" in str(caught.value)


def test_signing_out_there_leads_back_to_us_and_ends_the_session_there(provider: OidcProvider, walker: Walker) -> None:
    identity = signed_in(provider, walker)
    there = provider.end(identity.id_token, LOGGED_OUT)
    assert there is not None

    back = walker.send(walker.to_provider(there), logout="yes")

    assert back.headers["location"] == LOGGED_OUT
    start = provider.begin(CALLBACK, silent=True)
    with pytest.raises(SignInFailed, match="login_required"):
        provider.finish(CALLBACK, answer_of(walker.to_provider(start.url)), start.kept, now())


def test_the_way_there_tells_the_language_and_what_the_programme_adds(works: RunningProvider) -> None:
    settings = OidcSettings(works.issuer, "portal", parameters={"acr_values": "mfa"}, max_age_seconds=60)

    query = dict(httpx2.URL(OidcProvider("works", settings).begin(CALLBACK, silent=False, locale="de_AT").url).params)

    assert (query["ui_locales"], query["acr_values"], query["max_age"]) == ("de-AT", "mfa", "60")
    assert query["code_challenge_method"] == "S256"
    assert "prompt" not in query


def test_a_secret_that_is_not_set_is_named(works: RunningProvider) -> None:
    provider = OidcProvider("works", OidcSettings(works.issuer, "portal", Secret("TREUWERK_NO_SUCH")))

    with pytest.raises(SignInFailed, match="found no environment variable TREUWERK_NO_SUCH") as caught:
        provider.begin(CALLBACK, silent=False)

    assert caught.value.code == "unreachable"
