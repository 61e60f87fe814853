"""Rewards as cards: words, price, distance and marks, in the language of the visitor."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import attrs
from sqlalchemy import Connection

from treuwerk.domain.barriers import NOT_REDEEMABLE, TIER
from treuwerk.domain.catalogue import Picture as KeptPicture
from treuwerk.domain.catalogue import Reward
from treuwerk.programme.settings import Settings
from treuwerk.services.account import own_account
from treuwerk.services.ledger.balances import UnitBalance
from treuwerk.services.payments.splitting import takes_money
from treuwerk.services.rewards.offering import Offered
from treuwerk.services.rewards.pictures import LARGE, SMALL, shown
from treuwerk.services.shop.looking import Look, looks
from treuwerk.services.shop.shelf import Shelf, shelf_of
from treuwerk.services.shop.viewer import Viewer, viewer_of
from treuwerk.services.shop.wishes import wishes
from treuwerk.web.portal.shop.showing import TONES, Card, Face, Mark, Picture, Price
from treuwerk.web.shell.content import Localised, localised
from treuwerk.web.shell.own_balance import Chip, main_unit, own_chip
from treuwerk.web.shell.pages import gettext, marked, naming_of
from treuwerk.web.shell.state import Visit

_UNTIL = "until:"


@attrs.frozen
class Shopper:
    """Who stands before the shelf, with what: the unit of rewards, what there is of it (None: may not be seen), wishes.

    Made once for each page, so that all of it tells of the same moment.
    """

    shelf: Shelf
    viewer: Viewer
    unit: str
    balance: int | None
    wished: tuple[str, ...]
    """The own wish list, the newest first."""

    def price(self, one: Offered, *, at_least: bool = False) -> Price:
        """What a variant costs whoever has this purse."""
        return tag_of(self.shelf.settings, self.unit, one, at_least=at_least).against(self.balance)


def shopper_of(visit: Visit, connection: Connection, held: Mapping[str, UnitBalance] | None = None) -> Shopper:
    """The visitor; `held` are the own balances of all units, where the page has read them already."""
    settings = settings_of(visit)
    shelf = shelf_of(visit.shell.installation, connection)
    viewer = viewer_of(connection, settings, visit.access.account_id, visit.now, visit.locale, held=held)
    unit = settings.rewards.unit or main_unit(visit)
    balance = viewer.balances[unit].available if visit.access.may(own_account.READ_ACCOUNT) else None
    return Shopper(shelf, viewer, unit, balance, tuple(wishes(visit.access, connection)))


def shoppers_chip(visit: Visit, connection: Connection, shopper: Shopper) -> Chip | None:
    """What stands in the head of a page that has a shopper."""
    return own_chip(visit, connection, shopper.viewer.balances[main_unit(visit)])


def cards(visit: Visit, connection: Connection, shopper: Shopper, numbers: Iterable[str],
          reasons: Mapping[str, str] | None = None) -> list[Card]:
    """Cards of those of some rewards that the visitor may see, in their order."""
    found = looks(visit.access, connection, shopper.shelf, shopper.viewer, numbers)
    return [card_of(visit, one, shopper, (reasons or {}).get(number, "")) for number, one in found.items()]


def card_of(visit: Visit, one: Look, shopper: Shopper, reason: str = "") -> Card:
    """The card of a reward: its face, which is the same for many, and what is of this visitor."""
    face = _face_of(visit, one, shopper.unit)
    price = face.tag.against(shopper.balance) if face.tag else None
    return Card(face, price, face.number in shopper.wished, reason)


def _face_of(visit: Visit, one: Look, unit: str) -> Face:
    """Made once for each language and state of the stock, as long as the reward is offered so."""
    best, low = one.best, settings_of(visit).rewards.stock_low
    key = visit.locale, best.variant.number, one.sold_out, one.few(best, low)
    face: Face | None = one.offer.drawn.get(key)
    if face is None:
        face = one.offer.drawn[key] = _face(visit, one, unit)
    return face


def _face(visit: Visit, one: Look, unit: str) -> Face:
    reward, best = one.reward, one.best
    return Face(reward.number, name_of(visit, reward), told_of(visit, reward, "summary"), category_of(visit, reward),
                tone_of(settings_of(visit), reward.category),
                tag_of(settings_of(visit), unit, best, at_least=one.priced_differently) if best.points else None,
                tuple(_marks(visit, one)), next(iter(pictures_of(visit, reward)), None), one.sold_out)


def tag_of(settings: Settings, unit: str, one: Offered, *, at_least: bool = False) -> Price:
    """What a variant costs, whoever asks."""
    return Price(one.points, unit, one.regular_points if one.regular_points > one.points else 0, at_least,
                 takes=settings.rewards.money_terms if takes_money(settings, one.reward) else None)


def settings_of(visit: Visit) -> Settings:
    """Those of the programme."""
    return visit.shell.installation.programme.settings


def told_of(visit: Visit, reward: Reward, word: str) -> Localised:
    """Name, summary or text of a reward in the visitor's language, or in another one, marked as such."""
    return localised({locale: getattr(text, word) for locale, text in reward.texts.items()}, visit.locale,
                     settings_of(visit).programme.locales[0])


def name_of(visit: Visit, reward: Reward) -> Localised:
    """What a reward is called; its number where nobody named it."""
    found = told_of(visit, reward, "name")
    return found if found.text else Localised(reward.number)


def category_of(visit: Visit, reward: Reward) -> str:
    """The name of its category."""
    return category_name(visit, reward.category)


def category_name(visit: Visit, code: str) -> str:
    """The name of a category by its code."""
    return localised(settings_of(visit).rewards.categories.get(code, {}), visit.locale).text or code


def tone_of(settings: Settings, category: str) -> int:
    """The colour of a category, by its place in the programme."""
    known = list(settings.rewards.categories)
    return known.index(category) % TONES + 1 if category in known else 1


def pictures_of(visit: Visit, reward: Reward) -> Iterator[Picture]:
    """Its pictures in their order; alternative texts in the visitor's language."""
    for one in reward.pictures:
        yield shown_picture(visit, one)


def shown_picture(visit: Visit, one: KeptPicture) -> Picture:
    """One picture with what is on it in the visitor's language."""
    alt = localised(one.alt, visit.locale, settings_of(visit).programme.locales[0])
    return Picture(shown(one, SMALL).address, shown(one, LARGE).address, alt)


def _marks(visit: Visit, one: Look) -> Iterator[Mark]:
    """What should be known before a card is opened, the most urgent first; two at most would fit."""
    best = one.best
    if one.sold_out:
        yield Mark(gettext(visit, marked("Sold out")), "", "package")
    elif left := one.few(best, settings_of(visit).rewards.stock_low):
        yield Mark(visit.shell.renderer.language(visit.locale).texts.ngettext(
            "Only %(num)s left", "Only %(num)s left", left) % {"num": left}, "warn", "hourglass")
    yield from _barriers(visit, best)
    if best.regular_points > best.points:
        yield _special(visit, ends_on(one))


def _barriers(visit: Visit, one: Offered) -> Iterator[Mark]:
    for objection in one.objections:
        if objection.code == TIER:
            words = gettext(visit, marked("From %(tier)s on"))
            yield Mark(words % {"tier": naming_of(visit).tier_of(str(objection.details["tier"]))}, "accent", "award")
        elif objection.code == NOT_REDEEMABLE:
            yield Mark(gettext(visit, marked("Not to be redeemed today")), "warn", "calendar-clock")


def _special(visit: Visit, until: date) -> Mark:
    if until == date.max:
        return Mark(gettext(visit, marked("Special price")), "accent", "badge-percent")
    words = gettext(visit, marked("Special price until %(day)s"))
    return Mark(words % {"day": short_day(visit, until)}, "accent", "badge-percent")


def ends_on(one: Look) -> date:
    """The last day of the price that is told of a reward: that of its promotion, or of its rule."""
    if promotion := one.promotions.get(one.best.promotion):
        return promotion.window.last
    ends = (code.removeprefix(_UNTIL) for code in one.best.why if code.startswith(_UNTIL))
    return date.fromisoformat(next(ends, date.max.isoformat()))


def short_day(visit: Visit, day: date) -> str:
    """``24 December`` as the visitor writes it."""
    return visit.shell.renderer.language(visit.locale).formats.short_day(day)
