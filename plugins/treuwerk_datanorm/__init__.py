"""Catalogues as DATANORM 4 and 5: articles, prices, groups of products and of discounts."""

from collections.abc import Sequence
from typing import Any

from treuwerk.hookspecs import ClearingSourceKind, hookimpl
from treuwerk_datanorm.reader import Datanorm
from treuwerk_datanorm.settings import DatanormSettings


@hookimpl
def clearing_sources() -> Sequence[ClearingSourceKind[Any]]:
    """Offers ``datanorm``."""
    return [ClearingSourceKind("datanorm", DatanormSettings, Datanorm, describes_itself=True)]
