"""Conditions of earning rules in the programme file: what is right is asked, what is wrong is told."""

from pathlib import Path

import pytest

from tests.support.events import purchase
from tests.support.programmes import FEED, HEAD, MODULES, loaded, mistakes_in
from treuwerk.domain.evaluation import evaluate
from treuwerk.programme.errors import Mistake

CONDITIONS = """\
articles = "large_modules"
weekdays = ["monday"]
audience = { groups = ["installer"], countries = ["DE"] }
at_least = { quantity = 2 }
"""
FILTER = """
[article_filters.large_modules]
kinds = ["module"]
attributes = { wp = { at_least = 400 } }
"""


def programme(conditions: str, filters: str = FILTER) -> str:
    return HEAD + MODULES + conditions + FEED + filters


def test_a_rule_of_any_kind_is_only_asked_about_what_it_is_for(tmp_path: Path) -> None:
    rules = loaded(tmp_path, programme('articles = "large_modules"\nat_least = { quantity = 2 }\n')).rules

    found = evaluate(rules, [purchase("M405", "2", wp="405"), purchase("M405", "1", wp="405"), purchase(quantity="2")])

    assert [[earned.award.points for earned in one] for one in found.earned] == [[81], [], []]


@pytest.mark.parametrize(("right", "wrong", "mistake"), [
    ('"large_modules"', '"large_moduls"', Mistake(
        "programme.toml: earning[0].articles", "'large_moduls'",
        "a table [article_filters.<code>]: large_modules", "did you mean 'large_modules'?")),
    ('["installer"]', '["instaler"]', Mistake(
        "programme.toml: earning[0].audience.groups", "'instaler'", "a group of this programme: installer",
        "did you mean 'installer'?")),
    ('["DE"]', '["Germany"]', Mistake(
        "programme.toml: earning[0].audience.countries", "'Germany'", "a code of two capital letters, such as DE")),
    ('["monday"]', '["Monday"]', Mistake(
        "programme.toml: earning[0].weekdays[0]", "'Monday'",
        "one of monday, tuesday, wednesday, thursday, friday, saturday, sunday", "did you mean 'monday'?")),
    ("{ quantity = 2 }", '{ quantity = "2" }', Mistake(
        "programme.toml: earning[0].at_least.quantity", "'2'", "number")),
    ("{ at_least = 400 }", "{ least = 400 }", Mistake(
        "programme.toml: article_filters.large_modules.attributes.wp.least", "a key that is not known here",
        "one of at_least, at_most", "did you mean 'at_least'?")),
])
def test_what_is_wrong_is_told_with_its_place_and_a_way_out(tmp_path: Path, right: str, wrong: str,
                                                            mistake: Mistake) -> None:
    text = programme(CONDITIONS)
    assert not mistakes_in(tmp_path, text)

    assert mistake in mistakes_in(tmp_path, text.replace(right, wrong))


def test_a_filter_that_no_rule_names_is_a_mistake(tmp_path: Path) -> None:
    assert mistakes_in(tmp_path, programme("")) == [Mistake(
        "programme.toml: article_filters.large_modules", "a filter that no rule names",
        "its code as 'articles' of an [[earning]] table", "name it there, or take it out")]


@pytest.mark.parametrize(("bounds", "found"), [
    ("{}", "'at_least' or 'at_most' must be there"), ("{ at_least = 5, at_most = 4 }", "4 < 5")])
def test_a_range_that_holds_nothing_is_a_mistake(tmp_path: Path, bounds: str, found: str) -> None:
    [mistake] = mistakes_in(tmp_path, programme(CONDITIONS).replace("{ at_least = 400 }", bounds))

    assert mistake.path == "programme.toml: article_filters.large_modules.attributes.wp"
    assert found in str(mistake)
