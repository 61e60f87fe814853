"""Why pieces cannot be sent once more, or points not be given back, beside the field that it is about."""

from typing import TypeVar

from treuwerk.domain.refusals import Refusal
from treuwerk.web.forms import Result
from treuwerk.web.office.words import refusal_words
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit

T = TypeVar("T")
_REFUSALS = {
    "wrong_quantity": ("pieces", marked("There are %(there)s pieces that this can be about.")),
    "wrong_state": ("", marked("Nothing of this line has left that this could be about.")),
    "wrong_kind": ("", marked("This is for rewards that are sent only.")),
    "no_address": ("", marked("The order has no address any more. Order it for the participant instead.")),
    "sold_out": ("", marked("There are %(there)s pieces left in stock. Take another variant, or fewer.")),
    "not_offered": ("variant", marked("This variant is not offered to the participant. Look for it in the shop.")),
    "too_dear": ("variant", marked("This variant costs %(points)s points, and only %(worth)s were paid for a piece.")),
    "country_not_served": ("place", marked("This reward is not delivered to the country of this address.")),
    "own_account": ("", marked("You belong to this company. Somebody who does not must decide.")),
    "changed_meanwhile": ("", marked("The order was changed meanwhile. Look at it again.")),
}
_BARRED = marked("This reward may not be given any more: %(reasons)s Send another variant, give the points back, or "
                 "decline.")


def is_known(refusal: Refusal) -> bool:
    """Whether a refusal is about what is sent; others are about where to."""
    return refusal.code in _REFUSALS or refusal.code in ("barred", "no_reason")


def blamed(visit: Visit, result: Result[T], refusal: Refusal) -> Result[T]:
    """The form with the refusal beside its field."""
    if refusal.code == "barred":
        return result.refused("variant", _BARRED, reasons=_reasons(visit, refusal))
    if refusal.code in _REFUSALS:
        field, words = _REFUSALS[refusal.code]
        names = {name: value for name, value in refusal.facts.items() if name in ("there", "points", "worth")}
        return result.refused(field, words, **names)
    return result.refused("", refusal_words(visit, refusal).replace("%", "%%"))


def _reasons(visit: Visit, refusal: Refusal) -> str:
    """What constraints say, in the words of their plugins."""
    told = []
    for objection in refusal.facts["objections"]:
        words = objection["words"]
        told.append(gettext(visit, words) % objection["details"])
    return " ".join(told)
