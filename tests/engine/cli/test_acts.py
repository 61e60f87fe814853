"""Acts on points from the command line: what they print, and how a refusal ends."""

import pytest

from tests.engine.cli.conftest import Treuwerk
from tests.support.worlds import World, line
from treuwerk.cli.context import known_errors
from treuwerk.store.faults import OutcomeUnknown, TransactionLost


@pytest.fixture
def rich(world: World) -> World:
    """A participant with 800 bonus points."""
    world.clear([line()])
    return world


def test_an_order_walks_from_hold_to_capture_to_cancellation(rich: World, treuwerk: Treuwerk) -> None:
    held = treuwerk("hold", "10017", "bonus", "300", "--until", "2099-01-01T00:00+00:00", "--key", "A-1", "--json").json
    captured = treuwerk("capture", held["id"], "--amount", "200", "--key", "A-1", "--json").json
    released = treuwerk("release", held["id"], "--key", "A-1", "--json").json
    cancelled = treuwerk("cancel", captured["id"], "--key", "A-1", "--json").json

    assert (held["amounts"], held["balances"]["bonus"]["held"]) == ({"bonus": -300}, 300)
    assert (captured["kind"], captured["balances"]["bonus"]["held"]) == ("capture", 100)
    assert (released["amounts"], released["balances"]["bonus"]["available"]) == ({"bonus": 100}, 600)
    assert cancelled["balances"]["bonus"] == {"available": 800, "pending": 0, "held": 0, "deficit": 0}


def test_a_redemption_is_printed_for_people_and_repeats_harmlessly(rich: World, treuwerk: Treuwerk) -> None:
    first = treuwerk("redeem", "10017", "bonus", "300", "--key", "A-1")
    again = treuwerk("redeem", "10017", "bonus", "300", "--key", "A-1")

    assert (first.code, again.code) == (0, 0)
    assert "redemption: -300 bonus\n  bonus: 500 to spend, 0 reserved" in first.out
    assert "(booked before)" in again.out


def test_goods_that_go_back_take_their_points_along(rich: World, treuwerk: Treuwerk) -> None:
    booking = treuwerk("statement", "10017", "--json").json["entries"][0]["id"]

    part = treuwerk("reverse", booking, "--pieces", "4", "--key", "R-1", "--json").json
    rest = treuwerk("reverse", booking, "--key", "R-2", "--json").json

    assert part["amounts"] == {"bonus": -320, "status": -160}
    assert rest["balances"]["bonus"]["available"] == 0


def test_a_refusal_ends_with_1_and_says_why(rich: World, treuwerk: Treuwerk) -> None:
    outcome = treuwerk("redeem", "10017", "bonus", "900", "--key", "A-1", "--json")

    assert outcome.code == 1
    assert {"code": "not_enough", "available": 800, "wanted": 900}.items() <= outcome.json.items()
    assert "found 800 bonus points to spend, expected at least 900" in treuwerk(
        "redeem", "10017", "bonus", "900", "--key", "A-1").err


@pytest.mark.parametrize("amount", ["0", "-1", "1_000", "١٢", "1.5", "1,5", "NaN", "1e3", "true", "99999999999999"])
def test_an_amount_is_a_whole_number_in_plain_digits(rich: World, treuwerk: Treuwerk, amount: str) -> None:
    outcome = treuwerk("redeem", "--key", "A-1", "--", "10017", "bonus", amount)

    assert outcome.code == 2
    assert f"found {amount!r}, expected a whole number above 0" in outcome.err


@pytest.mark.parametrize("fault", [OutcomeUnknown, TransactionLost])
def test_a_fault_whose_remedy_is_to_ask_again_ends_with_1_and_says_so(
        fault: type[Exception], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, known_errors(as_json=False):
        raise fault("ask again with the same key")

    assert ended.value.code == 1
    assert capsys.readouterr().err == "ask again with the same key\n"
