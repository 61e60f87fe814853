"""openTRANS 2.1: dispatch notifications, invoices, receipts and returns of the BMEcat world."""

from collections.abc import Sequence
from typing import Any

from treuwerk.hookspecs import ClearingSourceKind, hookimpl
from treuwerk_opentrans.reader import OpentransReader
from treuwerk_opentrans.settings import OpentransSettings


@hookimpl
def clearing_sources() -> Sequence[ClearingSourceKind[Any]]:
    """Offers ``opentrans``."""
    return [ClearingSourceKind("opentrans", OpentransSettings, OpentransReader, describes_itself=True)]
