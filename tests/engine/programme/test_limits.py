"""Caps and budgets in the programme file: what is right is counted, what is wrong is told."""

from pathlib import Path

import pytest

from tests.support.programmes import FEED, HEAD, MODULES, loaded, mistakes_in
from treuwerk.domain.limits import Award, Bound
from treuwerk.programme.errors import Mistake
from treuwerk.programme.limiting import limits_of

CAPS = """\
budget = "spring"
caps = [{ points = 500, per = "participant", period = "month" }, { points = 300, per = "document" }]
"""
SPRING = """
[budgets.spring]
title = { de = "Frühjahr", en = "Spring" }
unit = "bonus"
money = 500_000
worth = 850
period = "year"
"""
TEXT = HEAD + MODULES + CAPS + FEED + SPRING


def test_limits_of_a_rule_are_those_of_its_table_and_its_budget(tmp_path: Path) -> None:
    limits = limits_of(loaded(tmp_path, TEXT).settings)

    assert limits.bounds(Award(7, "modules", "bonus", "2026-05-04", "note", 1)) == [
        Bound((7, "cap|modules|bonus|month|2026-05"), "cap month", 500),
        Bound((7, "cap|modules|bonus|document||note"), "cap document", 300),
        Bound((0, "budget|spring|2026"), "budget spring", 588_235)]


@pytest.mark.parametrize(("right", "wrong", "mistake"), [
    ('"spring"\ncaps', '"sprig"\ncaps', Mistake(
        "programme.toml: earning[0].budget", "budget 'sprig'", "a table [budgets.<code>]: spring",
        "did you mean 'spring'?")),
    ('budget = "spring"\n', "", Mistake(
        "programme.toml: budgets.spring", "a budget that no rule names", "its code as 'budget' of an [[earning]] table",
        "name it there, or take it out")),
    ("points = 500, ", "", Mistake(
        "programme.toml: earning[0].caps[0].points", "nothing", "a value; the key is missing")),
    ("points = 300", "points = 0", Mistake("programme.toml: earning[0].caps[1].points", "0", ">= 1")),
    ('"month"', '"months"', Mistake(
        "programme.toml: earning[0].caps[0].period", "'months'",
        "one of day, week, month, quarter, half_year, year, ever", "did you mean 'month'?")),
    ('per = "participant", ', 'per = "company", ', Mistake(
        "programme.toml: earning[0].caps[0].per", "'company'", "one of document, participant")),
    ('per = "document"', 'per = "document", period = "day"', Mistake(
        "programme.toml: earning[0].caps[1].period", "'day' of a cap per document", "no period",
        "a document has one day; leave it out, or count per participant")),
    ('per = "document"', 'per = "document", unit = "bonsu"', Mistake(
        "programme.toml: earning[0].caps[1].unit", "unit 'bonsu'", "a unit of this rule: bonus",
        "did you mean 'bonus'?")),
    ('per = "document"', 'per = "participant", period = "month", unit = "bonus"', Mistake(
        "programme.toml: earning[0].caps[1]", "a cap per participant and month for bonus again", "each once for a unit",
        "keep the lower one")),
    ('unit = "bonus"\nmoney', 'unit = "status"\nmoney', Mistake(
        "programme.toml: budgets.spring.unit", "unit 'status'", "a unit of this programme: bonus", "")),
    ('unit = "bonus"\nmoney', 'unit = "status"\nmoney', Mistake(
        "programme.toml: earning[0].budget", "budget 'spring' of status",
        "a budget of a unit that the rule gives: bonus")),
    ("money = 500_000\n", "money = 500_000\npoints = 1\n", Mistake(
        "programme.toml: budgets.spring", "points and money", "one of the two")),
    ("money = 500_000\nworth = 850\n", "", Mistake(
        "programme.toml: budgets.spring", "neither points nor money", "one of the two")),
    ("worth = 850\n", "", Mistake(
        "programme.toml: budgets.spring.worth", "money without worth", "worth beside money, and only there",
        "worth = 850: 1,000 points are worth 8.50")),
    ("money = 500_000", "money = 1\n", Mistake(
        "programme.toml: budgets.spring", "money = 1 where 1,000 points are worth 8500",
        "enough for one point at least")),
    ("[budgets.spring]", "[budgets.Spring]", Mistake(
        "programme.toml: budgets.Spring", "'Spring'", "a code of small letters, digits and _, such as spring_2026")),
    ('de = "Frühjahr", ', "", Mistake(
        "programme.toml: budgets.spring.title", "no text for de", "one for each of the programme's locales")),
], ids=str)
def test_what_is_wrong_is_told_with_its_place_and_a_way_out(tmp_path: Path, right: str, wrong: str,
                                                            mistake: Mistake) -> None:
    assert not mistakes_in(tmp_path, TEXT)

    assert mistake in mistakes_in(tmp_path, TEXT.replace(right, wrong).replace(
        "worth = 850", "worth = 8500" if "money = 1\n" in wrong else "worth = 850"))
