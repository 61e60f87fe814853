"""Ways in for tests: logins with and without an app, the codes that it shows, and somebody who signs in by the form."""

from pyotp.totp import TOTP
from sqlalchemy import select
from starlette.testclient import TestClient

from tests.support.portal import HOST, NOW, PASSWORD, Portal
from treuwerk.services.identity.authenticators import confirm_authenticator
from treuwerk.services.identity.keyring import Keyring
from treuwerk.services.identity.recovery_codes import renew_recovery_codes
from treuwerk.services.identity.users import grant_role
from treuwerk.store.tables import local_login

MINUTE = 60 * 1_000_000
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(at: int = NOW) -> str:
    """What the app shows."""
    return TOTP(SECRET).at(at // 1_000_000)


def user_of(portal: Portal, login: str) -> int:
    """The user of a login."""
    with portal.installation.database.reading() as connection:
        found: int = connection.execute(select(local_login.c.user_id).where(local_login.c.login == login)).scalar_one()
        return found


def with_app(portal: Portal, login: str = "anna") -> list[str]:
    """A login that asks for a code; returns the recovery codes."""
    portal.add_login(login, "1001")
    user_id, before = user_of(portal, login), NOW - 5 * MINUTE
    with portal.installation.database.writing() as connection:
        assert confirm_authenticator(connection, Keyring(), user_id, SECRET, code(before), before)
        return renew_recovery_codes(connection, user_id)


def clerk(portal: Portal, login: str = "olga", role: str = "agent") -> int:
    """A login of somebody who works in the service centre, and acts for a company as well."""
    portal.add_login(login, "1001")
    user_id = user_of(portal, login)
    with portal.installation.database.writing() as connection:
        grant_role(connection, user_id, role, NOW, granted_by="the tests")
    return user_id


def sign_in(client: TestClient, login: str = "anna", next_: str = "/") -> str:
    """The place where the password leads."""
    answer = client.post("/login", data={"login": login, "password": PASSWORD, "next": next_})
    return answer.headers.get("location", str(answer.status_code))


def security(portal: Portal, now: int = NOW) -> TestClient:
    """Somebody who signed in at `NOW`, as of an instant."""
    portal.add_login("anna", "1001")
    client = portal.visitor()
    sign_in(client)
    later = portal.visitor(now=now)
    later.cookies.set("__Host-sid", client.cookies["__Host-sid"], domain=HOST)
    later.cookies.set("__Host-locale", "en", domain=HOST)
    return later
