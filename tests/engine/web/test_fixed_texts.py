"""Texts that are put in when a template is compiled say the same as those that are looked up."""

from decimal import Decimal
from gettext import NullTranslations
from typing import Any

import pytest
from jinja2 import DictLoader, StrictUndefined, UndefinedError
from markupsafe import Markup, escape

from treuwerk.web.shell.escaping import escaped
from treuwerk.web.shell.fixed_texts import FixedTexts, counted

GERMAN = {"Balance": "Stand", "from %(a)s to %(b)s": "bis %(b)s ab %(a)s", "100 %% & more": "100 %% & mehr"}


def environment(template: str, *, fixed: bool = True) -> FixedTexts:
    made = FixedTexts(loader=DictLoader({"page": template}), autoescape=True, undefined=StrictUndefined,
                      extensions=["jinja2.ext.i18n"])
    texts = NullTranslations()
    texts.gettext = lambda message: GERMAN.get(message, message)  # type: ignore[method-assign]
    made.install_gettext_translations(texts, newstyle=True)  # type: ignore[attr-defined]
    made.message = texts.gettext if fixed else lambda message: f"%(nobody)s{message}"
    made.fixed = {"icon": "<{}>".format} if fixed else {}
    made.globals["icon"] = "<{}>".format
    return made


@pytest.mark.parametrize("template", [
    "{{ _('Balance') }}", "{{ _('100 %% & more') }}", "{{ _('from %(a)s to %(b)s', a=1, b='<b>') }}",
    "{{ _('from %(a)s to %(b)s', a=_('Balance'), b=icon('x')) }}", "{{ icon('x') }}{{ icon('y' ~ 'z') }}",
    "{% set words = _('Balance') %}{{ words }}{{ words|length }}",
    "<p title=\"{{ _('from %(a)s to %(b)s', a='\"', b=2) }}\">",
    "{% macro show(icon) %}{{ icon('x') }}{% endmacro %}{{ show(_) }}"])
def test_both_ways_say_the_same(template: str) -> None:
    assert (environment(template).get_template("page").render()
            == environment(template, fixed=False).get_template("page").render())


def test_constant_texts_are_no_calls_any_more() -> None:
    compiled = environment("{{ _('Balance') }}{{ icon('x') }}").compile("{{ _('Balance') }}{{ icon('x') }}", raw=True)

    assert "Stand" in compiled
    assert "context.call" not in compiled


@pytest.mark.parametrize("call", [
    "ngettext('%(num)s day', '%(num)s days', many)", "ngettext('%(a)s of 100 %%', '%(a)s & %(b)s', many, a='<b>', b=9)",
    "ngettext('one', 'more', many)", "ngettext('%(num)s', '%(num)s', many, num=icon('x'))",
    "ngettext('%(a)s', '%(a)s!', many, a=_('Balance'))"])
def test_counted_texts_are_those_of_jinja(call: str) -> None:
    ours, jinjas = environment(f"{{{{ {call} }}}}"), environment(f"{{{{ {call} }}}}")
    ours.globals["ngettext"] = counted(NullTranslations())

    for many in (0, 1, 2, 1_000):
        assert ours.get_template("page").render(many=many) == jinjas.get_template("page").render(many=many)


def test_a_missing_value_is_told_when_the_page_is_made() -> None:
    with pytest.raises(KeyError):
        environment("{{ _('from %(a)s to %(b)s', a=1) }}").get_template("page").render()


class Text(str):
    """A text that is more than one."""

    __slots__ = ()


@pytest.mark.parametrize("value", [
    "plain", "<b>&\"'", Markup("<b>"), Text("<i>"), 12, True, Decimal("1.50"), None, ["<"]])
def test_what_is_written_is_escaped_as_ever(value: Any) -> None:
    assert str(escaped(value)) == str(escape(value))


@pytest.mark.parametrize("template", [
    "{{ value }}", "{{ _('from %(a)s to %(b)s', a=value, b=1) }}", "{% set words %}{{ value }}{% endset %}{{ words }}",
    "{% macro show(it) %}{{ it }}{% endmacro %}{{ show(value) }}", "{{ ('' ~ value) }}"])
def test_markup_of_visitors_is_no_markup(template: str) -> None:
    written = environment(template).get_template("page").render(value="<script>")

    assert "<script>" not in written
    assert written.count("&lt;script&gt;") == 1


def test_where_escaping_is_switched_off_nothing_is_escaped() -> None:
    template = "{% autoescape false %}{{ value }}{{ _('from %(a)s to %(b)s', a=value, b=1) }}{% endautoescape %}"

    assert environment(template).get_template("page").render(value="<b>") == "<b>bis 1 ab <b>"


def test_a_name_that_is_not_there_is_told() -> None:
    with pytest.raises(UndefinedError):
        environment("{{ value }}").get_template("page").render()
