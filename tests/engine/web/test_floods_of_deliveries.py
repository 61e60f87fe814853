"""Who has no key uses up nothing of what a partner may ask."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.engine.web.test_deliveries import API, FILES, KEY, LINE, TOKEN, bearer, file, signed
from tests.support.portal import DEPLOYMENT, NOW, ORIGIN, PROGRAMME, Portal, open_portal
from treuwerk.store.database import Database
from treuwerk.web.application import create_app


@pytest.fixture
def portal(tmp_path: Path, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> Portal:
    for name, value in (("ERP_TOKEN", TOKEN), ("ERP_KEY", KEY), ("OTHER_TOKEN", "another"),
                        ("TREUWERK_DOCUMENTS", str(tmp_path / "documents"))):
        monkeypatch.setenv(name, value)
    return open_portal(tmp_path, sqlite_database, PROGRAMME + API.replace("1000", "2"))


def test_forged_signatures_hold_up_their_sender_and_not_the_partner(portal: Portal) -> None:
    app = create_app(portal.installation, clock=lambda: NOW, styleguide=False, deployment=DEPLOYMENT)
    body = file(LINE)
    forged = signed(body, key="another key")

    with (TestClient(app, base_url=ORIGIN, client=("192.0.2.66", 1)) as stranger,
          TestClient(app, base_url=ORIGIN, client=("192.0.2.7", 1)) as partner):
        told = [stranger.post(FILES, content=body, headers=forged).status_code for _ in range(4)]
        taken = [partner.post(FILES, content=body, headers=headers).status_code
                 for headers in (signed(body), bearer())]

    assert told == [401, 401, 429, 429]
    assert taken == [200, 200]


@pytest.mark.parametrize("path", ["files", "files/inc_0000000000000g000000000002"])
def test_nobody_learns_from_how_often_he_may_ask_which_sources_there_are(portal: Portal, path: str) -> None:
    """One with both ways in, one with tokens only, and one that is not there."""
    method = "POST" if path == "files" else "GET"
    told = []
    for name in ("deliveries", "others", "strange"):
        app = create_app(portal.installation, clock=lambda: NOW, styleguide=False, deployment=DEPLOYMENT)
        with TestClient(app, base_url=ORIGIN) as stranger:
            told.append([stranger.request(method, f"/api/v1/sources/{name}/{path}", content=b"x",
                                          headers=signed(b"y")).status_code for _ in range(4)])

    assert told == [[401, 401, 429, 429]] * 3
