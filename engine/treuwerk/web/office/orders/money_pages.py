"""The money of an order in the service centre: what came in is noted where nobody but people knows it."""

from decimal import Decimal

import attrs
from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.services.orders.scope import WRITE
from treuwerk.services.orders.viewing_orders import PlacedOrder, order_of
from treuwerk.services.payments.asking import provider_of
from treuwerk.services.payments.by_hand import TakenIn, Transferred, take_in
from treuwerk.web.forms import Shown, decimal, text, yes
from treuwerk.web.forms.pages import CONFLICT, UNPROCESSABLE, empty, read, refused, told
from treuwerk.web.office.frame import office_page, settings_of
from treuwerk.web.office.orders.listing import HOME, path_of
from treuwerk.web.office.orders.words import order_refusal
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext, see_other
from treuwerk.web.shell.state import Visit

_MOST = 100_000_000


@attrs.frozen
class MoneyForm:
    """A transfer as the bank tells it."""

    amount: Decimal | None = decimal(marked("Amount"), places=2, at_least=Decimal("0.01"), at_most=_MOST)
    transfer: str = text(marked("The bank's number of the transfer"), longest=200)
    split: bool = yes(marked("It is for several orders, and this is the part of this one"))


@attrs.frozen
class Both:
    """A transfer that was noted for another `order`: for how much and when, and for how much it is wanted here."""

    order: str
    amount: int
    noted_at: int
    wanted: int


def can_note(visit: Visit, order: PlacedOrder) -> bool:
    """Whether somebody can note money for it here."""
    if order.payment is None or not order.payment.reference or not visit.access.may(WRITE):
        return False
    provider = provider_of(settings_of(visit), order.payment.provider)
    return provider is not None and provider.by_hand


def money_page(visit: Visit) -> Response:
    """Amount and number of a transfer; away to the order where nothing can be noted."""
    order = _order(visit)
    return _shown(visit, order, empty(visit, MoneyForm)) if can_note(visit, order) else see_other(_path(visit))


def money_form(visit: Visit) -> Response:
    """Note it; the same transfer a second time changes nothing."""
    order, result = _order(visit), read(visit, MoneyForm)
    if order.payment is None or not can_note(visit, order):
        return see_other(_path(visit))
    if result.ok:
        wanted = result.value
        transfer = Transferred(wanted.transfer, order.payment.reference, int((wanted.amount or 0) * 100),
                               split=wanted.split)
        try:
            return _noted(visit, take_in(visit.shell.installation, visit.access, transfer, visit.now))
        except Refusal as refusal:
            result = result.refused("transfer", order_refusal(visit, refusal))
            if refusal.code == "noted_elsewhere":
                both = Both(refusal.facts["order"], refusal.facts["amount"], refusal.facts["at"], transfer.cents)
                return _shown(visit, order, refused(visit, result), CONFLICT, both)
    return _shown(visit, order, refused(visit, result), UNPROCESSABLE)


def _noted(visit: Visit, done: TakenIn) -> Response:
    formats = visit.shell.renderer.language(visit.locale).formats
    if done.repeated:
        words, tone = marked("This transfer was noted before. Nothing changed."), "warn"
    elif done.missing:
        words, tone = marked("Noted. %(money)s are still missing."), "good"
    else:
        words, tone = marked("Noted. All of the money is there."), "good"
    message = gettext(visit, words).replace("%(money)s", formats.money(done.missing))
    visit.shell.installation.database.run(lambda connection: told(visit, connection, message, tone=tone))
    return see_other(_path(visit))


def _shown(visit: Visit, order: PlacedOrder, form: Shown, status: int = 200, both: Both | None = None) -> Response:
    return office_page(visit, "office/orders/money.html", status, section=HOME, order=order, payment=order.payment,
                       form=form, both=both, other=path_of(both.order) if both else "", path=_path(visit),
                       currency=settings_of(visit).programme.currency)


def _order(visit: Visit) -> PlacedOrder:
    with visit.shell.installation.database.reading() as connection:
        return order_of(visit.access, connection, visit.request.path_params["id"])


def _path(visit: Visit) -> str:
    return path_of(visit.request.path_params["id"])
