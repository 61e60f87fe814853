"""One's own security: an app, the password, sessions, passkeys, history; what matters asks for a proof once more."""

import re

import pytest
from httpx2 import Response
from pyotp.totp import TOTP
from sqlalchemy import select

from tests.support.portal import NOW, PASSWORD, Portal
from tests.support.ways_in import MINUTE, code, security, sign_in, user_of, with_app
from treuwerk.services.identity.sign_in_history import history_of
from treuwerk.store.tables import passkey, web_session


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


def test_the_page_shows_the_balance_and_tells_what_happened_in_a_table(portal: Portal) -> None:
    client = security(portal)

    html = client.get("/profile/security").text

    assert 'class="chip" href="/account"' in html
    assert re.search(r'<th scope="row"[^>]*><span class="title">Signed in</span>: password</th>', html)


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


def test_the_history_tells_what_was_tried_and_from_where(portal: Portal) -> None:
    client = security(portal)
    portal.visitor().post("/login", data={"login": "anna", "password": "guessed wrong"})

    with portal.installation.database.reading() as connection:
        events = {(event.outcome, event.method) for event in history_of(connection, user_of(portal, "anna"))}

    assert events == {("refused", "password"), ("signed_in", "password")}
    assert "Refused" in client.get("/profile/security").text


def test_the_present_password_cannot_be_guessed_from_within(sqlite_portal: Portal) -> None:
    client = security(sqlite_portal)

    statuses = [client.post("/profile/security/password", data={
        "password": f"guess {number}", "new_password": "Regen auf dem Dach"}).status_code for number in range(7)]
    right = client.post("/profile/security/password", data={"password": PASSWORD, "new_password": "Regen auf dem Dach"})

    assert statuses == [422] * 6 + [429]
    assert (right.status_code, int(right.headers["retry-after"]) > 0) == (429, True)


def test_a_right_password_does_not_reset_the_guessing_of_codes(sqlite_portal: Portal) -> None:
    with_app(sqlite_portal)
    first = sqlite_portal.visitor()
    sign_in(first)
    first.post("/login/code", data={"code": code()})
    guesses = []

    for number in range(7):
        guesses.append(first.post("/confirm", data={"by": "app", "code": f"{number:06}"}).status_code)
        first.post("/confirm", data={"by": "password", "password": PASSWORD})

    assert guesses == [422] * 6 + [429]
