"""Paying the money of an order: how, what is known of it."""

from starlette.responses import Response

from treuwerk.domain.bank_numbers import grouped
from treuwerk.domain.payments import PaymentAnswer
from treuwerk.domain.refusals import Refusal
from treuwerk.services.orders.own_orders import own_order
from treuwerk.services.orders.scope import REDEEM
from treuwerk.services.payments.beginning import begin_payment
from treuwerk.services.payments.looking_after import look_up_own
from treuwerk.web.forms.pages import told
from treuwerk.web.portal.money_words import vat_words
from treuwerk.web.portal.order_words import PAYMENTS, STATES
from treuwerk.web.portal.orders import HERE
from treuwerk.web.shell.drawn_codes import drawn_code
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.own_balance import own_chip
from treuwerk.web.shell.pages import gettext, page, see_other
from treuwerk.web.shell.state import Visit

_REFUSALS = {
    "not_waiting": marked("Nobody waits for money of this order any more."),
    "no_provider": marked("The programme does not take money at the moment. Cancel the order, and place it later."),
}

_DECLINED = marked("The payment was refused, so the order is cancelled and your points are free again.")
_SILENT = marked("The payment service does not answer at the moment. Your order stands: try it again here.")


def payment_page(visit: Visit) -> Response:
    """How to pay, or what has become of it; who comes back from a provider is not believed, the provider is asked."""
    name = visit.request.path_params["id"]
    if not visit.access.viewing:
        look_up_own(visit.shell.installation, visit.access, name, visit.now)
    with visit.shell.installation.database.reading() as connection:
        found = own_order(visit.access, connection, name)
        chip = own_chip(visit, connection)
    if found.payment is None:
        return see_other(f"{HERE}/{name}")
    picture = found.payment.begun.picture
    return page(visit, "portal/payment.html", section=HERE, order=found, payment=found.payment, chip=chip,
                states=STATES, words=PAYMENTS[found.payment.state], grouped=grouped, may_write=visit.access.may(REDEEM),
                vat=vat_words(visit), code=drawn_code(picture, scale=4) if picture else "")


def begin_form(visit: Visit) -> Response:
    """Begin the payment, or go on with the one that was begun."""
    return begun(visit, visit.request.path_params["id"])


def begun(visit: Visit, name: str) -> Response:
    """The page of a payment, which the provider was asked to begin; it is tried again from there."""
    try:
        reply = begin_payment(visit.shell.installation, visit.access, name, visit.locale, _back(visit, name), visit.now)
    except Refusal as refusal:
        return _told(visit, f"{HERE}/{name}", _REFUSALS.get(refusal.code, refusal.reason), tone="warn")
    if reply.answer is PaymentAnswer.REFUSED:
        return _told(visit, f"{HERE}/{name}", _DECLINED, tone="bad")
    if reply.answer is PaymentAnswer.UNKNOWN:
        return _told(visit, f"{HERE}/{name}/payment", _SILENT, tone="warn")
    return see_other(f"{HERE}/{name}/payment")


def _back(visit: Visit, name: str) -> str:
    """The address to which a browser comes back."""
    base = visit.shell.deployment.public_url or f"{visit.request.url.scheme}://{visit.request.url.netloc}"
    return f"{base.rstrip('/')}{HERE}/{name}/payment"


def _told(visit: Visit, back: str, words: str, *, tone: str) -> Response:
    visit.shell.installation.database.run(
        lambda connection: told(visit, connection, gettext(visit, words), tone=tone))
    return see_other(back)
