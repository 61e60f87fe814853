"""A portal whose people come by identity providers: one for participants, one for the service centre."""

from pathlib import Path

from sqlalchemy import insert, select

from tests.support.portal import NOW, ORIGIN, PROGRAMME, Portal, open_portal
from treuwerk.services.identity.memberships import add_membership
from treuwerk.services.identity.users import add_user
from treuwerk.store.database import Database
from treuwerk.store.tables import external_login

BACK = ORIGIN + "/login/with/{}/back"
SIGN_IN = """
[[sign_in]]
name = "works"
provider = "oidc"
title = {{ de = "Werkskonto", en = "Works account", fr = "Compte usine" }}
audience = "portal"
issuer = "{issuer}"
client_id = "portal"
client_secret = {{ env = "WORKS_SECRET" }}

[[sign_in]]
name = "staff"
provider = "oidc"
title = {{ de = "Personal", en = "Staff", fr = "Personnel" }}
audience = "office"
provisioning = "create"
claim = "groups"
roles = {{ clerks = "agent", chiefs = "admin" }}
issuer = "{issuer}"
client_id = "office"
client_secret = {{ env = "STAFF_SECRET" }}
"""


def open_sign_on_portal(folder: Path, database: Database, issuer: str) -> Portal:
    """The usual programme with both providers at one issuer."""
    programme = PROGRAMME.replace("plugins = [", 'plugins = ["oidc", ') + SIGN_IN.format(issuer=issuer)
    return open_portal(folder, database, programme)


def link_to(portal: Portal, issuer: str, subject: str, customer: str, role: str = "manager") -> int:
    """Somebody who was linked to a company before; returns the user's id."""
    with portal.installation.database.writing() as connection:
        user_id = add_user(connection, subject, NOW)
        add_membership(connection, user_id, portal.account(customer), NOW, role=role)
        connection.execute(insert(external_login).values(
            issuer=issuer, subject=subject, user_id=user_id, provider="works", linked_at=NOW, used_at=NOW))
    return user_id


def user_behind(portal: Portal, subject: str) -> int:
    """The user of an identity."""
    with portal.installation.database.reading() as connection:
        found: int = connection.execute(select(external_login.c.user_id).where(
            external_login.c.subject == subject)).scalar_one()
    return found
