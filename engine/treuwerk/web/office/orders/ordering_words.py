"""Why an order for a participant could not be placed, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import LineProblem
from treuwerk.web.office.words import refusal_words
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit

_PROBLEMS = {
    "price_changed": marked("%(reward)s costs %(now)s points by now, not %(seen)s."),
    "sold_out": marked("%(reward)s: somebody was faster. Pieces that are left: %(there)s."),
    "promotion_over": marked("%(reward)s: the budget of the promotion is used up, so its special price is over."),
    "not_offered": marked("%(reward)s is not offered to this participant."),
    "country_not_served": marked("%(reward)s is not delivered to the country of this address."),
    "no_address": marked("%(reward)s needs an address to which it can be sent."),
    "missing_detail": marked("%(reward)s: an answer is missing that is needed for the order."),
    "wrong_quantity": marked("%(reward)s: at most %(most)s pieces can be ordered at once."),
}
_REFUSALS = {
    "not_enough": marked("There are %(available)s points, and the order costs %(wanted)s."),
    "blocked": marked("The points of this participant are blocked. Nothing can be ordered."),
    "participant_not_active": marked("This participant does not take part any more. Nothing can be ordered."),
    "own_account": marked("You belong to this company. Somebody who does not must order."),
}


def problem_words(visit: Visit, one: LineProblem) -> Iterator[str]:
    """What speaks against a line, with what its constraints say."""
    words = gettext(visit, _PROBLEMS.get(one.code, marked("%(reward)s cannot be ordered as it is.")))
    yield words % (_told(visit, one.details) | {"reward": one.variant})
    yield from (gettext(visit, reason.words) % dict(reason.details) for reason in one.objections)


def reason_words(visit: Visit, refusal: Refusal) -> str:
    """What speaks against the order as a whole."""
    if refusal.code in _REFUSALS:
        return gettext(visit, _REFUSALS[refusal.code]) % _told(visit, refusal.facts) \
            if "%(" in _REFUSALS[refusal.code] else gettext(visit, _REFUSALS[refusal.code])
    return refusal_words(visit, refusal)


def _told(visit: Visit, facts: Mapping[str, Any]) -> dict[str, str]:
    """Figures as the visitor writes them."""
    formats = visit.shell.renderer.language(visit.locale).formats
    return {name: formats.number(value) if isinstance(value, int) else str(value) for name, value in facts.items()}
