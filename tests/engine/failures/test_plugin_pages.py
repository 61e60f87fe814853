"""The service centre sees what went wrong in a plugin, pauses it, and lets it go on."""

import pytest
from starlette.testclient import TestClient

from tests.support.portal import NOW, Portal, open_portal
from treuwerk.domain.failures import RULES, Failure
from treuwerk.services.clearing.plugin_failures import note_failures
from treuwerk.store.database import Database

FAILURE = Failure("product_factor", RULES, "module_points", "ValueError", "no number in …")
ONE = "/office/plugins/product_factor"


@pytest.fixture
def desk(tmp_path: object, sqlite_database: Database) -> Portal:
    from pathlib import Path

    assert isinstance(tmp_path, Path)
    portal = open_portal(tmp_path, sqlite_database)
    programme = portal.installation.programme
    portal.installation.database.run(lambda connection: note_failures(connection, programme, {FAILURE: 25}, NOW))
    return portal


def sent(client: TestClient, path: str, **fields: str) -> str:
    """The page that follows a form."""
    return client.get(client.post(path, data=fields).headers["location"]).text


def test_a_plugin_that_failed_too_often_is_shown_as_paused_and_goes_on(desk: Portal) -> None:
    admin = desk.in_office("admin", language="en")

    listed, shown, queue = (admin.get(path).text for path in ("/office/plugins", ONE, "/office/queue"))

    assert "Paused" in listed
    assert "Failed 25 times" in listed
    assert "no number in …" in shown
    assert "failed 20 times or more within 5 minutes" in shown
    assert "module_points: paused, it fails too often" in queue
    gone_on = sent(admin, f"{ONE}/resume")
    assert "The plugin goes on." in gone_on
    assert "Nothing went wrong" in gone_on
    assert "module_points: paused, it fails too often" not in admin.get("/office/queue").text
    assert "Plugin let go on" in admin.get("/office/audit").text


def test_somebody_pauses_a_plugin_for_a_reason_and_only_once(desk: Portal) -> None:
    admin = desk.in_office("admin", language="en")
    other = "/office/plugins/activity_points"

    wordless = admin.post(f"{other}/pause", data={"reason": "why"})
    paused = sent(admin, f"{other}/pause", reason="The seminars look wrong")
    again = sent(admin, f"{other}/pause", reason="The seminars look wrong")

    assert wordless.status_code == 422
    assert "The seminars look wrong" in paused
    assert "paused already" in again
    assert admin.get("/office/plugins/nobody").status_code == 404


def test_errors_leave_the_list_once_somebody_acknowledged_them(desk: Portal) -> None:
    admin = desk.in_office("admin", language="en")

    seen = sent(admin, f"{ONE}/acknowledge")

    assert "The failures are acknowledged." in seen
    assert "ValueError" not in seen
