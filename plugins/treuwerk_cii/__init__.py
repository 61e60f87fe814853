"""UN/CEFACT Cross Industry Invoice: XRechnung, ZUGFeRD 1 and 2, Factur-X, as XML and inside PDF."""

from collections.abc import Sequence
from typing import Any

from treuwerk.hookspecs import ClearingSourceKind, hookimpl
from treuwerk_cii.reader import CiiReader
from treuwerk_cii.settings import CiiSettings


@hookimpl
def clearing_sources() -> Sequence[ClearingSourceKind[Any]]:
    """Offers ``cii``."""
    return [ClearingSourceKind("cii", CiiSettings, CiiReader, describes_itself=True)]
