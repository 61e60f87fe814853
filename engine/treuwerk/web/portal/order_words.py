"""What states of order lines are called, how they look, and what happened to them in words."""

from collections.abc import Mapping

from treuwerk.domain.payments import PaymentState
from treuwerk.domain.reward_orders import LineState
from treuwerk.web.shell.marking import marked

_S = LineState
STATES: Mapping[LineState, tuple[str, str, str]] = {
    _S.UNPAID: (marked("Waits for your payment"), "warn", "hourglass"),
    _S.WAITING: (marked("Waits for approval"), "warn", "hourglass"),
    _S.ORDERED: (marked("Ordered"), "accent", "circle-check"),
    _S.HANDED_OVER: (marked("Being prepared"), "accent", "package"),
    _S.FAILED: (marked("Delayed"), "warn", "triangle-alert"),
    _S.PARTLY_SHIPPED: (marked("Sent in part"), "accent", "truck"),
    _S.SHIPPED: (marked("On its way"), "accent", "truck"),
    _S.DELIVERED: (marked("Delivered"), "good", "circle-check"),
    _S.RETURNED: (marked("Sent back"), "", "undo-2"),
    _S.CANCELLED: (marked("Cancelled"), "", "circle-x"),
}
"""Words, look and icon of each state."""
EVENTS: Mapping[str, tuple[str, str, str]] = {
    "placed": (marked("Ordered"), "circle-check", "accent"),
    "paid": (marked("Paid"), "circle-check", "good"),
    "payment_lapsed": (marked("Not paid in time, points are free again"), "circle-x", "warn"),
    "payment_refused": (marked("Payment refused, points are free again"), "circle-x", "warn"),
    "approve": (marked("Approved"), "circle-check", "good"),
    "hand_over": (marked("Handed over to the supplier"), "package", ""),
    "fail": (marked("Delayed: the service centre looks after it"), "triangle-alert", "warn"),
    "ship": (marked("Sent"), "truck", "accent"),
    "deliver": (marked("Delivered"), "circle-check", "good"),
    "cancel": (marked("Cancelled, points are back"), "circle-x", ""),
    "return": (marked("Came back, points are back"), "undo-2", ""),
    "replace": (marked("Sent once more, without points"), "package", "accent"),
    "complain": (marked("You wrote to us"), "triangle-alert", ""),
    "complaint_answer": (marked("We answered"), "circle-check", "good"),
    "complaint_reply": (marked("You replied"), "send", ""),
    "codes_shown": (marked("Code shown"), "eye", ""),
}
"""Words, icon and look of what happened; what is not named here is an inner affair."""
PAYMENTS: Mapping[PaymentState, tuple[str, str, str]] = {
    PaymentState.OPEN: (marked("We wait for your payment"), "warn", "hourglass"),
    PaymentState.PAID: (marked("Paid"), "good", "circle-check"),
    PaymentState.OVER: (marked("Not needed any more"), "", "circle-x"),
}
"""Words, look and icon of how far a payment is."""
