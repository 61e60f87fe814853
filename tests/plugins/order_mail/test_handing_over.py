"""Lines of orders that go to a supplier by mail, through the engine: what the server says becomes of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.support.catalogues import DRILL
from tests.support.mail_server import MailServer, serving
from tests.support.ordering import Counter, make_counter
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.services.orders.handing_over import HandedOver, hand_over
from treuwerk.store.database import Database
from treuwerk.store.tables import handover

HOUR = 3_600_000_000
LATER = SIX_IN_THE_EVENING + 24 * HOUR
SUPPLIER = """
[[suppliers]]
name = "house"
channel = "order_mail"
to = ["orders@house.example"]
sender = "rewards@league.example"
host = "127.0.0.1"
security = "none"
port = {port}
seconds = 5

[[constraints]]"""


@pytest.fixture
def server() -> Iterator[MailServer]:
    with serving(MailServer()) as found:
        yield found


@pytest.fixture
def counter(tmp_path: Path, database: Database, server: MailServer) -> Counter:
    counter = make_counter(tmp_path / "league", database, (
        ('"goods", ', '"goods", "order_mail", '), ("\n[[constraints]]", SUPPLIER.format(port=server.port))))
    counter.shelf.bring({**DRILL, "supplier": "house"})
    counter.order(("DRILL-12", 2))
    return counter


def state(counter: Counter) -> str:
    [(found,)] = counter.world.rows(select(handover.c.state))
    return str(found)


def test_what_was_taken_is_handed_over(counter: Counter, server: MailServer) -> None:
    ran = hand_over(counter.world.installation, LATER)

    assert ran == HandedOver(made=1, accepted=1)
    assert counter.lines() == [("DRILL-12", "handed_over", 2, 0, 2)]
    assert len(server.took) == 1


def test_what_was_refused_has_failed(counter: Counter, server: MailServer) -> None:
    server.recipient["orders@house.example"] = "550 no such user here"

    ran = hand_over(counter.world.installation, LATER)

    assert ran == HandedOver(made=1, refused=1)
    assert counter.lines() == [("DRILL-12", "failed", 2, 0, 2)]


@pytest.mark.parametrize("cut", [False, True])
def test_what_is_not_known_is_tried_again_under_its_key(counter: Counter, server: MailServer, cut: bool) -> None:
    server.cut, server.data = cut, "250 queued" if cut else "451 try again later"
    first, said = hand_over(counter.world.installation, LATER), state(counter)
    server.cut, server.data = False, "250 queued"

    second = hand_over(counter.world.installation, LATER + HOUR)

    assert (first, said, second) == (HandedOver(made=1, unknown=1), "unknown", HandedOver(accepted=1))
    assert len({mail.partition(b"Message-ID: ")[2].partition(b"\r")[0] for mail in server.took}) == 1
    assert len(server.took) == (2 if cut else 1)
