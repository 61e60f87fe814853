"""A real OpenID provider for tests: npm's ``oidc-provider``, installed beside the repository and run on loopback.

``TREUWERK_REQUIRE_NODE=1`` turns skipping into failing where node or npm is not there.
"""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import httpx2

from tests.support.node import installed, program

_SOURCE = Path(__file__).parent / "openid"
PASSWORD = "Dach mit Aussicht"
ACCOUNTS = {
    "anna": {"password": PASSWORD, "claims": {"name": "Anna Berg", "email": "anna@works.example", "locale": "de",
                                              "email_verified": True, "groups": ["clerks", "football"]}},
    "boris": {"password": PASSWORD, "claims": {"name": "Boris Kern", "email": "anna@works.example",
                                               "email_verified": False, "groups": ["chiefs"]}},
}


@attrs.frozen
class RunningProvider:
    """The provider while it runs."""

    issuer: str

    def rotate(self) -> None:
        """Give it new keys; tokens of the old ones are its no more."""
        httpx2.post(f"{self.issuer}/_test/rotate").raise_for_status()


def client(name: str, *, redirects: list[str], back_channel: str = "", by_session: bool = True,
           logged_out: Sequence[str] = ()) -> dict[str, Any]:
    """What the provider knows of one client of its own."""
    metadata: dict[str, Any] = {"client_id": name, "client_secret": secret_of(name), "redirect_uris": redirects,
                                "grant_types": ["authorization_code"], "response_types": ["code"],
                                "require_auth_time": True}
    if back_channel:
        metadata |= {"backchannel_logout_uri": back_channel, "backchannel_logout_session_required": by_session}
    if logged_out:
        metadata["post_logout_redirect_uris"] = list(logged_out)
    return metadata


def secret_of(name: str) -> str:
    """The secret of such a client."""
    return f"secret of {name}, long enough for everything"


@contextmanager
def running(clients: list[dict[str, Any]], accounts: Mapping[str, Any] = ACCOUNTS) -> Iterator[RunningProvider]:
    """A provider with these clients and accounts."""
    folder = installed(_SOURCE)
    process = subprocess.Popen(
        [program("node"), "provider.mjs", json.dumps({"clients": clients, "accounts": accounts})], cwd=folder,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**os.environ, "NODE_ENV": "test"})
    with process:
        try:
            assert process.stdout is not None
            yield RunningProvider(json.loads(process.stdout.readline())["issuer"])
        finally:
            process.kill()
