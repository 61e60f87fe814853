"""A browser without a screen, and a real provider to walk through."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qsl, urljoin, urlsplit

import attrs
import httpx2
import pytest

from tests.support import openid_provider
from tests.support.openid_provider import PASSWORD, RunningProvider
from tests.support.portal import ORIGIN
from tests.support.sign_on import BACK

CALLBACK = "http://127.0.0.1:9/login/works/callback"
OURS = ("http://127.0.0.1", ORIGIN)
NOBODY = "http://127.0.0.1:9/logged-out"
LOGGED_OUT = "http://127.0.0.1:9/login"


@attrs.define
class Walker:
    """Follows the provider's pages by their forms, until one leads back to us."""

    client: httpx2.Client

    def to_provider(self, url: str) -> httpx2.Response:
        """The page or the way back that an address of the provider ends at."""
        answer = self.client.get(url)
        while answer.is_redirect and not answer.headers["location"].startswith(OURS):
            answer = self.client.get(urljoin(str(answer.url), answer.headers["location"]))
        return answer

    def send(self, page: httpx2.Response, **fields: str) -> httpx2.Response:
        """Send the form of a page."""
        form = re.search(r'action="([^"]+)"', page.text)
        assert form is not None, page.text
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        answer = self.client.post(urljoin(str(page.url), unescape(form[1])), data={**hidden, **fields})
        if answer.is_redirect and not answer.headers["location"].startswith(OURS):
            return self.to_provider(urljoin(str(answer.url), answer.headers["location"]))
        return answer

    def sign_in(self, url: str, login: str = "anna", password: str = PASSWORD) -> httpx2.Response:
        """Log in at the provider; the answer leads back to us, or is its page once more."""
        page = self.to_provider(url)
        return page if page.is_redirect else self.send(page, login=login, password=password, act="login")


def answer_of(response: httpx2.Response) -> dict[str, str]:
    """The parameters of the way back."""
    assert response.is_redirect, response.text
    return dict(parse_qsl(urlsplit(response.headers["location"]).query))


@pytest.fixture(scope="session")
def works() -> Iterator[RunningProvider]:
    """The provider of a company."""
    clients = [openid_provider.client(name, redirects=[CALLBACK, BACK.format(way)], back_channel=NOBODY,
                                      logged_out=[LOGGED_OUT, f"{ORIGIN}/login", f"{ORIGIN}/office/login"])
               for name, way in (("portal", "works"), ("office", "staff"))]
    with openid_provider.running(clients) as provider:
        yield provider


@pytest.fixture
def walker() -> Iterator[Walker]:
    """Somebody with a browser."""
    with httpx2.Client() as client:
        yield Walker(client)
