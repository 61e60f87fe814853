"""What is done for orders of rewards by itself: lines go to suppliers, and what nobody delivers is finished."""

import attrs

from treuwerk.jobs.job import Job, Order
from treuwerk.services.orders.fulfilled import fulfil_by_themselves
from treuwerk.services.orders.suppliers import speak
from treuwerk.services.payments.looking_after import look_after


def _fulfil(order: Order) -> str:
    return f"{fulfil_by_themselves(order.installation, order.clock())} lines"


def _hand_over(order: Order) -> str:
    result = speak(order.installation, order.clock())
    return ", ".join(f"{name} {value}" for name, value in attrs.asdict(result).items())


def _look_after(order: Order) -> str:
    result = look_after(order.installation, order.clock())
    return ", ".join(f"{name} {value}" for name, value in attrs.asdict(result).items())


FULFIL = Job("fulfil", "Finish what of orders nobody has to deliver", _fulfil)
HAND_OVER = Job("hand_over", "Hand lines over to suppliers, ask what they sent, and tell what was cancelled",
                _hand_over)
PAYMENTS = Job("payments", "Ask providers about payments, cancel what is not paid in time, and pay back", _look_after)
