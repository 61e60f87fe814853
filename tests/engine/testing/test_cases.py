"""Earning cases: a right case passes, a wrong one explains itself, a mistake in a file is named with its path."""

from collections.abc import Callable
from pathlib import Path

import pytest

from treuwerk.programme.errors import ProgrammeError
from treuwerk.programme.reading import read_programme
from treuwerk.testing.cases import CasesResult, earning_cases, run_cases

PROGRAMME = """
plugins = ["product_factor", "activity_points"]

[programme]
code = "roofs"
name = "Roofs"
starts_on = 2026-01-01
zone = "Europe/Berlin"
locales = ["en"]

[units.bonus]
name = { en = "points" }

[groups.partner]
name = { en = "Partner" }

[[earning]]
name = "area"
rule = "product_factor"
title = { en = "Area" }
revision = 1
valid_until = 2026-06-30
unit = "bonus"
article_kinds = ["tile"]
attribute = "area"
attribute_per_point = 2

[[earning]]
name = "area"
rule = "product_factor"
title = { en = "Area" }
revision = 2
valid_from = 2026-07-01
unit = "bonus"
article_kinds = ["tile"]
attribute = "area"
attribute_per_point = 1

[[earning]]
name = "visits"
rule = "activity_points"
title = { en = "Visits" }
unit = "bonus"
activity = "visit"
points = 30
"""
ARTICLES = """article_number;name;kind;area;gtin;aliases
T-1;Tile;tile;0,5;4006381333931;OLD-1|older 1
"""
Run = Callable[[str], CasesResult]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("cases", "master"):
        (tmp_path / name).mkdir()
    (tmp_path / "programme.toml").write_text(PROGRAMME, "utf-8")
    (tmp_path / "master" / "articles.csv").write_text(ARTICLES, "utf-8")
    return tmp_path


@pytest.fixture
def run(folder: Path) -> Run:
    def run_file(text: str) -> CasesResult:
        (folder / "cases" / "some.toml").write_text(text, "utf-8")
        return run_cases(read_programme(folder))

    return run_file


def case(lines: str, rest: str = "", day: str = "2026-03-01", name: str = "some") -> str:
    return f'[[case]]\nname = "{name}"\ngroup = "partner"\noccurred_on = {day}\nlines = [{lines}]\n{rest}\n'


def mistakes_of(run: Run, text: str) -> list[str]:
    with pytest.raises(ProgrammeError) as caught:
        run(text)
    return [str(mistake) for mistake in caught.value.mistakes]


def test_a_case_with_the_right_points_passes(run: Run) -> None:
    result = run(case('{ article = "T-1", quantity = 9 }', "points = { bonus = 2 }"))

    assert result.as_json() == {"passed": 1, "failed": []}


def test_a_wrong_case_tells_expected_found_and_every_step(run: Run) -> None:
    lines = '{ article = "T-1", quantity = 9 }, { article = "T-1", quantity = 1 }'

    result = run(case(lines, 'points = { bonus = 3 }\nactivities = [{ activity = "visit" }]', name="nine tiles"))

    assert result.passed == 0
    assert str(result.failed[0]).splitlines() == [
        "cases/some.toml: nine tiles",
        "  expected 3 bonus",
        "  found    32 bonus",
        ("    9 × T-1: area revision 1: start quantity 9 → 9, times area 0.5 → 4.5, per area 2 → 2.25, "
         "round down points → 2 = 2 bonus"),
        "    1 × T-1: no rule gives points",
        "    visit: visits revision 1: start visit 30 → 30 = 30 bonus",
    ]


def test_points_that_the_case_does_not_name_fail_it(run: Run) -> None:
    result = run(case('{ article = "T-1", quantity = 9 }'))

    assert str(result.failed[0].expected) == "nothing"
    assert dict(result.failed[0].found.points) == {"bonus": 2}


@pytest.mark.parametrize(("day", "points"), [("2026-01-01", 2), ("2026-06-30", 2), ("2026-07-01", 4)])
def test_both_days_of_a_window_belong_to_the_revision(run: Run, day: str, points: int) -> None:
    result = run(case('{ article = "T-1", quantity = 8 }', f"points = {{ bonus = {points} }}", day))

    assert result.passed == 1


@pytest.mark.parametrize("name", ["T-1", "t-1", "OLD-1", "Older 1", "4006381333931"])
def test_articles_are_found_by_all_their_names(run: Run, name: str) -> None:
    result = run(case(f'{{ article = "{name}", quantity = 4 }}', "points = { bonus = 1 }"))

    assert result.passed == 1


def test_a_file_brings_articles_of_its_own_before_those_of_the_master(run: Run) -> None:
    articles = 'articles = [{ number = "T-1", kind = "tile", area = 10 }]\n'

    result = run(articles + case('{ article = "T-1" }', "points = { bonus = 5 }"))

    assert result.passed == 1


def test_expected_doubts_are_matched_by_code_and_their_lines_earn_nothing(run: Run) -> None:
    articles = 'articles = [{ number = "BARE", kind = "tile" }]\n'
    lines = '{ article = "BARE" }, { article = "T-1", quantity = 4 }'

    right = run(articles + case(lines, 'points = { bonus = 1 }\ndoubts = ["attribute_missing"]'))
    wrong = run(articles + case(lines, "points = { bonus = 1 }"))

    assert right.passed == 1
    assert str(wrong.failed[0].found) == "1 bonus, doubt attribute_missing"
    assert any("article BARE has no 'area'" in line for line in wrong.failed[0].explanation)


def test_a_programme_without_cases_has_nothing_to_fail(folder: Path) -> None:
    assert run_cases(read_programme(folder)) == CasesResult(0, ())


def test_all_mistakes_of_all_files_are_reported_with_their_paths(run: Run, folder: Path) -> None:
    (folder / "cases" / "other.toml").write_text("[[case]\n", "utf-8")
    text = ('[[case]]\nname = "a"\ngroup = 7\noccurred_on = "2026-01-01"\n'
            'lines = [{ article = "T-1", quantity = 1.5 }]\n'
            '[[case]]\nname = "b"\ngroup = "partner"\noccurred_on = 2026-01-01\nlines = [{ artikle = "T-1" }]\n'
            '[[case]]\nname = "c"\ngroup = "partner"\noccurred_on = 2026-01-01\n')

    found = mistakes_of(run, text)

    assert found[0].startswith("cases/other.toml: ")
    assert "valid TOML" in found[0]
    for place, what in (("case[0].group", "found 7"), ("case[0].occurred_on", "found '2026-01-01'"),
                        ("case[0].lines[0]", "a whole number of pieces above 0"),
                        ("case[1].lines[0].article", "missing"),
                        ("case[1].lines[0].artikle", "did you mean 'article'?"),
                        ("case[2]", "at least one of either")):
        assert [line for line in found if line.startswith(f"cases/some.toml: {place}") and what in line], found


def test_names_that_the_programme_does_not_have_are_mistakes(run: Run) -> None:
    text = case('{ article = "T-2" }', "points = { bonsu = 1 }").replace('"partner"', '"partners"') * 2

    found = mistakes_of(run, text)

    assert found[:3] == [
        ("cases/some.toml: case[0].group: found 'partners', expected a group of the programme: partner "
         "(did you mean 'partner'?)"),
        ("cases/some.toml: case[0].points.bonsu: found 'bonsu', expected a unit of the programme: bonus "
         "(did you mean 'bonus'?)"),
        ("cases/some.toml: case[0].lines[0].article: found 'T-2', expected an article of master/articles.csv or of "
         "this file's articles: T-1 (did you mean 'T-1'?)"),
    ]
    assert found[3] == ("cases/some.toml: case[1].name: found 'some' again, expected a name that no other case of this "
                        "file has")


def test_a_broken_article_master_is_named_line_by_line(run: Run, folder: Path) -> None:
    master = "article_number;name;kind;area\nA;A;tile;x\nB;;tile;1\nC\n"
    (folder / "master" / "articles.csv").write_text(master, "utf-8")

    found = mistakes_of(run, case('{ article = "A" }'))

    assert [line.partition(": expected")[0] for line in found] == [
        "master/articles.csv: line 2", "master/articles.csv: line 3", "master/articles.csv: line 4"]
    assert "column area: found 'x'" in found[0]


def test_cases_are_parameters_with_telling_ids(run: Run, folder: Path) -> None:
    run(case('{ article = "T-1", quantity = 4 }', "points = { bonus = 1 }", name="four tiles")
        + case('{ article = "T-1", quantity = 4 }', "points = { bonus = 2 }", name="four wrong tiles"))

    right, wrong = earning_cases(folder)

    assert [str(right), str(wrong)] == ["some: four tiles", "some: four wrong tiles"]
    right.check()
    with pytest.raises(AssertionError, match="expected 2 bonus\n  found    1 bonus"):
        wrong.check()


def test_limits_of_rules_hold_over_the_lines_of_a_case(folder: Path, run: Run) -> None:
    text = PROGRAMME.replace("attribute_per_point = 1\n", 'attribute_per_point = 1\n'
                             'caps = [{ points = 5, per = "document" }]\n')
    (folder / "programme.toml").write_text(text, "utf-8")
    lines = '{ article = "T-1", quantity = 9 }, { article = "T-1", quantity = 9 }'

    right = run(case(lines, "points = { bonus = 5 }", "2026-07-01"))
    wrong = run(case(f'{{ article = "T-1", quantity = 12 }}, {lines}', "points = { bonus = 6 }", "2026-07-01"))

    assert right.as_json() == {"passed": 1, "failed": []}
    assert [line.strip() for line in str(wrong.failed[0]).splitlines()[3:]] == [
        ("12 × T-1: area revision 2: start quantity 12 → 12, times area 0.5 → 6, per area 1 → 6, "
         "round down points → 6, at most cap document 5 → 5 = 5 bonus"),
        "9 × T-1: no rule gives points",
        "9 × T-1: no rule gives points"]
