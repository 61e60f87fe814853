"""What is cancelled after a supplier was asked: it is told where its channel can, else somebody in its place is."""

from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import attrs
import pytest
from sqlalchemy import select

from tests.support.catalogues import DRILL
from tests.support.mail_server import MailServer, serving
from tests.support.ordering import Counter, make_counter
from tests.support.supplier_server import Supplier, supplier_server
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.domain.handovers import Answer, Handover, Reply
from treuwerk.services.installation import Installation, open_installation
from treuwerk.services.orders.cancelling_lines import Cut, cancel_lines
from treuwerk.services.orders.placing import Placed
from treuwerk.services.orders.suppliers import Spoken, speak
from treuwerk.store.database import Database
from treuwerk.store.tables import handover, order_event, work_item

HOUR = 3_600_000_000
LATER = SIX_IN_THE_EVENING + 24 * HOUR
HTTP = '[[suppliers]]\nname = "house"\nchannel = "order_http"\nurl = "{url}"\nseconds = 5\ncancellations = true'
MAIL = ('[[suppliers]]\nname = "house"\nchannel = "order_mail"\nto = ["orders@house.example"]\nhost = "127.0.0.1"\n'
        'sender = "rewards@league.example"\nsecurity = "none"\nport = {port}\nseconds = 5\nlanguage = "de"')
FILE = '[[suppliers]]\nname = "house"\nchannel = "order_file"\nfolder = "out"'


@attrs.frozen
class Desk:
    """A counter whose drills come from a supplier."""

    counter: Counter

    def run(self, hours: int) -> Spoken:
        return speak(self.counter.world.installation, LATER + hours * HOUR)

    def cancel(self, placed: Placed, pieces: int | None = None, hours: int = 0) -> None:
        cancel_lines(self.counter.world.installation, self.counter.office(), placed.public_id, [Cut(1, pieces)],
                     LATER + hours * HOUR, reason="Wrong size")

    def events(self) -> list[str]:
        rows = self.counter.world.rows(select(order_event.c.kind).order_by(order_event.c.order_id, order_event.c.id))
        return [kind for kind, in rows if kind.startswith("cancellation")]

    def said(self) -> tuple[str, str]:
        [(state, said)] = self.counter.world.rows(select(handover.c.state, handover.c.said))
        return state, said

    def work(self) -> list[Any]:
        return self.counter.world.rows(select(work_item.c.kind, work_item.c.object))


Opened = Callable[[str], Desk]


@pytest.fixture
def opened(tmp_path: Path, database: Database) -> Opened:
    """A desk, by the table of its supplier."""
    def open_one(supplier: str) -> Desk:
        counter = make_counter(tmp_path / "league", database, (
            ('"goods", ', '"goods", "order_http", "order_mail", "order_file", '),
            ("\n[[constraints]]", f"\n{supplier}\n\n[[constraints]]")))
        counter.shelf.bring({**DRILL, "supplier": "house"})
        return Desk(counter)

    return open_one


@pytest.fixture
def supplier() -> Iterator[Supplier]:
    with supplier_server() as found:
        yield found


@pytest.fixture
def server() -> Iterator[MailServer]:
    with serving(MailServer()) as found:
        yield found


def test_a_supplier_is_told_of_each_cancellation_once_and_of_all_so_far(opened: Opened, supplier: Supplier) -> None:
    desk = opened(HTTP.format(url=supplier.url))
    placed = desk.counter.order(("DRILL-12", 2))
    desk.run(0)
    desk.cancel(placed, 1)
    supplier.status_of_cancellations = 503
    lost = desk.run(1)
    supplier.status_of_cancellations = 200
    soon, told, again = desk.run(1), desk.run(2), desk.run(9)
    desk.cancel(placed, hours=10)
    rest, after = desk.run(11), desk.run(20)

    assert [(one.told, one.unanswered, one.by_hand) for one in (lost, soon, told, again, rest, after)] == [
        (0, 1, 0), (0, 0, 0), (1, 0, 0), (0, 0, 0), (1, 0, 0), (0, 0, 0)]
    [(key, came)] = supplier.cancelled.items()
    assert key in supplier.has
    assert [[(one["cancelled"], one["told"], one["wanted"]) for one in each["lines"]] for each in came] == [
        [(1, 2, 1)], [(1, 2, 1)], [(2, 2, 0)]]
    assert (came[0], came[0]["lines"][0]["order"]) == (came[1], placed.public_id)
    assert desk.events() == ["cancellation_told", "cancellation_told"]
    assert desk.work() == []
    assert desk.counter.world.violated() == {}


@pytest.mark.parametrize("status", [404, 409])
def test_a_supplier_that_does_not_hear_of_it_is_told_by_somebody(opened: Opened, supplier: Supplier,
                                                                 status: int) -> None:
    desk = opened(HTTP.format(url=supplier.url))
    placed, supplier.status_of_cancellations = desk.counter.order(("DRILL-12", 1)), status
    desk.run(0)
    desk.cancel(placed)

    done, again = desk.run(1), desk.run(9)

    assert (done.by_hand, done.needs_somebody, again.by_hand) == (1, True, 0)
    assert desk.events() == ["cancellation_to_tell"]
    assert desk.work() == [("supplier", placed.public_id)]


def test_a_supplier_that_surely_never_got_it_is_told_nothing(opened: Opened, supplier: Supplier) -> None:
    desk = opened(HTTP.format(url=supplier.url))
    placed, supplier.status = desk.counter.order(("DRILL-12", 1)), 401
    unknown = desk.run(0)
    desk.cancel(placed)

    done, again = desk.run(2), desk.run(9)

    assert (unknown.unknown, done.accepted, done.told, again.told) == (1, 1, 0, 0)
    assert desk.said() == ("accepted", "nothing was left to be delivered")
    assert (supplier.cancelled, desk.events(), desk.work()) == ({}, [], [])


def test_a_mail_that_may_have_arrived_is_called_off_where_all_of_it_is_cancelled(opened: Opened,
                                                                                 server: MailServer) -> None:
    desk = opened(MAIL.format(port=server.port))
    placed, server.cut = desk.counter.order(("DRILL-12", 2)), True
    unknown = desk.run(0)
    server.cut = False
    desk.cancel(placed)

    done, again = desk.run(2), desk.run(9)

    assert (unknown.unknown, done.accepted, done.told, again.told) == (1, 1, 1, 0)
    assert desk.said()[1] == "nobody knows whether the supplier has it, and all of it is cancelled since"
    order, cancellation = (message_from_bytes(one, policy=policy.default) for one in server.took)
    assert cancellation["In-Reply-To"] == order["Message-ID"]
    assert cancellation["Subject"].startswith("Stornierung zur Bestellung hov_")
    plain = cancellation.get_body(("plain",))
    assert plain is not None
    body = plain.get_content()
    assert f"{placed.public_id} / 1: 2 / 2 × Akkuschrauber (DRILL-12)" in body
    [table] = cancellation.iter_attachments()
    assert table.get_content().splitlines()[1].endswith(";2;2;0")
    assert desk.events() == ["cancellation_told"]


def test_a_supplier_of_files_finds_the_cancellation_beside_the_order(opened: Opened) -> None:
    desk = opened(FILE)
    placed = desk.counter.order(("DRILL-12", 2))
    desk.run(0)
    desk.cancel(placed, 1)

    desk.run(1)

    order, cancelled = sorted((desk.counter.world.folder / "out").glob("*.csv"), key=lambda path: len(path.name))
    assert cancelled.name == f"{order.stem}-cancelled-1.csv"
    assert cancelled.read_text("utf-8").splitlines()[1] == (
        f"{order.stem};{placed.public_id};1;DRILL-12;DRILL;Akkuschrauber;2;1;1")


class Deaf:
    """A channel that nobody can ask, and that knows no cancellations."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def hand_over(self, _: Handover) -> Reply:
        """What the test wants."""
        return Reply(self.answer)

    def reconcile(self, _: Handover) -> Reply:
        """Nobody can be asked."""
        return Reply(Answer.UNKNOWN)


def with_channel(installation: Installation, channel: Deaf) -> Installation:
    programme = installation.programme
    [one] = programme.settings.suppliers
    settings = attrs.evolve(programme.settings, suppliers=[attrs.evolve(one, channel=channel)])
    return attrs.evolve(installation, programme=attrs.evolve(programme, settings=settings))


@pytest.mark.parametrize("answer", [Answer.ACCEPTED, Answer.UNKNOWN])
def test_where_no_channel_can_say_it_somebody_is_asked_to(opened: Opened, answer: Answer) -> None:
    desk = opened(FILE)
    deaf = with_channel(desk.counter.world.installation, Deaf(answer))
    placed = desk.counter.order(("DRILL-12", 1))
    speak(deaf, LATER)
    desk.cancel(placed)

    done, again = speak(deaf, LATER + 2 * HOUR), speak(deaf, LATER + 9 * HOUR)

    assert (done.by_hand, again.by_hand) == (1, 0)
    assert desk.events() == ["cancellation_to_tell"]
    assert desk.work() == [("supplier", placed.public_id)]


def test_a_supplier_that_left_the_programme_is_told_by_somebody(opened: Opened) -> None:
    desk = opened(FILE)
    placed = desk.counter.order(("DRILL-12", 1))
    desk.run(0)
    desk.cancel(placed)
    path = desk.counter.world.folder / "programme.toml"
    path.write_text(path.read_text("utf-8").replace(FILE, ""), "utf-8")

    done = speak(open_installation(desk.counter.world.folder, desk.counter.world.database), LATER + HOUR)

    assert (done.told, done.by_hand) == (0, 1)
    assert desk.work() == [("supplier", placed.public_id)]
