"""An administrator links a sign-in that waits to a user, on the pages of the service centre."""

import re

from tests.support.desk import filled
from tests.support.portal import NOW, Portal
from treuwerk.domain.rights import Audience
from treuwerk.domain.sign_in import ExternalIdentity
from treuwerk.programme.settings import SignInHead
from treuwerk.services.identity.waiting_sign_ins import keep_waiting

HEAD = SignInHead("staff", "oidc", {"en": "Staff"}, Audience.OFFICE)
EVE = ExternalIdentity("https://sso.example", "eve-1", name="Eve <Laurent>", email="eve@example.org")


def test_a_waiting_sign_in_is_chosen_linked_and_taken_back(sqlite_portal: Portal) -> None:
    ada = sqlite_portal.in_office("admin", name="Ada")
    sqlite_portal.in_office("agent", name="Eve Laurent")
    user = re.search(r'href="(/office/users/\d+)">Eve Laurent', ada.get("/office/users").text)
    assert user
    path = f"{user[1]}/links"
    assert "No identity provider leads to the service centre" in ada.get(path).text
    sqlite_portal.installation.database.run(lambda connection: keep_waiting(connection, HEAD, EVE, NOW))

    page = ada.get(path).text
    assert "Eve &lt;Laurent&gt;" in page
    assert "eve@example.org" in page
    assert ada.post(path, data=filled(ada, path)).status_code == 422
    key = re.search(r'value="(unlinked:[0-9a-f]+)"', page)
    assert key
    answer = ada.post(path, data=filled(ada, path, sign_in=key[1]))

    assert answer.headers["location"] == path
    page = ada.get(path).text
    assert "The sign-in is linked." in page
    assert "https://sso.example" in page
    ada.post(f"{user[1]}/unlink", data={"issuer": EVE.issuer, "subject": EVE.subject})
    assert "No identity leads to this user yet." in ada.get(path).text
    audit = ada.get("/office/audit").text
    assert "Sign-in linked" in audit
    assert "Sign-in unlinked" in audit


def test_agents_link_nobody(sqlite_portal: Portal) -> None:
    assert sqlite_portal.in_office("agent").get("/office/users/1/links").status_code == 403
