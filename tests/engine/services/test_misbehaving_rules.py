"""A rule may fail in any way: the line that it fails on is named, all others are booked."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.engine.services.test_receipt import fates
from tests.support.worlds import World, line, lines, make_world
from treuwerk.domain.earning import Award, Doubt, Operation, Step
from treuwerk.domain.purchases import EarningEvent
from treuwerk.store.database import Database

FIVE = (Step(Operation.START, "five", "5"),)


def on_odd_ones(answer: Any) -> Any:
    """A rule that answers with this where three pieces were bought, and well elsewhere."""

    def answers(events: Sequence[EarningEvent]) -> Iterable[Any]:
        for index, event in enumerate(events):
            yield answer(index) if event.quantity == 3 else Award(index, "bonus", 5, FIVE)

    return answers


def raising(error: BaseException) -> Any:
    def answer(index: int) -> Any:
        raise error

    return answer


def cleared(folder: Path, database: Database, answers: Any, rows: list[dict[str, str]]) -> tuple[World, Any]:
    world = make_world(folder / "league", database, rule=answers)
    return world, world.clear(rows)


@pytest.mark.parametrize(("answer", "named"), [
    pytest.param(raising(ZeroDivisionError("division by zero")), "ZeroDivisionError: division by zero", id="raises"),
    pytest.param(raising(ValueError("a \0 and a \ud800")), "ValueError: a", id="raises what cannot be stored"),
    pytest.param(lambda index: None, "answered with None", id="nothing"),
    pytest.param(lambda index: Award(index, "bonus", 1.5, FIVE), "gave 1.5 points", id="a fraction"),  # type: ignore[arg-type]
    pytest.param(lambda index: Award(index, "bonus", True, FIVE), "gave True points", id="a truth"),
    pytest.param(lambda index: Award(index, "bonus", -5, FIVE), "gave -5 points", id="less than nothing"),
    pytest.param(lambda index: Award(index, "status", 5, FIVE), "gave unit 'status'", id="a unit not declared"),
    pytest.param(lambda index: Award(index + 7_000, "bonus", 5, FIVE), "named event", id="no event of the batch"),
    pytest.param(lambda index: Award(index, "bonus", 6, FIVE), "fold", id="steps that give other points"),
    pytest.param(lambda index: Award(index, "bonus", 5, ()), "fold", id="no steps"),
    pytest.param(lambda index: Award(index, "bonus", 5, None), "steps", id="None for steps"),  # type: ignore[arg-type]
    pytest.param(lambda index: Award(index, "bonus", 5, ("five",)), "steps", id="texts for steps"),  # type: ignore[arg-type]
    pytest.param(lambda index: Award(index, "bonus", 5, (Step(Operation.START, "five", "V"),)), "'V'", id="no number"),
    pytest.param(lambda index: Award(index, "bonus", 10**30, (Step(Operation.START, "much", str(10**30)),)), "at most",
                 id="more than the books can hold"),
    pytest.param(lambda index: Doubt(index, "odd", None), "Doubt", id="a doubt without reason"),  # type: ignore[arg-type]
])
def test_only_the_line_that_a_rule_fails_on_waits(tmp_path: Path, database: Database, answer: Any,
                                                       named: str) -> None:
    rows = [line("LS-1"), line("LS-2", quantity="3"), line("LS-3")]

    world, receipt = cleared(tmp_path, database, on_odd_ones(answer), rows)

    assert fates(receipt) == {"booked": 2, "waiting": 1}
    found = receipt.problems[0]
    assert (found["line"], found["code"]) == (3, "rule_failed")
    assert "rule 'extra' revision 1" in found["reason"]
    assert named in found["reason"]
    assert world.balances()["10017", "bonus"] == 2 * 805
    assert world.violated() == {}


def test_a_doubt_of_a_rule_is_told_in_its_own_words(tmp_path: Path, database: Database) -> None:
    rows = [line("LS-1"), line("LS-2", quantity="3")]
    doubting = on_odd_ones(lambda index: Doubt(index, "odd_quantity", "found 3, expected an even number"))

    world, receipt = cleared(tmp_path, database, doubting, rows)

    assert fates(receipt) == {"booked": 1, "rejected": 1}
    assert (receipt.problems[0]["code"], receipt.problems[0]["reason"]) == (
        "odd_quantity", "found 3, expected an even number")
    assert world.violated() == {}


def test_a_rule_that_answers_no_list_loses_its_lines_and_no_other(tmp_path: Path, database: Database) -> None:
    world, receipt = cleared(tmp_path, database, lambda events: 5, lines(20))

    assert fates(receipt) == {"waiting": 20}
    assert "TypeError" in receipt.problems[0]["reason"]
    assert world.violated() == {}
