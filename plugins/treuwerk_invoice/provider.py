"""The provider itself: it only says where money goes, so it needs nobody to answer."""

from typing import Any

import attrs

from treuwerk.domain.bank_numbers import checked_bic, checked_iban, creditor_reference, in_base_36
from treuwerk.domain.payments import (
    Begun,
    Known,
    Message,
    Notice,
    PaymentAnswer,
    RefundReply,
    Transfer,
    WantedPayment,
    WantedRefund,
)
from treuwerk_invoice.epc import epc_text

_LONGEST_NAME = 70


def _is_iban(_owner: Any, _field: Any, value: str) -> None:
    checked_iban(value)


def _is_bic(_owner: Any, _field: Any, value: str) -> None:
    if value:
        checked_bic(value)


def _is_name(_owner: Any, _field: Any, value: str) -> None:
    if not 0 < len(value.strip()) <= _LONGEST_NAME or not value.isprintable():
        raise ValueError(f"found {len(value)} characters, expected a name of 1 to {_LONGEST_NAME}")


@attrs.frozen
class InvoiceSettings:
    """``[rewards.money]`` with ``provider = "invoice"``."""

    recipient: str = attrs.field(validator=_is_name)
    """Whose account it is, as the bank has the name; at most 70 characters."""
    iban: str = attrs.field(validator=_is_iban)
    """The account to which money is sent."""
    bic: str = attrs.field(default="", validator=_is_bic)
    """The bank's code; may be left out within the European Economic Area."""


@attrs.frozen
class Invoice:
    """Payments by bank transfer. Whether one came, and whether one was paid back, people note."""

    settings: InvoiceSettings

    @property
    def by_hand(self) -> bool:
        """Nobody but people knows what the bank did."""
        return True

    def begin(self, wanted: WantedPayment) -> Begun:
        """Where to send the money; the same under the same number."""
        reference = creditor_reference(in_base_36(wanted.number))
        transfer = Transfer(self.settings.recipient.strip(), checked_iban(self.settings.iban),
                            checked_bic(self.settings.bic) if self.settings.bic else "", reference)
        return Begun(PaymentAnswer.WAITING, transfer=transfer, reference=reference,
                     picture=epc_text(transfer, wanted.amount) if wanted.currency == "EUR" else "")

    def look_up(self, wanted: WantedPayment) -> Known:
        """Nobody knows here."""
        return Known(PaymentAnswer.WAITING)

    def refund(self, wanted: WantedRefund) -> RefundReply:
        """People pay it back."""
        return RefundReply(PaymentAnswer.WAITING)

    def told(self, message: Message) -> Notice | None:
        """No bank sends messages here."""
        return None
