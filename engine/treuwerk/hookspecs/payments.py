"""What plugins offer to take money beside points."""

from collections.abc import Callable
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import attrs

from treuwerk.domain.payments import Begun, Known, Message, Notice, RefundReply, WantedPayment, WantedRefund

S = TypeVar("S")


class PaymentProvider(Protocol):
    """A provider with its settings bound. Its calls may wait for another machine: keep time-outs short.

    Whatever a call raises leaves the payment or refund unknown, and it is asked again under the same key.
    """

    @property
    def by_hand(self) -> bool:
        """Whether people note what came in and what was paid back, as at a bank; then nobody asks it for either."""
        ...

    def begin(self, wanted: WantedPayment) -> Begun:
        """Begin a payment, or find the one that was begun under this key; ``waiting`` says how somebody pays.

        Raises:
            treuwerk.domain.payments.ProviderUnavailable: nobody knows whether it was begun.
        """
        ...

    def look_up(self, wanted: WantedPayment) -> Known:
        """What is known of a payment. Browsers that come back are not believed: this is asked instead.

        Raises:
            treuwerk.domain.payments.ProviderUnavailable: it cannot tell now.
        """
        ...

    def refund(self, wanted: WantedRefund) -> RefundReply:
        """Pay some of a payment back. It may be called again with the same key and amount, and pays back once.

        Raises:
            treuwerk.domain.payments.ProviderUnavailable: nobody knows whether it was.
        """
        ...

    def told(self, message: Message) -> Notice | None:
        """What a message to ``/payments/<provider>/messages`` says; None where it is about no payment of ours.

        Raises:
            treuwerk.domain.payments.ForgedMessage: its signature is not the provider's.
        """
        ...


@attrs.frozen
class PaymentProviderKind(Generic[S]):
    """A kind of provider that an integrator can name in the programme file as ``provider`` of ``[rewards.money]``.

    `settings` as for rules; `build` gets the folder of the programme and the checked settings. It opens no connection.
    """

    name: str
    settings: type[S]
    build: Callable[[Path, S], PaymentProvider]
