"""Catalogues: complete in three languages and in informal German, the same words for the same things, no bare texts."""

import re
import tomllib
from pathlib import Path

import pytest
from babel.messages import Catalog, Message

from tests.support.bare_texts import bare_in_python, bare_in_template
from tests.support.messages import FORMAL, collected
from tests.support.messages import formal as saying_sie
from treuwerk.web.shell.assets import WEB
from treuwerk.web.shell.translations import FOLDER, catalogue

LANGUAGES = ("de", "en", "fr")
PLUGINS = Path(__file__).parents[3] / "plugins"
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%%|%(?!\()")
FOR_OPERATORS = ("metrics.py",)
PROPER_NAMES = ("agents.py",)
FOR_BUILDERS = ("styleguide", "maintenance.html")
"""English by intent: names of browsers; the style guide; the page for when nothing answers, which has its words in all
languages at once."""


def packages() -> list[tuple[Path, Path]]:
    """Sources and catalogues of each package that has texts: the engine, and every plugin with templates."""
    plugins = [(folder, folder / "translations") for folder in sorted(PLUGINS.iterdir())
               if any(folder.rglob("templates/**/*.html")) or (folder / "translations").is_dir()]
    return [(WEB, FOLDER), *plugins]


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=packages(), ids=lambda one: str(one[0].name))
def package(request: pytest.FixtureRequest) -> tuple[Path, Path]:
    sources, folder = request.param
    return sources, folder


def texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value or "")]


def places(text: str) -> list[str]:
    """The placeholders of a text, in any order."""
    return sorted(PLACEHOLDER.findall(text))


def messages(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def keys(catalog: Catalog) -> set[tuple[str, str]]:
    return {(texts(message.id)[0], message.context or "") for message in messages(catalog)}


def test_every_text_is_translated_and_no_other(package: tuple[Path, Path], language: str) -> None:
    sources, folder = package
    own = catalogue(folder / f"{language}.po", language)

    assert keys(own) == keys(collected(sources))
    assert not own.obsolete
    assert [message.id for message in messages(own) if message.fuzzy or not all(texts(message.string))] == []


def test_placeholders_are_those_of_the_source(package: tuple[Path, Path], language: str) -> None:
    for message in messages(catalogue(package[1] / f"{language}.po", language)):
        for translated in texts(message.string):
            assert places(translated) == places(texts(message.id)[-1]), translated


def test_plurals_have_as_many_forms_as_their_language(package: tuple[Path, Path], language: str) -> None:
    own = catalogue(package[1] / f"{language}.po", language)

    assert [message.id for message in messages(own)
            if message.pluralizable and len(texts(message.string)) != own.num_plurals] == []


def test_informal_german_says_du_wherever_german_says_sie() -> None:
    formal = saying_sie(catalogue(FOLDER / "de.po", "de"))
    informal = {(texts(message.id)[0], message.context or ""): message
                for message in messages(catalogue(FOLDER / "de_Informal.po", "de_Informal"))}

    assert set(informal) == keys(formal), "say du too: python -m tests.support.messages"
    assert [text for message in informal.values() for text in texts(message.string)
            if not text or FORMAL.search(text)] == []
    for message in informal.values():
        assert places(texts(message.string)[-1]) == places(texts(message.id)[-1]), message.string


def test_the_same_thing_has_the_same_word(language: str) -> None:
    glossary = tomllib.loads((FOLDER / "glossary.toml").read_text("utf-8"))

    for message in messages(catalogue(FOLDER / f"{language}.po", language)):
        source = bare(texts(message.id)[-1])
        for term, words in glossary.items() if language != "en" and not message.context else ():
            for text in map(bare, texts(message.string)):
                ours = any(word in text for word in words[language])
                asked = re.search(rf"\b{term}s?\b", source)
                assert ours or not asked, f"{term}: {text!r} has none of {words[language]}"
                never = words.get("never", {}).get(language, [])
                assert [one for one in never if re.search(rf"\b{one.lower()}\b", text)] == [], f"{term}: {text!r}"


def bare(text: str) -> str:
    """A text without its placeholders and the commands that it names, in small letters."""
    return re.sub(r"%\(\w+\)s|\btreuwerk import \w+", "", text).lower()


def test_no_template_holds_a_bare_text() -> None:
    templates = [path for folder in (WEB, PLUGINS) for path in folder.rglob("templates/**/*.html")
                 if not any(name in str(path) for name in FOR_BUILDERS)]

    assert len(templates) > 10
    assert [(path.name, text) for path in templates for text in bare_in_template(path.read_text("utf-8"))] == []


def test_no_module_of_the_web_holds_a_bare_text() -> None:
    english = FOR_OPERATORS + PROPER_NAMES
    modules = [path for path in WEB.rglob("*.py") if "styleguide" not in path.name and path.name not in english]

    assert [found for path in modules for found in bare_in_python(path)] == []


@pytest.mark.parametrize("html", [
    "<h1>Sign in</h1>", '<p aria-label="Main menu">{{ x }}</p>', "{{ _('Fine') }} not fine", '<img alt="Our logo">',
    "{% if x %}yes{% endif %}",
])
def test_a_bare_text_in_a_template_is_found(html: str) -> None:
    assert len(bare_in_template(html)) == 1


@pytest.mark.parametrize("html", [
    "<h1>{{ _('Sign in') }}</h1>", "{# only for builders #}", "{% trans %}Sign in{% endtrans %}", "<code>txn_1</code>",
    '<p class="small soft" id="title">·</p>', '<p title="{{ _("x") }}">1 × 2</p>',
])
def test_what_is_asked_for_is_no_bare_text(html: str) -> None:
    assert bare_in_template(html) == []


def test_a_bare_text_in_python_is_found(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text('"""Words of a module."""\nTITLE = "Sign in now"\nFINE = marked("Sign in now")\n'
                    'def f():\n    """Does it."""\n    raise ValueError("Not for readers")\n', "utf-8")

    assert bare_in_python(path) == ["module.py:2: Sign in now"]
