"""Every route against every role: who is let in, who is told which right is missing, who is sent to sign in."""

from collections.abc import Callable, Iterator

import attrs
import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from tests.support.portal import NOW, PROGRAMME, Portal, open_portal
from treuwerk.domain.rights import PERMISSIONS, Audience
from treuwerk.domain.source_rights import SOURCE_RIGHTS
from treuwerk.services.identity.session_keeping import sessions_of
from treuwerk.services.identity.users import block_user
from treuwerk.services.identity.viewing import view_as
from treuwerk.store.database import Database
from treuwerk.store.tables import web_session
from treuwerk.web.api.routing import ApiRoute
from treuwerk.web.application import create_app
from treuwerk.web.shell.routing import PUBLIC, SIGNED_IN, DeclaredRoute

BUYER = """
[roles.buyer]
name = { de = "Einkauf", en = "Buyer", fr = "Achats" }
audience = "portal"
permissions = ["own.purchases.read"]
"""
PORTAL = {one.name for one in PERMISSIONS if one.audience is Audience.PORTAL}
OFFICE = {one.name for one in PERMISSIONS if one.audience is Audience.OFFICE}


@attrs.frozen
class Kind:
    """A kind of visitor: how one comes in, and what one may do, written down here once more."""

    enter: Callable[[Portal], TestClient]
    portal: set[str] | None = None
    office: set[str] | None = None


def viewing(portal: Portal) -> TestClient:
    client = portal.in_office("agent")
    look_at(portal, client, "1001")
    return client


def look_at(portal: Portal, client: TestClient, customer: str) -> None:
    from treuwerk.services.identity.access import Rights
    from treuwerk.services.identity.sessions import session_of

    database = portal.installation.database
    session = session_of(database, client.cookies["__Host-sid"], NOW)
    assert session is not None
    access = Rights(portal.installation.programme.settings, PERMISSIONS).access_of(session, Audience.OFFICE)
    view_as(database, access, session, portal.account(customer), NOW, reason="Asked on the phone")


def blocked(portal: Portal) -> TestClient:
    client = portal.signed_in()
    with portal.installation.database.writing() as connection:
        user_id = connection.execute(web_session.select()).one().user_id
        block_user(connection, user_id, NOW)
        assert sessions_of(connection, user_id, NOW) == []
    return client


KINDS = {
    "nobody": Kind(Portal.visitor),
    "blocked": Kind(blocked),
    "manager": Kind(Portal.signed_in, portal=PORTAL),
    "member": Kind(lambda portal: portal.signed_in(role="member"), portal={
        "own.account.read", "own.purchases.read", "own.submissions.read", "own.submissions.write",
        "own.enquiries.write", "own.profile.read", "own.profile.write", "own.rewards.read", "own.wishes.write",
        "own.orders.read"}),
    "buyer": Kind(lambda portal: portal.signed_in(role="buyer"), portal={"own.purchases.read"}),
    "a role that is gone": Kind(lambda portal: portal.signed_in(role="gone"), portal=set()),
    "a role of the others": Kind(lambda portal: portal.signed_in(role="admin"), portal=set()),
    "admin": Kind(lambda portal: portal.in_office("admin"), office=OFFICE),
    "agent": Kind(lambda portal: portal.in_office("agent"), office={
        "search", "participants.read", "participants.write", "participants.view_as", "notes.read", "notes.write",
        "queue.read", "queue.work", "submissions.read", "submissions.decide", "submissions.approve", "deliveries.read",
        "deliveries.decide", "clearing.map", "points.adjust", "tiers.give", "catalogue.read", "orders.read",
        "orders.write", "orders.place"}),
    "office without a role": Kind(Portal.in_office, office=set()),
    "agent who views": Kind(viewing, office=OFFICE - {"points.approve", "users.manage", "audit.read", "plugins.read",
                                              "plugins.manage", "catalogue.write", "catalogue.publish",
                                              "orders.approve", "tiers.approve", "programme.read",
                                              "programme.approve"},
                            portal={"own.account.read", "own.purchases.read", "own.submissions.read",
                                    "own.profile.read", "own.rewards.read", "own.orders.read"}),
}


@pytest.fixture
def staffed(tmp_path: object, sqlite_database: Database) -> Portal:
    from pathlib import Path

    assert isinstance(tmp_path, Path)
    return open_portal(tmp_path, sqlite_database, PROGRAMME + BUYER)


def with_probes(portal: Portal, client: TestClient) -> Iterator[DeclaredRoute]:
    """All routes of the application, and one for each right besides, so that no right is without a route."""
    routes = client.app.routes  # type: ignore[attr-defined]
    for one in PERMISSIONS:
        path = f"{'/office' if one.audience is Audience.OFFICE else ''}/probe/{one.name}"
        routes.append(DeclaredRoute(path, lambda visit: PlainTextResponse("in"), permission=one.name, name=one.name,
                                    methods=("GET", "POST"), audience=one.audience))
    declared = [route for route in routes if isinstance(route, DeclaredRoute)]
    last = ["end_viewing", "sign_out"]  # after these, others would be asked by another visitor
    asked = [route for route in declared if route.name != "metrics"]  # by address, not by role
    yield from sorted(asked, key=lambda route: last.index(route.name) + 1 if route.name in last else 0)


def expected(kind: Kind, route: DeclaredRoute) -> str:
    rights = {Audience.PORTAL: kind.portal, Audience.OFFICE: kind.office}
    if route.permission == PUBLIC:
        return "in"
    if kind.portal is None and kind.office is None:
        return "/office/login" if route.audience is Audience.OFFICE else "/login"
    own = Audience.OFFICE if kind.office is not None else Audience.PORTAL
    let_in = route.audience is own if route.permission == SIGNED_IN else route.permission in (
        rights[route.audience] or ())
    strangers_home = {Audience.OFFICE: "/office", Audience.PORTAL: "/"}[own] if route.path in (
        "/", "/office") and route.audience is not own else "refused"
    return "in" if let_in else strangers_home


def outcome(client: TestClient, route: DeclaredRoute, method: str) -> str:
    path = route.path.replace("{id}", "x").replace("{name:path}", "x")
    answer = client.request(method, path)
    if answer.status_code == 403:
        return "refused"
    leads = answer.headers.get("location", "").partition("?")[0]
    home = leads in ("/", "/office") and route.path in ("/", "/office")
    return leads if (home or leads in ("/login", "/office/login")) and route.permission != PUBLIC else "in"


@pytest.mark.parametrize("name", KINDS)
def test_every_route_lets_in_whom_the_roles_say(staffed: Portal, name: str) -> None:
    kind = KINDS[name]
    client = kind.enter(staffed)

    wrong = {}
    for route in with_probes(staffed, client):
        for method in sorted(route.methods or ()):
            found = outcome(client, route, method)
            if found != expected(kind, route):
                wrong[f"{method} {route.path}"] = (found, expected(kind, route))

    assert wrong == {}


@pytest.mark.parametrize("name", KINDS)
def test_operations_of_partners_let_in_nobody_by_a_session(staffed: Portal, name: str) -> None:
    client = KINDS[name].enter(staffed)
    operations = [route for route in client.app.routes if isinstance(route, ApiRoute)]  # type: ignore[attr-defined]

    found = {client.request(method, route.path.format(source="deliveries", id="x")).status_code
             for route in operations for method in route.methods or () if method != "HEAD"}

    assert {route.permission for route in operations} == SOURCE_RIGHTS
    assert found == {401}


@pytest.mark.parametrize(("language", "right"), [
    ("en", "See the own points account"), ("de", "Das eigene Punktekonto sehen"),
    ("fr", "Voir son propre compte de points")])
def test_who_lacks_a_right_is_told_which(staffed: Portal, language: str, right: str) -> None:
    answer = staffed.signed_in(role="buyer", language=language).get("/bookings.csv")

    assert answer.status_code == 403
    assert right in answer.text


def test_a_role_counts_from_the_next_request_on(staffed: Portal) -> None:
    client = staffed.signed_in(role="manager")
    assert client.get("/purchases").status_code == 200

    with staffed.installation.database.writing() as connection:
        from treuwerk.store.tables import membership

        connection.execute(membership.update().values(role="gone"))

    assert client.get("/purchases").status_code == 403


def test_a_membership_that_is_taken_away_ends_the_session(staffed: Portal) -> None:
    client = staffed.signed_in()

    with staffed.installation.database.writing() as connection:
        from treuwerk.store.tables import membership

        connection.execute(membership.delete())

    assert client.get("/").headers["location"] == "/login"


def test_who_views_sees_the_pages_of_that_company_and_a_banner(portal: Portal) -> None:
    client = portal.in_office("agent")
    assert client.get("/purchases").status_code == 403

    look_at(portal, client, "1001")

    html = client.get("/purchases").text
    assert "LS-2" in html
    assert "Müller &amp; Söhne" in html


def test_an_application_declares_the_rights_of_its_plugins(sqlite_portal: Portal) -> None:
    shell = create_app(sqlite_portal.installation, styleguide=False).state.shell

    assert {one.name for one in PERMISSIONS} <= set(shell.permissions)
