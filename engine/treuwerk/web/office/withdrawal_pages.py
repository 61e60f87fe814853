"""A withdrawal from a contract as the service centre works on it."""

import attrs
from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.domain.actors import LONGEST_REASON
from treuwerk.domain.refusals import Refusal
from treuwerk.services.orders import withdrawn
from treuwerk.services.orders.assigning_withdrawals import LONGEST_ANSWER, candidates
from treuwerk.services.orders.own_orders import lines_of
from treuwerk.services.orders.withdrawn import WRITE
from treuwerk.web.forms import area, text
from treuwerk.web.forms.pages import done, empty, read, refused, told
from treuwerk.web.forms.showing import Shown
from treuwerk.web.office.frame import office_page, seen, sent_back, settings_of
from treuwerk.web.office.orders.words import STATES, summary
from treuwerk.web.office.words import marked_refusal
from treuwerk.web.shell.content import localised
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit

HOME = "/office/withdrawals/{id}"
_LONGEST_WORDS = 100


@attrs.frozen
class Settled:
    """What became of it."""

    reason: str = text(marked("What became of it"), longest=LONGEST_REASON)


@attrs.frozen
class Answered:
    """What the person is told whose order nobody found."""

    answer: str = area(marked("Answer to the person"), longest=LONGEST_ANSWER)


def withdrawal_page(visit: Visit) -> Response:
    """What was declared, what was cancelled at once, and what is left to do."""
    return withdrawal_shown(visit, empty(visit, Settled), empty(visit, Answered))


def settle_form(visit: Visit) -> Response:
    """Note what became of it, and take it out of the queue."""
    result, name = read(visit, Settled), visit.request.path_params["id"]
    if not result.ok:
        return withdrawal_shown(visit, refused(visit, result), empty(visit, Answered), 422)
    here = HOME.format(id=name)

    def act(connection: Connection) -> str:
        withdrawn.settle(visit.access, connection, name, result.value.reason, visit.now)
        told(visit, connection, gettext(visit, marked("The withdrawal is worked off.")))
        return here

    try:
        return done(visit, act)
    except Refusal as refusal:
        if refusal.code == "no_reason":
            form = refused(visit, result.refused("reason", marked_refusal(refusal)))
            return withdrawal_shown(visit, form, empty(visit, Answered), 422)
        return sent_back(visit, refusal, here)


def withdrawal_shown(visit: Visit, form: Shown, answer: Shown, status: int = 200) -> Response:
    """The page with its forms; where nobody knows the order, with those that it may be."""
    settings, words = settings_of(visit), visit.request.query_params.get("q", "")[:_LONGEST_WORDS]
    default = settings.programme.locales[0]
    with visit.shell.installation.database.reading() as connection:
        found, is_open = withdrawn.withdrawal(visit.access, connection, visit.request.path_params["id"])
        lines = lines_of(connection, found.account_id, found.order_id) if found.order_id else []
        orders = candidates(visit.access, connection, settings, words, visit.now) if words.strip() else None
    seen(visit, "order.read", found.account_id, found.public_id)
    names = {line.number: localised(line.name, visit.locale, default).text or line.variant for line in lines}
    return office_page(visit, "office/withdrawal.html", status, section="/office/queue", one=found, is_open=is_open,
                       form=form, answer=answer, names=names, may_settle=visit.access.may(WRITE), words=words,
                       orders=orders, states=STATES, summary=lambda order: summary(visit, order))
