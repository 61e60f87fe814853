"""Rules that raise or answer nonsense: only the events that they fail on are set aside, with rule and reason."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.events import purchase
from tests.support.programmes import PROGRAMME, loaded
from treuwerk.domain.earning import Award
from treuwerk.domain.evaluation import ActiveRule, evaluate

REMEDY = "; mend the rule, then clear the file again"


def rules_of(folder: Path, plugin: str, table: str) -> list[ActiveRule]:
    """The rules of a programme that also uses a broken one, last."""
    text = PROGRAMME.replace('["csv_feed"', f'["{plugin}", "csv_feed"')
    text += f'\n[[earning]]\nname = "broken"\ntitle = {{ de = "?", en = "?" }}\nunit = "bonus"\n{table}\n'
    return loaded(folder, text).rules


def test_a_rule_that_raises_costs_only_the_purchases_that_it_fails_on(tmp_path: Path) -> None:
    rules = rules_of(tmp_path, "raising_rule", 'rule = "raising"')
    events = [purchase(amount=Decimal(5)), purchase(amount=None), purchase(amount=Decimal(7))]

    result = evaluate(rules, events)

    assert [[earned.award.points for earned in one] for one in result.earned] == [[22, 5], [], [22, 7]]
    assert list(result.doubts) == [1]
    assert result.doubts[1].code == "rule_failed"
    assert result.doubts[1].reason.startswith("rule 'broken' revision 1 failed: TypeError: int() argument")
    assert result.doubts[1].reason.endswith(REMEDY)


@pytest.mark.parametrize(("answer", "reason"), [
    ("nothing", "TypeError: 'NoneType' object is not iterable"),
    ("text", "Misbehaviour: answered with '10 points', expected Award or Doubt"),
    ("pair", "Misbehaviour: answered with (0, 10), expected Award or Doubt"),
    ("fraction", "Misbehaviour: gave Decimal('1.5') points, expected a whole number"),
    ("float", "Misbehaviour: gave 1.0 points, expected a whole number"),
    ("true", "Misbehaviour: gave True points, expected a whole number"),
    ("zero", "Misbehaviour: gave 0 points, expected a whole number"),
    ("negative", "Misbehaviour: gave -5 points, expected a whole number"),
    ("other unit", "Misbehaviour: gave unit 'miles', declared ['bonus']"),
    ("event too high", "Misbehaviour: named event 1000, expected 0 to 0"),
    ("event below zero", "Misbehaviour: named event -1, expected 0 to 0"),
    ("event as text", "Misbehaviour: named event '0', expected 0 to 0"),
])
def test_a_rule_that_answers_garbage_costs_only_the_purchases_that_it_does_so_for(tmp_path: Path, answer: str,
                                                                                 reason: str) -> None:
    rules = rules_of(tmp_path, "garbage_rule", f'rule = "garbage"\nanswer = "{answer}"')
    events = [purchase("GOOD"), purchase("BAD"), purchase("GOOD")]

    result = evaluate(rules, events)

    assert [[earned.award.points for earned in one] for one in result.earned] == [[22, 1], [], [22, 1]]
    assert [(index, doubt.code) for index, doubt in result.doubts.items()] == [(1, "rule_failed")]
    assert result.doubts[1].reason.startswith(f"rule 'broken' revision 1 failed: {reason}")
    assert result.doubts[1].reason.endswith(REMEDY)


def test_the_awards_of_the_good_purchases_keep_their_places(tmp_path: Path) -> None:
    rules = rules_of(tmp_path, "garbage_rule", 'rule = "garbage"\nanswer = "text"')[-1:]
    events = [purchase("BAD"), purchase("GOOD"), purchase("BAD"), purchase("GOOD")]

    result = evaluate(rules, events)

    assert [[type(earned.award) for earned in one] for one in result.earned] == [[], [Award], [], [Award]]
    assert [one[0].award.event if one else None for one in result.earned] == [None, 1, None, 3]
