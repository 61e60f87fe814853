"""Orders as files: each handover is a CSV in a folder, from which the supplier fetches it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from treuwerk.hookspecs import SupplierChannelKind, hookimpl
from treuwerk_order_file.channel import OrderFile, OrderFileSettings


def build(programme: Path, settings: OrderFileSettings) -> OrderFile:
    """The channel; a relative folder lies in that of the programme."""
    return OrderFile(programme / settings.folder)


@hookimpl
def supplier_channels() -> Sequence[SupplierChannelKind[Any]]:
    """Offers ``order_file``."""
    return [SupplierChannelKind("order_file", OrderFileSettings, build)]
