"""The language of formulas: what cannot be read is told with its place, and no formula breaks out of its bounds."""

import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treuwerk.domain.earning import Operation, fold
from treuwerk_expression.figures import Undecided, Values, figure
from treuwerk_expression.formulas import read_formula
from treuwerk_expression.tapes import tape_of
from treuwerk_expression.tokens import FormulaMistake

LINE: Values = {"quantity": Fraction(12), "amount": Fraction(1999, 20), "article.wp": Fraction(405),
                "article.kind": "module", "article.number": "M-405",
                "feature.scope": "SYSTEM", "participant.group": "installer"}


@pytest.mark.parametrize(("formula", "says"), [
    ("", "at character 1: found the end, expected a number, a name, a text in single quotes or '('"),
    ("quantity *", "at character 11: found the end, expected a number"),
    ("quantity 10", "at character 10: found '10', expected a sign between two figures, or the end"),
    ("quantity * (2 + 3", "at character 18: found the end, expected ')'"),
    ("qantity * 2", "at character 1: found 'qantity', expected a name of a line: quantity, amount"),
    ("articel.wp", "at character 1: found 'articel.wp', expected a name of a line"),
    ("article", "at character 1: found 'article', expected a name of a line"),
    ("quantity = 3 ? 1 : 2", "at character 10: found '=', expected '==' to compare"),
    ('feature.scope == "X" ? 1 : 2', "at character 18: found '\"', expected texts in single quotes"),
    ("feature.scope == 'X ? 1 : 2", "at character 18: found a text without its end"),
    ("quantity > 3 && amount > 2 ? 1 : 2", "at character 14: found '&', expected 'and'"),
    ("feature.scope * 2", "at character 1: found feature.scope, which is a text, expected a number"),
    ("quantity == 'X' ? 1 : 2", "at character 13: found 'X', which is a text, expected a number"),
    ("article.kind < 'b' ? 1 : 2", "at character 14: found '<', expected a sign that goes with a text"),
    ("quantity > 3", "at character 1: found quantity > 3, which is something true or false, expected a number"),
    ("quantity ? 1 : 2", "at character 1: found quantity, which is a number, expected something true or false"),
    ("quantity > 1 ? 2 : 'x'", "at character 20: found 'x', which is a text, expected a number"),
    ("quantity > 1 ? 2", "at character 17: found the end, expected ':'"),
    ("not quantity > 1", "which is something true or false, expected a number"),
    ("sqrt(quantity)", "at character 1: found 'sqrt', expected one of the functions min, max, floor, ceil, round"),
    ("floor(1, 2)", "at character 1: found floor of 2, expected one figure"),
    ("min(1)", "at character 1: found min of 1, expected at least two figures"),
    ("quantity ** 2", "at character 11: found '*', expected a number"),
    ("quantity.__class__", "found 'quantity.__class__', expected a name of a line"),
    ("article.wp.real", "at character 11: found '.', expected"),
    ("__import__('os')", "found '__import__', expected one of the functions"),
    ("1e5", "at character 2: found 'e5', expected a sign"),
    ("12345678901234567890", "at character 1: found a number of 20 characters, expected at most 15 digits"),
    ("(" * 40 + "1" + ")" * 40, "found a part that lies too deep, expected at most 20"),
    ("- " * 40 + "1", "found a part that lies too deep"),
    (" + ".join(["1"] * 150), "found more than 200 words"),
    ("1" + " " * 1000, "at character 1001: found 1001 characters, expected at most 1000"),
])
def test_a_formula_that_cannot_be_read_is_a_mistake_with_its_place(formula: str, says: str) -> None:
    with pytest.raises(FormulaMistake) as mistake:
        read_formula(formula)

    assert says in str(mistake.value)


WORDS = ("quantity", "amount", "article.wp", "article.kind", "feature.scope", "min", "max", "floor", "round", "and",
         "or", "not", "(", ")", "+", "-", "*", "/", "<", "==", "!=", "?", ":", ",", "0", "7", "0.25", "'SYSTEM'", "x",
         "'", "=")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=260).map(" ".join) | st.text(max_size=40))
def test_whatever_somebody_writes_is_read_or_a_mistake_and_nothing_else(formula: str) -> None:
    try:
        part = read_formula(formula)
    except FormulaMistake:
        return
    told(formula)
    assert part.source in " ".join(formula.split())


numbers = st.recursive(
    st.sampled_from(["quantity", "amount", "article.wp", "0", "7", "0.25", "3"]),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner),
        st.builds("({} {} {} ? {} : {})".format, inner, st.sampled_from(["<", ">=", "==", "!="]), inner, inner, inner),
        st.builds("({} {} 'SYSTEM' ? {} : {})".format, st.sampled_from(["feature.scope", "article.kind"]),
                  st.sampled_from(["==", "!="]), inner, inner),
        st.builds("{}({}, {})".format, st.sampled_from(["min", "max"]), inner, inner),
        st.builds("{}({})".format, st.sampled_from(["floor", "ceil", "round", "-", "1 - "]), inner)), max_leaves=12)


def told(formula: str, line: Values = LINE) -> None:
    """The tape of a formula is what the formula is worth, or both cannot tell."""
    part = read_formula(formula)
    try:
        exact = figure(part, line)
    except Undecided as why:
        with pytest.raises(Undecided, match=re.escape(why.what)):
            tape_of(part, line)
        return
    assert fold(tape_of(part, line))[-1] == exact


@settings(max_examples=500, deadline=None)
@given(numbers)
def test_the_tape_of_any_formula_folds_to_what_the_formula_is_worth(formula: str) -> None:
    told(formula)


@settings(max_examples=300, deadline=None)
@given(numbers, st.integers(1, 12))
def test_folded_with_fewer_pieces_it_is_worth_what_the_formula_is_by_the_branches_chosen(formula: str,
                                                                                        pieces: int) -> None:
    part = read_formula(formula)
    try:
        steps = tape_of(part, LINE)
        fewer = figure(part, {**LINE, "quantity": Fraction(pieces)})
    except Undecided:
        return
    if steps[0].name == "quantity" and not any(word in formula for word in ("?", "max", "min", "amount")):
        assert steps[0].operation is Operation.START
        assert fold((steps[0]._replace(operand=str(pieces)), *steps[1:]))[-1] == fewer


def test_the_longest_formula_is_worked_out_in_bounded_figures() -> None:
    told(" * ".join(["amount"] * 100))
    told("(" * 18 + "quantity" + " / 7)" * 18)
