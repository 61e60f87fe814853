"""The routes of what is being ordered: the cart, the checkout, and own orders."""

from collections.abc import Iterator

from starlette.routing import BaseRoute

from treuwerk.programme.settings import Uploads
from treuwerk.services.orders.complaining import MOST_PHOTOS
from treuwerk.services.orders.complaining import WRITE as COMPLAIN
from treuwerk.services.orders.scope import READ_OWN
from treuwerk.services.shop.cart import ORDER
from treuwerk.web.portal import cart, checkout, complaint_talk, complaints, orders, payments, withdrawing
from treuwerk.web.portal.payment_messages import MessageRoute
from treuwerk.web.shell.routing import PUBLIC, DeclaredRoute

_ROOM = 64 * 1024  # for the fields beside the files
_REQUEST_AT_MOST = 128 << 20
_FORM, _BOTH = ("POST",), ("GET", "POST")


def ordering_routes(uploads: Uploads) -> list[BaseRoute]:
    """All of them; what brings photos has limits of its own."""
    return [*_cart(), *_checkout(), *_orders(), *_complaints(uploads), *_withdrawals()]


def _cart() -> Iterator[BaseRoute]:
    here = cart.HERE
    yield DeclaredRoute(here, cart.cart_page, permission=ORDER, name="cart")
    for path, handler, name in (
        (f"{here}/lines", cart.add_form, "cart_add"),
        (f"{here}/quantity", cart.quantity_form, "cart_quantity"),
        (f"{here}/remove", cart.remove_form, "cart_remove"),
        (f"{here}/restore", cart.restore_form, "cart_restore"),
        (f"{here}/noted", cart.noted_form, "cart_noted"),
        (f"{here}/later", cart.later_form, "cart_later"),
        (f"{here}/now", cart.now_form, "cart_now"),
    ):
        yield DeclaredRoute(path, handler, permission=ORDER, name=name, methods=_FORM)


def _checkout() -> Iterator[BaseRoute]:
    here = checkout.HERE
    yield DeclaredRoute(here, checkout.checkout_page, permission=ORDER, name="checkout")
    yield DeclaredRoute(here, checkout.order_form, permission=ORDER, name="order", methods=_FORM)
    yield DeclaredRoute(checkout.ADDRESS, checkout.address_page, permission=ORDER, name="checkout_address",
                        methods=_BOTH)
    yield DeclaredRoute(checkout.MONEY, checkout.money_page, permission=ORDER, name="checkout_money", methods=_BOTH)
    yield DeclaredRoute(checkout.OPTIONS, checkout.options_page, permission=ORDER, name="checkout_options",
                        methods=_BOTH)


def _orders() -> Iterator[BaseRoute]:
    here, one = orders.HERE, f"{orders.HERE}/{{id}}"
    yield DeclaredRoute(here, orders.orders_page, permission=READ_OWN, name="own_orders")
    yield DeclaredRoute(one, orders.order_page, permission=READ_OWN, name="own_order")
    yield DeclaredRoute(f"{one}/payment", payments.payment_page, permission=READ_OWN, name="order_payment")
    yield DeclaredRoute(f"{one}/payment", payments.begin_form, permission=ORDER, name="order_pay", methods=_FORM)
    yield MessageRoute()
    yield DeclaredRoute(f"{one}/placed", orders.placed_page, permission=READ_OWN, name="order_placed")
    for path, handler, name in ((f"{one}/cancel", orders.cancel_form, "order_cancel"),
                                (f"{one}/codes", orders.codes_form, "order_codes"),
                                (f"{one}/again", orders.again_form, "order_again")):
        yield DeclaredRoute(path, handler, permission=ORDER, name=name, methods=_FORM)


def _complaints(uploads: Uploads) -> Iterator[BaseRoute]:
    form, one = f"{orders.HERE}/{{id}}/lines/{{line}}/complaint", f"{orders.HERE}/{{id}}/complaints/{{complaint}}"
    body = min(MOST_PHOTOS * (uploads.file_megabytes << 20), _REQUEST_AT_MOST) + _ROOM
    yield DeclaredRoute(form, complaints.complaint_page, permission=COMPLAIN, name="complain", methods=_BOTH,
                        body_bytes=body, fields=(50, MOST_PHOTOS + 1))
    yield DeclaredRoute(one, complaint_talk.talk_page, permission=READ_OWN, name="own_complaint")
    yield DeclaredRoute(one, complaint_talk.reply_form, permission=COMPLAIN, name="complaint_reply", methods=_FORM)
    yield DeclaredRoute(f"{one}/{{photo}}.jpg", complaints.photo_page, permission=READ_OWN, name="complaint_photo")


def _withdrawals() -> Iterator[BaseRoute]:
    yield DeclaredRoute(withdrawing.HERE, withdrawing.withdraw_page, permission=PUBLIC, name="withdraw", methods=_BOTH)
    yield DeclaredRoute(withdrawing.RECEIPTS, withdrawing.receipt_page, permission=PUBLIC, name="withdrawn")
    yield DeclaredRoute(withdrawing.OWN, withdrawing.withdraw_own_page, permission=ORDER, name="withdraw_own",
                        methods=_BOTH)
