"""Whatever speaks against a reward is told in every language of ours."""

import re
from pathlib import Path

import pytest

from treuwerk.domain import constraints, promotions
from treuwerk.services.rewards import kinds
from treuwerk.web.shell.objection_words import WORDS
from treuwerk.web.shell.translations import FOLDER, catalogue

ROOT = Path(__file__).parents[3]
PLACES = re.compile(r"%\(\w+\)s")
WRITTEN = re.compile(r'Objection\(\s*[\w"]+,\s*((?:"[^"]*"\s*)+)')


def written() -> set[str]:
    """Words of objections as the sources of engine and plugins have them."""
    found = {"".join(re.findall(r'"([^"]*)"', words)) for folder in ("engine", "plugins")
             for path in (ROOT / folder).rglob("*.py") for words in WRITTEN.findall(path.read_text("utf-8"))}
    named = [*promotions._WORDS.values(), constraints._WORDS, kinds._WORDS]
    return found | set(named)


def test_every_objection_is_collected() -> None:
    assert len(written()) > 20
    assert written() - set(WORDS) == set()


@pytest.mark.parametrize("locale", ["de", "fr"])
def test_every_objection_is_translated_with_its_details(locale: str) -> None:
    texts = catalogue(FOLDER / f"{locale}.po", locale)

    for words in WORDS:
        message = texts.get(words)
        assert message is not None, words
        assert sorted(PLACES.findall(str(message.string))) == sorted(PLACES.findall(words)), words
        assert message.string, words
