"""The portal behind a real nginx, by the configuration of the guide: encryption, hosts, addresses, cookies, a stop."""

import os
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import attrs
import httpx2
import pytest

from tests.support import nginx
from tests.support.hostile_provider import SECRET, hostile_provider
from tests.support.portal import PASSWORD
from tests.support.sign_on import open_sign_on_portal
from treuwerk.store.database import Database

pytestmark = pytest.mark.skipif(not nginx.program(), reason="no nginx on this machine: install nginx-light")
VISITOR, FORGED = "127.0.0.2", "203.0.113.9"
_PATIENCE = 30.0


@attrs.frozen
class Behind:
    """The public address, a visitor who comes to it over the network, and the process behind the proxy."""

    address: str
    client: httpx2.Client
    process: subprocess.Popen[str]

    def send(self, method: str, path: str, *, host: str = "", data: dict[str, str] | None = None,
             **headers: str) -> httpx2.Response:
        """A request as a browser sends it, to the name of the portal."""
        named = {"host": host or urlsplit(self.address).netloc, **{name.replace("_", "-"): value
                                                                   for name, value in headers.items()}}
        return self.client.request(method, path, headers=named, data=data, extensions={"sni_hostname": nginx.NAME})

    def sign_in(self, **headers: str) -> httpx2.Response:
        headers = {"origin": self.address, **headers}
        return self.send("POST", "/login", data={"login": "anna", "password": PASSWORD, "next": "/"}, **headers)


@pytest.fixture
def behind(tmp_path: Path, sqlite_database: Database) -> Iterator[Behind]:
    """Served as an operator does it, with nginx in front."""
    with ExitStack() as stack:
        issuer = stack.enter_context(hostile_provider(int(time.time()))).issuer
        portal = open_sign_on_portal(tmp_path, sqlite_database, issuer)
        portal.add_login("anna", "1001")
        port = nginx.free_port()
        outside = stack.enter_context(nginx.running(tmp_path, port))
        address = f"https://{nginx.NAME}:{outside}"
        process = stack.enter_context(_served(tmp_path, sqlite_database, port, address))
        stack.callback(process.kill)
        assert process.stdout is not None
        assert process.stdout.readline() == f"Portal: {address}/\n"
        trusted = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
        transport = httpx2.HTTPTransport(verify=trusted, local_address=VISITOR)
        client = stack.enter_context(httpx2.Client(base_url=f"https://127.0.0.1:{outside}", transport=transport,
                                                   timeout=_PATIENCE))
        yield Behind(address, client, process)


def _served(folder: Path, database: Database, port: int, address: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", "from treuwerk.cli import main; main()", "--programme", str(folder), "--database",
               database.url.render_as_string(False)]
    subprocess.run([*command, "maintenance", "--to", str(folder / "maintenance.html")], check=True)
    return subprocess.Popen(
        [*command, "serve", "--port", str(port), "--log-format", "json"], stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True, env=os.environ | {
            "TREUWERK_PUBLIC_URL": address, "TREUWERK_TRUSTED_PROXIES": "127.0.0.1",
            "WORKS_SECRET": SECRET, "STAFF_SECRET": SECRET})


def test_it_answers_encrypted_under_its_own_name_only(behind: Behind) -> None:
    own, foreign = behind.send("GET", "/login"), behind.send("GET", "/login", host="evil.example")

    assert own.status_code == 200
    assert "max-age=63072000" in own.headers["strict-transport-security"]
    assert foreign.status_code == 421
    assert f'href="{behind.address}"' in foreign.text


def test_cookies_are_encrypted_ones_and_forms_are_known_by_their_origin(behind: Behind) -> None:
    foreign = behind.sign_in(origin="https://evil.example")
    entered = behind.sign_in()

    assert foreign.status_code == 403
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    [cookie] = [one for one in entered.headers.get_list("set-cookie") if one.startswith("__Host-sid=")]
    assert all(flag in cookie for flag in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"))
    assert behind.send("GET", "/").status_code == 200


def test_a_visitor_cannot_claim_to_come_from_elsewhere(behind: Behind) -> None:
    behind.sign_in(x_forwarded_for=FORGED, forwarded=f"for={FORGED};host=evil.example", x_real_ip=FORGED)

    page = behind.send("GET", "/profile/security", x_forwarded_host="evil.example", x_forwarded_proto="http")

    assert page.status_code == 200
    assert "127.0.0.0/24" in page.text
    assert "203.0.113" not in page.text


def test_an_identity_provider_is_told_the_public_address_to_come_back_to(behind: Behind) -> None:
    answer = behind.send("POST", "/login/with/works", data={"next": "/"}, origin=behind.address)

    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert answer.status_code == 303
    assert query["redirect_uri"] == [f"{behind.address}/login/with/works/back"]


def test_while_the_portal_is_stopped_its_maintenance_page_answers(behind: Behind) -> None:
    behind.process.kill()
    behind.process.wait(_PATIENCE)

    answer = behind.send("GET", "/account")

    assert answer.status_code == 502
    assert "Sunny Partners" in answer.text
