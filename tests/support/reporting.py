"""Reporting a purchase as a browser does it: files, what is typed, the check, and the last button."""

import re
from collections.abc import Sequence
from itertools import count

from httpx2 import Response
from starlette.testclient import TestClient

from tests.support.pictures import pages, photo
from tests.support.portal import DELIVERIES, Portal

HERE = "/submissions"
File = tuple[str, bytes]
_NUMBERS = count(700)


def hidden(html: str) -> dict[str, str]:
    """What a form would send: its hidden fields, and what stands in the others."""
    typed = re.findall(r'name="(seller_name|number|issued_on)" type="text" value="([^"]*)"', html)
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html) + typed)


def send(browser: TestClient, path: str, files: Sequence[File], **fields: str) -> Response:
    """Send files with fields to an address."""
    return browser.post(path, data=fields, files=[("files", (name, content)) for name, content in files])


def begun(browser: TestClient, *files: File) -> str:
    """The path of a new draft."""
    answer = send(browser, f"{HERE}/new", files or [("note.jpg", photo())])
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removesuffix("/edit#pages")


def handed_in(browser: TestClient, *files: File, **fields: str) -> str:
    """The path of a report that was handed in."""
    where = begun(browser, *files)
    draft = browser.get(f"{where}/edit").text
    described = browser.post(f"{where}/edit", data={**hidden(draft), **fields})
    assert described.headers["location"] == f"{where}/check", described.text
    sent = browser.post(f"{where}/send", data=hidden(browser.get(f"{where}/check").text))
    assert sent.headers["location"] == f"{where}/receipt"
    return where


def reported(portal: Portal) -> dict[str, str]:
    """A draft of several files and a report that waits, by the end of the paths that show them; each time anew."""
    browser, number = portal.signed_in(), next(_NUMBERS)
    scan = pages([f"second of {number}", "third"])
    draft = begun(browser, ("IMG_20261110_081245.jpg", photo(f"page of walk {number}")), ("scan.pdf", scan))
    note = f"{DELIVERIES}LS-{number};10;2026-11-01;1001;M400;10;PCE;MODULE;\n"
    waiting = handed_in(browser, ("note.csv", note.encode()), ("photo.jpg", photo(f"beside note {number}")))
    return {page: where.rpartition("/")[2] for page, where in (
        ("", waiting), ("/receipt", waiting), ("/edit", draft), ("/check", draft))}
