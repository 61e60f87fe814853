"""What is offered to whom on a day, at which price, and what speaks against it: the one truth of every path.

Portal, cart, order, office, REST and command line ask here. What is said is read from the rewards themselves, never
from what somebody remembers.
"""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import attrs
from sqlalchemy import Connection

from treuwerk.domain.barriers import SHOWN, barriers, no_price, unknown
from treuwerk.domain.catalogue import Reward, Variant
from treuwerk.domain.promotions import Arrangement
from treuwerk.domain.reward_prices import priced
from treuwerk.domain.rewards import Asker, Objection
from treuwerk.programme.settings import Settings
from treuwerk.services.rewards.askers import ladder_of
from treuwerk.services.rewards.gate import all_objections
from treuwerk.store import promotions
from treuwerk.store import rewards as store


class Judgement(NamedTuple):
    """The fields of an `Offered`, for whole catalogues."""

    reward: Reward
    version: int
    variant: Variant
    points: int
    regular_points: int
    promotion: str = ""
    why: tuple[str, ...] = ()
    objections: tuple[Objection, ...] = ()


@attrs.frozen
class Offered:
    """A variant as it is offered to somebody on a day.

    `points` is the price of one piece, `regular_points` the one without rules and promotions, `promotion` the code of
    the promotion whose special price it is, `why` the codes of what made it. Of a number that names nothing there is
    an empty reward of version 0, and an objection.
    """

    reward: Reward
    version: int
    variant: Variant
    points: int
    regular_points: int
    promotion: str = ""
    why: tuple[str, ...] = ()
    objections: tuple[Objection, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether it can be ordered, as far as the catalogue is concerned."""
        return not self.objections

    @property
    def shown(self) -> bool:
        """Whether it can be seen: ordered, or redeemed later or from a higher tier on."""
        return is_shown(self.objections)


def is_shown(objections: Iterable[Objection]) -> bool:
    """Whether something with these objections can be seen."""
    return all(one.code in SHOWN for one in objections)


def offered(connection: Connection, settings: Settings, asker: Asker, variants: Collection[str],
            day: date) -> dict[str, Offered]:
    """What is offered under each number of a variant, in their order."""
    rows = store.of_variants(connection, set(variants))
    rewards = {row.number: (store.read(row.content), int(row.version)) for row in rows.values()}
    known = {variant: rewards[row.number] for variant, row in rows.items()}
    return offers_of(settings, known, variants, asker, day, promotions.arrangement(connection))


def offers_of(settings: Settings, known: Mapping[str, tuple[Reward, int]], variants: Collection[str], asker: Asker,
              day: date, arrangement: Arrangement) -> dict[str, Offered]:
    """The same from what is known already: the reward of each variant that is known, with its version."""
    rewards = {reward.number: (reward, version) for reward, version in known.values()}
    found = {one.variant.number: Offered(*one)
             for one in judgements(settings, list(rewards.values()), asker, day, arrangement, only=known)
             if known[one.variant.number][0].number == one.reward.number}
    return {number: found[number] if number in found else _nothing(number) for number in dict.fromkeys(variants)}


def judged(settings: Settings, rewards: Sequence[tuple[Reward, int]], asker: Asker, day: date,
           arrangement: Arrangement) -> list[Offered]:
    """Every variant of some rewards, each given with its version; `arrangement` are the worlds and promotions."""
    return [Offered(*one) for one in judgements(settings, rewards, asker, day, arrangement)]


def judgements(settings: Settings, rewards: Sequence[tuple[Reward, int]], asker: Asker, day: date,
               arrangement: Arrangement, only: Container[str] | None = None) -> Iterator[Judgement]:
    """The same for whole catalogues, of which nobody looks at each variant; or `only` for some variants."""
    at_prices = list(_priced(settings, rewards, asker, day, arrangement, only))
    against = all_objections(settings, [one.reward.offer(one.variant, one.points) for one in at_prices], asker, day)
    ladder, delivered = ladder_of(settings), settings.programme.countries
    own = {reward.number: (*barriers(reward, asker, day, ladder, delivered),
                           *arrangement.objections(reward.number, reward.category, asker, day))
           for reward, _ in rewards}
    for one, more in zip(at_prices, against, strict=True):
        found = own[one.reward.number]
        if more or not one.points:
            found = (*found, *(() if one.points else (no_price(),)), *more)
        yield one._replace(objections=found) if found else one


def _nothing(number: str) -> Offered:
    return Offered(Reward("", "", ""), 0, Variant(number), 0, 0, objections=(unknown(number),))


def _priced(settings: Settings, rewards: Sequence[tuple[Reward, int]], asker: Asker, day: date,
            arrangement: Arrangement, only: Container[str] | None) -> Iterator[Judgement]:
    pricing, ladder = settings.rewards.pricing, ladder_of(settings)
    formula, step = (pricing.formula, pricing.step) if pricing else (None, 1)
    for reward, version in rewards:
        for variant in reward.variants:
            if only is not None and variant.number not in only:
                continue
            price = reward.regular_price(variant, formula)
            if reward.prices:
                price = priced(price, reward.prices, variant.number, asker, day, ladder)
            special = arrangement.special(reward.number, reward.category, price.regular, asker, day, step)
            if special is None or special.points >= price.points:
                yield Judgement(reward, version, variant, price.points, price.regular, "", price.why)
            else:
                yield Judgement(reward, version, variant, special.points, price.regular, special.promotion,
                                (*price.why[:1], *_why(arrangement, special.promotion)))


def _why(arrangement: Arrangement, promotion: str) -> tuple[str, ...]:
    """The promotion, and its last day where it has one."""
    last = next(one.window.last for one in arrangement.promotions if one.code == promotion)
    return (f"promotion:{promotion}", *(() if last == date.max else (f"until:{last.isoformat()}",)))
