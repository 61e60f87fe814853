"""Templates that are compiled once for many applications: never one that another language or programme would read."""

from collections.abc import Callable

import pytest
from jinja2 import DictLoader

from tests.support import kept_templates
from treuwerk.web.shell.fixed_texts import FixedTexts

PAGE = '{{ _("Balance") }}{{ icon("x") }}'


def environment(message: Callable[[str], str], sign: str = "+", source: str = PAGE) -> FixedTexts:
    made = FixedTexts(loader=DictLoader({"page.html": source}), extensions=["jinja2.ext.i18n"])
    made.message, made.fixed = message, {"icon": lambda name: f"<{name}>"}
    made.filters["signed"] = lambda number: f"{sign}{number}"
    return made


def page(made: FixedTexts, **context: object) -> str:
    return made.get_template("page.html").render(**context)


@pytest.fixture(autouse=True)
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of templates that were really compiled."""
    names: list[str] = []
    before = kept_templates._compile

    def noted(made: FixedTexts, source: str, name: str, *more: str) -> object:
        names.append(name)
        return before(made, source, name, *more)  # type: ignore[call-overload]

    monkeypatch.setattr(kept_templates, "_compile", noted)
    monkeypatch.setattr(kept_templates, "_kept", {})
    return names


def test_what_would_become_the_same_is_compiled_once(compiled: list[str]) -> None:
    texts = [page(environment(str.upper)) for _ in range(3)]

    assert texts == ["BALANCE<x>"] * 3
    assert compiled == ["page.html"]


def test_each_language_has_its_own_texts(compiled: list[str]) -> None:
    texts = [page(environment(message)) for message in (str.upper, str.lower, str.upper)]

    assert texts == ["BALANCE<x>", "balance<x>", "BALANCE<x>"]
    assert len(compiled) == 2


def test_what_a_filter_made_of_a_constant_is_not_kept(compiled: list[str]) -> None:
    texts = [page(environment(str, sign, "{{ 5|signed }}")) for sign in ("+", "plus ")]

    assert texts == ["+5", "plus 5"]
    assert len(compiled) == 2


def test_filters_of_values_are_those_of_the_environment(compiled: list[str]) -> None:
    texts = [page(environment(str, sign, "{{ points|signed }}"), points=7) for sign in ("+", "plus ")]

    assert texts == ["+7", "plus 7"]
    assert compiled == ["page.html"]
