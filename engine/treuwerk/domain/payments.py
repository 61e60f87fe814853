"""Payments in money beside points: what a provider is asked for, and what it answers."""

from collections.abc import Mapping
from enum import StrEnum

import attrs


class PaymentAnswer(StrEnum):
    """What is known of a payment, or of paying some of it back."""

    WAITING = "waiting"  # the provider knows it, and nobody has paid yet
    ACCEPTED = "accepted"  # it is paid, or paid back
    REFUSED = "refused"  # for good: trying again would not help
    UNKNOWN = "unknown"  # nobody can tell; it is asked again under the same key


class PaymentState(StrEnum):
    """How far a payment is."""

    OPEN = "open"
    PAID = "paid"
    OVER = "over"  # its order was cancelled first; what comes in is paid back


@attrs.frozen
class WantedPayment:
    """Money that is asked for. `key` names it once and for good: what is begun twice under a key is one payment.

    `order` is the id that people see, `number` a number of the order that no other has, `amount` in cents. `due` is the
    instant until which the order waits, in microseconds since 1970 UTC. `back` is the address of the page to which a
    browser comes back, empty where nobody sits before one; `locale` the language of who pays.
    """

    key: str
    order: str
    number: int
    amount: int
    currency: str
    due: int
    locale: str = ""
    back: str = ""


@attrs.frozen
class Transfer:
    """Where money is sent by bank transfer, and the reference by which it is known."""

    recipient: str
    iban: str
    bic: str
    reference: str


@attrs.frozen
class Begun:
    """How somebody pays: at an `address` of the provider, or by a `transfer`.

    `picture` is a text that is drawn as QR code beside the transfer. `reference` is what the provider calls the
    payment, such as the reference of the transfer. `said` is for the log.
    """

    answer: PaymentAnswer
    address: str = ""
    transfer: Transfer | None = None
    picture: str = ""
    reference: str = ""
    said: str = ""


@attrs.frozen
class Known:
    """What a provider knows of a payment; `captured` are all cents that came in so far.

    `currency` is that of the cents, as ISO 4217 has it: cents of another one than was asked for are not believed. Empty
    where a provider keeps to the one that it was asked for by itself.
    """

    answer: PaymentAnswer
    captured: int = 0
    said: str = ""
    currency: str = ""


@attrs.frozen
class WantedRefund:
    """Cents of a payment that are paid back. `key` names the refund: what is asked for twice under it is one."""

    key: str
    payment: str
    reference: str
    amount: int
    currency: str


@attrs.frozen
class RefundReply:
    """What became of a refund."""

    answer: PaymentAnswer
    said: str = ""


@attrs.frozen
class Message:
    """A request that came to the address for messages of a provider, as it came; names of headers in small letters."""

    body: bytes
    headers: Mapping[str, str]


@attrs.frozen
class Notice:
    """What a message says, once it is known to be the provider's: the key of a payment, and what is known of it."""

    key: str
    known: Known


class ForgedMessage(Exception):
    """A message that is not signed as the provider signs, or too old."""


class ProviderUnavailable(Exception):
    """A provider cannot be reached, or did not answer in time. What became of the payment is not known."""
