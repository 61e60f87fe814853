"""Orders as requests: each handover is a POST of JSON under an idempotency key."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from treuwerk.hookspecs import SupplierChannelKind, hookimpl
from treuwerk_order_http.settings import OrderHttpSettings


def build(_programme: Path, settings: OrderHttpSettings) -> Any:
    """The channel."""
    from treuwerk_order_http.channel import OrderHttp

    return OrderHttp(settings)


@hookimpl
def supplier_channels() -> Sequence[SupplierChannelKind[Any]]:
    """Offers ``order_http``."""
    return [SupplierChannelKind("order_http", OrderHttpSettings, build)]
