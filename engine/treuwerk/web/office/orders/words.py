"""What states of orders, their lines and handovers are called in the service centre, and what happened in words."""

from collections.abc import Mapping
from typing import Any

import attrs

from treuwerk.domain.payments import PaymentState
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import LineState
from treuwerk.services.orders.viewing_orders import OrderLine, PlacedOrder
from treuwerk.store.handovers import ACCEPTED, OPEN, REFUSED, UNKNOWN
from treuwerk.web.office.frame import settings_of
from treuwerk.web.office.words import refusal_words
from treuwerk.web.shell.content import Localised, localised
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit

_S = LineState
STATES: Mapping[LineState, tuple[str, str, str]] = {
    _S.UNPAID: (marked("Waits for its money"), "warn", "hourglass"),
    _S.WAITING: (marked("Waits for approval"), "warn", "hourglass"),
    _S.FAILED: (marked("Not to be had"), "bad", "triangle-alert"),
    _S.ORDERED: (marked("Ordered"), "accent", "inbox"),
    _S.HANDED_OVER: (marked("With the supplier"), "accent", "package"),
    _S.PARTLY_SHIPPED: (marked("Sent in part"), "accent", "truck"),
    _S.SHIPPED: (marked("On its way"), "accent", "truck"),
    _S.DELIVERED: (marked("Delivered"), "good", "circle-check"),
    _S.RETURNED: (marked("Sent back"), "", "undo-2"),
    _S.CANCELLED: (marked("Cancelled"), "", "circle-x"),
}
"""Words, look and icon of each state, in the order in which they are worked on."""
EVENTS: Mapping[str, tuple[str, str, str]] = {
    "placed": (marked("Ordered"), "inbox", "accent"),
    "pay": (marked("Paid in money"), "circle-check", "good"),
    "pay_first": (marked("Paid in money, waits for approval"), "circle-check", "good"),
    "paid": (marked("Money is there"), "circle-check", "good"),
    "payment_doubted": (marked("The payment provider told another currency"), "triangle-alert", "warn"),
    "payment_lapsed": (marked("Not paid in time"), "clock", "warn"),
    "payment_refused": (marked("Payment refused"), "circle-x", "warn"),
    "approve": (marked("Approved"), "circle-check", "good"),
    "approved": (marked("Order approved"), "circle-check", "good"),
    "refused": (marked("Order refused"), "circle-x", "bad"),
    "lapsed": (marked("Not approved in time"), "clock", "warn"),
    "hand_over": (marked("The supplier has it"), "package", ""),
    "retry": (marked("Tried again"), "rotate-cw", ""),
    "cancellation_told": (marked("The supplier knows what was cancelled"), "circle-check", ""),
    "cancellation_to_tell": (marked("Tell the supplier what was cancelled"), "phone", "warn"),
    "fail": (marked("Not to be had"), "triangle-alert", "warn"),
    "ship": (marked("Sent"), "truck", "accent"),
    "deliver": (marked("Delivered"), "circle-check", "good"),
    "not_delivered": (marked("Did not arrive after all"), "undo-2", "warn"),
    "cancel": (marked("Cancelled, points are back"), "circle-x", ""),
    "return": (marked("Came back, points are back"), "undo-2", ""),
    "codes_shown": (marked("Code shown"), "eye", ""),
    "ordered_for": (marked("Ordered for the participant"), "phone", ""),
    "replace": (marked("Sent once more, without points"), "package", "accent"),
    "unreplace": (marked("The replacement was cancelled or came back"), "undo-2", ""),
    "complain": (marked("Complaint about an order"), "triangle-alert", "warn"),
    "complaint_answer": (marked("Complaint answered"), "circle-check", "good"),
    "complaint_reply": (marked("Reply to an answer"), "send", "accent"),
}
"""Words, icon and look of what happened; other kinds stand for themselves."""
PAYMENTS: Mapping[PaymentState, tuple[str, str, str]] = {
    PaymentState.OPEN: (marked("Waits for its money"), "warn", "hourglass"),
    PaymentState.PAID: (marked("Paid"), "good", "circle-check"),
    PaymentState.OVER: (marked("Not needed any more"), "", "circle-x")}
HANDOVERS: Mapping[str, tuple[str, str, str]] = {
    OPEN: (marked("Is being handed over"), "accent", "clock"),
    UNKNOWN: (marked("No answer yet"), "warn", "hourglass"),
    ACCEPTED: (marked("The supplier has it"), "good", "circle-check"),
    REFUSED: (marked("The supplier refused"), "bad", "circle-x")}
PARKED: Mapping[str, str] = {
    "no_name": marked("It has neither a name nor a number, so nobody could tell whether it comes twice."),
    "too_long": marked("Its carrier, its number or its name are too long, or cannot be printed."),
    "unknown_carrier": marked("The programme does not know this carrier."),
    "unknown_line": marked("It holds lines that this supplier was not asked for."),
    "wrong_quantity": marked("It holds more pieces than are still to be sent."),
    "wrong_state": marked("Its pieces were cancelled or sent before."),
    "another_content": marked("It was reported before with something else in it."),
    "another_parcel": marked("Somebody noted its number with something else in it."),
}
"""Why a parcel that a supplier reported was not noted."""

_REFUSALS: Mapping[str, str] = {
    "changed_meanwhile": marked("Somebody changed this order meanwhile, so nothing was done. Look at it as it is now."),
    "wrong_state": marked("By now this is not possible any more with these pieces. Look at the order as it is now."),
    "wrong_quantity": marked("There are not so many pieces left of this. Enter fewer."),
    "nothing_to_cancel": marked("There is nothing left to cancel."),
    "nothing_there": marked("There are no pieces of which this could be noted."),
    "nothing_to_try": marked("Nothing failed, and no answer is missing. What waits is handed over by itself."),
    "still_cancellable": marked(
        "The participant can still cancel it, so suppliers do not get it yet. It is handed over by itself after that."),
    "wrong_kind": marked("Nobody sends this kind of reward."),
    "unknown_parcel": marked("This parcel is not there any more."),
    "arrived_already": marked("Somebody noted already that this parcel is there."),
    "not_arrived": marked("Nobody noted that this parcel is there."),
    "unpaid_whole": marked("This order waits for its money. Cancel all of it, or wait until it is paid."),
    "key_conflict": marked("This transfer is known with another amount. Look at the bank's list once more."),
    "noted_elsewhere": marked("This transfer is noted for another order already. Compare both below."),
    "too_late": marked("The time in which it could be approved is over. It is cancelled, and can be placed again."),
    "self_approval": marked("You placed this order yourself. Another person must decide."),
    "nothing_to_pick": marked("Nothing of it may leave now: it is sent or cancelled, waits for somebody, or the "
                              "participant can still cancel it."),
    "no_labels": marked("Nothing of this list goes to an address any more."),
    "own_account": marked("You belong to this company. Somebody who does not must do this."),
}


def order_refusal(visit: Visit, refusal: Refusal) -> str:
    """Why something was not done to an order."""
    if refusal.code in _REFUSALS:
        return gettext(visit, _REFUSALS[refusal.code])
    return refusal_words(visit, refusal)


@attrs.frozen
class Called:
    """What a line is called: its reward, and the variant where it has a name of its own."""

    name: Localised
    variant: Localised

    def __str__(self) -> str:
        """Both in one text."""
        return f"{self.name}, {self.variant}" if self.variant.text else str(self.name)


def called(visit: Visit, line: OrderLine) -> Called:
    """What a line is called in the visitor's language, by the names that it was ordered under."""
    default = settings_of(visit).programme.locales[0]
    name = localised(line.names, visit.locale, default)
    return Called(name if name.text else Localised(line.variant), localised(line.variant_names, visit.locale, default))


def summary(visit: Visit, order: PlacedOrder) -> str:
    """The lines of an order in one text."""
    return "; ".join(f"{line.progress.quantity} × {called(visit, line)}" for line in order.lines)


def kind_names(visit: Visit) -> list[tuple[str, Any]]:
    """Kinds of rewards of the programme with what people call them."""
    default = settings_of(visit).programme.locales[0]
    return [(one.head.name, localised(one.head.title, visit.locale, default).text or one.head.name)
            for one in settings_of(visit).reward_kinds]
