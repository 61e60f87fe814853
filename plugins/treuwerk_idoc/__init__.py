"""IDocs of SAP: deliveries, orders and invoices, as XML and as flat files."""

from collections.abc import Sequence
from typing import Any

from treuwerk.hookspecs import ClearingSourceKind, hookimpl
from treuwerk_idoc.reader import IdocReader
from treuwerk_idoc.settings import IdocSettings


@hookimpl
def clearing_sources() -> Sequence[ClearingSourceKind[Any]]:
    """Offers ``idoc``, whose files say by themselves what they hold."""
    return [ClearingSourceKind("idoc", IdocSettings, IdocReader, describes_itself=True)]
