"""The words by which a reward is found in a language, each with how much it tells of it."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from treuwerk.domain.catalogue import Reward, RewardText
from treuwerk.domain.folding import number_words, words_of
from treuwerk.programme.languages import fallbacks
from treuwerk.programme.settings import Settings

_NAME, _KIND, _SUMMARY, _TEXT = 12, 6, 3, 1


def weighted_words(reward: Reward, settings: Settings, locale: str) -> dict[str, int]:
    """All words of a reward; one that comes in several places counts as in the best of them."""
    found: dict[str, int] = {}
    for weight, text in _texts(reward, settings, locale):
        for raw in text.split():
            for word in _folded(raw):
                found[word] = max(found.get(word, 0), weight)
    for number in (reward.number, *(one.number for one in reward.variants)):
        found |= dict.fromkeys(number_words(number), _NAME)
    return found


@lru_cache(100_000)
def _folded(raw: str) -> tuple[str, ...]:
    """The folded words of a text without blanks: a catalogue says the same words many times."""
    return tuple(words_of(raw))


def _texts(reward: Reward, settings: Settings, locale: str) -> Iterator[tuple[int, str]]:
    codes = fallbacks(locale)
    text = next((reward.texts[code] for code in codes if code in reward.texts), None)
    text = text or next(iter(reward.texts.values()), RewardText())
    yield _NAME, text.name
    yield _KIND, reward.brand
    yield _KIND, in_language(settings.rewards.categories.get(reward.category, {}), codes) or reward.category
    for label in reward.labels:
        yield _KIND, label.replace("_", " ")
    for variant in reward.variants:
        yield _KIND, in_language(variant.name, codes)
    yield _SUMMARY, text.summary
    yield _TEXT, text.text


def in_language(texts: Mapping[str, str], codes: Iterable[str]) -> str:
    """A text in the first of some languages that has it, else in any; empty where there is none."""
    return next((texts[code] for code in codes if texts.get(code)), next(iter(texts.values()), ""))
