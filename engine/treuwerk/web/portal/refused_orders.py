"""A page that says in words why an order could not be placed; the cart is as it was."""

from collections.abc import Iterator
from typing import Any

from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import LineProblem, OrderRefused
from treuwerk.services.shop.cart import reward_of
from treuwerk.services.shop.checkout import Checkout
from treuwerk.web.portal.reward_words import called
from treuwerk.web.portal.shop.telling import barred
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.own_balance import own_chip
from treuwerk.web.shell.pages import gettext, page
from treuwerk.web.shell.state import Visit

CONFLICT = 409
_PROBLEMS = {
    "price_changed": marked("%(reward)s costs %(now)s points by now, not %(seen)s."),
    "sold_out": marked("%(reward)s: somebody was faster. Pieces that are left: %(there)s."),
    "promotion_over": marked("%(reward)s: the budget of the promotion is used up, so its special price is over."),
    "not_offered": marked("%(reward)s is not offered any more."),
    "country_not_served": marked("%(reward)s is not delivered to the country of your address."),
    "no_address": marked("%(reward)s needs an address to which it can be sent."),
    "missing_detail": marked("%(reward)s: an answer is missing that is needed for the order."),
    "wrong_quantity": marked("%(reward)s: at most %(most)s pieces can be ordered at once."),
}
_REFUSALS = {
    "not_enough": marked("Your points are not enough any more: %(available)s are there, the order costs %(wanted)s. "
                         "Perhaps a colleague was faster."),
    "wrong_points": marked("Fewer points can be paid with money than you chose, or other ones are there by now. Choose "
                           "once more how many points you want to use."),
    "blocked": marked("The points of your company are blocked at the moment. The service centre can tell you why."),
    "participant_not_active": marked("Your company does not take part any more, so nothing can be ordered."),
}


def refused_order(visit: Visit, found: Checkout, refusal: Refusal) -> Response:
    """The page, with everything that speaks against the order as it is."""
    with visit.shell.installation.database.reading() as connection:
        chip = own_chip(visit, connection)
        rewards = {line.variant: reward_of(connection, line.variant) for line in found.cart.lines}
    reasons = [_REFUSALS[refusal.code]] if refusal.code in _REFUSALS else [refusal.reason]
    words = [gettext(visit, one) % _told(visit, refusal.facts) if "%(" in one else gettext(visit, one)
             for one in reasons]
    if isinstance(refusal, OrderRefused):
        names = {variant: str(called(visit, reward, variant)) for variant, reward in rewards.items()}
        words = [said for one in refusal.problems for said in _sentences(visit, one, names[one.variant])]
    return page(visit, "portal/order_refused.html", CONFLICT, section="/cart", reasons=words, chip=chip,
                code=refusal.code)


def _sentences(visit: Visit, one: LineProblem, name: str) -> Iterator[str]:
    words = gettext(visit, _PROBLEMS.get(one.code, marked("%(reward)s cannot be ordered as it is.")))
    yield words % (_told(visit, one.details) | {"reward": name})
    yield from barred(visit, one.objections)


def _told(visit: Visit, facts: Any) -> dict[str, str]:
    """Figures as the visitor writes them."""
    formats = visit.shell.renderer.language(visit.locale).formats
    return {name: formats.number(value) if isinstance(value, int) else str(value) for name, value in facts.items()}
