"""Rules that do harm on purpose: only the line that they do it at waits, all others are booked, and it shows."""

import decimal
import os
import socket
from pathlib import Path

import pytest

from tests.engine.failures.conftest import Hostile
from tests.engine.services.test_receipt import fates
from tests.support.worlds import SIX_IN_THE_EVENING, line, lines
from treuwerk.domain.rights import PERMISSIONS, Access, Audience, names_for
from treuwerk.services.operation.plugin_ledger import ledger_of
from treuwerk.services.operation.plugin_pausing import pause, resume

ROWS = [line("LS-1"), line("LS-2", quantity="3"), line("LS-3")]
GOOD = 805
MINUTE = 60_000_000
OPERATOR = Access(0, "Ada", Audience.OFFICE, names_for(Audience.OFFICE, PERMISSIONS))
ANYWHERE = {
    "exception": "rule_failed", "system_exit": "rule_failed", "base_exception": "rule_failed",
    "speechless": "rule_failed", "recursion": "rule_failed", "memory_error": "rule_failed", "none": "rule_failed",
    "text": "rule_failed", "nan": "rule_failed", "huge": "rule_failed", "huge_operand": "rule_failed",
    "lock": "rule_failed", "disguised": "rule_failed", "endless": "rule_failed", "take_events": "rule_failed",
    "change_event": "rule_failed"}
ONLY_ISOLATED = {"loop": "rule_timed_out", "regex": "rule_timed_out", "sleep": "rule_timed_out", "eat": "rule_failed",
                 "exit": "rule_crashed", "kill": "rule_crashed"}


@pytest.mark.parametrize(("act", "code", "isolated"), [
    *[pytest.param(act, code, False, id=f"{act} here") for act, code in ANYWHERE.items()],
    *[pytest.param(act, code, True, id=f"{act} isolated") for act, code in (ANYWHERE | ONLY_ISOLATED).items()]])
def test_only_the_line_waits_at_which_harm_is_done(hostile: Hostile, act: str, code: str, isolated: bool) -> None:
    world = hostile(act, isolated=isolated)

    receipt = world.clear(ROWS)

    assert fates(receipt) == {"booked": 2, "waiting": 1}
    assert [(one["line"], one["code"]) for one in receipt.problems] == [(3, code)]
    assert "rule 'extra' revision 1 failed" in receipt.problems[0]["reason"]
    assert world.balances()["10017", "bonus"] == 2 * GOOD
    assert world.violated() == {}
    with world.database.reading() as connection:
        [kept] = ledger_of(connection).failures
    assert (kept.plugin, kept.version, kept.part, kept.times) == ("hostile_rule", "hostile-shelf 6.6.6", "extra", 1)


@pytest.mark.parametrize("act", ["scribble", "change_the_house", "spoil_decimals"])
def test_what_a_rule_changes_in_its_own_process_stays_there(hostile: Hostile, act: str) -> None:
    before = Path.cwd(), decimal.getcontext().prec, os.environ.get("TREUWERK_DATABASE")

    receipt = hostile(act, isolated=True).clear(ROWS)

    assert receipt.tally.booked + receipt.tally.waiting == 3
    assert receipt.tally.booked >= 2
    assert (Path.cwd(), decimal.getcontext().prec, os.environ.get("TREUWERK_DATABASE")) == before


def test_the_arithmetic_of_others_is_not_spoilt_in_this_process_either(hostile: Hostile) -> None:
    world = hostile("spoil_decimals", isolated=False)

    assert fates(world.clear(ROWS)) == {"booked": 3}
    assert decimal.getcontext().prec == 28
    assert world.balances()["10017", "bonus"] == 2 * GOOD + 240 + 5


def test_an_isolated_rule_gets_nothing_of_our_environment(hostile: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("HOSTILE_PORT", str(server.getsockname()[1]))
        receipt = hostile("call_out", isolated=True).clear(ROWS)

    assert fates(receipt) == {"booked": 2, "waiting": 1}
    assert "KeyError: 'HOSTILE_PORT'" in receipt.problems[0]["reason"]


def test_a_rule_that_never_answers_costs_some_deadlines_and_not_one_for_each_line(hostile: Hostile) -> None:
    world = hostile("exit", isolated=True)

    receipt = world.clear([line(f"LS-{at}", quantity="3") for at in range(40)])

    assert fates(receipt) == {"waiting": 40}
    assert "was not asked" in receipt.problems[-1]["reason"]
    assert world.violated() == {}


def test_who_fails_too_often_is_paused_and_what_waited_is_booked_once_it_goes_on(hostile: Hostile) -> None:
    world = hostile("exception", isolated=False, policy="pause_after_failures = 3\n")
    installation = world.installation

    world.clear([line(f"LS-{at}", quantity="3") for at in range(3)])
    paused = world.clear(lines(5, "LX"), name="later.csv", now=SIX_IN_THE_EVENING + MINUTE)
    with world.database.reading() as connection:
        ledger = ledger_of(connection)

    assert [(one.plugin, one.part, one.paused_by) for one in ledger.pauses] == [("hostile_rule", "extra", "engine")]
    assert ledger.failures[0].said == "no number in … of line #"
    assert fates(paused) == {"waiting": 5}
    assert {one["code"] for one in paused.problems} == {"rule_paused"}
    assert "treuwerk plugins resume hostile_rule" in paused.problems[0]["reason"]
    assert world.balances() == {}

    done = resume(OPERATOR, installation, "hostile_rule", SIX_IN_THE_EVENING + 2 * MINUTE)

    assert (done.released.booked, done.released.still) == (5, 3)
    assert world.balances()["10017", "bonus"] == 5 * GOOD
    assert world.violated() == {}


def test_failures_that_lie_apart_pause_nothing_and_none_do_where_it_is_off(hostile: Hostile) -> None:
    world = hostile("exception", isolated=False, policy="pause_after_failures = 3\nwithin_minutes = 1\n")

    for at in range(4):
        world.clear([line(f"LS-{at}", quantity="3")], name=f"{at}.csv", now=SIX_IN_THE_EVENING + at * MINUTE)

    with world.database.reading() as connection:
        ledger = ledger_of(connection)
    assert (ledger.pauses, ledger.failures[0].times) == ((), 4)


def test_a_paused_plugin_holds_lines_back_and_resumed_they_are_booked_once(hostile: Hostile) -> None:
    world = hostile("exception", isolated=False)
    registry = world.installation.programme.registry
    world.database.run(lambda connection: pause(
        OPERATOR, connection, registry, "hostile_rule", "It looks wrong", SIX_IN_THE_EVENING))

    rows = lines(3)
    assert fates(world.clear(rows)) == {"waiting": 3}
    first = resume(OPERATOR, world.installation, "hostile_rule", SIX_IN_THE_EVENING + MINUTE)
    second = resume(OPERATOR, world.installation, "hostile_rule", SIX_IN_THE_EVENING + 2 * MINUTE)

    assert (first.released.booked, second.released.lines) == (3, 0)
    assert fates(world.clear(rows, now=SIX_IN_THE_EVENING + 3 * MINUTE)) == {"duplicate": 3}
    assert world.balances()["10017", "bonus"] == 3 * GOOD
