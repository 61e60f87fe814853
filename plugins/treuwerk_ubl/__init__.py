"""UBL 2.0 to 2.4: despatch and receipt advices, invoices and credit notes of Peppol, XRechnung and nations."""

from collections.abc import Sequence
from typing import Any

from treuwerk.hookspecs import ClearingSourceKind, hookimpl
from treuwerk_ubl.reader import UblReader
from treuwerk_ubl.settings import UblSettings


@hookimpl
def clearing_sources() -> Sequence[ClearingSourceKind[Any]]:
    """Offers ``ubl``."""
    return [ClearingSourceKind("ubl", UblSettings, UblReader, describes_itself=True)]
