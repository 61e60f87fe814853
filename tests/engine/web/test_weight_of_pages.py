"""What pages cost: statements that do not grow with the data, and few bytes for a browser that has nothing of ours."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from starlette.testclient import TestClient

from tests.support.portal import NOW, PARTICIPANTS, Portal, at
from treuwerk.domain.rights import Access, Audience, names_for
from treuwerk.services.account import enquiring
from treuwerk.services.clearing.importing import import_participants
from treuwerk.services.ledger.redeeming import redeem

HEAVIEST = 100_000
PORTAL = ("/", "/account", "/account?kind=purchase", "/account?status=active&source=feed",
          "/account?product=article:M400",
          "/account?q=LS", "/account/expiry", "/purchases", "/purchases?q=LS", "/enquiries", "booking", "enquiry")
OFFICE = ("/office", "/office/participants", "/office/queue", "/office/audit", "/office/users", "/office/adjustments",
          "/office/search?q=LS", "participant")


def _grow(portal: Portal, size: int, day: str) -> None:
    """Bookings, redemptions, enquiries, participants and work: so many of each."""
    installation, account = portal.installation, portal.account("1001")
    portal.deliver(day, *(f"LS-{day}-{number};10;{day};1001;{('M400', 'M405')[number % 2]};{number + 3};PCE;SYSTEM;"
                          for number in range(size)))
    path = portal.folder / f"more-{day}.csv"
    head = PARTICIPANTS.partition("\n")[0]
    path.write_text(head + "".join(f"\n{day.replace('-', '')}{number};Roofs {number};partner;IE;en;r@roofs.example;;;;"
                                   for number in range(size)) + "\n", "utf-8")
    import_participants(installation, path, at(day))
    for number in range(min(size, 4)):
        redeem(installation, account, "bonus", 3, f"{day}-{number}", at(day) + number)
    access = Access(5, "usr_5", Audience.PORTAL, names_for(Audience.PORTAL), account)
    client = portal.signed_in()
    about = re.findall(r'href="/bookings/(txn_\w+)"', client.get("/account?kind=purchase").text)
    for number, booking in enumerate(dict.fromkeys(about[:4])):
        with installation.database.writing() as connection:
            enquiring.enquire(access, connection, booking, f"Question {number}", at(day) + number)


@contextmanager
def _statements(portal: Portal) -> Iterator[list[str]]:
    """What is sent to the database meanwhile."""
    asked, engine = list[str](), portal.installation.database.engine

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def _counts(portal: Portal) -> dict[str, int]:
    """Statements of each page, asked a second time: the first one may note that it was seen."""
    clients = {PORTAL: portal.signed_in(now=NOW), OFFICE: portal.in_office("admin", name=f"Ada {id(object())}")}
    found = {}
    for pages, client in clients.items():
        for page in pages:
            path = _address(portal, client, page)
            assert client.get(path).status_code == 200, path
            with _statements(portal) as asked:
                client.get(path)
            found[page] = len(asked)
    return found


def _address(portal: Portal, client: TestClient, page: str) -> str:
    if page == "participant":
        return f"/office/participants/{portal.account('1001')}"
    if page not in ("booking", "enquiry"):
        return page
    booking = re.findall(r'href="(/bookings/txn_\w+)"', client.get("/account?kind=purchase").text)[-1]
    return f"{booking}/enquiry" if page == "enquiry" else str(booking)


def test_the_statements_of_a_page_do_not_grow_with_the_data(portal: Portal) -> None:
    _grow(portal, 4, "2026-10-05")
    few = _counts(portal)

    _grow(portal, 40, "2026-11-05")

    assert _counts(portal) == few
    assert max(few.values()) <= 30


@pytest.mark.parametrize("path", ["/", "/account", "/account/expiry", "/purchases", "/enquiries"])
def test_a_page_weighs_little_for_who_has_nothing_of_ours(portal: Portal, path: str) -> None:
    portal.deliver("2026-10-05", *(f"W-{number};10;2026-10-04;1001;M400;{number + 3};PCE;SYSTEM;"
                                   for number in range(60)))
    client = portal.signed_in()
    client.headers["accept-encoding"] = "gzip"
    loaded = {name for name in re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get(path).text)
              if name.endswith((".css", ".js", ".woff2"))}

    weight = 0
    for name in (path, *sorted(loaded)):
        with client.stream("GET", name) as answer:
            weight += sum(len(part) for part in answer.iter_raw())

    assert len(loaded) >= 4
    assert weight < HEAVIEST
