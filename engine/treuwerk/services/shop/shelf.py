"""The shelf: all published rewards, remembered by a process until the catalogue changes.

It finds, sorts and counts. What may be ordered at which price is asked of `services.rewards.offering` each time.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import attrs
from sqlalchemy import Connection

from treuwerk.domain import bits
from treuwerk.domain.catalogue import Reward
from treuwerk.domain.folding import sortable
from treuwerk.domain.promotions import Arrangement
from treuwerk.domain.rewards import RewardState
from treuwerk.domain.word_index import Weighted, WordIndex
from treuwerk.programme.languages import fallbacks
from treuwerk.programme.settings import Settings
from treuwerk.services.installation import Installation
from treuwerk.services.rewards.offering import Offered, judged
from treuwerk.services.shop.view import View, budgets_seen, ranks_of, remembered, view_of
from treuwerk.services.shop.viewer import Viewer
from treuwerk.services.shop.words import weighted_words
from treuwerk.store import catalogue_state, promotions
from treuwerk.store import rewards as store
from treuwerk.store.database import Database

_MOST_OFFERS = 20_000
"""Rewards that are kept as they were offered lately, counted once for each view: about a kilobyte each."""
_MOST_VIEWS = 64
"""Views that are kept: one for each group, tier and country that was looked for lately."""


@attrs.frozen(eq=False)
class Language:
    """What the shelf is in one language: its words, all places in the order of names, and the rank of each in it."""

    words: tuple[Weighted, ...]
    index: WordIndex
    by_name: tuple[int, ...]
    ranks: Sequence[int]


@attrs.frozen(eq=False)
class Offer:
    """The variants of a reward as they are offered in a view; without those that it does not show.

    `drawn` is for what pages make of nothing but this, such as the markup of a card; it goes when the offer goes.
    """

    reward: Reward
    version: int
    variants: tuple[Offered, ...]
    drawn: dict[object, Any] = attrs.field(factory=dict)


class Shelf:
    """Published rewards in the order of their numbers; everything else names them by their place in it.

    `categories`, `labels`, `worlds` and `promotions` are the places that belong to each code, as bits.
    """

    def __init__(self, settings: Settings, version: int, rewards: Sequence[tuple[Reward, int]],
                 first_published: Mapping[str, int], arrangement: Arrangement, before: "Shelf | None" = None) -> None:
        self.settings, self.version, self.arrangement = settings, version, arrangement
        self.rewards = tuple(rewards)
        self.place = {reward.number: place for place, (reward, _) in enumerate(self.rewards)}
        self.published_at = tuple(first_published.get(reward.number, 0) for reward, _ in self.rewards)
        self.newest_first = tuple(sorted(range(len(self.rewards)), key=lambda place: -self.published_at[place]))
        self.categories = self._sets([(reward.category,) for reward, _ in self.rewards])
        self.labels = self._sets([reward.labels for reward, _ in self.rewards])
        self.worlds = self._sets([[world.code for world in arrangement.worlds_of(reward.number, reward.category)]
                                  for reward, _ in self.rewards])
        self.promotions = self._sets([sorted({one.code for one in arrangement.promotions_of(
            reward.number, reward.category)}) for reward, _ in self.rewards])
        pricing = settings.rewards.pricing
        self._dearest = max((reward.points_of(variant, pricing.formula if pricing else None)
                             for reward, _ in self.rewards for variant in reward.variants), default=0)
        self.variant_place = {variant.number: place for place, (reward, _) in enumerate(self.rewards)
                              for variant in reward.variants}
        self._views: OrderedDict[object, View] = OrderedDict()
        self._offers: dict[object, dict[int, Offer]] = {}
        self._languages: dict[str, Language] = {}
        self._words = before.words_kept() if before else {}
        self._known, self._views_before = self._as_before(before) if before else ({}, {})
        self._since: dict[int, int] = {}
        self._making = Lock()

    def __len__(self) -> int:
        """How many rewards lie on it."""
        return len(self.rewards)

    def reward(self, number: str) -> Reward | None:
        """A reward that is published, by its number."""
        place = self.place.get(number)
        return None if place is None else self.rewards[place][0]

    def numbers(self, places: Sequence[int]) -> tuple[str, ...]:
        """The numbers of the rewards in these places."""
        return tuple(self.rewards[place][0].number for place in places)

    def arrangement_for(self, viewer: Viewer) -> Arrangement:
        """Worlds and promotions with what promotions have given away by now."""
        return attrs.evolve(self.arrangement, spent=viewer.spent)

    def view(self, viewer: Viewer) -> View:
        """What of it the viewer sees, at which price."""
        key = self._key(viewer)
        with self._making:
            if (view := self._views.get(key)) is None:
                view = self._views[key] = view_of(self.settings, self.rewards, viewer, self.arrangement_for(viewer),
                                                  self._known, self._views_before.pop(key, None))
            self._views.move_to_end(key)
            while len(self._views) > _MOST_VIEWS:
                self._views.popitem(last=False)
        return view

    def _key(self, viewer: Viewer) -> object:
        """All that prices and objections depend on, beside the catalogue of this version."""
        return viewer.asker, viewer.day, budgets_seen(self.arrangement, viewer.spent, self._dearest)

    def offers(self, viewer: Viewer, numbers: Iterable[str]) -> list[Offer]:
        """Those of some rewards that the viewer sees, in the order of `numbers`.

        They are judged once for each view: another catalogue is another shelf, and another tier, day or budget is
        another view.
        """
        key = self._key(viewer)
        with self._making:
            known = self._offers.get(key, {})
        places = [self.place[number] for number in dict.fromkeys(numbers) if number in self.place]
        fresh = self._judged(viewer, [place for place in places if place not in known])
        found = [known[place] if place in known else fresh[place] for place in places]
        if fresh:
            self._keep(key, fresh)
        return [offer for offer in found if offer.variants]

    def _keep(self, key: object, fresh: dict[int, Offer]) -> None:
        with self._making:
            if sum(map(len, self._offers.values())) + len(fresh) > _MOST_OFFERS:
                self._offers.clear()
            self._offers[key] = self._offers.get(key, {}) | fresh

    def _judged(self, viewer: Viewer, places: Sequence[int]) -> dict[int, Offer]:
        found: dict[str, list[Offered]] = {}
        if not places:
            return {}
        for one in judged(self.settings, [self.rewards[place] for place in places], viewer.asker, viewer.day,
                          self.arrangement_for(viewer)):
            if one.shown:
                found.setdefault(one.reward.number, []).append(one)
        return {place: Offer(reward, version, tuple(found.get(reward.number, ())))
                for place in places for reward, version in [self.rewards[place]]}

    def since(self, instant: int, found: Callable[[], int]) -> int:
        """Places of what was first published from an instant on; `found` looks for them."""
        return remembered(self._since, instant, found)

    def language(self, locale: str) -> Language:
        """What it is in a language, made for the first who reads it."""
        with self._making:
            if (language := self._languages.get(locale)) is None:
                language = self._languages[locale] = self._made(locale)
        return language

    def _made(self, locale: str) -> Language:
        known = self._words.get(locale, {})
        words = tuple(known.get((reward.number, version)) or weighted_words(reward, self.settings, locale)
                      for reward, version in self.rewards)
        names = [sortable(name_of(reward, locale)) for reward, _ in self.rewards]
        by_name = tuple(sorted(range(len(names)), key=lambda place: names[place]))
        return Language(words, WordIndex(words), by_name, ranks_of(by_name))

    def words_kept(self) -> dict[str, dict[tuple[str, int], Weighted]]:
        """The words of each version of a reward by language, for the shelf that comes next."""
        with self._making:
            languages = dict(self._languages)
        return {locale: {(reward.number, version): words for (reward, version), words in zip(
            self.rewards, language.words, strict=True)} for locale, language in languages.items()}

    def _as_before(self, before: "Shelf") -> tuple[dict[int, int], dict[object, View]]:
        """Places of what is as it was with the place it had, and the views of then, which are still right of it."""
        if before.settings is not self.settings or before.arrangement != self.arrangement:
            return {}, {}
        known = {place: before.place[reward.number] for place, (reward, version) in enumerate(self.rewards)
                 if reward.number in before.place and before.rewards[before.place[reward.number]][1] == version}
        return known, before.views_kept()

    def views_kept(self) -> dict[object, View]:
        """The views that were looked at lately, for the shelf that comes next."""
        with self._making:
            return dict(self._views)

    def _sets(self, codes: Sequence[Sequence[str]]) -> dict[str, int]:
        found: dict[str, list[int]] = {}
        for place, some in enumerate(codes):
            for code in some:
                found.setdefault(code, []).append(place)
        return {code: bits.of(places, len(self.rewards)) for code, places in found.items()}


def name_of(reward: Reward, locale: str) -> str:
    """What a reward is called in a language, or in one that stands in for it; else in any, else its number."""
    texts = [reward.texts[code] for code in fallbacks(locale) if code in reward.texts] + [*reward.texts.values()]
    return next((text.name for text in texts if text.name), reward.number)


class _Kept:
    """The newest shelf of a database; one thread makes the next one, the others wait for it."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.shelf: Shelf | None = None


_kept: "WeakKeyDictionary[Database, _Kept]" = WeakKeyDictionary()
_all = Lock()


def shelf_of(installation: Installation, connection: Connection) -> Shelf:
    """The shelf as the connection sees the catalogue; made anew only where that has changed."""
    with _all:
        kept = _kept.setdefault(installation.database, _Kept())
    version = catalogue_state.version(connection)
    with kept.lock:
        shelf = kept.shelf
        if shelf is None or shelf.version != version or shelf.settings is not installation.programme.settings:
            shelf = kept.shelf = _made(installation.programme.settings, connection, version, shelf)
    return shelf


def _made(settings: Settings, connection: Connection, version: int, before: Shelf | None) -> Shelf:
    """Rewards that are in the same version as before are not read again."""
    known = {reward.number: (reward, kept) for reward, kept in before.rewards} if before else {}
    published = store.versions(connection, RewardState.PUBLISHED)
    changed = [number for number, kept in published.items() if number not in known or known[number][1] != kept]
    known |= store.contents(connection, changed)
    return Shelf(settings, version, [known[number] for number in published],
                 store.first_in(connection, RewardState.PUBLISHED),
                 attrs.evolve(promotions.arrangement(connection), spent={}), before)

