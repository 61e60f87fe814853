"""Groups, rounding and caps of earning rules in the programme file: what is right is asked, what is wrong is told."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
import pytest

from tests.support.events import purchase
from tests.support.programmes import FEED, HEAD, MODULES, loaded, mistakes_in, programme_folder
from treuwerk.domain.evaluation import evaluate
from treuwerk.hookspecs import EarningRuleKind, hookimpl
from treuwerk.programme.errors import Mistake, ProgrammeError
from treuwerk.programme.reading import read_programme
from treuwerk.testing.cases import run_cases

KINDS = HEAD.replace('"activity_points"]', '"activity_points", "rate", "expression", "campaign_multiplier"]')
RULES = """
[stacking.spring]
mode = "best"

[[earning]]
name = "pieces"
rule = "expression"
title = { de = "Stück", en = "Pieces" }
unit = "bonus"
points = "quantity * 2.5"
rounding = "half_up"
at_most_per_line = 1000
group = "spring"
priority = 2

[[earning]]
name = "double"
rule = "campaign_multiplier"
title = { de = "Doppelt", en = "Double" }
units = ["bonus"]
rules = ["modules"]
factor = 2
group = "spring"
stop = true
"""
TEXT = KINDS + MODULES + RULES + FEED


def test_groups_rounding_and_caps_of_the_file_are_asked(tmp_path: Path) -> None:
    rules = loaded(tmp_path, TEXT).rules

    found = evaluate(rules, [purchase(quantity="3"), purchase(quantity="3", wp="20"), purchase(quantity="999", wp="5")])

    assert [[(one.by.name, one.award.points) for one in earned] for earned in found.earned] == [
        [("modules", 66), ("double", 66)], [("modules", 6), ("pieces", 8)], [("modules", 499), ("pieces", 1000)]]


@pytest.mark.parametrize(("right", "wrong", "mistakes"), [
    ('rules = ["modules"]', 'rules = ["moduls"]', [Mistake(
        "earning[2].rules", "'moduls'", "an earning rule of this programme: modules", "did you mean 'modules'?")]),
    ('rules = ["modules"]', 'rules = ["double"]', [Mistake(
        "earning[2].rules", "'double', which works on awards itself", "an earning rule of this programme: modules",
        "several campaigns on the same rule add up: name that rule")]),
    ('rules = ["modules"]', 'rules = ["pieces"]', [Mistake(
        "earning[2].rules", "'pieces', which competes with a rule that works on awards",
        "an earning rule of this programme: modules", "take one of them out of the group 'spring'")]),
    ('group = "spring"\nstop', "stop", [
        Mistake("earning[2].stop", "a stop without a group", "the group that it is about",
                "name it as 'group', or take this out"),
        Mistake("stacking.spring", "a group of one rule", "its code as 'group' of at least two rules",
                "name it there, or take it out")]),
    ('group = "spring"\nstop', 'group = "sprnig"\nstop', [
        Mistake("earning[2].group", "'sprnig'", "a table [stacking.<code>]: spring", "did you mean 'spring'?"),
        Mistake("stacking.spring", "a group of one rule", "its code as 'group' of at least two rules",
                "name it there, or take it out")]),
    ('mode = "best"', 'mode = "bst"', [Mistake(
        "stacking.spring.mode", "'bst'", "one of stack, best, first", "did you mean 'best'?")]),
    ('rounding = "half_up"', 'rounding = "halfup"', [Mistake(
        "earning[1].rounding", "'halfup'", "one of down, half_up, up", "did you mean 'half_up'?")]),
    ("at_most_per_line = 1000", "at_most_per_line = 0", [Mistake("earning[1].at_most_per_line", "0", ">= 1")]),
    ("factor = 2", "factor = 1", [Mistake("earning[2].factor", "1", "> 1")]),
    ('"quantity * 2.5"', '"quantity * 2,5"', [Mistake(
        "earning[1].points", "'quantity * 2,5'",
        "a formula that can be read; at character 13: found ',', expected a sign between two figures, or the end")]),
])
def test_what_is_wrong_is_told_with_its_place_and_a_way_out(tmp_path: Path, right: str, wrong: str,
                                                            mistakes: list[Mistake]) -> None:
    assert not mistakes_in(tmp_path, TEXT)

    found = mistakes_in(tmp_path, TEXT.replace(right, wrong))

    assert [str(one) for one in found] == [f"programme.toml: {mistake}" for mistake in mistakes]


def test_a_multiplier_without_anything_to_work_on_is_a_mistake(tmp_path: Path) -> None:
    only = TEXT.replace(MODULES, "").replace('rules = ["modules"]\n', "")

    [mistake] = mistakes_in(tmp_path, only)

    assert "nothing that 'double' could work on" in str(mistake)


def test_a_case_that_fails_tells_what_was_dropped_and_for_which_rule(tmp_path: Path) -> None:
    programme = loaded(tmp_path, TEXT)
    (programme.folder / "cases").mkdir()
    (programme.folder / "cases" / "some.toml").write_text("""
articles = [{ number = "M-220", kind = "module", wp = 220 }]

[[case]]
name = "the better one"
group = "installer"
occurred_on = 2026-05-04
lines = [{ article = "M-220", quantity = 3 }]
points = { bonus = 74 }
""", "utf-8")

    [failure] = run_cases(programme).failed

    assert failure.found.points == {"bonus": 132}
    assert failure.explanation[-1] == "3 × M-220: pieces would give 8 bonus, but double counts instead"


@attrs.frozen
class NoLines:
    """A rule that looks at no single line, as a plugin."""

    units: tuple[str, ...] = ("bonus",)

    @hookimpl
    def earning_rule_kinds(self) -> Sequence[EarningRuleKind[Any]]:
        """Itself, without settings."""
        build: Any = lambda _: self  # noqa: E731
        return [EarningRuleKind("no_lines", NoLines, build)]


def test_what_is_said_of_lines_does_not_go_with_a_rule_that_looks_at_none(tmp_path: Path) -> None:
    year = """
[[earning]]
name = "year"
rule = "no_lines"
title = { de = "Jahr", en = "Year" }
rounding = "up"
group = "spring"
"""
    text = TEXT.replace('"rate"', '"rate", "no_lines"').replace('rules = ["modules"]', 'rules = ["modules", "year"]')

    with pytest.raises(ProgrammeError) as error:
        read_programme(programme_folder(tmp_path, text + year), {"no_lines": NoLines()})

    assert [(one.path.rpartition(" ")[2], one.found) for one in error.value.mistakes] == [
        ("earning[2].rules", "'year', which does not look at single lines"),
        ("earning[3].group", "a group of a rule that does not look at single lines"),
        ("earning[3].rounding", "a rounding of a rule that does not look at single lines")]
