"""Rewards that could please the visitor, each with the reason that it is shown for."""

from collections.abc import Mapping

from sqlalchemy import Connection

from treuwerk.services.ledger.balances import UnitBalance
from treuwerk.services.shop.shelf import Shelf, name_of
from treuwerk.services.shop.suggesting import History, Reason, Suggestion, history_of, suggestions
from treuwerk.services.shop.wishes import READ
from treuwerk.web.portal.shop.cards import Shopper, cards, settings_of, shopper_of
from treuwerk.web.portal.shop.showing import Card
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit

_REASONS: Mapping[Reason, str] = {
    Reason.WISHED: marked("On your wish list"),
    Reason.LIKE_ORDERED: marked("You ordered: %(reward)s"),
    Reason.LIKE_WISHED: marked("You wish for: %(reward)s"),
    Reason.LIKE_SEEN: marked("You looked at: %(reward)s"),
    Reason.ABOVE: marked("Nearly there"),
    Reason.NEW: marked("New"),
    Reason.WITHIN: marked("Good use of your points"),
}


def suggested(visit: Visit, connection: Connection, shopper: Shopper, history: History, most: int) -> list[Card]:
    """Cards of what is suggested."""
    found = suggestions(shopper.shelf, shopper.viewer, history, most)
    reasons = {one.number: _reason(visit, shopper.shelf, one) for one in found}
    return cards(visit, connection, shopper, reasons, reasons)


def suggested_for(visit: Visit, connection: Connection, most: int,
                  held: Mapping[str, UnitBalance] | None = None) -> list[Card]:
    """The same for a page outside the shop; none without rewards, or without the right to see them.

    `held` are the own balances of all units, where the page has read them.
    """
    settings = settings_of(visit)
    if not settings.rewards.categories or not visit.access.may(READ):
        return []
    shopper = shopper_of(visit, connection, held)
    return suggested(visit, connection, shopper, history_of(visit.access, connection, shopper.wished), most)


def _reason(visit: Visit, shelf: Shelf, one: Suggestion) -> str:
    words = gettext(visit, _REASONS[one.reason])
    if not one.because:
        return words
    reward = shelf.reward(one.because)
    return words % {"reward": name_of(reward, visit.locale) if reward else one.because}
