"""The first row that fits decides, and the explanation says which one."""

from decimal import Decimal
from typing import Any

import attrs
import pytest

from tests.support.events import MEMBER, activity, purchase
from treuwerk.domain.earning import Award, Doubt
from treuwerk.domain.eligibility import ArticleFilter, Audience, Range
from treuwerk.testing.contract import check_earning_rule
from treuwerk.testing.strategies import purchases
from treuwerk_decision_table.rule import DecisionTable, DecisionTableSettings, Row

CERTIFIED = Row("certified", 30, lines=ArticleFilter(["module"]), audience=Audience(["certified"]))
SYSTEM = Row("systems", 20, lines=ArticleFilter(["module"], features={"scope": ["SYSTEM"]}))
MANY = Row("many", 500, quantity=Range(at_least=Decimal(100)), per_line=True)
NOTHING = Row("cables", 0, lines=ArticleFilter(["cable"]))
REST = Row("others", 5)


def table(*rows: Row, complete: bool = False) -> DecisionTable:
    return DecisionTable(DecisionTableSettings("bonus", list(rows), complete))


def points(rule: DecisionTable, **facts: Any) -> list[int]:
    who = facts.pop("who", MEMBER)
    return [answer.points for answer in rule.awards([purchase(**facts)._replace(participant=who)])
            if isinstance(answer, Award)]


@pytest.mark.parametrize(("facts", "worth"), [
    ({"quantity": "2"}, [10]),
    ({"quantity": "2", "features": {"scope": "SYSTEM"}}, [40]),
    ({"quantity": "2", "features": {"scope": "SYSTEM"}, "who": attrs.evolve(MEMBER, group="certified")}, [60]),
    ({"quantity": "100"}, [500]),
    ({"quantity": "99", "kind": "cable"}, []),
    ({"quantity": "2", "kind": "rail"}, [10]),
])
def test_the_first_row_that_fits_decides(facts: dict[str, Any], worth: list[int]) -> None:
    assert points(table(CERTIFIED, SYSTEM, MANY, NOTHING, REST), **facts) == worth


def test_amounts_decide_where_rows_ask_for_them() -> None:
    rule = table(Row("small", 7, amount=Range(at_most=Decimal(50)), per_line=True), complete=True)

    answers = list(rule.awards([purchase(amount=Decimal(50)), purchase(amount=Decimal("50.01")), purchase()]))

    assert [answer.points if isinstance(answer, Award) else answer.code for answer in answers] == [
        7, "no_row", "no_row"]


def test_what_fits_to_no_row_earns_nothing_or_waits_for_a_person() -> None:
    assert list(table(SYSTEM).awards([purchase(), activity()])) == []

    [doubt] = table(SYSTEM, complete=True).awards([purchase("M-1"), activity()])

    assert isinstance(doubt, Doubt)
    assert (doubt.event, doubt.code) == (0, "no_row")
    assert "article M-1" in doubt.reason


def test_the_explanation_names_the_row() -> None:
    each, whole = table(SYSTEM, REST).awards([purchase(quantity="3"), purchase(quantity="2",
                                                                             features={"scope": "SYSTEM"})])

    assert isinstance(each, Award)
    assert isinstance(whole, Award)
    assert [(step.name, step.operand) for step in each.steps] == [("quantity", "3"), ("others", "5")]
    assert [(step.name, step.operand) for step in whole.steps] == [("quantity", "2"), ("systems", "20")]


def test_a_row_that_can_never_be_asked_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'rows\[1\]' holds for every line"):
        table(SYSTEM, REST, MANY)


@pytest.mark.parametrize("rule", [table(CERTIFIED, SYSTEM, MANY, NOTHING, REST), table(SYSTEM, complete=True)],
                         ids=["with a rest", "complete"])
def test_it_keeps_the_contract_of_earning_rules(rule: DecisionTable) -> None:
    check_earning_rule(rule, purchases(features={"scope": ["SYSTEM", "MODULE"]}))
