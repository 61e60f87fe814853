"""Orders as mail: each handover is one message with a table, handed to a mail server."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from treuwerk.hookspecs import SupplierChannelKind, hookimpl
from treuwerk_order_mail.settings import OrderMailSettings


def build(programme: Path, settings: OrderMailSettings) -> Any:
    """The channel; a relative file of authorities lies in the folder of the programme."""
    from treuwerk_order_mail.channel import OrderMail

    return OrderMail(settings, programme / settings.authorities if settings.authorities else None)


@hookimpl
def supplier_channels() -> Sequence[SupplierChannelKind[Any]]:
    """Offers ``order_mail``."""
    return [SupplierChannelKind("order_mail", OrderMailSettings, build)]
