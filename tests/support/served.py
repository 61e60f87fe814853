"""The portal behind a real socket, and a person who fills in its forms by HTTP alone."""

import html
import re
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

import attrs
import uvicorn

from tests.support.portal import DEPLOYMENT, HOST, Portal
from treuwerk.services.identity.memberships import add_membership
from treuwerk.services.identity.sessions import open_session
from treuwerk.services.identity.users import add_user
from treuwerk.web.application import create_app

_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


@contextmanager
def served(app: Any) -> Iterator[str]:
    """An application behind a real socket, for as long as somebody asks it; its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
        yield f"127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@attrs.define
class Answer:
    """A status, where it leads, and the page."""

    status: int
    location: str
    text: str


@attrs.define
class Person:
    """Somebody of a company with a browser; `now` is what the clock of the server says."""

    portal: Portal
    now: int
    address: str = ""
    customer: str = "1001"
    _user_id: int = 0
    _token: str = ""

    def sign_in(self) -> None:
        """A new session, as after a night."""
        account_id = self.portal.account(self.customer)
        with self.portal.installation.database.writing() as connection:
            if not self._user_id:
                self._user_id = add_user(connection, "", self.now)
                add_membership(connection, self._user_id, account_id, self.now, role="manager")
            self._token = open_session(connection, self._user_id, self.now, acts_for=(account_id, 0))

    def see(self, path: str) -> Answer:
        """Look at a page."""
        return self._ask("GET", path)

    def send(self, path: str, **fields: str) -> Answer:
        """Send a form as it is; where it leads is not followed."""
        return self._ask("POST", path, urlencode(fields))

    def follow(self, answer: Answer) -> Answer:
        """The page that an answer leads to."""
        while answer.status == 303:
            answer = self.see(answer.location)
        return answer

    def form(self, path: str, action: str = "") -> dict[str, str]:
        """What the form of a page has hidden; `action` is where it is sent, else the page itself."""
        page = self.see(path).text
        part = next(one for one in page.split("<form ")[1:] if f'action="{action or path}"' in one.partition(">")[0])
        return {name: html.unescape(value) for name, value in _HIDDEN.findall(part.partition("</form>")[0])}

    def words(self, path: str) -> str:
        """A page as it is read: without markup, spaces made one."""
        return read(self.see(path).text)

    def _ask(self, method: str, path: str, body: str | None = None) -> Answer:
        headers = {"host": HOST, "cookie": f"__Host-sid={self._token}; __Host-locale=en",
                   "sec-fetch-site": "same-origin"}
        if body is not None:
            headers["content-type"] = "application/x-www-form-urlencoded"
        with closing(HTTPConnection(self.address, timeout=60)) as connection:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.getheader("location", ""), answer.read().decode())


def read(page: str) -> str:
    """A page as it is read: without markup, spaces made one."""
    body = re.sub(r"<(script|style|svg).*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


@contextmanager
def in_the_portal(portal: Portal, now: int) -> Iterator[Person]:
    """Somebody of company 1001 who is signed in, by HTTP, while the server runs."""
    person = Person(portal, now)
    app = create_app(portal.installation, clock=lambda: person.now, deployment=DEPLOYMENT)
    with served(app) as address:
        person.address = address
        person.sign_in()
        yield person
