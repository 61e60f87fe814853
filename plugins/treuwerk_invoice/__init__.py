"""Money by bank transfer: each order has a reference that banks check, and people note what came in."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from treuwerk.hookspecs import PaymentProviderKind, hookimpl
from treuwerk_invoice.provider import Invoice, InvoiceSettings


def build(_programme: Path, settings: InvoiceSettings) -> Invoice:
    """The provider."""
    return Invoice(settings)


@hookimpl
def payment_providers() -> Sequence[PaymentProviderKind[Any]]:
    """Offers ``invoice``."""
    return [PaymentProviderKind("invoice", InvoiceSettings, build)]
