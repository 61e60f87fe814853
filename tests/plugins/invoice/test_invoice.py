"""Money by transfer: account, reference and QR code, the same whenever they are asked for."""

from pathlib import Path

import attrs
import pytest

from treuwerk.domain.bank_numbers import is_creditor_reference
from treuwerk.domain.payments import Message, PaymentAnswer, WantedPayment
from treuwerk_invoice import build, payment_providers
from treuwerk_invoice.provider import InvoiceSettings

ACCOUNT = InvoiceSettings("League GmbH", "DE89 3704 0044 0532 0130 00", "COBADEFFXXX")
WANTED = WantedPayment("pay_1", "ord_1", 459_264_905_217_537_741, 3_450, "EUR", 17, "de", "https://portal.example/back")


def test_a_transfer_has_everything_that_a_bank_asks_for() -> None:
    begun = build(Path(), ACCOUNT).begin(WANTED)

    assert begun.answer is PaymentAnswer.WAITING
    assert begun.transfer is not None
    assert (begun.transfer.recipient, begun.transfer.iban, begun.transfer.bic) == (
        "League GmbH", "DE89370400440532013000", "COBADEFFXXX")
    assert begun.reference == begun.transfer.reference
    assert is_creditor_reference(begun.reference)
    assert build(Path(), ACCOUNT).begin(attrs.evolve(WANTED, locale="fr", back="")) == begun


def test_two_orders_have_two_references() -> None:
    provider = build(Path(), ACCOUNT)

    found = {provider.begin(attrs.evolve(WANTED, number=WANTED.number + more)).reference for more in range(100)}

    assert len(found) == 100


def test_the_code_for_banking_apps_has_the_lines_of_its_standard() -> None:
    begun = build(Path(), ACCOUNT).begin(WANTED)

    assert begun.picture.split("\n") == ["BCD", "002", "1", "SCT", "COBADEFFXXX", "League GmbH",
                                         "DE89370400440532013000", "EUR34.50", "", begun.reference]
    assert len(begun.picture.encode()) <= 331


@pytest.mark.parametrize(("amount", "currency"), [(3_450, "CHF"), (100_000_000_000, "EUR")])
def test_what_no_such_code_can_say_has_none(amount: int, currency: str) -> None:
    assert build(Path(), ACCOUNT).begin(attrs.evolve(WANTED, amount=amount, currency=currency)).picture == ""


def test_nobody_is_asked_what_the_bank_did() -> None:
    [kind] = payment_providers()
    provider = kind.build(Path(), ACCOUNT)

    assert (kind.name, provider.by_hand) == ("invoice", True)
    assert provider.look_up(WANTED).answer is PaymentAnswer.WAITING
    assert provider.told(Message(b"", {})) is None


@pytest.mark.parametrize(("changed", "told"), [
    ({"iban": "DE88370400440532013000"}, "expected an IBAN"), ({"bic": "COBA"}, "expected a BIC"),
    ({"recipient": ""}, "expected a name"), ({"recipient": "x" * 71}, "expected a name")])
def test_an_account_that_cannot_be_is_a_mistake(changed: dict[str, str], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        attrs.evolve(ACCOUNT, **changed)
