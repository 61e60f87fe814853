"""Orders as requests, against a server of our own: it accepts, refuses, forgets, and answers too late."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.supplier_server import Supplier, supplier_server
from treuwerk.domain.handovers import Answer, ChannelUnavailable, HandedLine, Handover
from treuwerk.domain.reward_orders import Destination
from treuwerk.domain.secrets import Secret
from treuwerk_order_http import build, supplier_channels
from treuwerk_order_http.settings import OrderHttpSettings

HOME = Destination("Ada Lovelace", "Dachweg 1", "10115", "Berlin", "DE")
LINE = HandedLine("ord_1", 1, "DRILL-12", "DRILL", "Schrauber", 2, {"a": "b"}, HOME)
HANDOVER = Handover("hov_1", "house", 17, (LINE,))


@pytest.fixture
def supplier() -> Iterator[Supplier]:
    with supplier_server() as found:
        yield found


def channel(supplier: Supplier, **more: Any) -> Any:
    [kind] = supplier_channels()
    assert kind.name == "order_http"
    return build(None, OrderHttpSettings(supplier.url, **more))  # type: ignore[arg-type]


def test_lines_are_posted_under_their_key(supplier: Supplier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPPLIER_TOKEN", "secret")

    reply = channel(supplier, token=Secret("SUPPLIER_TOKEN")).hand_over(HANDOVER)

    assert (reply.answer, reply.said) == (Answer.ACCEPTED, "201 words")
    assert supplier.tokens == ["Bearer secret"]
    found = supplier.has["hov_1"]
    assert (found["key"], found["supplier"], found["placed_at"]) == ("hov_1", "house", 17)
    [line] = found["lines"]
    assert (line["quantity"], line["details"], line["destination"]["city"]) == (2, {"a": "b"}, "Berlin")


def test_what_is_there_already_is_accepted(supplier: Supplier) -> None:
    channel(supplier).hand_over(HANDOVER)

    assert channel(supplier).hand_over(HANDOVER).answer is Answer.ACCEPTED


@pytest.mark.parametrize(("status", "answer"), [
    (400, Answer.REFUSED), (422, Answer.REFUSED), (401, Answer.UNKNOWN), (404, Answer.UNKNOWN), (429, Answer.UNKNOWN),
    (500, Answer.UNKNOWN), (302, Answer.UNKNOWN)])
def test_only_what_the_supplier_will_never_take_is_refused(supplier: Supplier, status: int, answer: Answer) -> None:
    supplier.status = status

    assert channel(supplier).hand_over(HANDOVER).answer is answer


def test_one_that_takes_the_lines_and_says_nothing_is_found_out_later(supplier: Supplier) -> None:
    supplier.silent = True

    with pytest.raises(ChannelUnavailable, match="Timeout"):
        channel(supplier, seconds=1).hand_over(HANDOVER)

    assert channel(supplier).reconcile(HANDOVER).answer is Answer.ACCEPTED


def test_what_never_arrived_is_not_known(supplier: Supplier) -> None:
    assert channel(supplier).reconcile(HANDOVER).answer is Answer.NOT_THERE

    supplier.status = 503
    with pytest.raises(ChannelUnavailable, match="found 503, expected 200 or 404"):
        channel(supplier).reconcile(HANDOVER)


def test_a_missing_token_waits_for_whoever_sets_it(supplier: Supplier) -> None:
    with pytest.raises(ChannelUnavailable, match="NO_SUCH_TOKEN"):
        channel(supplier, token=Secret("NO_SUCH_TOKEN")).hand_over(HANDOVER)

    assert supplier.has == {}


def test_a_token_ends_before_its_line_does(supplier: Supplier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPPLIER_TOKEN", "secret\n")

    channel(supplier, token=Secret("SUPPLIER_TOKEN")).hand_over(HANDOVER)

    assert supplier.tokens == ["Bearer secret"]


@pytest.mark.parametrize("token", ["sec\nret", "sec\x7fret", "secr€t"])
def test_a_token_that_cannot_be_sent_is_told_to_nobody(supplier: Supplier, monkeypatch: pytest.MonkeyPatch,
                                                       token: str) -> None:
    monkeypatch.setenv("SUPPLIER_TOKEN", token)

    with pytest.raises(ChannelUnavailable, match="others than ASCII in SUPPLIER_TOKEN") as told:
        channel(supplier, token=Secret("SUPPLIER_TOKEN")).hand_over(HANDOVER)

    assert "sec" not in str(told.value)
    assert supplier.has == {}


@pytest.mark.parametrize("url", ["http://house.example/orders", "https://house.example/?a=b", "ftp://x", "orders"])
def test_an_address_that_is_not_safe_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must be an address that begins with https://"):
        OrderHttpSettings(url)


def test_an_answer_without_end_is_hung_up_on_and_what_it_accepts_counts(supplier: Supplier) -> None:
    supplier.flood = 1 << 30

    accepted = channel(supplier).hand_over(HANDOVER)
    known = channel(supplier).reconcile(HANDOVER)
    with pytest.raises(ChannelUnavailable, match="parcels of hov_1: found more than 4,194,304 bytes"):
        channel(supplier).sent(HANDOVER)

    assert (accepted.answer, accepted.parcels) == (Answer.ACCEPTED, ())
    assert accepted.said == "201 with more than 4,194,304 bytes, which were not read"
    assert known.answer is Answer.ACCEPTED
    assert supplier.sent < 64 << 20
