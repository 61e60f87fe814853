"""Readers that do harm on purpose: what they read before stays booked, the file waits, and it shows."""

import pytest

from tests.engine.failures.conftest import Hostile
from tests.engine.services.test_receipt import fates
from tests.support.worlds import SIX_IN_THE_EVENING, World, lines
from treuwerk.cli.context import known_errors
from treuwerk.services.clearing.clearing import clear_file
from treuwerk.services.clearing.intake import ReaderFailed
from treuwerk.services.clearing.plugin_failures import PluginPaused
from treuwerk.services.clearing.receipts import Receipt
from treuwerk.services.operation.plugin_ledger import PluginLedger, ledger_of


def clear(world: World, content: str, now: int = SIX_IN_THE_EVENING) -> Receipt:
    return clear_file(world.installation, world.file("some.hostile", content), now)


def ledger(world: World) -> PluginLedger:
    with world.database.reading() as connection:
        return ledger_of(connection)


@pytest.mark.parametrize(("act", "isolated", "said"), [
    ("exception", False, "ValueError: no number in 'Anna Muster' of line 12"),
    ("base_exception", False, "Rude: rude"), ("system_exit", False, "SystemExit: 0"),
    ("exception", True, "ValueError: no number in 'Anna Muster' of line 12"), ("loop", True, "did not answer within"),
    ("exit", True, "ended with code 7"), ("eat", True, "MemoryError"),
    ("scribble", True, "answered with what is no answer, and was ended")])
def test_a_reader_that_fails_books_nothing_of_its_file_and_is_named(hostile: Hostile, act: str, isolated: bool,
                                                                   said: str) -> None:
    world = hostile(act, isolated=isolated, kind="reader")

    with pytest.raises(ReaderFailed) as failed:
        clear(world, "LS-1\nbad\n")

    assert "the reader of source 'strange' failed" in str(failed.value.args[0])
    assert said in str(failed.value.args[0])
    assert world.balances() == {}
    assert [(one.plugin, one.part, one.times) for one in ledger(world).failures] == [("hostile_reader", "strange", 1)]
    assert fates(clear(world, "LS-2\n", SIX_IN_THE_EVENING + 1)) == {"booked": 1}
    assert world.violated() == {}


def test_an_isolated_reader_reads_like_any_other(hostile: Hostile) -> None:
    world = hostile("exception", isolated=True, kind="reader")

    receipt = clear(world, "".join(f"LS-{at}\n" for at in range(450)))

    assert fates(receipt) == {"booked": 450}
    assert world.balances()["10017", "bonus"] == 450 * 800


def test_a_paused_reader_leaves_its_files_where_they_are(hostile: Hostile, capsys: pytest.CaptureFixture[str]) -> None:
    world = hostile("exception", isolated=False, kind="reader", policy="pause_after_failures = 2\n")
    for at in range(2):
        with pytest.raises(ReaderFailed):
            clear(world, f"LS-{at}\nbad\n", SIX_IN_THE_EVENING + at)

    with pytest.raises(SystemExit), known_errors(as_json=False):
        clear(world, "LS-9\n", SIX_IN_THE_EVENING + 9)

    with pytest.raises(PluginPaused):
        clear(world, "LS-9\n", SIX_IN_THE_EVENING + 9)
    assert "treuwerk plugins resume hostile_reader" in capsys.readouterr().err
    assert [one.part for one in ledger(world).pauses] == ["strange"]
    assert fates(world.clear(lines(2))) == {"booked": 2}
