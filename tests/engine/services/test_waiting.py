"""Lines that are not booked: who waits for what, who is refused, and what the message says."""

import random
from collections.abc import Iterator
from string import ascii_letters
from typing import BinaryIO

import pytest
from sqlalchemy import select

from tests.engine.services.test_receipt import fates
from tests.support.worlds import World, line, lines
from treuwerk.domain.documents import Document, DocumentKind, DocumentLine, Fault, Movement, Party
from treuwerk.store.tables import problem

MORE_PARTICIPANTS = "customer_number;name;group\n777;Neu GmbH;installer\n"
INCOMPRESSIBLE = "".join(random.Random(7).choices(ascii_letters, k=9_000))
MORE_ARTICLES = "article_number;name;kind;wp\nSW-M-NEU;Neues Modul;module;500\n"


def test_a_line_of_an_unknown_customer_is_booked_once_the_customer_is_there(world: World) -> None:
    rows = [line("LS-1"), line("LS-2", customer_number="777")]
    first = world.clear(rows)

    world.participants(MORE_PARTICIPANTS)
    again = world.clear(rows)

    assert fates(first) == {"booked": 1, "waiting": 1}
    assert "customer_number 777" in first.problems[0]["reason"]
    assert "treuwerk import participants" in first.problems[0]["reason"]
    assert fates(again) == {"booked": 1, "duplicate": 1}
    assert world.balances()["777", "bonus"] == 800
    assert world.rows(select(problem.c.code).where(problem.c.settled_at.is_(None))) == []
    assert world.violated() == {}


def test_a_line_of_an_unknown_article_is_booked_once_the_article_is_there(world: World) -> None:
    rows = [line(article_number="SW-M-NEU")]
    first = world.clear(rows)

    world.articles(MORE_ARTICLES)
    again = world.clear(rows, name="later.csv")

    assert fates(first) == {"waiting": 1}
    assert "'SW-M-NEU'" in first.problems[0]["reason"]
    assert fates(again) == {"booked": 1}
    assert world.rows(select(problem.c.settled_at.is_not(None))) in ([(True,)], [(1,)])


def test_what_a_blocked_participant_bought_waits_until_it_is_active(world: World) -> None:
    rows = [line(customer_number="10200")]
    first = world.clear(rows)

    world.participants("customer_number;name;group;status\n10200;Gesperrt & Söhne;installer;active\n")
    again = world.clear(rows)

    assert fates(first) == {"waiting": 1}
    assert "is blocked" in first.problems[0]["reason"]
    assert fates(again) == {"booked": 1}


def test_a_scope_that_nobody_knows_is_rejected_with_place_found_and_expected(world: World) -> None:
    receipt = world.clear([line("LS-1"), line("LS-2", scope="KOMPLETT"), line("LS-3")])

    assert fates(receipt) == {"booked": 2, "rejected": 1}
    found = receipt.problems[0]
    assert (found["line"], found["document"], found["code"]) == (3, "LS-2", "unknown_feature")
    assert "column scope: found 'KOMPLETT', expected SYSTEM or MODULE" in found["reason"]


@pytest.mark.parametrize(("cells", "state", "code", "named"), [
    ({"quantity": "1,5"}, "rejected", "fraction", "found quantity 1.5 PCE, expected whole pieces"),
    ({"quantity": "1.000"}, "rejected", "unreadable", "column quantity: found '1.000'"),
    ({"quantity": "1e3"}, "rejected", "unreadable", "column quantity"),
    ({"quantity": "١٢"}, "rejected", "unreadable", "column quantity"),
    ({"quantity": ""}, "rejected", "unreadable", "column quantity"),
    ({"unit": "BOX"}, "rejected", "unknown_unit", "found unit 'BOX', expected one of PCE, PAL"),
    ({"unit": ""}, "rejected", "empty_cell", "column unit: found nothing, expected a value"),
    ({"unit": "PAL", "article_number": "SW-M-405"}, "waiting", "unit_not_convertible", "'pieces_per_pallet'"),
    ({"delivered_on": "2026-06-02"}, "rejected", "future_date", "found 2026-06-02, expected a day up to 2026-06-01"),
    ({"delivered_on": "2023-12-31"}, "rejected", "before_start", "expected a day from the programme's start 2024"),
    ({"delivered_on": "2026-02-30"}, "rejected", "unreadable", "column delivered_on: found '2026-02-30'"),
    ({"quantity": "-2"}, "waiting", "no_reference", "found a return of 2 of article SW-M-400 that names no purchase"),
    ({"movement": "CANCEL"}, "waiting", "parked", "found no purchase LS-5 yet"),
    ({"movement": "RETURN"}, "waiting", "parked", "found no purchase LS-5 yet"),
    ({"movement": "GIFT"}, "rejected", "unknown_movement", "column movement: found 'GIFT'"),
    ({"customer_number": ""}, "rejected", "empty_cell", "column customer_number"),
    ({"delivery_number": ""}, "rejected", "empty_cell", "column delivery_number"),
    ({"quantity": "999999999999", "unit": "PAL", "article_number": "SW-M-XL"}, "rejected", "too_large", "quantity"),
    ({"delivery_number": INCOMPRESSIBLE}, "rejected", "too_long", "200"),
    ({"position": INCOMPRESSIBLE}, "rejected", "too_long", "200"),
])
def test_a_line_that_cannot_be_booked_is_named_and_stops_no_other(world: World, cells: dict[str, str], state: str,
                                                                 code: str, named: str) -> None:
    world.articles("article_number;name;kind;wp;pieces_per_pallet\nSW-M-XL;Modul;module;1;999999999999\n")

    receipt = world.clear([line("LS-0"), line("LS-5", **cells), line("LS-9")])

    assert fates(receipt) == {"booked": 2, state: 1}
    found = receipt.problems[0]
    assert (found["line"], found["code"], found["state"]) == (3, code, state)
    assert named in found["reason"]
    assert world.violated() == {}


def test_a_pallet_counts_the_pieces_of_the_article_master(world: World) -> None:
    receipt = world.clear([line(quantity="2", unit="PAL")])

    assert receipt.tally.points == {"bonus": 62 * 80, "status": 62 * 40}


def test_a_line_of_nothing_is_ignored(world: World) -> None:
    receipt = world.clear([line("LS-1", quantity="0"), line("LS-2", article_number="SW-W-10H"), line("LS-3")])

    assert fates(receipt) == {"booked": 1, "ignored": 2}


def test_a_day_that_has_begun_in_the_zone_of_the_programme_is_no_future(world: World) -> None:
    just_after_midnight_in_berlin = 1_780_351_500_000_000  # 1 June 2026, 22:05 UTC

    receipt = world.clear([line(delivered_on="2026-06-02")], now=just_after_midnight_in_berlin)

    assert fates(receipt) == {"booked": 1}


class OneLongLine:
    """A source whose documents all lie in one physical line, as EDI files often do."""

    def __init__(self, *documents: Document) -> None:
        self.documents = documents

    def recognises(self, name: str, head: bytes) -> bool:
        return head.startswith(b"UNA")

    def read(self, stream: BinaryIO) -> Iterator[Document]:
        return iter(self.documents)


def test_what_is_wrong_with_a_whole_document_is_on_the_receipt(world: World) -> None:
    from tests.support.worlds import make_world

    broken = Document("extra", DocumentKind.DELIVERY, "LS-1", (), (Fault(None, "torn", "the document ends too early"),))
    again = Document("extra", DocumentKind.DELIVERY, "LS-2", (), (Fault(None, "torn", "the document ends as well"),))
    other = make_world(world.folder.parent / "other", world.database, source=OneLongLine(broken, again), filled=False)

    receipt = other.clear(b"UNA:+.? '")

    assert fates(receipt) == {"rejected": 2}
    assert [found["reason"] for found in receipt.problems] == [
        "the document ends too early", "the document ends as well"]


def test_many_documents_in_one_physical_line_are_all_booked(world: World) -> None:
    from datetime import date
    from decimal import Decimal

    from tests.support.worlds import make_world

    documents = [Document("extra", DocumentKind.DELIVERY, f"LS-{n}", tuple(
        DocumentLine(1, str(p), "SW-M-400", Decimal(1), "PCE", features={"scope": "MODULE"}, movement=Movement.DELIVER)
        for p in range(60)), delivery_date=date(2026, 5, 4), seller=Party("Wholesaler"),
        buyer=Party(ids=(("customer_number", "10017"),))) for n in range(5)]
    other = make_world(world.folder.parent / "other", world.database, source=OneLongLine(*documents), filled=False)

    receipt = other.clear(b"UNA:+.? '")

    assert fates(receipt) == {"booked": 300}
    assert other.violated() == {}


def test_a_file_without_header_stores_no_run(world: World) -> None:
    from treuwerk.domain.tabular import UnreadableFile

    before = world.counts()

    with pytest.raises(UnreadableFile, match="expected a header line"):
        world.clear(b"", source="deliveries")

    assert world.counts() == before


def test_long_files_wait_line_by_line(world: World) -> None:
    receipt = world.clear(lines(250, customer_number="777"))
    world.participants(MORE_PARTICIPANTS)

    again = world.clear(lines(250, customer_number="777"))

    assert fates(receipt) == {"waiting": 250}
    assert fates(again) == {"booked": 250}
    assert world.rows(select(problem.c.at_line).where(problem.c.settled_at.is_(None))) == []
