"""A programme that takes money beside points, and a provider whose answers a test gives."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import attrs

from tests.support.ordering import Counter, make_counter
from tests.support.worlds import NoSettings
from treuwerk.domain.payments import (
    Begun,
    ForgedMessage,
    Known,
    Message,
    Notice,
    PaymentAnswer,
    RefundReply,
    WantedPayment,
    WantedRefund,
)
from treuwerk.hookspecs import PaymentProvider, PaymentProviderKind, hookimpl
from treuwerk.services.installation import open_installation
from treuwerk.store.database import Database

INVOICE = """[rewards.money]
provider = "invoice"
recipient = "League GmbH"
iban = "DE89 3704 0044 0532 0130 00"
bic = "COBADEFFXXX"

[rewards.pricing]"""
TILL = '[rewards.money]\nprovider = "till"\n\n[rewards.pricing]'
LIMIT = "[rewards.orders]\napproval_above = 7_000\n\n"


@attrs.define(eq=False)
class Till:
    """A provider that keeps what it is told, by key, and answers as the test says."""

    by_hand: bool = False
    begun: dict[str, WantedPayment] = attrs.field(factory=dict)
    known: dict[str, Known] = attrs.field(factory=dict)
    refunds: dict[str, int] = attrs.field(factory=dict)
    begins: Callable[[WantedPayment], Begun] | None = None
    refunding: Callable[[WantedRefund], RefundReply] | None = None
    asked: int = 0

    def begin(self, wanted: WantedPayment) -> Begun:
        """An address, unless the test says otherwise."""
        self.begun[wanted.key] = wanted
        return self.begins(wanted) if self.begins else Begun(
            PaymentAnswer.WAITING, f"https://till.example/{wanted.key}", reference=f"T-{wanted.number}")

    def look_up(self, wanted: WantedPayment) -> Known:
        """What the test has put down."""
        self.asked += 1
        return self.known.get(wanted.key, Known(PaymentAnswer.WAITING))

    def refund(self, wanted: WantedRefund) -> RefundReply:
        """Once under a key."""
        if self.refunding:
            return self.refunding(wanted)
        assert self.refunds.setdefault(wanted.key, wanted.amount) == wanted.amount
        return RefundReply(PaymentAnswer.ACCEPTED)

    def told(self, message: Message) -> Notice | None:
        """A message is ``key:cents`` or ``key:cents:currency``, signed by saying so."""
        if message.headers.get("signature") != "till":
            raise ForgedMessage
        key, cents, currency, *_ = [*message.body.decode().split(":"), "", ""]
        return Notice(key, Known(PaymentAnswer.ACCEPTED, int(cents), currency=currency)) if cents else None

    def pays(self, key: str, cents: int) -> None:
        """Somebody pays, and nobody is told."""
        self.known[key] = Known(PaymentAnswer.ACCEPTED, cents)

    @hookimpl
    def payment_providers(self) -> Sequence[PaymentProviderKind[Any]]:
        """Itself."""
        return [PaymentProviderKind("till", NoSettings, lambda _folder, _settings: self)]


def invoice_counter(folder: Path, database: Database, more: str = "") -> Counter:
    """A counter that takes transfers: half of a price in points at least, a cent for a missing point."""
    return make_counter(folder, database, [('"goods", ', '"goods", "invoice", '),
                                           ("[rewards.pricing]", more + INVOICE)])


def till_counter(folder: Path, database: Database, till: PaymentProvider, more: str = "") -> Counter:
    """A counter that takes money by a till, in place of a plugin that is installed."""
    counter = make_counter(folder, database)
    path = counter.world.folder / "programme.toml"
    text = path.read_text("utf-8").replace("[rewards.pricing]", more + TILL, 1)
    path.write_text(text.replace('"goods", ', '"goods", "till", '), "utf-8")
    installation = open_installation(counter.world.folder, database, {"till": till})
    return Counter(attrs.evolve(counter.shelf, world=attrs.evolve(counter.world, installation=installation)))
