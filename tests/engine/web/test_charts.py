"""Charts: what is drawn is what the numbers say, also below zero, where there is nothing, and beside a hostile name."""

import itertools
import re
from typing import Any

import pytest

from tests.support.portal import Portal
from treuwerk.web.shell.charts import Series, bars, columns, curves, funnel, sparkline

IMPORT = '{% import "ui/charts.html" as drawn with context %}'


@pytest.fixture
def draw(empty_portal: Portal) -> Any:
    """Renders a call of one of the macros, as a template of a page would."""
    app: Any = empty_portal.visitor().app
    environment = app.state.shell.renderer.environment("de")

    def rendered(call: str, **values: object) -> str:
        html: str = environment.from_string(f"{IMPORT}{{{{ {call} }}}}").render(**values)
        return html

    return rendered


def table(html: str) -> list[list[str]]:
    """Rows of the table beside a drawing, without its head."""
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)
    return [re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", row) for row in rows][1:]


def test_a_column_is_as_high_as_its_number() -> None:
    plot = columns(["a", "b", "c"], [Series("Points", [50, 100, 0])])

    assert [(box.value, box.height) for box in plot.boxes] == [(50, 50.0), (100, 100.0)]
    assert all(box.y + box.height == pytest.approx(plot.zero) for box in plot.boxes)
    assert [mark.words for mark in plot.scale] == [0, 25, 50, 75, 100]


def test_series_are_stacked_and_what_is_below_zero_hangs() -> None:
    plot = columns(["a"], [Series("in", [60]), Series("also in", [40]), Series("out", [-100])])

    low, high, below = plot.boxes
    assert low.y == pytest.approx(high.y + high.height)
    assert below.y == pytest.approx(plot.zero)
    assert (low.height + high.height, below.height) == pytest.approx((50, 50))
    assert [box.tone for box in plot.boxes] == [1, 2, 3]


@pytest.mark.parametrize("highest", [1, 2, 3, 7, 9, 10, 11, 23, 99, 101, 250, 999, 12_345, 10**9 + 1])
@pytest.mark.parametrize("lowest", [0, -1, -8, -10**6])
def test_the_figures_of_the_scale_stand_where_they_are(highest: int, lowest: int) -> None:
    plot = columns(["a", "b"], [Series("x", [highest, lowest])])

    figures = sorted((int(mark.words), mark.at) for mark in plot.scale)
    steps = {second - first for (first, _), (second, _) in itertools.pairwise(figures)}
    gaps = [first - second for (_, first), (_, second) in itertools.pairwise(figures)]
    assert len(steps) == 1
    assert gaps == pytest.approx([gaps[0]] * len(gaps), abs=0.02)
    assert (figures[0][0] <= lowest, figures[-1][0] >= highest) == (True, True)
    assert next(at for figure, at in figures if figure == 0) == pytest.approx(plot.zero, abs=0.02)


def test_a_line_goes_through_its_numbers() -> None:
    plot = curves(["a", "b", "c"], [Series("Points", [0, 100, -100])])

    points, end, _ = plot.lines[0]
    assert points == "0.0,500.0 500.0,0.0 1000.0,1000.0"
    assert (end, plot.zero) == (100.0, 50.0)


def test_a_single_number_is_a_level() -> None:
    assert curves(["a"], [Series("Points", [4])]).lines[0][0] == "0.0,0.0 1000.0,0.0"


def test_names_at_the_ends_of_lines_keep_apart() -> None:
    plot = curves(["a", "b"], [Series("one", [1, 100]), Series("two", [1, 99]), Series("three", [1, 98])])

    places = sorted(name_at for _, _, name_at in plot.lines)
    assert all(second - first >= 16 for first, second in itertools.pairwise(places))


def test_bars_and_what_a_funnel_keeps() -> None:
    assert [(bar.words, bar.width) for bar in bars([("a", 200), ("b", 50), ("c", -5), ("d", 0)])] == [
        ("a", 100), ("b", 25), ("c", 0), ("d", 0)]
    kept = funnel([("seen", 200), ("asked", 50), ("none", 0), ("late", 3)])
    assert [(bar.x, bar.width, bar.share) for bar in kept] == [
        (0, 100, None), (37.5, 25, 25), (50, 0, 0), (49.25, 1.5, None)]


def test_a_small_line_stays_in_its_field() -> None:
    assert sparkline([3, -3, 3]) == "2.0,2.0 50.0,22.0 98.0,2.0"
    assert sparkline([5, 5]) == "2.0,22.0 98.0,22.0"
    assert sparkline([]) == ""


@pytest.mark.parametrize("kind", ["column_chart", "line_chart"])
def test_the_table_has_every_number_as_the_language_writes_it(draw: Any, kind: str) -> None:
    html = draw(f"drawn.{kind}('c', 'Punkte', 'steigen', 'Monat', labels, series)", labels=["Jan", "Feb"],
                series=[Series("gesammelt", [1_240, 0]), Series("genommen", [-300, -5])])

    assert table(html) == [["Jan", "1.240", "\N{MINUS SIGN}300"], ["Feb", "0", "\N{MINUS SIGN}5"]]
    assert 'role="img" aria-labelledby="c-title c-desc"' in html
    assert '<desc id="c-desc">steigen</desc>' in html


@pytest.mark.parametrize("kind", ["bar_chart", "funnel_chart"])
def test_lying_bars_say_word_and_figure(draw: Any, kind: str) -> None:
    html = draw(f"drawn.{kind}('c', 'Punkte', 'fallen', 'Firma', 'Punkte', rows)",
                rows=[("Dach", 12_000), ("Keller", 3_000)])

    assert table(html) == [["Dach", "12.000"], ["Keller", "3.000"]]
    assert ">Keller</text>" in html
    assert ("25 %" in html) is (kind == "funnel_chart")


@pytest.mark.parametrize("call", [
    "drawn.column_chart('c', t, t, t, [t, t], [charts.Series(t, [1, 2])])",
    "drawn.line_chart('c', t, t, t, [t, t], [charts.Series(t, [1, 2])])",
    "drawn.bar_chart('c', t, t, t, t, [(t, 1)])", "drawn.funnel_chart('c', t, t, t, t, [(t, 1)])",
    "drawn.sparkline([1, 2], t)"])
def test_names_are_text_and_never_markup(draw: Any, call: str) -> None:
    html = draw(call, t='"><script>alert(1)</script>&')

    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "style=" not in html


@pytest.mark.parametrize("call", [
    "drawn.column_chart('c', 't', 'w', 'h', [], [])", "drawn.line_chart('c', 't', 'w', 'h', [], [])",
    "drawn.column_chart('c', 't', 'w', 'h', [], [charts.Series('s', [])])",
    "drawn.line_chart('c', 't', 'w', 'h', [], [charts.Series('s', [])])",
    "drawn.line_chart('c', 't', 'w', 'h', ['a'], [charts.Series('s', [7])])",
    "drawn.bar_chart('c', 't', 'w', 'h', 'u', [])", "drawn.funnel_chart('c', 't', 'w', 'h', 'u', [])",
    "drawn.sparkline([], 'w')"])
def test_nothing_to_draw_breaks_nothing(draw: Any, call: str) -> None:
    html = draw(call)

    assert "nan" not in html.casefold()
    assert "</svg>" in html


def test_two_drawings_on_a_page_share_no_id(draw: Any) -> None:
    both = [Series("x", [1]), Series("y", [2])]
    html = "".join(draw(f"drawn.column_chart('{name}', 't', 'w', 'h', ['a'], s)", s=both)
                   for name in ("first", "second"))

    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)", html)) <= set(ids)
