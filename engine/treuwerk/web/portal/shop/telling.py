"""What is worth knowing of a reward, in words: when it comes, where from, what it is certified for, what bars it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from treuwerk.domain.barriers import COUNTRY, NOT_REDEEMABLE, TIER
from treuwerk.domain.catalogue import Reward
from treuwerk.domain.reward_kinds import Fulfilment
from treuwerk.domain.rewards import Evidence, Objection
from treuwerk.services.rewards.askers import programme_day
from treuwerk.services.rewards.kinds import terms_by_kind
from treuwerk.web.portal.shop.cards import settings_of
from treuwerk.web.portal.shop.showing import Keep
from treuwerk.web.shell.pages import gettext, marked, naming_of
from treuwerk.web.shell.state import Visit

ORIGIN, CLAIM = "origin", "claim"
_ORIGINS: Mapping[str, str] = {
    "manufactured": marked("Made in %(country)s"),
    "maker_seat": marked("From a company in %(country)s"),
    "dispatch": marked("Sent from %(country)s"),
}
_MANY = 6
"""Countries beyond which a list of them tells less than their number."""


def keeps(visit: Visit, reward: Reward) -> Iterator[Keep]:
    """Delivery, origin and certificates; proofs are those that are valid today."""
    today = programme_day(settings_of(visit), visit.now)
    terms = terms_by_kind(settings_of(visit)).get(reward.kind)
    if terms and terms.fulfilment is Fulfilment.SEAT:
        yield Keep("calendar-days", gettext(visit, marked("You choose a date at checkout")))
    elif terms and terms.fulfilment is Fulfilment.CODE:
        yield Keep("key-round", gettext(visit, marked("You find your code in the order at once")))
    elif reward.delivery_days:
        yield Keep("truck", _delivered(visit, reward.delivery_days), _countries(visit, reward))
    valid = [one for one in reward.evidence if one.holds_on(today)]
    for one in valid:
        if one.kind == ORIGIN and one.country:
            words = _ORIGINS.get(one.statement, marked("Origin: %(country)s"))
            yield Keep("globe", gettext(visit, words) % {"country": naming_of(visit).country(one.country)},
                       _proof(visit, one))
    for one in valid:
        if one.kind == CLAIM:
            yield Keep("leaf", naming_of(visit).label(one.statement), _proof(visit, one))
    if reward.redeemable.last != date.max:
        words = gettext(visit, marked("To be redeemed until %(day)s"))
        yield Keep("calendar-days", words % {"day": _long_day(visit, reward.redeemable.last)})


def barred(visit: Visit, objections: Sequence[Objection]) -> list[str]:
    """Why something cannot be ordered, a sentence for each objection."""
    return list(dict.fromkeys(_sentence(visit, one) for one in objections))


def _sentence(visit: Visit, one: Objection) -> str:
    naming, details = naming_of(visit), dict(one.details)
    if one.code == TIER:
        details["tier"] = naming.tier_of(str(details["tier"]))
    elif one.code == COUNTRY:
        details["country"] = naming.country(str(details["country"]))
    elif one.code == NOT_REDEEMABLE and "day" in details:
        details["day"] = _long_day(visit, date.fromisoformat(str(details["day"])))
    return gettext(visit, one.words) % details


def _delivered(visit: Visit, days: int) -> str:
    texts = visit.shell.renderer.language(visit.locale).texts
    return texts.ngettext("With you in about %(num)s working day", "With you in about %(num)s working days",
                          days) % {"num": days}


def _countries(visit: Visit, reward: Reward) -> str:
    codes = reward.countries or tuple(settings_of(visit).programme.countries)
    if not codes:
        return ""
    if len(codes) > _MANY:
        words = gettext(visit, marked("Delivered to %(count)s countries"))
        return words % {"count": len(codes)}
    names = ", ".join(sorted(naming_of(visit).country(code) for code in codes))
    return gettext(visit, marked("Delivered to: %(countries)s")) % {"countries": names}


def _proof(visit: Visit, one: Evidence) -> str:
    if not one.document:
        return ""
    if one.valid_until == date.max:
        return gettext(visit, marked("Proof %(document)s")) % {"document": one.document}
    words = gettext(visit, marked("Proof %(document)s, valid until %(day)s"))
    return words % {"document": one.document, "day": _long_day(visit, one.valid_until)}


def _long_day(visit: Visit, day: date) -> str:
    return visit.shell.renderer.language(visit.locale).formats.long_day(day)
